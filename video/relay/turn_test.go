package relay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
	"github.com/pion/webrtc/v4"
)

// iceServers makes of the station's TURN servers what a browser makes of the Link headers.
func iceServers(host string, servers []TURNServer) []webrtc.ICEServer {
	var out []webrtc.ICEServer
	for _, s := range servers {
		scheme, transport := "turn", "udp"
		if s.TLS {
			scheme = "turns"
		}
		if s.TCP {
			transport = "tcp"
		}
		out = append(out, webrtc.ICEServer{
			URLs:     []string{fmt.Sprintf("%s:%s?transport=%s", scheme, net.JoinHostPort(host, strconv.Itoa(s.Port)), transport)},
			Username: s.Username, Credential: s.Password,
		})
	}
	return out
}

func TestViewersConnectByTheStationsTURNServerAlone(t *testing.T) {
	t.Parallel()
	for name, only := range map[string]func(TURNServer) bool{
		"over UDP": func(s TURNServer) bool { return !s.TCP },
		"over TCP": func(s TURNServer) bool { return s.TCP },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Without TCP of the station's own, which the peer would dial in spite of its policy.
			r, s := open(t, func(c *Config) { c.TURN, c.NoTCP = &TURNConfig{}, true })
			var servers []TURNServer
			for _, srv := range r.turn.servers("a session") {
				if only(srv) {
					servers = append(servers, srv)
				}
			}
			networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4}
			p := watch(t, r, s, peerConfig{networks: networks, turn: iceServers("127.0.0.1", servers)})
			p.awaitMedia()
			if v, err := r.View(s, p.session.ID); err != nil || v.Path != "relay" || len(v.BrowserOffers) != 1 || v.BrowserOffers[0] != "udp relay" {
				t.Errorf("the station sees %+v, %v", v, err)
			}
			n := r.Connections()
			if n.ConnectedRelay != 1 || n.TURN.RelaysOpened == 0 || n.TURN.Relays == 0 || n.TURN.BytesIn == 0 || n.TURN.BytesOut == 0 {
				t.Errorf("counted %+v", n)
			}
			if len(p.session.TURN) != 2 {
				t.Errorf("the session is told of %+v", p.session.TURN)
			}
			p.close()
			poll(t, "the relay is gone", func() bool { return r.Connections().TURN.Relays == 0 })
		})
	}
}

// turnClient is a client of the TURN server.
func turnClient(t *testing.T, r *Relay, user, password string) *turn.Client {
	t.Helper()
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(r.turn.cfg.Port))
	c, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: addr, TURNServerAddr: addr, Conn: conn, Username: user, Password: password, Realm: "vedette",
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: logTo{t}}, RTO: 200 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Listen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		_ = conn.Close() // the client may have closed it
	})
	return c
}

func TestTURNRelaysToTheStationAlone(t *testing.T) {
	t.Parallel()
	r, _ := open(t, func(c *Config) { c.TURN = &TURNConfig{} })
	srv := r.turn.servers("a session")[0]
	relayed, err := turnClient(t, r, srv.Username, srv.Password).Allocate()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = relayed.Close() })

	// Another address: no permission.
	if _, err := relayed.WriteTo([]byte("x"), &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: r.Port()}); err == nil {
		t.Error("a permission for another address was given")
	}
	// The station's address, another port: the packet is dropped, and nothing comes back from there.
	var lc net.ListenConfig
	other, err := lc.ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	before := r.Connections().TURN.PeersRefused
	if _, err := relayed.WriteTo([]byte("x"), other.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	poll(t, "the packet was dropped", func() bool { return r.Connections().TURN.PeersRefused > before })
	before = r.Connections().TURN.PeersRefused
	if _, err := other.WriteTo([]byte("y"), relayed.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	poll(t, "a stranger's packet was dropped", func() bool { return r.Connections().TURN.PeersRefused > before })

	// The station's own port answers: the relay works at all.
	ask, err := stun.Build(stun.TransactionID, stun.BindingRequest)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := relayed.WriteTo(ask.Raw, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: r.Port()}); err != nil {
		t.Fatal(err)
	}
	poll(t, "the packet went on", func() bool { return r.Connections().TURN.BytesIn == uint64(len(ask.Raw)) })
}

