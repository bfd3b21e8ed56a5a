package relay

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
)

const (
	// turnLifetime is how long credentials may open a relay, turnKeeps how much longer they may keep one that is open.
	turnLifetime = 10 * time.Minute
	turnKeeps    = 24 * time.Hour
	// turnPerSession and turnAll bound the relays at a time. A browser asks for one for each network and transport.
	turnPerSession = 16
	turnAll        = 512
	turnTCPAll     = 256
	turnTCPIdle    = 60 * time.Second
)

var errTURNUDPOnly = errors.New("the station relays UDP to its own port alone")

// TURNConfig sets up the embedded TURN server (RFC 8656), for viewers whose network lets through nothing but a
// connection to one known port. It relays to the station's own WebRTC port and nowhere else.
type TURNConfig struct {
	// Port is its port, UDP and TCP. 0: any free port.
	Port int
	// TLS serves TURN over TLS on TLSPort too; nil: not.
	TLS     *tls.Config
	TLSPort int
	// Realm is named to clients. Default "vedette".
	Realm string
	// PublicAddress is the host or IP address that browsers are told; empty: the one they have reached the station by.
	PublicAddress string
	// First asks consoles to use it at once; otherwise they try without first.
	First bool
}

// TURNServer is one way to the TURN server, with credentials for one session.
type TURNServer struct {
	// Host is the host or IP address; empty: the one that the station was reached by.
	Host string
	// Port is the port, TLS and TCP the transport: UDP where neither is set.
	Port     int
	TLS, TCP bool
	// Username and Password open relays for some minutes.
	Username, Password string
	// First asks to use it at once.
	First bool
}

// TURNCounts counts what the TURN server does.
type TURNCounts struct {
	// Relays is the present number of relays, RelaysOpened all there were.
	Relays, RelaysOpened uint64
	// CredentialsRefused counts requests with wrong or old credentials, QuotaRefused relays over the limits, PeersRefused
	// permissions and packets for other places than the station's own port.
	CredentialsRefused, QuotaRefused, PeersRefused uint64
	// BytesIn and BytesOut count bytes relayed to the station and from it.
	BytesIn, BytesOut uint64
}

// turnServer is the embedded TURN server. nil is one that is switched off.
type turnServer struct {
	cfg    TURNConfig
	hosts  *hosts
	webrtc int // the only port that is relayed to
	secret [32]byte
	server *turn.Server
	gates  []*tcpGate

	opened, refused, overQuota, elsewhere, bytesIn, bytesOut atomic.Uint64

	mu    sync.Mutex
	ports map[uint16]bool // ports of open relays
	users map[string]int  // open relays by session
}

// openTURN opens the server's ports; nil where there is no configuration.
func openTURN(cfg *TURNConfig, h *hosts, webrtcPort int, log *slog.Logger) (t *turnServer, err error) {
	if cfg == nil {
		return nil, nil //nolint:nilnil // switched off
	}
	t = &turnServer{cfg: *cfg, hosts: h, webrtc: webrtcPort, ports: map[uint16]bool{}, users: map[string]int{}}
	if t.cfg.Realm == "" {
		t.cfg.Realm = "vedette"
	}
	_, _ = rand.Read(t.secret[:]) // never fails since Go 1.24
	var sc turn.ServerConfig
	defer func() {
		if err != nil {
			for _, p := range sc.PacketConnConfigs {
				_ = p.PacketConn.Close() // the error that matters is err
			}
			for _, l := range sc.ListenerConfigs {
				_ = l.Listener.Close()
			}
		}
	}()
	host := ""
	if h.bound.IsValid() {
		host = h.bound.String()
	}
	for try := 0; ; try++ {
		if err = t.listen(&sc, host, cfg.Port); err == nil || cfg.Port != 0 || try == portTries {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("listen for TURN: %w", err)
	}
	sc.Realm, sc.LoggerFactory = t.cfg.Realm, pionLoggers{log}
	sc.AuthHandler, sc.QuotaHandler = t.authenticate, t.withinQuota
	sc.EventHandler.OnAuth = func(_, _ net.Addr, _, _, _, _ string, right bool) {
		if !right {
			t.refused.Add(1)
		}
	}
	sc.EventHandler.OnAllocationDeleted = func(_, _ net.Addr, _, user, _ string) { t.count(user, -1) }
	if t.server, err = turn.NewServer(sc); err != nil {
		return nil, fmt.Errorf("start TURN: %w", err)
	}
	return t, nil
}

func (t *turnServer) listen(sc *turn.ServerConfig, host string, port int) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(context.Background(), "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	port = portOf(listener.Addr())
	conn, err := lc.ListenPacket(context.Background(), "udp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		_ = listener.Close() // the error that matters is err
		return err
	}
	t.cfg.Port = port
	sc.PacketConnConfigs = append(sc.PacketConnConfigs, turn.PacketConnConfig{
		PacketConn: conn, RelayAddressGenerator: t, PermissionHandler: t.permit,
	})
	t.serve(sc, listener, nil)
	if t.cfg.TLS == nil {
		return nil
	}
	listener, err = lc.Listen(context.Background(), "tcp", net.JoinHostPort(host, strconv.Itoa(t.cfg.TLSPort)))
	if err != nil {
		return err
	}
	t.cfg.TLSPort = portOf(listener.Addr())
	t.serve(sc, listener, t.cfg.TLS)
	return nil
}

func (t *turnServer) serve(sc *turn.ServerConfig, l net.Listener, secure *tls.Config) {
	gate := &tcpGate{Listener: l, maxOpen: turnTCPAll, maxUnproven: turnTCPAll, idle: turnTCPIdle}
	t.gates = append(t.gates, gate)
	var listener net.Listener = gate
	if secure != nil {
		listener = lazyTLS{gate, secure}
	}
	sc.ListenerConfigs = append(sc.ListenerConfigs, turn.ListenerConfig{
		Listener: listener, RelayAddressGenerator: t, PermissionHandler: t.permit,
	})
}

// lazyTLS shakes hands with the first read, within its deadline, so that one slow client holds nobody up.
type lazyTLS struct {
	net.Listener
	cfg *tls.Config
}

// Accept implements net.Listener.
func (l lazyTLS) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	// Hidden in a struct, because the library shakes hands itself where it sees TLS, and leaves what fails open.
	return struct{ net.Conn }{tls.Server(conn, l.cfg)}, nil
}

