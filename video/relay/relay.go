// Package relay carries camera streams to browsers over WebRTC (WHEP signalling): packets are forwarded as they come and
// never transcoded. A new viewer gets the current group of pictures at once, paced, and then the live edge. One port
// serves all viewers, over UDP and TCP, IPv4 and IPv6. A Relay owns its viewers' goroutines; Close ends them and waits.
package relay

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
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
	// ListenHost is the IP address of the port; empty, "0.0.0.0" or "::": all interfaces, IPv4 and IPv6.
	ListenHost string
	// UDPPort is the one port for all viewers, over UDP and TCP. 0: any free port.
	UDPPort int
	// NoTCP leaves out ICE over TCP.
	NoTCP bool
	// Addresses are further ones that lead to the port: "HOST" or "HOST:PORT", where a router or a VPN has one for the
	// station. Names are looked up by the station.
	Addresses []string
	// LeaveOut are patterns (path.Match) of interfaces that are not offered. nil: VirtualInterfaces.
	LeaveOut []string
	// TURN is the embedded TURN server; nil: none.
	TURN *TURNConfig
	// MaxViewers bounds the viewers of all streams together. Default 200.
	MaxViewers int
	// ConnectTimeout ends a viewer that does not connect in this time. Default 20 s.
	ConnectTimeout time.Duration
	// Log receives log lines. nil: none.
	Log *slog.Logger
}

// Relay answers offers and owns the viewers of all its streams.
type Relay struct {
	cfg      Config
	log      *slog.Logger
	api      *webrtc.API
	certs    []webrtc.Certificate
	hosts    *hosts
	ports    *ports
	turn     *turnServer // nil: none
	fan      *fan
	counters connectionCounters

	mu       sync.Mutex
	viewers  int
	sessions map[string]*session
	byUfrag  map[string]*session // by the ICE user name of the station's end
	closed   bool

	ctx    context.Context // ends all viewers; set once in New
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// New opens the port.
func New(cfg Config) (*Relay, error) {
	if cfg.MaxViewers <= 0 {
		cfg.MaxViewers = 200
	}
	if cfg.ConnectTimeout <= 0 {
		cfg.ConnectTimeout = 20 * time.Second
	}
	r := &Relay{cfg: cfg, log: cfg.Log, sessions: make(map[string]*session), byUfrag: make(map[string]*session)}
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
	if r.hosts, err = newHosts(cfg.ListenHost, cfg.Addresses, cfg.LeaveOut, r.log); err != nil {
		return nil, err
	}
	if r.ports, err = openPorts(cfg.UDPPort, !cfg.NoTCP, r.hosts, r.log); err != nil {
		return nil, err
	}
	if r.api, err = r.newAPI(); err != nil {
		_ = r.ports.close() // the error that matters is err
		return nil, err
	}
	if r.turn, err = openTURN(cfg.TURN, r.hosts, r.ports.number, r.log); err != nil {
		_ = r.ports.close() // the error that matters is err
		return nil, err
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.fan = newFan(r.ctx, r.ports.routes, runtime.GOMAXPROCS(0))
	return r, nil
}

func (r *Relay) newAPI() (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	if err := registerCodecs(media); err != nil {
		return nil, fmt.Errorf("register codecs: %w", err)
	}
	for _, uri := range []string{playoutDelayURI, captureTimeURI, wideNumberURI} {
		ext := webrtc.RTPHeaderExtensionCapability{URI: uri}
		if err := media.RegisterHeaderExtension(ext, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, fmt.Errorf("register %s: %w", uri, err)
		}
	}
	se := r.connectivity()
	// With the longer keys of AEAD_AES_256_GCM, which others may prefer, a packet costs a third more.
	se.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	// Retransmission, reports and feedback are the viewers' own business: an interceptor would cost every packet.
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(&interceptor.Registry{}),
		webrtc.WithSettingEngine(se)), nil
}

// Port returns the port in use, for UDP and TCP.
func (r *Relay) Port() int { return r.ports.number }

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
	r.fan.wait()
	if was {
		return nil
	}
	if err := errors.Join(r.turn.close(), r.ports.close()); err != nil {
		return fmt.Errorf("close WebRTC port: %w", err)
	}
	return nil
}
