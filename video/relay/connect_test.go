package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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

func TestRestartKeepsTheTrack(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	p := watch(t, r, s, peerConfig{channels: []string{DataLabel}})
	p.awaitMedia()
	_, _, ssrc := p.seen()
	for i := range 2 {
		offer, err := p.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
		if err != nil {
			t.Fatal(err)
		}
		p.local(offer)
		before := p.session.Tag
		answer, tag, err := r.Patch(t.Context(), s, p.session.ID, AnyTag, sdpFragment(p.pc.LocalDescription().SDP))
		if err != nil {
			t.Fatal(err)
		}
		if tag == "" || tag == before {
			t.Errorf("tag %q after %q", tag, before)
		}
		p.session.Tag = tag
		err = p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: withFragment(p.session.Answer, answer)})
		if err != nil {
			t.Fatalf("%v\n%s", err, answer)
		}
		poll(t, "connected again", func() bool { return p.pc.ConnectionState() == webrtc.PeerConnectionStateConnected })
		p.awaitMedia()
		message := fmt.Sprint("after restart ", i)
		poll(t, "a message on the data channel", func() bool {
			s.Tell(message)
			return slices.Contains(p.messages(DataLabel), message)
		})
		if _, _, err := r.Patch(t.Context(), s, p.session.ID, before, "a=end-of-candidates\r\n"); !errors.Is(err, ErrStale) {
			t.Errorf("a fragment for the ICE session before: %v", err)
		}
	}
	tracks, _, again := p.seen()
	if tracks != 1 || again != ssrc {
		t.Errorf("%d tracks, source %d then %d", tracks, ssrc, again)
	}
	if v, err := r.View(s, p.session.ID); err != nil || v.Restarts != 2 || r.Connections().Restarts != 2 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestCandidatesThatComeLaterConnect(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	// A station that learns the browser's candidates from its requests would connect without them: it must not reach out
	// before it has them, which a browser that is told nothing cannot show. So the late ones are counted.
	p, offer := newPeer(t, peerConfig{late: true})
	p.open(r, s, offer)
	answer, tag, err := r.Patch(t.Context(), s, p.session.ID, p.session.Tag, sdpFragment(p.pc.LocalDescription().SDP))
	if err != nil || answer != "" || tag != p.session.Tag {
		t.Fatalf("%q, %q, %v", answer, tag, err)
	}
	if v, err := r.View(s, p.session.ID); err != nil || len(v.BrowserOffers) == 0 {
		t.Errorf("the station sees %+v, %v", v, err)
	}
	p.awaitMedia()
}

func TestPatchesThatCannotBe(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	other := r.NewStream("2-eo")
	p := watch(t, r, s, peerConfig{})
	p.awaitMedia()
	id := p.session.ID
	for _, c := range []struct {
		stream          *Stream
		id, match, text string
		want            error
	}{
		{s, "nobody", AnyTag, "a=end-of-candidates", ErrUnknownSession},
		{other, id, AnyTag, "a=end-of-candidates", ErrUnknownSession},
		{s, id, "old", "a=end-of-candidates", ErrStale},
		{s, id, AnyTag, "", ErrBadFragment},
		{s, id, AnyTag, "GET / HTTP/1.1", ErrBadFragment},
		{s, id, AnyTag, "a=ice-ufrag:abcd", ErrBadFragment},
		{s, id, AnyTag, "a=ice-ufrag:ab\r\na=ice-pwd:0123456789012345678901", ErrBadFragment},
		{s, id, AnyTag, "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=ice-ufrag:dcba", ErrBadFragment},
		{s, id, AnyTag, "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:7\r\na=end-of-candidates", ErrBadFragment},
		{s, id, AnyTag, strings.Repeat("a=x\r\n", maxFragment), ErrBadFragment},
		{s, id, AnyTag, "a=candidate:1 1 udp 1 nowhere.invalid 9 typ host\r\na=candidate:nonsense", nil},
		{s, id, "\x00", "a=end-of-candidates", ErrStale},
	} {
		if _, _, err := r.Patch(t.Context(), c.stream, c.id, c.match, c.text); !errors.Is(err, c.want) {
			t.Errorf("%.60q for %q: %v, want %v", c.text, c.match, err, c.want)
		}
	}
	p.awaitMedia()
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

func TestTooManyViewersAreRefusedAndTheirPlacesComeBack(t *testing.T) {
	t.Parallel()
	most := 200
	if raceEnabled || testing.Short() {
		most = 60
	}
	r, s := open(t, func(c *Config) { c.MaxViewers, c.ConnectTimeout = most, 5*time.Minute })
	peers := make([]*peer, most)
	var wg sync.WaitGroup
	for i := range peers {
		p, offer := newPeer(t, peerConfig{})
		peers[i] = p
		wg.Go(func() { p.open(r, s, offer) })
	}
	wg.Wait()
	_, offer := newPeer(t, peerConfig{})
	_, err := r.Open(t.Context(), s, Request{Offer: offer})
	if !errors.Is(err, ErrTooMany) || !strings.Contains(err.Error(), fmt.Sprint(most)) {
		t.Fatalf("one more than %d: %v", most, err)
	}
	for _, p := range peers {
		poll(t, "everybody has pictures", func() bool { _, got, _ := p.seen(); return got >= 20 })
	}
	for _, p := range peers[:most/2] {
		if !s.End(p.session.ID) {
			t.Error("a session was not there")
		}
	}
	if got := s.Viewers(); got != most-most/2 {
		t.Errorf("%d viewers are left", got)
	}
	watch(t, r, s, peerConfig{}).awaitMedia()
}

func TestSessionsAreLookedAtWhileTheyAreMade(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	stop, looked := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(looked)
		for {
			select {
			case <-stop:
				return
			default:
				r.Views(s) // the race detector looks on
			}
		}
	}()
	for range 20 {
		p := watch(t, r, s, peerConfig{})
		if !s.End(p.session.ID) {
			t.Error("a session was not there")
		}
	}
	close(stop)
	<-looked
}

