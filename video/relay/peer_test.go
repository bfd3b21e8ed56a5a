package relay

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// logTo sends log lines to the test's log.
type logTo struct{ t *testing.T }

func (l logTo) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// open makes a relay on loopback with a stream that has pictures; both are closed with the test.
func open(t *testing.T, change func(*Config)) (*Relay, *Stream) {
	t.Helper()
	cfg := Config{ListenHost: "127.0.0.1", Log: slog.New(slog.NewTextHandler(logTo{t}, nil))}
	if change != nil {
		change(&cfg)
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := r.NewStream("1-eo")
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		src := newSource(s)
		tick := time.NewTicker(time.Second / 30)
		defer tick.Stop()
		for {
			src.picture(2000)
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, s
}

// peer is a browser: a real peer connection over real sockets.
type peer struct {
	t       *testing.T
	pc      *webrtc.PeerConnection
	session Session

	// taken, where it is set, is given every packet. again tells that it came by retransmission.
	taken func(p *rtp.Packet, again bool)

	mu      sync.Mutex
	tracks  int
	packets int
	ssrc    uint32
	heard   map[*webrtc.DataChannel][]string // messages by their channel
}

// peerConfig says what a peer's network is like.
type peerConfig struct {
	networks []webrtc.NetworkType // default: UDP over IPv4
	turn     []webrtc.ICEServer   // used alone where given
	v6       bool                 // UDP over IPv6 alone
	mux      ice.UDPMux
	codecs   func(*webrtc.MediaEngine) error // default: pion's
	sound    bool                            // it wants sound too, and puts it first
	feedback bool                            // it sends transport-wide feedback
	nack     bool                            // it asks for lost packets again
	taken    func(*rtp.Packet, bool)         // see peer
	late     bool                            // the offer has no candidates
	channels []string                        // labels of the data channels that it opens
}

// newPeer makes a peer that wants video, and its offer.
func newPeer(t *testing.T, cfg peerConfig) (*peer, string) {
	t.Helper()
	media := &webrtc.MediaEngine{}
	if cfg.codecs == nil {
		cfg.codecs = (*webrtc.MediaEngine).RegisterDefaultCodecs
	}
	if err := cfg.codecs(media); err != nil {
		t.Fatal(err)
	}
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	se.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	if cfg.networks == nil {
		cfg.networks = []webrtc.NetworkType{webrtc.NetworkTypeUDP4}
	}
	if cfg.v6 {
		cfg.networks, cfg.mux = []webrtc.NetworkType{webrtc.NetworkTypeUDP6}, socket(t, "[::1]:0") // ::1 is not gathered without
	}
	se.SetNetworkTypes(cfg.networks)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	if cfg.mux != nil {
		se.SetICEUDPMux(cfg.mux)
	}
	rtc := webrtc.Configuration{ICEServers: cfg.turn, Certificates: certificate()}
	if cfg.turn != nil {
		rtc.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	}
	options := []func(*webrtc.API){webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(se)}
	if cfg.feedback || cfg.nack {
		registry := &interceptor.Registry{}
		if cfg.feedback {
			if err := webrtc.ConfigureTWCCSender(media, registry); err != nil {
				t.Fatal(err)
			}
		}
		if cfg.nack {
			if err := webrtc.ConfigureNack(media, registry); err != nil {
				t.Fatal(err)
			}
		}
		options = append(options, webrtc.WithInterceptorRegistry(registry))
	}
	pc, err := webrtc.NewAPI(options...).NewPeerConnection(rtc)
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, pc: pc, taken: cfg.taken}
	t.Cleanup(p.close)
	pc.OnTrack(p.read)
	if cfg.sound {
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, init); err != nil {
			t.Fatal(err)
		}
	}
	_, err = pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
	if err != nil {
		t.Fatal(err)
	}
	pc.OnDataChannel(p.hear)
	for _, label := range cfg.channels {
		dc, err := pc.CreateDataChannel(label, nil)
		if err != nil {
			t.Fatal(err)
		}
		p.hear(dc)
	}
	desc, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	p.local(desc)
	if cfg.late {
		return p, desc.SDP
	}
	return p, pc.LocalDescription().SDP
}

