package relay

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	tcpReadQueue   = 64               // packets from one viewer that wait to be read
	tcpFirstPacket = 10 * time.Second // for the first STUN request of a new connection
	tcpProve       = 15 * time.Second // for a request that the station answers
	tcpWrite       = 5 * time.Second  // for one packet to go out; a path that is stuck longer is given up
	tcpSendBuffer  = 256 << 10        // bytes in the kernel: half a second of 4 Mbit/s
	tcpUnproven    = 64               // connections at a time that have proven nothing yet
	tcpAll         = 1024             // connections at a time
)

// tcpGate is the listener of ICE over TCP (RFC 6544, passive). It bounds how many connections there are, and how long
// one may stay that has not sent a request with a viewer's password: the station answers no other, so a connection that
// was never written to is a stranger's.
type tcpGate struct {
	net.Listener

	// maxOpen and maxUnproven bound the connections at a time; prove is the time that one has to prove itself, 0: none is
	// asked to. idle ends one that nothing comes from for so long; 0: never.
	maxOpen, maxUnproven int64
	prove, idle          time.Duration

	unproven, open     atomic.Int64
	refused, abandoned atomic.Uint64
}

// newTCPGate is the gate of viewers' connections.
func newTCPGate(l net.Listener) *tcpGate {
	return &tcpGate{Listener: l, maxOpen: tcpAll, maxUnproven: tcpUnproven, prove: tcpProve}
}

// Accept implements net.Listener.
func (g *tcpGate) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if g.unproven.Load() >= g.maxUnproven || g.open.Load() >= g.maxOpen {
			g.refused.Add(1)
			_ = conn.Close() // a stranger's
			continue
		}
		if t, ok := conn.(*net.TCPConn); ok {
			// What waits here is late already; the rest waits in the viewer's queue, which drops to key pictures.
			_ = t.SetWriteBuffer(tcpSendBuffer)
		}
		return g.admit(conn), nil
	}
}

func (g *tcpGate) admit(conn net.Conn) *tcpConn {
	g.open.Add(1)
	c := &tcpConn{Conn: conn, gate: g}
	if g.prove == 0 {
		c.proven.Store(true)
		return c
	}
	g.unproven.Add(1)
	// Set before it can fire, since its end stops it.
	c.timer = time.AfterFunc(time.Hour, func() {
		if !c.proven.Load() {
			g.abandoned.Add(1)
			_ = c.Close() // nobody reads its error
		}
	})
	c.timer.Reset(g.prove)
	return c
}

// tcpConn is one accepted connection.
type tcpConn struct {
	net.Conn
	gate   *tcpGate
	timer  *time.Timer // nil where nothing need be proven
	proven atomic.Bool
	once   sync.Once
	err    error // of closing
}

// Read reads, and gives a silent peer up.
func (c *tcpConn) Read(b []byte) (int, error) {
	if c.gate.idle > 0 {
		if err := c.SetReadDeadline(time.Now().Add(c.gate.idle)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(b)
}

// Write sends one framed packet (RFC 4571) or ends the connection: after half a packet the next one could not be read.
func (c *tcpConn) Write(b []byte) (int, error) {
	if c.proven.CompareAndSwap(false, true) {
		c.timer.Stop()
		c.gate.unproven.Add(-1)
	}
	if err := c.SetWriteDeadline(time.Now().Add(tcpWrite)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(b)
	if err != nil {
		_ = c.Close() // the error that matters is err
	}
	return n, err
}

// Close ends the connection. It may be called twice.
func (c *tcpConn) Close() error {
	c.once.Do(func() {
		if c.timer != nil {
			c.timer.Stop()
		}
		if c.proven.CompareAndSwap(false, true) {
			c.gate.unproven.Add(-1)
		}
		c.gate.open.Add(-1)
		c.err = c.Conn.Close()
	})
	return c.err
}
