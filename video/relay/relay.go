// Package relay carries H.264 streams to browsers over WebRTC (WHEP signalling): packets are forwarded as they come and
// never transcoded. A new viewer gets the current group of pictures at once, paced, and then the live edge. One UDP
// port serves all viewers. A Relay owns its viewers' goroutines; Close ends them and waits.
package relay

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// Errors that callers decide on.
var (
	// ErrBadOffer means that the offer cannot be answered; the text says why.
	ErrBadOffer = errors.New("offer cannot be used")
	// ErrTooMany means that the relay has as many viewers as it takes.
	ErrTooMany = errors.New("too many viewers")
	// ErrClosed means that the stream or the relay has ended.
	ErrClosed = errors.New("relay is closed")
)

// Config sets up a Relay. The zero value works.
type Config struct {
	// ListenHost is the IP address of the UDP port; empty or "0.0.0.0": all IPv4 interfaces.
	ListenHost string
	// UDPPort is the one port for all viewers. 0: any free port.
	UDPPort int
	// MaxViewers bounds the viewers of all streams together. Default 200.
	MaxViewers int
	// ConnectTimeout ends a viewer that does not connect in this time. Default 20 s.
	ConnectTimeout time.Duration
	// Log receives log lines. nil: none.
	Log *slog.Logger
}

// Relay answers offers and owns the viewers of all its streams.
type Relay struct {
	cfg   Config
	log   *slog.Logger
	api   *webrtc.API
	certs []webrtc.Certificate
	conn  net.PacketConn
	mux   *ice.UDPMuxDefault

	mu      sync.Mutex
	viewers int
	closed  bool

	ctx    context.Context // ends all viewers; set once in New
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// New opens the UDP port.
func New(cfg Config) (*Relay, error) {
	if cfg.MaxViewers <= 0 {
		cfg.MaxViewers = 200
	}
	if cfg.ConnectTimeout <= 0 {
		cfg.ConnectTimeout = 20 * time.Second
	}
	r := &Relay{cfg: cfg, log: cfg.Log}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	// One certificate for all viewers: making one costs more than the rest of a connection.
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make DTLS key: %w", err)
	}
	cert, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("make DTLS certificate: %w", err)
	}
	r.certs = []webrtc.Certificate{*cert}
	host := cfg.ListenHost
	if host == "" {
		host = "0.0.0.0"
	}
	network := "udp4"
	if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
		network = "udp6"
	}
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(context.Background(), network, net.JoinHostPort(host, strconv.Itoa(cfg.UDPPort)))
	if err != nil {
		return nil, fmt.Errorf("listen for WebRTC: %w", err)
	}
	if u, ok := conn.(*net.UDPConn); ok {
		// The kernel caps this where it must; the default 208 KiB holds less than one large key picture for ten viewers.
		_ = u.SetWriteBuffer(4 << 20)
	}
	r.conn = conn
	r.mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Logger: pionLogger{r.log}})
	if r.api, err = newAPI(r.mux, network, r.log); err != nil {
		_ = r.mux.Close() // the error that matters is err
		return nil, err
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r, nil
}

func newAPI(mux ice.UDPMux, network string, log *slog.Logger) (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	if err := registerCodecs(media); err != nil {
		return nil, fmt.Errorf("register codecs: %w", err)
	}
	ext := webrtc.RTPHeaderExtensionCapability{URI: playoutDelayURI}
	if err := media.RegisterHeaderExtension(ext, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, fmt.Errorf("register playout delay: %w", err)
	}
	registry := &interceptor.Registry{}
	if err := webrtc.ConfigureNack(media, registry); err != nil {
		return nil, fmt.Errorf("set up NACK: %w", err)
	}
	if err := webrtc.ConfigureRTCPReports(registry); err != nil {
		return nil, fmt.Errorf("set up RTCP reports: %w", err)
	}
	var se webrtc.SettingEngine
	se.SetICEUDPMux(mux)
	se.SetIncludeLoopbackCandidate(true)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetICETimeouts(5*time.Second, 15*time.Second, 2*time.Second)
	if network == "udp6" {
		se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP6})
	} else {
		se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	}
	se.LoggerFactory = pionLoggers{log}
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry),
		webrtc.WithSettingEngine(se)), nil
}

// registerCodecs takes every profile of H.264 that a browser offers, with retransmission.
func registerCodecs(media *webrtc.MediaEngine) error {
	feedback := []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}}
	pt := webrtc.PayloadType(96)
	for _, mode := range []string{"1", "0"} {
		for _, profile := range []string{"42e01f", "42001f", "4d001f", "640c1f", "64001f", "4d401f", "42c01f"} {
			err := media.RegisterCodec(webrtc.RTPCodecParameters{
				RTPCodecCapability: webrtc.RTPCodecCapability{
					MimeType: webrtc.MimeTypeH264, ClockRate: clockRate, RTCPFeedback: feedback,
					SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=" + mode + ";profile-level-id=" + profile,
				},
				PayloadType: pt,
			}, webrtc.RTPCodecTypeVideo)
			if err != nil {
				return err
			}
			err = media.RegisterCodec(webrtc.RTPCodecParameters{
				RTPCodecCapability: webrtc.RTPCodecCapability{
					MimeType: webrtc.MimeTypeRTX, ClockRate: clockRate, SDPFmtpLine: fmt.Sprintf("apt=%d", pt),
				},
				PayloadType: pt + 1,
			}, webrtc.RTPCodecTypeVideo)
			if err != nil {
				return err
			}
			pt += 2
		}
	}
	return nil
}

// Port returns the UDP port in use.
func (r *Relay) Port() int {
	if a, ok := r.conn.LocalAddr().(*net.UDPAddr); ok {
		return a.Port
	}
	return 0
}

// NewStream makes a stream without viewers.
func (r *Relay) NewStream(name string) *Stream { return &Stream{name: name} }

// Close ends all viewers, waits for them, and closes the port. It may be called twice.
func (r *Relay) Close() error {
	r.mu.Lock()
	was := r.closed
	r.closed = true
	r.mu.Unlock()
	r.cancel()
	r.wg.Wait()
	if was {
		return nil
	}
	if err := r.mux.Close(); err != nil {
		return fmt.Errorf("close WebRTC port: %w", err)
	}
	return nil
}
