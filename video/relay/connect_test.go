package relay

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

func TestViewersConnectOverEveryKindOfNetwork(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, host string
		peer       peerConfig
		path       string
	}{
		{"UDP over IPv4", "127.0.0.1", peerConfig{}, "udp"},
		{"with sound first, which is refused", "127.0.0.1", peerConfig{sound: true}, "udp"},
		{"UDP over IPv6", "::1", peerConfig{v6: true}, "udp"},
		{"TCP alone", "127.0.0.1", peerConfig{networks: []webrtc.NetworkType{webrtc.NetworkTypeTCP4}}, "tcp"},
		{"all interfaces, IPv4", "", peerConfig{}, "udp"},
		{"all interfaces, IPv6", "", peerConfig{v6: true}, "udp"},
		{"all interfaces, TCP", "", peerConfig{networks: []webrtc.NetworkType{webrtc.NetworkTypeTCP4}}, "tcp"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, s := open(t, func(cfg *Config) { cfg.ListenHost = c.host })
			p := watch(t, r, s, c.peer)
			p.awaitMedia()
			v, err := r.View(s, p.session.ID)
			if err != nil || v.Path != c.path || !v.Connected || v.Who != "me" || v.RequestsReceived == 0 || v.Local == "" || v.Remote == "" {
				t.Errorf("the station sees %+v, %v", v, err)
			}
			n := r.Connections()
			if got := map[string]uint64{"udp": n.ConnectedUDP, "tcp": n.ConnectedTCP, "relay": n.ConnectedRelay}; got[c.path] != 1 {
				t.Errorf("counted %+v", n)
			}
			if !s.End(p.session.ID) {
				t.Error("the session was not there to end")
			}
			if _, err := r.View(s, p.session.ID); !errors.Is(err, ErrUnknownSession) {
				t.Errorf("after its end: %v", err)
			}
			if c.path == "tcp" {
				poll(t, "its TCP connection is closed", func() bool { return r.Connections().TCPOpen == 0 })
			}
		})
	}
}

func TestFurtherAddressesAreOffered(t *testing.T) {
	t.Parallel()
	r, s := open(t, func(c *Config) {
		c.Addresses = []string{"203.0.113.7", "2001:db8::7", "198.51.100.9:40000", "localhost"}
	})
	p := watch(t, r, s, peerConfig{})
	p.awaitMedia()
	v, err := r.View(s, p.session.ID)
	if err != nil {
		t.Fatal(err)
	}
	port := fmt.Sprint(r.Port())
	for _, want := range []string{
		"udp 127.0.0.1:" + port, "tcp 127.0.0.1:" + port, "udp 203.0.113.7:" + port, "tcp 203.0.113.7:" + port,
		"udp [2001:db8::7]:" + port, "udp 198.51.100.9:40000", "tcp 198.51.100.9:40000",
	} {
		if !strings.Contains(strings.Join(v.Offered, "\n"), want) {
			t.Errorf("%s is not offered: %q", want, v.Offered)
		}
	}
	for _, bad := range []string{"", "a b", "host:0", "host:port", "http://host", "user@host"} {
		if r, err := New(Config{ListenHost: "127.0.0.1", Addresses: []string{bad}}); err == nil {
			t.Errorf("address %q was taken", bad)
			_ = r.Close()
		}
	}
}

func TestAPortThatIsTakenIsAnError(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	cfg := Config{ListenHost: "127.0.0.1", UDPPort: portOf(l.Addr())}
	if r, err := New(cfg); err == nil || !strings.Contains(err.Error(), "TCP") {
		t.Fatalf("%v, %v", r, err)
	}
	cfg.NoTCP = true // and the UDP port has been given back
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestVirtualInterfacesAreLeftOut(t *testing.T) {
	t.Parallel()
	h, err := newHosts("", nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]bool{"eth0": true, "wlp3s0": true, "wg0": true, "tailscale0": true, "lo": true, "docker0": false, "br-1f2e": false, "veth12": false, "virbr0": false} {
		if h.leaveIn(name) != in {
			t.Errorf("%s is offered: %v", name, !in)
		}
	}
	if h, err = newHosts("", nil, []string{}, nil); err != nil || !h.leaveIn("docker0") {
		t.Errorf("with nothing to leave out docker0 is left out: %v", err)
	}
	if _, err = newHosts("", nil, []string{"[x"}, nil); err == nil {
		t.Error("a pattern that is none was taken")
	}
}
