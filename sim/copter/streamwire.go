package copter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"vedette/sim/pty"
)

const (
	waitingWrites = 256 // chunks for one stream; more are dropped and counted
	retryAfter    = time.Second
	mostConns     = 8 // at one listener
)

var errFull = errors.New("the line is too slow: dropped")

// wire is one open stream: a connection, or a serial line.
type wire struct {
	file   io.ReadWriteCloser
	queue  chan []byte
	bytesS int // pace of a serial line, bytes a second; 0: none

	pending atomic.Int64 // bytes that wait
}

// room tells whether a slow line has less than a quarter of a second waiting, so that what is not urgent can be sent.
func (w *wire) room() bool { return w.bytesS == 0 || w.pending.Load() < int64(w.bytesS)/4 }

func newWire(file io.ReadWriteCloser, bytesS int) *wire {
	return &wire{file: file, queue: make(chan []byte, waitingWrites), bytesS: bytesS}
}

func (w *wire) put(b []byte, _ netip.AddrPort) error {
	select {
	case w.queue <- append([]byte(nil), b...):
		w.pending.Add(int64(len(b)))
		return nil
	default:
		return errFull
	}
}

// serve reads and writes until the stream ends or ctx does, and closes it.
func (w *wire) serve(ctx context.Context, l *link) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = w.file.Close() }) // wakes the read below; closing twice is harmless
	defer stop()
	defer func() { _ = w.file.Close() }()
	me := origin{out: w}
	l.event(ctx, packet{from: me, event: opened})
	defer l.event(context.WithoutCancel(ctx), packet{from: me, event: closed})
	var writer sync.WaitGroup
	writer.Go(func() {
		defer cancel()
		w.write(ctx)
	})
	defer writer.Wait()
	defer cancel()
	s := &scanner{}
	buf := make([]byte, 4096)
	for {
		n, err := w.file.Read(buf)
		l.hear(me, buf[:n], s)
		if err != nil {
			return
		}
	}
}

func (w *wire) write(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case b := <-w.queue:
			if d, ok := w.file.(interface{ SetWriteDeadline(t time.Time) error }); ok {
				_ = d.SetWriteDeadline(time.Now().Add(5 * networkTimeout)) // a file without deadlines is closed by ctx
			}
			if _, err := w.file.Write(b); err != nil {
				return
			}
			if w.bytesS > 0 {
				pause(ctx, time.Duration(len(b))*time.Second/time.Duration(w.bytesS))
			}
			w.pending.Add(-int64(len(b)))
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// tcpListener takes stations that connect.
type tcpListener struct{ listener net.Listener }

func listenTCP(at netip.AddrPort) (*tcpListener, error) {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return nil, fmt.Errorf("listen for stations: %w", err)
	}
	return &tcpListener{l}, nil
}

func (t *tcpListener) addr() net.Addr { return t.listener.Addr() }
func (t *tcpListener) close()         { _ = t.listener.Close() } // closing twice is harmless

func (t *tcpListener) run(ctx context.Context, l *link) {
	stop := context.AfterFunc(ctx, t.close)
	defer stop()
	var all sync.WaitGroup
	defer all.Wait()
	var open atomic.Int32
	for {
		conn, err := t.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			pause(ctx, retryAfter)
			continue
		}
		if open.Add(1) > mostConns {
			open.Add(-1)
			_ = conn.Close() // one too many
			continue
		}
		all.Go(func() {
			defer open.Add(-1)
			newWire(conn, 0).serve(ctx, l)
		})
	}
}

// redialled is a stream that is opened again when it ends.
type redialled struct {
	name   string
	bytesS int
	open   func(ctx context.Context) (io.ReadWriteCloser, error)
	done   func() // when the vehicle ends
}

func (r *redialled) addr() net.Addr { return nil }

func (r *redialled) close() {
	if r.done != nil {
		r.done()
	}
}

func (r *redialled) run(ctx context.Context, l *link) {
	defer r.close()
	for ctx.Err() == nil {
		if file, err := r.open(ctx); err == nil {
			newWire(file, r.bytesS).serve(ctx, l)
		}
		pause(ctx, retryAfter)
	}
}

func dialTCP(to netip.AddrPort) *redialled {
	return &redialled{name: to.String(), open: func(ctx context.Context) (io.ReadWriteCloser, error) {
		d := net.Dialer{Timeout: 5 * networkTimeout}
		return d.DialContext(ctx, "tcp", to.String())
	}}
}

// openSerial takes a device that is there, or makes a pseudo-terminal under that name. The line is as slow as its baud rate.
func openSerial(path string, baud int) (*redialled, error) {
	r := &redialled{name: path, bytesS: baud / 10}
	if _, err := os.Lstat(path); err == nil {
		r.open = func(context.Context) (io.ReadWriteCloser, error) { return pty.OpenDevice(path, baud) }
		return r, nil
	}
	master, slave, device, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("serial line %s: %w", path, err)
	}
	if err := os.Symlink(device, path); err != nil {
		_, _ = master.Close(), slave.Close() // not used yet
		return nil, fmt.Errorf("serial line: %w", err)
	}
	// The slave stays open here, so that the line does not hang up between two stations.
	r.done = sync.OnceFunc(func() { _, _, _ = master.Close(), slave.Close(), os.Remove(path) })
	r.open = func(context.Context) (io.ReadWriteCloser, error) {
		if _, err := os.Lstat(path); err != nil {
			return nil, fmt.Errorf("serial line: %w", err)
		}
		return master, nil
	}
	return r, nil
}
