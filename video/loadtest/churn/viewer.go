package churn

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// Enter has a relay answer an offer (WHEP, RFC 9725). leave ends the session, as DELETE does.
type Enter func(ctx context.Context, offer string) (answer string, leave func(context.Context) error, err error)

// viewer is a peer connection with a socket of its own. It counts pictures and decodes none.
type viewer struct {
	pc    *webrtc.PeerConnection
	conn  *net.UDPConn
	mux   *ice.UDPMuxDefault
	leave func(context.Context) error
	ended chan struct{} // closed when the connection has failed, or the relay has closed it

	pictures, lost atomic.Int64 // lost: packets
	last           atomic.Int64 // unix nanoseconds of the last picture
}

// silent keeps the library from telling of what a viewer that vanishes does to it.
var silent = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}

// enter connects a viewer. It returns before the path is there.
func enter(ctx context.Context, to Enter) (*viewer, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, fmt.Errorf("open the viewer's socket: %w", err)
	}
	v := &viewer{conn: conn, ended: make(chan struct{})}
	v.mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Logger: silent.NewLogger("ice")})
	var se webrtc.SettingEngine
	se.LoggerFactory = silent
	se.SetICEUDPMux(v.mux)
	se.SetIncludeLoopbackCandidate(true)
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	if err := v.connect(ctx, to, se); err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

func (v *viewer) connect(ctx context.Context, to Enter, se webrtc.SettingEngine) error {
	media, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return fmt.Errorf("register codecs: %w", err)
	}
	if err := webrtc.RegisterDefaultInterceptorsWithOptions(media, registry, webrtc.WithInterceptorLoggerFactory(silent)); err != nil {
		return fmt.Errorf("register interceptors: %w", err)
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(se)).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return fmt.Errorf("make peer connection: %w", err)
	}
	v.pc = pc
	var over atomic.Bool
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if (s == webrtc.PeerConnectionStateFailed || s == webrtc.PeerConnectionStateClosed) && !over.Swap(true) {
			close(v.ended)
		}
	})
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { v.read(t) })
	only := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, only); err != nil {
		return fmt.Errorf("add transceiver: %w", err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		return fmt.Errorf("make offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("set offer: %w", err)
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return fmt.Errorf("gather candidates: %w", ctx.Err())
	}
	answer, leave, err := to(ctx, pc.LocalDescription().SDP)
	if err != nil {
		return err
	}
	v.leave = leave
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		return fmt.Errorf("set answer: %w", err)
	}
	return nil
}

// read counts what comes until the connection closes.
func (v *viewer) read(t *webrtc.TrackRemote) {
	var next uint16
	for begun := false; ; begun = true {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		if gap := int16(p.SequenceNumber - next); begun && gap > 0 {
			v.lost.Add(int64(gap))
		}
		next = p.SequenceNumber + 1
		if p.Marker {
			v.pictures.Add(1)
			v.last.Store(time.Now().UnixNano())
		}
	}
}

// playing says whether a picture came lately.
func (v *viewer) playing() bool { return time.Now().UnixNano()-v.last.Load() < int64(lately) }

// vanish closes the socket, so that nothing more is sent and nobody is told.
func (v *viewer) vanish() { _ = v.conn.Close() } // that it is closed is all that matters

// close frees what the viewer has, and waits for its goroutines.
func (v *viewer) close() {
	if v.pc != nil {
		_ = v.pc.GracefulClose() // the relay may have gone before
	}
	_ = v.mux.Close()  // likewise
	_ = v.conn.Close() // perhaps for the second time
}
