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
