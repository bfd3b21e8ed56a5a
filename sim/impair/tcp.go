package impair

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const (
	dialTimeout = 5 * time.Second
	chunkBytes  = 512
)

// TCP relays connections as streams, which keep their order and lose nothing: of a Profile only the delay, the jitter and the
// pace count, and Cut closes every connection and refuses new ones.
type TCP struct {
	cfg      Config
	listener net.Listener

	mu          sync.Mutex
	cut         bool
	connections map[net.Conn]struct{}
	up, down    Counts
}

// NewTCP binds the relay's socket.
func NewTCP(ctx context.Context, cfg Config) (*TCP, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("impair: %w", err)
	}
	return &TCP{cfg: cfg, listener: listener, connections: map[net.Conn]struct{}{}}, nil
}

// Addr is where clients connect.
func (t *TCP) Addr() string { return t.listener.Addr().String() }

// Cut closes what is open and refuses what comes, until it is called with false.
func (t *TCP) Cut(cut bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cut = cut
	if !cut {
		return
	}
	for c := range t.connections {
		_ = c.Close() // wakes both of its copiers
	}
}

// Counts sums up both directions: Passed counts chunks, Cut counts connections.
func (t *TCP) Counts() (up, down Counts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.up, t.down
}

// Run relays until ctx ends.
func (t *TCP) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		_ = t.listener.Close() // wakes Accept
		t.Cut(true)
	})
	defer stop()
	var all sync.WaitGroup
	defer all.Wait()
	for n := uint64(0); ; n++ {
		conn, err := t.listener.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("impair: accept: %w", err)
		}
		all.Go(func() { t.relay(ctx, conn, n) })
	}
}

// keep registers a connection; false when the wire is cut.
func (t *TCP) keep(c net.Conn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cut {
		t.up.Cut++
		return false
	}
	t.connections[c] = struct{}{}
	return true
}

func (t *TCP) drop(c net.Conn) {
	_ = c.Close() // whoever closed it first said why
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.connections, c)
}

func (t *TCP) relay(ctx context.Context, near net.Conn, n uint64) {
	defer t.drop(near)
	if !t.keep(near) {
		return
	}
	dialer := net.Dialer{Timeout: dialTimeout}
	far, err := dialer.DialContext(ctx, "tcp", t.cfg.Target)
	if err != nil {
		return // the client sees its connection close, as behind any gateway
	}
	defer t.drop(far)
	if !t.keep(far) {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _, _ = near.Close(), far.Close() }) // wakes both copiers
	defer stop()
	var both sync.WaitGroup
	direction := func(from, to net.Conn, p Profile, seed uint64, counts *Counts) {
		defer cancel()
		t.copy(ctx, from, to, p, seed, counts)
	}
	both.Go(func() { direction(near, far, t.cfg.Up, t.cfg.Seed+2*n, &t.up) })
	both.Go(func() { direction(far, near, t.cfg.Down, t.cfg.Seed+2*n+1, &t.down) })
	both.Wait()
}

// copy passes one direction through a line until either end closes.
func (t *TCP) copy(ctx context.Context, from io.Reader, to io.Writer, p Profile, seed uint64, counts *Counts) {
	p.Loss, p.Duplicate, p.Reorder, p.QueueTime = 0, 0, 0, time.Hour
	ctx, cancel := context.WithCancel(ctx)
	l := newLine(p, seed, func(b []byte) {
		t.mu.Lock()
		counts.Passed++
		counts.Bytes += uint64(len(b))
		t.mu.Unlock()
		if _, err := to.Write(b); err != nil {
			cancel()
		}
	})
	var runner sync.WaitGroup
	runner.Go(func() { l.run(ctx) })
	defer cancel()
	defer runner.Wait()
	defer l.end()
	chunk := make([]byte, chunkBytes)
	for ctx.Err() == nil {
		n, err := from.Read(chunk)
		if n > 0 {
			l.send(chunk[:n], time.Now())
		}
		if err != nil {
			return
		}
	}
}
