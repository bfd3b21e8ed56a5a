package loadtest

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// viewer is a peer connection that receives and decodes nothing.
type viewer struct {
	pc    *webrtc.PeerConnection
	mux   *ice.UDPMuxDefault
	clock *clock
	conn  *stamped

	mu     sync.Mutex
	asked  time.Time
	first  time.Duration // from the question to the first whole key picture; 0: none yet
	counts bool
	seen   []picture
	lost   int // packets
	got    int
}

// picture is one that came whole.
type picture struct {
	number  uint32        // in its group: 0 is the key picture
	arrived time.Duration // until it was in the socket
	read    time.Duration // until the viewer had read and decrypted it
}

// connect asks a relay for its picture. queue is the size of the socket's receive buffer in bytes.
func connect(base string, at *clock, queue int) (*viewer, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	if err := conn.SetReadBuffer(queue); err != nil {
		return nil, err
	}
	stamped, err := stamp(conn)
	if err != nil {
		return nil, err
	}
	v := &viewer{clock: at, conn: stamped, mux: ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: stamped})}
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	registry := &interceptor.Registry{}
	if err := webrtc.ConfigureRTCPReports(registry); err != nil {
		return nil, err
	}
	var se webrtc.SettingEngine
	se.SetICEUDPMux(v.mux)
	se.SetIncludeLoopbackCandidate(true)
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(se))
	if v.pc, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return nil, err
	}
	v.pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		go answer(r)
		v.follow(t)
	})
	return v, v.negotiate(base)
}

func (v *viewer) negotiate(base string) error {
	only := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	if _, err := v.pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, only); err != nil {
		return err
	}
	offer, err := v.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(v.pc)
	if err := v.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	v.mu.Lock()
	v.asked = time.Now()
	v.mu.Unlock()
	resp, err := http.Post(base, "application/sdp", strings.NewReader(v.pc.LocalDescription().SDP)) //nolint:noctx // a benchmark
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the relay answers %s: %s (%w)", resp.Status, answer, err)
	}
	return v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)})
}

// answer reads sender reports, so that the receiver reports tell of them, as those of browsers do (RFC 3550, section 6.4.1).
func answer(r *webrtc.RTPReceiver) {
	for {
		if _, _, err := r.ReadRTCP(); err != nil {
			return
		}
	}
}

// follow notes every picture that came whole.
func (v *viewer) follow(t *webrtc.TrackRemote) {
	var next uint16
	whole := false
	for begun := false; ; begun = true {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		now := time.Now()
		gap := int16(p.SequenceNumber - next)
		next = p.SequenceNumber + 1
		v.mu.Lock()
		if begun && gap != 0 {
			whole = false
			if v.counts && gap > 0 {
				v.lost += int(gap)
			}
		}
		v.got++
		if p.Marker {
			v.picture(p, whole, now)
			whole = true
		}
		v.mu.Unlock()
	}
}

// picture notes a picture's end; mu is held.
func (v *viewer) picture(p *rtp.Packet, whole bool, now time.Time) {
	payload := p.Payload
	if len(payload) < 8 || binary.BigEndian.Uint32(payload[len(payload)-8:]) != mark {
		return
	}
	n := binary.BigEndian.Uint32(payload[len(payload)-4:]) % group
	if n == 0 && v.first == 0 {
		v.first = now.Sub(v.asked)
	}
	if v.counts && whole {
		sent := v.clock[n].Load()
		v.seen = append(v.seen, picture{
			number: n, arrived: time.Duration(v.conn.arrival(p.SequenceNumber) - sent), read: time.Duration(now.UnixNano() - sent),
		})
	}
}

func (v *viewer) hasPicture() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.first > 0
}

func (v *viewer) count(on bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.counts = on
}

func (v *viewer) close() {
	_ = v.pc.Close()  // the relay ends too
	_ = v.mux.Close() // likewise
}
