package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// callSeldom is how often our heartbeat is broadcast once somebody has answered: others may still come.
const callSeldom = 5 * time.Second

// broadcastUDP calls into a network for whoever is there, and talks to those who answer, each at its own address.
func (l *Link) broadcastUDP(ctx context.Context) error {
	to, err := net.ResolveUDPAddr("udp", l.cfg.UDPBroadcast)
	if err != nil {
		return fmt.Errorf("resolve: %w", err)
	}
	network := "udp6"
	if to.IP.To4() != nil {
		network = "udp4"
	}
	return l.listenUDP(ctx, network, ":0", func(ctx context.Context, conn *net.UDPConn) func() {
		caller := l.newPeer(to.String(), func(b []byte) error { return call(conn, b, to) }, nil)
		caller.sends = true
		caller.queue.close() // nothing but the heartbeat
		caller.rests = func(since time.Duration) bool { return l.ends() > 0 && since < callSeldom }
		var writer sync.WaitGroup
		writer.Go(func() { caller.run(ctx) })
		return func() {
			writer.Wait()
			caller.leave()
		}
	})
}

// call sends to a broadcast address. The limited one reaches only the network of the default route, of which a post
// without internet has none: so every network that this computer is in is called by its own address too.
func call(conn *net.UDPConn, b []byte, to *net.UDPAddr) error {
	targets := []*net.UDPAddr{to}
	if to.IP.Equal(net.IPv4bcast) {
		for _, ip := range broadcastAddresses() {
			targets = append(targets, &net.UDPAddr{IP: ip, Port: to.Port})
		}
	}
	var errs []error
	for _, target := range targets {
		if err := conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return fmt.Errorf("set write deadline: %w", err)
		}
		if _, err := conn.WriteToUDP(b, target); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) < len(targets) {
		return nil
	}
	return errors.Join(errs...)
}

// broadcastAddresses are those of the IPv4 networks that this computer is in.
func broadcastAddresses() (all []net.IP) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil // the limited address is left
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagBroadcast == 0 {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addrs {
			n, ok := a.(*net.IPNet)
			if !ok || n.IP.To4() == nil || len(n.Mask) != net.IPv4len {
				continue
			}
			ip := make(net.IP, net.IPv4len)
			for k, v := range n.IP.To4() {
				ip[k] = v | ^n.Mask[k]
			}
			all = append(all, ip)
		}
	}
	return all
}

// ends counts the far ends that there are.
func (l *Link) ends() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p := range l.peers {
		if !p.sends {
			n++
		}
	}
	return n
}
