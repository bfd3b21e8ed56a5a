package copter

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
	"github.com/bluenviron/gomavlib/v3/pkg/streamwriter"
)

const (
	inboxFrames    = 512              // decoded frames that wait for the autopilot; more are dropped and counted
	mostPeers      = 16               // stations at once; further senders are ignored
	peerSilence    = 30 * time.Second // a sender that was not configured is forgotten after this
	datagramBytes  = 1200             // frames of one step are packed into datagrams of up to this
	largestPacket  = 65536
	networkTimeout = time.Second
)

// packet is one decoded frame and who sent it.
type packet struct {
	from      netip.AddrPort
	system    uint8
	component uint8
	msg       message.Message
}

// link is the vehicle's one UDP socket and the stations behind it. Its reader goroutine is run; everything else belongs to
// the vehicle's goroutine, and so do the peers.
type link struct {
	conn    *net.UDPConn
	dialect *dialect.ReadWriter
	system  uint8
	inbox   chan packet
	peers   []*peer

	received, badFrames, dropped, sent, sendErrors atomic.Uint64
}

// peer is one station: it has its own sequence numbers, message intervals and transfers.
type peer struct {
	addr    netip.AddrPort
	fixed   bool // configured
	mute    bool // nothing is sent: the vehicle talks to itself
	heard   time.Time
	link    *link
	out     []byte
	writers map[uint8]*streamwriter.Writer
	streams map[uint32]*stream // as asked
	groups  map[uint32]*stream // by the rate of a parameter
	params  []int              // waiting to be sent, by index
	modes   int                // that are still to be told, from the end of the list
}

func parseStation(s string) (netip.AddrPort, error) {
	rest, ok := strings.CutPrefix(s, "udp:")
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("station %q: must read udp:HOST:PORT", s)
	}
	a, err := net.ResolveUDPAddr("udp", rest)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("station %q: %w", s, err)
	}
	if a.IP == nil {
		a.IP = net.IPv4(127, 0, 0, 1)
	}
	ap := a.AddrPort()
	if ap.Port() == 0 {
		return netip.AddrPort{}, fmt.Errorf("station %q: needs a port", s)
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), nil
}

// openLink binds a free port: on loopback where every station is there, since whoever reaches it commands the vehicle.
func openLink(stations []string, system uint8, d *dialect.ReadWriter) (*link, error) {
	l := &link{dialect: d, system: system, inbox: make(chan packet, inboxFrames)}
	local := true
	for _, s := range stations {
		addr, err := parseStation(s)
		if err != nil {
			return nil, err
		}
		local = local && addr.Addr().IsLoopback()
		l.peers = append(l.peers, l.newPeer(addr, true))
	}
	bind := &net.UDPAddr{}
	if local {
		bind.IP = net.IPv4(127, 0, 0, 1)
		if len(l.peers) > 0 && l.peers[0].addr.Addr().Is6() {
			bind.IP = net.IPv6loopback
		}
	}
	conn, err := net.ListenUDP("udp", bind)
	if err != nil {
		return nil, fmt.Errorf("open the vehicle's socket: %w", err)
	}
	l.conn = conn
	return l, nil
}

func (l *link) newPeer(addr netip.AddrPort, fixed bool) *peer {
	return &peer{addr: addr, fixed: fixed, link: l, writers: map[uint8]*streamwriter.Writer{}, streams: map[uint32]*stream{}, groups: map[uint32]*stream{}}
}

// reset forgets what the peer asked for, as a restart does.
func (p *peer) reset() {
	p.params, p.modes = nil, 0
	clear(p.writers)
	clear(p.streams)
	clear(p.groups)
}

// run reads datagrams until ctx ends, and closes the socket.
func (l *link) run(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() { _ = l.conn.Close() }) // wakes the read below
	defer stop()
	buf := make([]byte, largestPacket)
	for ctx.Err() == nil {
		_ = l.conn.SetReadDeadline(time.Now().Add(networkTimeout)) // fails only when closed, which the read reports
		n, from, err := l.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue // a deadline, or an ICMP answer to an earlier datagram
		}
		l.decode(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), buf[:n])
	}
}

// decode hands over every frame of a datagram.
func (l *link) decode(from netip.AddrPort, datagram []byte) {
	r := &frame.Reader{BufByteReader: bufio.NewReader(bytes.NewReader(datagram)), DialectRW: l.dialect}
	if err := r.Initialize(); err != nil {
		return // cannot be: the reader is set
	}
	for {
		f, err := r.Read()
		if err != nil {
			if _, bad := errors.AsType[frame.ReadError](err); bad {
				l.badFrames.Add(1)
				continue
			}
			return // the end of the datagram
		}
		l.received.Add(1)
		select {
		case l.inbox <- packet{from, f.GetSystemID(), f.GetComponentID(), f.GetMessage()}:
		default:
			l.dropped.Add(1)
		}
	}
}

// from finds the peer of a sender, or takes it up as a new one; nil when there are too many.
func (l *link) from(addr netip.AddrPort, now time.Time) *peer {
	for _, p := range l.peers {
		if p.addr == addr {
			p.heard = now
			return p
		}
	}
	if len(l.peers) >= mostPeers {
		return nil
	}
	p := l.newPeer(addr, false)
	p.heard = now
	l.peers = append(l.peers, p)
	return p
}

// forget drops the senders that went silent, and gives them.
func (l *link) forget(now time.Time) (gone []*peer) {
	kept := l.peers[:0]
	for _, p := range l.peers {
		if p.fixed || now.Sub(p.heard) < peerSilence {
			kept = append(kept, p)
		} else {
			gone = append(gone, p)
		}
	}
	clear(l.peers[len(kept):])
	l.peers = kept
	return gone
}

// send queues a message of one of the vehicle's components; flush puts it on the wire.
func (p *peer) send(component uint8, msg message.Message) {
	if p.mute {
		return
	}
	w := p.writers[component]
	if w == nil {
		w = &streamwriter.Writer{
			FrameWriter: &frame.Writer{ByteWriter: p, DialectRW: p.link.dialect},
			Version:     streamwriter.V2, SystemID: p.link.system, ComponentID: component,
		}
		if w.FrameWriter.Initialize() != nil || w.Initialize() != nil {
			return // cannot be: all fields are set
		}
		p.writers[component] = w
	}
	if err := w.Write(msg); err != nil {
		p.link.sendErrors.Add(1)
	}
}

// Write collects one frame, as the frame writer gives it.
func (p *peer) Write(b []byte) (int, error) {
	if len(p.out)+len(b) > datagramBytes {
		p.flush()
	}
	p.out = append(p.out, b...)
	return len(b), nil
}

// flush sends what was queued. A station that is not there is no error of the vehicle.
func (p *peer) flush() {
	if len(p.out) == 0 {
		return
	}
	_ = p.link.conn.SetWriteDeadline(time.Now().Add(networkTimeout)) // fails only when closed
	if _, err := p.link.conn.WriteToUDPAddrPort(p.out, p.addr); err != nil {
		p.link.sendErrors.Add(1)
	} else {
		p.link.sent.Add(1)
	}
	p.out = p.out[:0]
}

func newDialect() (*dialect.ReadWriter, error) {
	d := &dialect.ReadWriter{Dialect: mav.Dialect}
	if err := d.Initialize(); err != nil {
		return nil, fmt.Errorf("MAVLink dialect: %w", err)
	}
	return d, nil
}
