package relay

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"github.com/pion/turn/v5"
)

// permit allows peers at the station's own addresses.
func (t *turnServer) permit(_ net.Addr, peer net.IP) bool {
	if t.hosts.offers(peer) {
		return true
	}
	t.elsewhere.Add(1)
	return false
}

// Validate implements turn.RelayAddressGenerator.
func (t *turnServer) Validate() error { return nil }

// AllocateListener implements turn.RelayAddressGenerator: nothing is relayed over TCP (RFC 6062).
func (t *turnServer) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errTURNUDPOnly
}

// AllocateConn implements turn.RelayAddressGenerator.
func (t *turnServer) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) {
	return nil, errTURNUDPOnly
}

// AllocatePacketConn implements turn.RelayAddressGenerator.
func (t *turnServer) AllocatePacketConn(c turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	own, err := t.relayAddress(c.Network == "udp6")
	if err != nil {
		return nil, nil, err
	}
	host := ""
	if t.hosts.bound.IsValid() {
		host = own.String()
	}
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(context.Background(), c.Network, net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, nil, fmt.Errorf("open a relay: %w", err)
	}
	port := uint16(portOf(conn.LocalAddr()))
	t.opened.Add(1)
	t.count(c.UserID, 1)
	t.mu.Lock()
	t.ports[port] = true
	t.mu.Unlock()
	return &relayConn{PacketConn: conn, turn: t, port: port}, net.UDPAddrFromAddrPort(netip.AddrPortFrom(own, port)), nil
}

// relayAddress is the station's own address that a relay is known by: only the station itself has to reach it.
func (t *turnServer) relayAddress(v6 bool) (netip.Addr, error) {
	var loopback netip.Addr
	for _, a := range t.hosts.addresses() {
		switch {
		case a.Is6() != v6:
		case a.IsLoopback():
			loopback = a
		default:
			return a, nil
		}
	}
	if !loopback.IsValid() {
		return loopback, errNoFamily
	}
	return loopback, nil
}

// relayConn is the station's side of one relay. It sends to the station's own WebRTC port and takes packets from there,
// whatever the client asks for.
type relayConn struct {
	net.PacketConn
	turn *turnServer
	port uint16
	once sync.Once
}

// ReadFrom implements net.PacketConn.
func (c *relayConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.PacketConn.ReadFrom(b)
		if err != nil {
			return n, from, err
		}
		if c.turn.station(from) {
			c.turn.bytesOut.Add(uint64(n))
			return n, from, nil
		}
		c.turn.elsewhere.Add(1)
	}
}

// WriteTo implements net.PacketConn. What is meant for elsewhere is dropped, as a firewall would.
func (c *relayConn) WriteTo(b []byte, to net.Addr) (int, error) {
	if !c.turn.station(to) {
		c.turn.elsewhere.Add(1)
		return len(b), nil
	}
	c.turn.bytesIn.Add(uint64(len(b)))
	return c.PacketConn.WriteTo(b, to)
}

// Close implements net.PacketConn.
func (c *relayConn) Close() error {
	c.once.Do(func() {
		c.turn.mu.Lock()
		delete(c.turn.ports, c.port)
		c.turn.mu.Unlock()
	})
	return c.PacketConn.Close()
}

// station tells whether an address is the station's own WebRTC port.
func (t *turnServer) station(a net.Addr) bool {
	u, ok := a.(*net.UDPAddr)
	return ok && u.Port == t.webrtc && t.hosts.offers(u.IP)
}

// relays tells whether an address is an open relay's.
func (t *turnServer) relays(host string, port uint16) bool {
	if t == nil || !t.hosts.offers(net.ParseIP(host)) {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ports[port]
}
