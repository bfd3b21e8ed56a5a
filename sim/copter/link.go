package copter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

const (
	inboxFrames    = 512              // decoded frames that wait for the autopilot; more are dropped and counted
	mostPeers      = 16               // stations at once; further senders are ignored
	peerSilence    = 30 * time.Second // a sender that was not configured is forgotten after this
	datagramBytes  = 1200             // frames of one step are packed into datagrams of up to this
	largestPacket  = 65536
	networkTimeout = time.Second
)

// event tells what a packet without a message says: a stream was opened or closed.
type event int

const (
	opened event = iota + 1
	closed
)

// packet is one decoded frame and who sent it, or an event.
type packet struct {
	from      origin
	event     event
	system    uint8
	component uint8
	msg       message.Message
	signed    []byte // the whole frame, where it carries a signature
	value     []byte // of PARAM_EXT_SET
}

// link is all the ways to the vehicle and the stations at their other ends. Its goroutines are those of run; everything
// else belongs to the vehicle's goroutine, and so do the peers.
type link struct {
	dialect *dialect.ReadWriter
	system  uint8
	inbox   chan packet
	sockets []socket
	air     *air // nil: nothing is lost or late
	signing signing
	now     func() time.Time
	peers   []*peer

	received, badFrames, dropped, refused, sent, sendErrors atomic.Uint64
}

// openLink opens the ways to the stations. Those that are reported to share one socket on a free port: on loopback where
// every one of them is there, since whoever reaches it commands the vehicle.
func openLink(stations []string, number int, system uint8, d *dialect.ReadWriter) (*link, error) {
	l := &link{dialect: d, system: system, inbox: make(chan packet, inboxFrames), now: time.Now}
	var reported []stationEntry
	for _, s := range stations {
		e, err := parseStation(s, number)
		if err == nil && e.kind == "udp" {
			reported = append(reported, e)
		} else if err == nil {
			err = l.open(e)
		}
		if err != nil {
			l.close()
			return nil, err
		}
	}
	if len(reported) == 0 && len(l.sockets) > 0 {
		return l, nil
	}
	if err := l.report(reported); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// report opens the socket from which the vehicle reports, and takes up its stations.
func (l *link) report(stations []stationEntry) error {
	local := true
	bind := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	for i, e := range stations {
		local = local && e.addr.Addr().IsLoopback()
		if i == 0 && e.addr.Addr().Is6() {
			bind.IP = net.IPv6loopback
		}
	}
	if !local {
		bind.IP = nil
	}
	own, err := listenDatagrams(bind)
	if err != nil {
		return err
	}
	l.sockets = append([]socket{own}, l.sockets...)
	for _, e := range stations {
		l.peers = append(l.peers, l.newPeer(origin{own, e.addr}, true))
	}
	return nil
}

func (l *link) open(e stationEntry) error {
	var s socket
	var err error
	switch e.kind {
	case "udpin":
		s, err = listenDatagrams(net.UDPAddrFromAddrPort(e.addr))
	case "tcpin":
		s, err = listenTCP(e.addr)
	case "tcp":
		s = dialTCP(e.addr)
	default:
		s, err = openSerial(e.path, e.baud)
	}
	if err != nil {
		return err
	}
	l.sockets = append(l.sockets, s)
	return nil
}

func (l *link) close() {
	for _, s := range l.sockets {
		s.close()
	}
}

// run serves all ways until ctx ends, and closes them.
func (l *link) run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	defer l.close()
	for _, s := range l.sockets {
		all.Go(func() { s.run(ctx, l) })
	}
	if l.air != nil {
		all.Go(func() { l.air.run(ctx) })
	}
	<-ctx.Done()
}

// hear hands over what came in: at once, or when the air lets it through.
func (l *link) hear(from origin, b []byte, s *scanner) {
	if len(b) == 0 {
		return
	}
	if l.air == nil {
		l.decode(from, b, s)
		return
	}
	late := bytes.Clone(b)
	l.air.carry(time.Now(), func() { l.decode(from, late, s) })
}

// decode hands over every frame in some bytes.
func (l *link) decode(from origin, b []byte, s *scanner) {
	frames, bad := s.push(b, l.dialect)
	l.badFrames.Add(uint64(bad))
	for _, x := range frames {
		l.received.Add(1)
		select {
		case l.inbox <- packet{from: from, system: x.frame.GetSystemID(), component: x.frame.GetComponentID(), msg: x.frame.GetMessage(), signed: x.signed, value: x.value}:
		default:
			l.dropped.Add(1)
		}
	}
}

// event tells the vehicle that a stream was opened or closed.
func (l *link) event(ctx context.Context, k packet) {
	t := time.NewTimer(networkTimeout)
	defer t.Stop()
	select {
	case l.inbox <- k:
	case <-ctx.Done():
	case <-t.C:
	}
}

// from finds the peer of a sender, or takes it up as a new one; nil when there are too many.
func (l *link) from(o origin, now time.Time) *peer {
	for _, p := range l.peers {
		if p.origin == o {
			p.heard = now
			return p
		}
	}
	if len(l.peers) >= mostPeers {
		return nil
	}
	p := l.newPeer(o, false)
	p.heard = now
	l.peers = append(l.peers, p)
	return p
}

// forget drops the senders that went silent, and gives them.
func (l *link) forget(now time.Time) (gone []*peer) {
	return l.drop(func(p *peer) bool { return !p.fixed && now.Sub(p.heard) >= peerSilence })
}

func (l *link) drop(which func(p *peer) bool) (gone []*peer) {
	kept := l.peers[:0]
	for _, p := range l.peers {
		if which(p) {
			gone = append(gone, p)
		} else {
			kept = append(kept, p)
		}
	}
	clear(l.peers[len(kept):])
	l.peers = kept
	return gone
}

// put sends bytes to a peer: at once, or through the air.
func (l *link) put(o origin, b []byte) {
	send := func(b []byte) {
		switch err := o.out.put(b, o.addr); {
		case errors.Is(err, errFull):
			l.dropped.Add(1)
		case err != nil:
			l.sendErrors.Add(1)
		default:
			l.sent.Add(1)
		}
	}
	if l.air == nil {
		send(b)
		return
	}
	late := bytes.Clone(b)
	l.air.carry(time.Now(), func() { send(late) })
}

func newDialect() (*dialect.ReadWriter, error) {
	d := &dialect.ReadWriter{Dialect: mav.Dialect}
	if err := d.Initialize(); err != nil {
		return nil, fmt.Errorf("MAVLink dialect: %w", err)
	}
	return d, nil
}
