package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	maxDatagram = 64 << 10
	// receiveBuffer holds a burst of many vehicles while the process is not scheduled; the kernel may grant less.
	receiveBuffer = 4 << 20
	// peerSilence ends a sender on a UDP server.
	peerSilence = 60 * time.Second
	// clientSilence makes a UDP client look its address up again.
	clientSilence = 30 * time.Second
	refusedPause  = 200 * time.Millisecond
)

// serveUDP listens; whoever sends a good frame becomes a peer and is answered where it sent from.
func (l *Link) serveUDP(ctx context.Context) error {
	return l.listenUDP(ctx, "udp", l.cfg.UDPServer, nil)
}

// listenUDP serves a socket until it fails or ctx ends. beside, when not nil, starts what else uses the socket, and gives
// what waits for its end.
func (l *Link) listenUDP(ctx context.Context, network, address string, beside func(context.Context, *net.UDPConn) func()) error {
	var lc net.ListenConfig
	packets, err := lc.ListenPacket(ctx, network, address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	conn, ok := packets.(*net.UDPConn)
	if !ok {
		return errors.Join(fmt.Errorf("listen: %T is no UDP socket", packets), packets.Close())
	}
	l.opening()
	_ = conn.SetReadBuffer(receiveBuffer) // a smaller one works too
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // wakes the reader
	defer stop()
	s := &udpServer{link: l, conn: conn, peers: make(map[netip.AddrPort]*udpPeer)}
	l.setAddr(conn.LocalAddr())
	ended := func() {}
	if beside != nil {
		ended = beside(ctx, conn)
	}
	err = s.read(ctx)
	l.setAddr(nil)
	cancel()
	_ = conn.Close() // the error that ended the reading says more
	ended()
	for addr := range s.peers {
		s.end(addr)
	}
	return err
}

// udpServer belongs to its reading goroutine.
type udpServer struct {
	link  *Link
	conn  *net.UDPConn
	peers map[netip.AddrPort]*udpPeer
}

type udpPeer struct {
	*Peer
	cancel context.CancelFunc
	writer sync.WaitGroup
}

func (s *udpServer) read(ctx context.Context) error {
	datagrams, err := newDatagrams(s.conn)
	if err != nil {
		return err
	}
	r := s.link.newReceiver()
	buf := make([]byte, maxDatagram)
	swept := time.Now()
	for {
		if err := s.conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			return fmt.Errorf("set read deadline: %w", err)
		}
		n, from, err := datagrams.read(buf)
		switch {
		case err == nil:
			r.datagram(buf[:n], s.known(from), func() *Peer { return s.peer(ctx, from) })
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("read: %w", err)
		}
		if now := time.Now(); now.Sub(swept) > time.Second {
			swept = now
			for addr, p := range s.peers {
				if p.silentFor(now) > peerSilence {
					s.end(addr)
				}
			}
		}
	}
}

func (s *udpServer) known(addr netip.AddrPort) *Peer {
	if p, ok := s.peers[addr]; ok {
		return p.Peer
	}
	return nil
}

func (s *udpServer) peer(ctx context.Context, addr netip.AddrPort) *Peer {
	if p, ok := s.peers[addr]; ok {
		return p.Peer
	}
	if len(s.peers) >= maxPeers && !s.makeRoom(time.Now()) {
		s.link.refused.Add(1)
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	remote := netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()).String()
	p := &udpPeer{cancel: cancel}
	p.Peer = s.link.newPeer(remote, func(b []byte) error {
		if err := s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return fmt.Errorf("set write deadline: %w", err)
		}
		_, err := s.conn.WriteToUDPAddrPort(b, addr)
		return err
	}, nil)
	p.writer.Go(func() { p.run(ctx) })
	s.peers[addr] = p
	return p.Peer
}

// makeRoom ends the sender that was silent longest, unless all were heard lately: what floods us with senders must not keep a
// vehicle out.
func (s *udpServer) makeRoom(now time.Time) bool {
	var oldest netip.AddrPort
	longest := time.Duration(0)
	for addr, p := range s.peers {
		if silent := p.silentFor(now); silent > longest {
			oldest, longest = addr, silent
		}
	}
	if longest < upFor {
		return false
	}
	s.link.refused.Add(1)
	s.end(oldest)
	return true
}

func (s *udpServer) end(addr netip.AddrPort) {
	p := s.peers[addr]
	delete(s.peers, addr)
	p.cancel()
	p.writer.Wait()
	p.leave()
}

// talkUDP talks to one address.
func (l *Link) talkUDP(ctx context.Context) error {
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(ctx, "udp", l.cfg.UDPClient)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	udp, ok := conn.(*net.UDPConn)
	if !ok {
		return errors.Join(fmt.Errorf("connect: %T is no UDP socket", conn), conn.Close())
	}
	l.opening()
	_ = udp.SetReadBuffer(receiveBuffer) // a smaller one works too
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // wakes the reader
	defer stop()
	p := l.newPeer(l.cfg.UDPClient, func(b []byte) error {
		if err := conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return fmt.Errorf("set write deadline: %w", err)
		}
		_, err := conn.Write(b)
		if errors.Is(err, syscall.ECONNREFUSED) {
			return nil // the far end has not started yet
		}
		return err
	}, func(err error) { cancel(fmt.Errorf("write: %w", err)) })
	var writer sync.WaitGroup
	writer.Go(func() { p.run(ctx) })
	err = l.readUDP(ctx, udp, p)
	cancel(err)
	_ = conn.Close() // the error that ended the reading says more
	writer.Wait()
	p.leave()
	return context.Cause(ctx)
}

func (l *Link) readUDP(ctx context.Context, conn *net.UDPConn, p *Peer) error {
	datagrams, err := newDatagrams(conn)
	if err != nil {
		return err
	}
	r := l.newReceiver()
	buf := make([]byte, maxDatagram)
	for {
		if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			return fmt.Errorf("set read deadline: %w", err)
		}
		n, _, err := datagrams.read(buf)
		switch {
		case err == nil:
			r.datagram(buf[:n], p, func() *Peer { return p })
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, syscall.ECONNREFUSED):
			pause(ctx, refusedPause)
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("read: %w", err)
		}
		if !l.cfg.Silent && p.silentFor(time.Now()) > clientSilence {
			return fmt.Errorf("nothing heard for %v", clientSilence)
		}
	}
}