func TestViewerThatVanishesIsGone(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for ICE to give up, 20 s")
	}
	r, s := open(t, nil)
	mux := socket(t, "127.0.0.1:0")
	p := watch(t, r, s, peerConfig{mux: mux})
	p.awaitMedia()
	if err := mux.Close(); err != nil { // no farewell comes through
		t.Fatal(err)
	}
	deadline := time.Now().Add(60 * time.Second)
	for tick := time.NewTicker(50 * time.Millisecond); s.Viewers() > 0; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("the viewer is still there after 60 s")
		}
	}
	if r.Connections().Lost != 1 || len(r.Views(s)) != 0 {
		t.Errorf("%+v, %d sessions", r.Connections(), len(r.Views(s)))
	}
}

func TestViewerThatNeverComesIsCountedAsUnheard(t *testing.T) {
	t.Parallel()
	r, s := open(t, func(c *Config) { c.ConnectTimeout = 200 * time.Millisecond })
	_, offer := newPeer(t, peerConfig{})
	got, err := r.Open(t.Context(), s, Request{Offer: strings.ReplaceAll(offer, "a=candidate", "a=nothing")})
	if err != nil {
		t.Fatal(err)
	}
	poll(t, "the session is gone", func() bool {
		_, err := r.View(s, got.ID)
		return errors.Is(err, ErrUnknownSession)
	})
	if n := r.Connections(); n.FailedUnheard != 1 {
		t.Errorf("counted %+v", n)
	}
}

func TestAViewerWhoGivesUpIsCountedAsUnheard(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	for i, since := range []time.Duration{0, gaveUpAfter} {
		_, offer := newPeer(t, peerConfig{})
		got, err := r.Open(t.Context(), s, Request{Offer: strings.ReplaceAll(offer, "a=candidate", "a=nothing")})
		if err != nil {
			t.Fatal(err)
		}
		r.mu.Lock()
		r.sessions[got.ID].since = time.Now().Add(-since)
		r.mu.Unlock()
		if !s.End(got.ID) {
			t.Error("the session was not there to end")
		}
		if n := r.Connections(); n.FailedUnheard != uint64(i) {
			t.Errorf("after %v: counted %+v", since, n)
		}
	}
}