// certificate is one for all peers: making one costs more than the rest of a connection.
var certificate = sync.OnceValue(func() []webrtc.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	c, err := webrtc.GenerateCertificate(key)
	if err != nil {
		panic(err)
	}
	return []webrtc.Certificate{*c}
})

// socket is a UDP socket of a peer's own.
func socket(t *testing.T, addr string) *ice.UDPMuxDefault {
	t.Helper()
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(t.Context(), "udp", addr)
	if err != nil {
		t.Skipf("this machine has no %s: %v", addr, err)
	}
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn})
	t.Cleanup(func() { _ = mux.Close() }) // perhaps for the second time
	return mux
}

// local sets a local description and waits for its candidates.
func (p *peer) local(desc webrtc.SessionDescription) {
	p.t.Helper()
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(desc); err != nil {
		p.t.Fatal(err)
	}
	<-gathered
}

// watch connects a peer to a stream.
func watch(t *testing.T, r *Relay, s *Stream, cfg peerConfig) *peer {
	t.Helper()
	p, offer := newPeer(t, cfg)
	p.open(r, s, offer)
	return p
}

func (p *peer) open(r *Relay, s *Stream, offer string) {
	p.t.Helper()
	var err error
	if p.session, err = r.Open(context.Background(), s, Request{Offer: offer, Who: "me"}); err != nil {
		p.t.Fatal(err)
	}
	err = p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: p.session.Answer})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) close() {
	if err := p.pc.GracefulClose(); err != nil {
		p.t.Log("close peer:", err)
	}
}

func (p *peer) read(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	p.mu.Lock()
	p.tracks++
	p.mu.Unlock()
	for {
		packet, attributes, err := track.ReadRTP()
		if err != nil {
			return
		}
		if p.taken != nil {
			p.taken(packet, attributes.Get(webrtc.AttributeRtxSequenceNumber) != nil)
		}
		p.mu.Lock()
		p.packets++
		p.ssrc = packet.SSRC
		p.mu.Unlock()
	}
}

// hear keeps the messages of a data channel.
func (p *peer) hear(dc *webrtc.DataChannel) {
	dc.OnMessage(func(m webrtc.DataChannelMessage) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.heard == nil {
			p.heard = map[*webrtc.DataChannel][]string{}
		}
		p.heard[dc] = append(p.heard[dc], string(m.Data))
	})
}

// messages are what came on the channels of a label, one channel after the other.
func (p *peer) messages(label string) []string { return slices.Concat(p.lines(label)...) }

// lines are what came on each channel of a label.
func (p *peer) lines(label string) [][]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out [][]string
	for dc, messages := range p.heard {
		if dc.Label() == label {
			out = append(out, slices.Clone(messages))
		}
	}
	return out
}

func (p *peer) seen() (tracks, packets int, ssrc uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tracks, p.packets, p.ssrc
}

// awaitMedia waits for packets from now on.
func (p *peer) awaitMedia() {
	p.t.Helper()
	_, before, _ := p.seen()
	poll(p.t, "media", func() bool {
		_, now, _ := p.seen()
		return now >= before+20
	})
}

// sdpFragment cuts the ICE part out of a description (RFC 8840).
func sdpFragment(sdp string) string {
	var b strings.Builder
	for line := range strings.Lines(sdp) {
		for _, p := range []string{"a=group", "m=", "a=mid", "a=ice-ufrag", "a=ice-pwd", "a=candidate", "a=end-of-candidates"} {
			if strings.HasPrefix(line, p) {
				b.WriteString(line)
			}
		}
	}
	return b.String()
}

// withFragment puts the credentials and candidates of a fragment into a description, as a browser does with the answer
// to an ICE restart.
func withFragment(sdp, fragment string) string {
	f, err := readFragment(fragment)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for line := range strings.Lines(sdp) {
		switch {
		case strings.HasPrefix(line, "a=ice-ufrag:"):
			line = "a=ice-ufrag:" + f.ufrag + "\r\n"
		case strings.HasPrefix(line, "a=ice-pwd:"):
			line = "a=ice-pwd:" + f.pwd + "\r\n"
		case strings.HasPrefix(line, "a=candidate:"), strings.HasPrefix(line, "a=end-of-candidates"):
			continue
		}
		b.WriteString(line)
	}
	for _, c := range f.candidates {
		b.WriteString("a=candidate:" + c + "\r\n")
	}
	return b.String()
}