// servers returns the ways to the server, with credentials for a session (the TURN REST scheme of
// draft-uberti-behave-turn-rest: the name holds its end, and the password proves the name).
func (t *turnServer) servers(session string) []TURNServer {
	if t == nil {
		return nil
	}
	name := strconv.FormatInt(time.Now().Add(turnLifetime).Unix(), 10) + ":" + session
	s := TURNServer{Host: t.cfg.PublicAddress, Port: t.cfg.Port, Username: name, Password: t.password(name), First: t.cfg.First}
	out := []TURNServer{s, s}
	out[1].TCP = true
	if t.cfg.TLS != nil {
		s.TLS, s.TCP, s.Port = true, true, t.cfg.TLSPort
		out = append(out, s)
	}
	return out
}

func (t *turnServer) password(name string) string {
	mac := hmac.New(sha256.New, t.secret[:])
	mac.Write([]byte(name))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// authenticate returns the key of a name that this server gave out. The request's own integrity proves the password.
func (t *turnServer) authenticate(a *turn.RequestAttributes) (user string, key []byte, ok bool) {
	end, user, ok := strings.Cut(a.Username, ":")
	seconds, err := strconv.ParseInt(end, 10, 64)
	if !ok || err != nil || user == "" || len(user) > 64 {
		t.refused.Add(1)
		return "", nil, false
	}
	until := time.Unix(seconds, 0)
	if a.Method != stun.MethodAllocate {
		until = until.Add(turnKeeps)
	}
	if time.Now().After(until) {
		t.refused.Add(1)
		return "", nil, false
	}
	return user, turn.GenerateAuthKey(a.Username, a.Realm, t.password(a.Username)), true
}

// withinQuota takes a place for a relay; the library gives it back when the relay ends.
func (t *turnServer) withinQuota(user, _ string, _ net.Addr) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	total := 0
	for _, n := range t.users {
		total += n
	}
	if t.users[user] >= turnPerSession || total >= turnAll {
		t.overQuota.Add(1)
		return false
	}
	return true
}

func (t *turnServer) count(user string, by int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users[user] += by; t.users[user] <= 0 {
		delete(t.users, user)
	}
}

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

func (t *turnServer) counts() TURNCounts {
	if t == nil {
		return TURNCounts{}
	}
	t.mu.Lock()
	open := len(t.ports)
	t.mu.Unlock()
	return TURNCounts{
		Relays: uint64(open), RelaysOpened: t.opened.Load(), CredentialsRefused: t.refused.Load(),
		QuotaRefused: t.overQuota.Load(), PeersRefused: t.elsewhere.Load(),
		BytesIn: t.bytesIn.Load(), BytesOut: t.bytesOut.Load(),
	}
}

// close ends every relay and closes the ports.
func (t *turnServer) close() error {
	if t == nil {
		return nil
	}
	return t.server.Close()
}
