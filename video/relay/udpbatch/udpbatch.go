// Package udpbatch sends the media of many viewers through one UDP socket with few system calls. A Conn is a socket as
// pion's ICE wants it. What is written to it goes out at once, but for the media of sources (SSRC) that have been given to
// a Batch: its datagrams are kept until the batch is flushed, and then leave together, runs of equal size to one
// destination as one send with UDP_SEGMENT (Linux UDP GSO), and all of them by sendmmsg. Where the kernel has neither,
// they leave one by one. The package owns no goroutine.
package udpbatch

import (
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"
)

// Counts is what the sockets of a Routes have sent for batches.
type Counts struct {
	// Batches counts flushes that had something to send, Datagrams what was in them, Sends the messages they left in (a run
	// of UDP_SEGMENT is one), Calls the system calls.
	Batches, Datagrams, Sends, Calls uint64
	// ShortCalls counts sendmmsg calls that took some messages and not all, FullSocket those that found no room in the
	// socket's buffer and waited.
	ShortCalls, FullSocket uint64
	// Fallbacks counts runs that the kernel did not take as one and that were then sent one by one, SegmentsGivenUp the
	// sockets that have since sent without UDP_SEGMENT, because their route cannot do it.
	Fallbacks, SegmentsGivenUp uint64
	// Failed counts datagrams that the kernel refused.
	Failed uint64
}

// Conn is a UDP socket. It implements net.PacketConn, and ice.AddrPortReaderWriter so that addresses cost no allocation.
type Conn struct {
	udp    *net.UDPConn
	raw    syscall.RawConn
	routes *Routes
	v4     bool // the socket takes IPv4 addresses
	gso    atomic.Bool
	mmsg   atomic.Bool
}

var _ net.PacketConn = (*Conn)(nil)

// socketBuffer is asked for in each direction, in bytes: the default of 208 KiB holds less than one large key picture for
// ten viewers.
const socketBuffer = 4 << 20

// New wraps a socket, which Close closes. Its buffers are made large, as far as the kernel lets.
func New(udp *net.UDPConn, routes *Routes) *Conn {
	c := &Conn{udp: udp, routes: routes}
	if a, ok := udp.LocalAddr().(*net.UDPAddr); ok {
		c.v4 = a.IP.To4() != nil
	}
	raw, err := udp.SyscallConn()
	if err != nil {
		return c // plain writes
	}
	c.raw = raw
	c.prepare()
	return c
}

// isMedia tells SRTP from STUN, DTLS and SRTCP on one port (RFC 7983, section 7; RFC 5761, section 4).
func isMedia(b []byte) bool {
	return len(b) >= 12 && b[0] >= 128 && b[0] <= 191 && (b[1] < 192 || b[1] > 223)
}

// WriteToAddrPort sends a datagram, or leaves it to the batch of its source.
func (c *Conn) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if isMedia(b) {
		ssrc := uint32(b[8])<<24 | uint32(b[9])<<16 | uint32(b[10])<<8 | uint32(b[11])
		if batch := c.routes.find(ssrc); batch != nil {
			batch.add(c, b, to)
			return len(b), nil
		}
	}
	return c.udp.WriteToUDPAddrPort(b, to)
}

// ReadFromAddrPort receives a datagram.
func (c *Conn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	return c.udp.ReadFromUDPAddrPort(b)
}

// WriteTo implements net.PacketConn.
func (c *Conn) WriteTo(b []byte, to net.Addr) (int, error) {
	if u, ok := to.(*net.UDPAddr); ok {
		return c.WriteToAddrPort(b, u.AddrPort())
	}
	return c.udp.WriteTo(b, to)
}

// ReadFrom implements net.PacketConn.
func (c *Conn) ReadFrom(b []byte) (int, net.Addr, error) { return c.udp.ReadFrom(b) }

// Close implements net.PacketConn.
func (c *Conn) Close() error { return c.udp.Close() }

// LocalAddr implements net.PacketConn.
func (c *Conn) LocalAddr() net.Addr { return c.udp.LocalAddr() }

// SetDeadline implements net.PacketConn.
func (c *Conn) SetDeadline(t time.Time) error { return c.udp.SetDeadline(t) }

// SetReadDeadline implements net.PacketConn.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.udp.SetReadDeadline(t) }

// SetWriteDeadline implements net.PacketConn.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.udp.SetWriteDeadline(t) }
