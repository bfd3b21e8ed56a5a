package loadtest

import (
	"context"
	"fmt"
	"sync"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"vedette/video"
	"vedette/video/ingest"
)

// ours is the station's video room.
type ours struct{ *video.Service }

func newOurs(camera string) (*ours, error) {
	s, err := video.New(video.Config{ListenHost: "127.0.0.1"})
	if err != nil {
		return nil, err
	}
	return &ours{s}, s.AddFeed(video.FeedConfig{ID: "a", URL: camera, Kind: video.KindEO})
}

func (o *ours) watch(ctx context.Context, offer string) (string, error) {
	_, answer, err := o.Watch(ctx, "a", offer)
	return answer, err
}

func (o *ours) run(ctx context.Context) error { return o.Run(ctx) }

// plain forwards packets as other relays do.
type plain struct {
	source *ingest.Source

	mu      sync.Mutex
	viewers []chan *rtp.Packet
}

func newPlain(camera string) *plain {
	p := &plain{}
	p.source = ingest.New(ingest.Config{URL: camera}, p)
	return p
}

func (p *plain) run(ctx context.Context) error { return p.source.Run(ctx) }

func (p *plain) Begin(ingest.Track)           {}
func (p *plain) Described([]ingest.TrackInfo) {}
func (p *plain) Data(ingest.Data)             {}
func (p *plain) End(error)                    {}

// Packet implements ingest.Handler: one ring for each viewer, which loses what does not fit.
func (p *plain) Packet(in ingest.Packet) {
	out := &rtp.Packet{
		Header: rtp.Header{Version: 2, Marker: in.Marker, SequenceNumber: p.number(), Timestamp: in.Timestamp}, Payload: in.Payload,
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range p.viewers {
		select {
		case v <- out:
		default:
		}
	}
}

var sequence uint16 // of the one source, by its goroutine

func (p *plain) number() uint16 {
	sequence++
	return sequence
}

func (p *plain) watch(_ context.Context, offer string) (string, error) {
	media := &webrtc.MediaEngine{}
	registry := &interceptor.Registry{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return "", err
	}
	if err := webrtc.RegisterDefaultInterceptors(media, registry); err != nil {
		return "", err
	}
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	se.SetIPFilter(isLoopback)
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(se)).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", err
	}
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264}, "a", "a")
	if err != nil {
		return "", err
	}
	sender, err := pc.AddTrack(track)
	if err != nil {
		return "", err
	}
	go func() {
		for buf := make([]byte, 1500); err == nil; {
			_, _, err = sender.Read(buf)
		}
	}()
	ring := make(chan *rtp.Packet, 4096)
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s != webrtc.PeerConnectionStateConnected {
			return
		}
		p.mu.Lock()
		p.viewers = append(p.viewers, ring)
		p.mu.Unlock()
	})
	go func() {
		for packet := range ring {
			_ = track.WriteRTP(packet) // a viewer that goes ends with the process
		}
	}()
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("answer: %w", err)
	}
	<-gathered
	return pc.LocalDescription().SDP, nil
}
