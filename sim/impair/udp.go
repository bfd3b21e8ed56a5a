package impair

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	largestDatagram = 64 << 10
	mostClients     = 512
	socketBuffer    = 4 << 20
)

// Config is a relay: Up is from the clients to the target, Down back to them.
type Config struct {
	// Listen is where clients send, "127.0.0.1:0" takes a free port; Target is where it goes on to.
	Listen, Target string
	Up, Down       Profile
	Seed           uint64
}

// UDP relays datagrams. Each client has a socket of its own towards the target, which sees as many senders as there are.
type UDP struct {
	cfg    Config
	conn   *net.UDPConn
	target netip.AddrPort

	mu      sync.Mutex
	clients map[netip.AddrPort]*client
	up      Profile
	down    Profile
	cut     bool
}

// client is one sender and its two directions.
type client struct {
	conn     *net.UDPConn
	up, down *line
	done     sync.WaitGroup
}

// NewUDP binds the relay's socket.
func NewUDP(cfg Config) (*UDP, error) {
	target, err := net.ResolveUDPAddr("udp", cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("impair: target: %w", err)
	}
	listen, err := net.ResolveUDPAddr("udp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("impair: listen: %w", err)
	}
	conn, err := net.ListenUDP("udp", listen)
	if err != nil {
		return nil, fmt.Errorf("impair: %w", err)
	}
	_ = conn.SetReadBuffer(socketBuffer) // a smaller one works too
	return &UDP{cfg: cfg, conn: conn, target: target.AddrPort(), clients: map[netip.AddrPort]*client{}, up: cfg.Up, down: cfg.Down}, nil
}

// Addr is where clients send to.
func (u *UDP) Addr() string { return u.conn.LocalAddr().String() }

// Set changes both directions from the next packet on.
func (u *UDP) Set(up, down Profile) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.up, u.down = up, down
	for _, c := range u.clients {
		c.up.set(up)
		c.down.set(down)
	}
}

// Cut cuts the wire or joins it again; what is on its way is lost.
func (u *UDP) Cut(cut bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.cut = cut
	for _, c := range u.clients {
		c.up.cut(cut)
		c.down.cut(cut)
	}
}

// Counts sums up both directions over all clients.
func (u *UDP) Counts() (up, down Counts) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, c := range u.clients {
		up.add(c.up.counts())
		down.add(c.down.counts())
	}
	return up, down
}

func (c *Counts) add(o Counts) {
	c.Passed += o.Passed
	c.Bytes += o.Bytes
	c.Lost += o.Lost
	c.Overflowed += o.Overflowed
	c.Cut += o.Cut
	c.Duplicated += o.Duplicated
	c.Reordered += o.Reordered
}

// Run relays until ctx ends.
func (u *UDP) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { _ = u.conn.Close() }) // wakes the reader
	defer stop()
	defer func() {
		cancel()
		u.mu.Lock()
		all := u.clients
		u.clients = map[netip.AddrPort]*client{}
		u.mu.Unlock()
		for _, c := range all {
			_ = c.conn.Close() // wakes its reader
			c.done.Wait()
		}
	}()
	buf := make([]byte, largestDatagram)
	for {
		n, from, err := u.conn.ReadFromUDPAddrPort(buf)
		switch {
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			continue // an ICMP answer to an earlier datagram
		}
		c, err := u.client(ctx, from)
		if err != nil {
			return err
		}
		if c != nil {
			c.up.send(buf[:n], time.Now())
		}
	}
}

// client finds the client of an address or takes it up; nil when there are too many.
func (u *UDP) client(ctx context.Context, from netip.AddrPort) (*client, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if c, ok := u.clients[from]; ok {
		return c, nil
	}
	if len(u.clients) >= mostClients {
		return nil, nil
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(u.target))
	if err != nil {
		return nil, fmt.Errorf("impair: reach the target: %w", err)
	}
	_ = conn.SetReadBuffer(socketBuffer) // a smaller one works too
	seed := u.cfg.Seed + 2*uint64(len(u.clients))
	c := &client{conn: conn}
	// A failed write is a lost datagram, as on any network.
	c.up = newLine(u.up, seed, func(b []byte) { _, _ = conn.Write(b) })
	c.down = newLine(u.down, seed+1, func(b []byte) { _, _ = u.conn.WriteToUDPAddrPort(b, from) })
	c.up.cut(u.cut)
	c.down.cut(u.cut)
	c.done.Go(func() { c.up.run(ctx) })
	c.done.Go(func() { c.down.run(ctx) })
	c.done.Go(func() { c.read(ctx) })
	u.clients[from] = c
	return c, nil
}

func (c *client) read(ctx context.Context) {
	buf := make([]byte, largestDatagram)
	for {
		n, err := c.conn.Read(buf)
		switch {
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			continue // the target is not there yet
		}
		c.down.send(buf[:n], time.Now())
	}
}