func TestStrangersOverTCPAreTurnedAway(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	addr := fmt.Sprintf("127.0.0.1:%d", r.Port())
	var strangers []net.Conn
	t.Cleanup(func() {
		for _, c := range strangers {
			_ = c.Close() // may be closed already
		}
	})
	dial := func() net.Conn {
		var d net.Dialer
		c, err := d.DialContext(context.Background(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		strangers = append(strangers, c)
		return c
	}
	for range tcpUnproven + 10 {
		dial()
	}
	poll(t, "ten are refused", func() bool { return r.Connections().TCPRefused >= 10 })
	watch(t, r, s, peerConfig{}).awaitMedia() // those who come by UDP do not notice
	for _, c := range strangers {
		_ = c.Close()
	}
	poll(t, "their places are free", func() bool { return r.Connections().TCPOpen == 0 })
	c := dial()
	if _, err := c.Write([]byte("\x00\x30GET / HTTP/1.1\r\nHost: station\r\nAccept: */*\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); err == nil || n != 0 {
		t.Errorf("a stranger was answered with %d bytes", n)
	}
	watch(t, r, s, peerConfig{networks: []webrtc.NetworkType{webrtc.NetworkTypeTCP4}}).awaitMedia()
}

func TestATCPConnectionThatProvesNothingEnds(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := newTCPGate(l)
	g.prove = 50 * time.Millisecond
	t.Cleanup(func() { _ = g.Close() })
	var d net.Dialer
	for range 2 {
		c, err := d.DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	silent, err := g.Accept()
	if err != nil {
		t.Fatal(err)
	}
	served, err := g.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := served.Write([]byte("answer")); err != nil {
		t.Fatal(err)
	}
	if _, err := silent.Read(make([]byte, 1)); err == nil {
		t.Error("the silent one was not ended")
	}
	if g.abandoned.Load() != 1 || g.open.Load() != 1 || g.unproven.Load() != 0 {
		t.Errorf("%d abandoned, %d open, %d unproven", g.abandoned.Load(), g.open.Load(), g.unproven.Load())
	}
	if err := served.Close(); err != nil || served.Close() != nil || g.open.Load() != 0 {
		t.Errorf("close: %v, %d open", err, g.open.Load())
	}
}

// valve passes TCP connections on to an address until it is shut; then it reads no more.
type valve struct {
	net.Listener
	shut chan struct{}
	wg   sync.WaitGroup
}

func newValve(t *testing.T, to string) *valve {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &valve{Listener: l, shut: make(chan struct{})}
	end := make(chan struct{})
	v.wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			var d net.Dialer
			out, err := d.DialContext(context.Background(), "tcp", to)
			if err != nil {
				_ = in.Close()
				return
			}
			// A small window, so that it is soon full.
			_ = out.(*net.TCPConn).SetReadBuffer(4096)
			v.wg.Go(func() { <-end; _, _ = in.Close(), out.Close() })
			v.wg.Go(func() { v.pass(out, in) })
			v.wg.Go(func() { v.pass(in, out) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		close(end)
		v.wg.Wait()
	})
	return v
}

func (v *valve) pass(to, from net.Conn) {
	buf := make([]byte, 2048)
	for {
		select {
		case <-v.shut:
			return
		default:
		}
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func TestAViewerWhoseTCPIsStuckHarmsNobody(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	v := newValve(t, fmt.Sprintf("127.0.0.1:%d", r.Port()))
	stuck, offer := newPeer(t, peerConfig{networks: []webrtc.NetworkType{webrtc.NetworkTypeTCP4}})
	var err error
	if stuck.session, err = r.Open(t.Context(), s, Request{Offer: offer}); err != nil {
		t.Fatal(err)
	}
	through := strings.ReplaceAll(stuck.session.Answer, fmt.Sprintf(" 127.0.0.1 %d typ host tcptype", r.Port()), fmt.Sprintf(" 127.0.0.1 %d typ host tcptype", portOf(v.Addr())))
	if err := stuck.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: through}); err != nil {
		t.Fatal(err)
	}
	stuck.awaitMedia()
	other := watch(t, r, s, peerConfig{})
	other.awaitMedia()
	close(v.shut)
	deadline := time.Now().Add(60 * time.Second)
	for r.Connections().TCPOpen > 0 {
		if time.Now().After(deadline) {
			t.Fatal("the stuck connection is still open after 60 s")
		}
		before := time.Now()
		other.awaitMedia() // 0.3 s of pictures
		if took := time.Since(before); took > tcpWrite-time.Second {
			t.Errorf("the other viewer waited %v for 20 packets", took)
		}
	}
	if s.Viewers() == 0 {
		t.Error("the other viewer went too")
	}
}