func TestTURNCredentials(t *testing.T) {
	t.Parallel()
	r, _ := open(t, func(c *Config) { c.TURN = &TURNConfig{} })
	good := r.turn.servers("a session")[0]
	old := fmt.Sprintf("%d:%s", time.Now().Add(-time.Minute).Unix(), "a session")
	for name, c := range map[string]struct{ user, password string }{
		"wrong password": {good.Username, "wrong"},
		"no end":         {"somebody", r.turn.password("somebody")},
		"no name":        {"99999999999:", r.turn.password("99999999999:")},
		"too late":       {old, r.turn.password(old)},
	} {
		before := r.Connections().TURN.CredentialsRefused
		if conn, err := turnClient(t, r, c.user, c.password).Allocate(); err == nil {
			t.Errorf("%s: a relay was opened", name)
			_ = conn.Close()
		}
		if r.Connections().TURN.CredentialsRefused == before {
			t.Errorf("%s: not counted", name)
		}
	}
	// What was opened in time may go on for a day.
	for method, want := range map[stun.Method]bool{stun.MethodAllocate: false, stun.MethodRefresh: true, stun.MethodCreatePermission: true} {
		if _, _, ok := r.turn.authenticate(&turn.RequestAttributes{Username: old, Realm: "vedette", Method: method}); ok != want {
			t.Errorf("old credentials for %v: %v", method, ok)
		}
	}
	// One session opens so many relays and no more.
	for i := range turnPerSession + 1 {
		conn, err := turnClient(t, r, good.Username, good.Password).Allocate()
		if (err == nil) != (i < turnPerSession) {
			t.Fatalf("relay %d: %v", i, err)
		}
		if err == nil {
			t.Cleanup(func() { _ = conn.Close() })
		}
	}
	if n := r.Connections().TURN; n.QuotaRefused == 0 || n.Relays != turnPerSession {
		t.Errorf("counted %+v", n)
	}
}

func TestTURNOverTLSIsOffered(t *testing.T) {
	t.Parallel()
	r, _ := open(t, func(c *Config) {
		c.TURN = &TURNConfig{TLS: &tls.Config{MinVersion: tls.VersionTLS12}, PublicAddress: "post.example", First: true}
	})
	servers := r.turn.servers("a session")
	if len(servers) != 3 {
		t.Fatalf("%+v", servers)
	}
	for _, s := range servers {
		if s.Host != "post.example" || !s.First || s.Port == 0 || !strings.HasSuffix(s.Username, ":a session") {
			t.Errorf("%+v", s)
		}
	}
	// Without a certificate the handshake fails, and the connection is closed and counted out.
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(r.turn.cfg.TLSPort)))
	if err != nil {
		t.Fatal(err)
	}
	if err := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(t.Context()); err == nil { //nolint:gosec // the test's own server
		t.Error("a handshake without a certificate succeeded")
	}
	_ = conn.Close()
	poll(t, "the connection is counted out", func() bool { return r.turn.gates[1].open.Load() == 0 })
}

func TestTURNOverTLSOpensRelays(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"post.example"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(cert)
	r, _ := open(t, func(c *Config) {
		c.TURN = &TURNConfig{TLS: &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}}
	})
	d := tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trusted, ServerName: "post.example"}}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(r.turn.cfg.TLSPort))
	conn, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	srv := r.turn.servers("a session")[2]
	c, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: addr, TURNServerAddr: addr, Conn: turn.NewSTUNConn(conn), Username: srv.Username, Password: srv.Password,
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: logTo{t}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		_ = conn.Close() // the client may have closed it
	})
	if err := c.Listen(); err != nil {
		t.Fatal(err)
	}
	relayed, err := c.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	if n := r.Connections().TURN; n.Relays != 1 {
		t.Errorf("counted %+v", n)
	}
	if err := relayed.Close(); err != nil {
		t.Error(err)
	}
	poll(t, "the relay is gone", func() bool { return r.Connections().TURN.Relays == 0 })
}
