package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"vedette/video/relay/udpbatch"
)

// portTries bounds the search for a number that is free for UDP and TCP, IPv4 and IPv6.
const portTries = 20

var errNoFamily = errors.New("no port is open for this address family")

// ports are the sockets of all viewers: one number for UDP and TCP, over IPv4 and IPv6.
type ports struct {
	number int
	udp    *dualMux
	routes *udpbatch.Routes   // of media in the UDP sockets
	tcp    *ice.TCPMuxDefault // nil: no ICE over TCP
	gate   *tcpGate           // nil where tcp is
}

// openPorts opens one number for everything. number 0 takes any that is free.
func openPorts(number int, withTCP bool, h *hosts, log *slog.Logger) (*ports, error) {
	for try := 0; ; try++ {
		p, err := tryPorts(number, withTCP, h, log)
		if err == nil {
			return p, nil
		}
		if number != 0 || try == portTries {
			return nil, err
		}
	}
}

func tryPorts(number int, withTCP bool, h *hosts, log *slog.Logger) (opened *ports, err error) {
	p := &ports{number: number, udp: &dualMux{hosts: h}, routes: &udpbatch.Routes{}}
	defer func() {
		if err != nil {
			_ = p.close() // the error that matters is err
		}
	}()
	families := []string{"udp4", "udp6"}
	host := ""
	if h.bound.IsValid() {
		host, families = h.bound.String(), []string{"udp4"}
		if h.bound.Is6() {
			families = []string{"udp6"}
		}
	}
	for _, network := range families {
		conn, err := p.listenUDP(network, host)
		if err != nil {
			if network == "udp6" && len(families) > 1 && !portTaken(err) {
				log.Debug("no IPv6 for WebRTC", "error", err)
				continue // a machine without IPv6
			}
			return nil, fmt.Errorf("listen for WebRTC: %w", err)
		}
		p.number = portOf(conn.LocalAddr())
		mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Logger: pionLogger{log}})
		if network == "udp4" {
			p.udp.v4 = mux
		} else {
			p.udp.v6 = mux
		}
	}
	p.udp.port = p.number
	if !withTCP {
		return p, nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", net.JoinHostPort(host, strconv.Itoa(p.number)))
	if err != nil {
		return nil, fmt.Errorf("listen for WebRTC over TCP: %w", err)
	}
	p.gate = newTCPGate(l)
	p.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: p.gate, Logger: pionLogger{log}, ReadBufferSize: tcpReadQueue,
		FirstStunBindTimeout: tcpFirstPacket, AliveDurationForConnFromStun: tcpFirstPacket,
	})
	return p, nil
}

// listenUDP opens one UDP socket.
func (p *ports) listenUDP(network, host string) (net.PacketConn, error) {
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(context.Background(), network, net.JoinHostPort(host, strconv.Itoa(p.number)))
	if err != nil {
		return nil, err
	}
	if u, ok := conn.(*net.UDPConn); ok {
		return udpbatch.New(u, p.routes), nil
	}
	return conn, nil
}

func portOf(a net.Addr) int {
	switch a := a.(type) {
	case *net.UDPAddr:
		return a.Port
	case *net.TCPAddr:
		return a.Port
	}
	return 0
}

func (p *ports) close() error {
	errs := []error{p.udp.Close()}
	if p.tcp != nil {
		errs = append(errs, p.tcp.Close())
	}
	return errors.Join(errs...)
}

// dualMux is the UDP port of both families, and says which addresses are offered. pion asks for them with each viewer,
// so that an interface that comes up later (a VPN, a modem) is offered too.
type dualMux struct {
	v4, v6 *ice.UDPMuxDefault // nil: the family is not served
	hosts  *hosts
	port   int
}

var _ ice.UDPMux = (*dualMux)(nil)

func (m *dualMux) of(addr netip.Addr) *ice.UDPMuxDefault {
	if addr.Is4() {
		return m.v4
	}
	return m.v6
}

// GetListenAddresses implements ice.UDPMux.
func (m *dualMux) GetListenAddresses() []net.Addr {
	var out []net.Addr
	for _, a := range m.hosts.addresses() {
		if m.of(a) != nil {
			out = append(out, net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, uint16(m.port))))
		}
	}
	return out
}

// GetConn implements ice.UDPMux.
func (m *dualMux) GetConn(ufrag string, addr net.Addr) (net.PacketConn, error) {
	u, ok := addr.(*net.UDPAddr)
	if !ok {
		return nil, errNoFamily
	}
	mux := m.of(u.AddrPort().Addr().Unmap())
	if mux == nil {
		return nil, errNoFamily
	}
	return mux.GetConn(ufrag, addr)
}

// RemoveConnByUfrag implements ice.UDPMux.
func (m *dualMux) RemoveConnByUfrag(ufrag string) {
	for _, mux := range []*ice.UDPMuxDefault{m.v4, m.v6} {
		if mux != nil {
			mux.RemoveConnByUfrag(ufrag)
		}
	}
}

// Close implements ice.UDPMux.
func (m *dualMux) Close() error {
	var errs []error
	for _, mux := range []*ice.UDPMuxDefault{m.v4, m.v6} {
		if mux != nil {
			errs = append(errs, mux.Close())
		}
	}
	return errors.Join(errs...)
}

// portTaken tells a number in use from a family that the machine has not got.
func portTaken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// connectivity is how viewers' connections are made. The station asks no STUN server and dials nobody over TCP.
func (r *Relay) connectivity() webrtc.SettingEngine {
	var se webrtc.SettingEngine
	se.SetICEUDPMux(r.ports.udp)
	networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if r.ports.tcp != nil {
		se.SetICETCPMux(r.ports.tcp)
		networks = append(networks, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	se.SetNetworkTypes(networks)
	se.DisableActiveTCP(true)
	se.SetIPFilter(r.hosts.offers)
	se.SetIncludeLoopbackCandidate(true)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetICETimeouts(5*time.Second, 15*time.Second, 2*time.Second)
	se.SetICEBindingRequestHandler(r.countRequest)
	se.SetSCTPMaxMessageSize(maxDataMessage)
	se.SetSCTPMaxReceiveBufferSize(maxDataReceive)
	se.LoggerFactory = pionLoggers{r.log}
	return se
}
