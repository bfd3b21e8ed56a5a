package video_test

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"vedette/video"
	"vedette/video/decode"
	"vedette/video/h264"
	"vedette/video/ingest/testcam"
	"vedette/video/still"
)

const (
	childEnv        = "VEDETTE_TEST_CHILD"
	playoutDelayURI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) == "still" {
		status, err := still.RunChild(os.Args[1:], os.Stdin, os.Stdout)
		if err != nil {
			_, _ = os.Stderr.WriteString(err.Error()) // the exit status says it too
		}
		os.Exit(status)
	}
	if len(os.Args) == 3 && os.Args[1] == detectorProgram {
		pictures, err := strconv.Atoi(os.Args[2])
		if err != nil {
			os.Exit(2)
		}
		playDetector(pictures)
	}
	if os.Getenv(childEnv) != "" {
		if err := decode.RunChild(os.Stdin, os.Stdout, decode.Codec(os.Args[1])); err != nil {
			_, _ = os.Stderr.WriteString(err.Error()) // the exit status says it too
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// clips are coded once for all tests: one with a key picture a second, one with a key picture every 6 s.
var (
	shortClip = sync.OnceValues(func() (*testcam.Clip, error) { return testcam.Encode(320, 256, 15, 15, 4) })
	longClip  = sync.OnceValues(func() (*testcam.Clip, error) { return testcam.Encode(320, 256, 15, 90, 1) })
)

// camera starts a camera that plays a clip; it is stopped with the test.
func camera(t *testing.T, clip func() (*testcam.Clip, error), change func(*testcam.Camera)) *testcam.Camera {
	t.Helper()
	c, err := clip()
	if err != nil {
		t.Fatal(err)
	}
	cam := &testcam.Camera{Clip: c}
	if change != nil {
		change(cam)
	}
	if err := cam.Start(); err != nil {
		t.Fatal(err)
	}
	return cam
}

// logTo sends log lines to the test's log.
type logTo struct{ t *testing.T }

func (l logTo) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// service runs the room; it is ended with the test, and must end without error.
func service(t *testing.T) *video.Service { return serviceWith(t, func(*video.Config) {}) }

func serviceWith(t *testing.T, change func(*video.Config)) *video.Service {
	t.Helper()
	cfg := video.Config{
		ListenHost: "127.0.0.1",
		Decoder:    video.DecoderConfig{Command: []string{os.Args[0]}, Env: []string{childEnv + "=1"}},
		Still:      video.StillConfig{Command: []string{os.Args[0]}, Env: []string{childEnv + "=still"}},
		Log:        slog.New(slog.NewTextHandler(logTo{t}, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	change(&cfg)
	s, err := video.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.SetLinger(500 * time.Millisecond)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return s
}

func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 2 min", what)
		}
		<-tick.C
	}
}

func awaitState(t *testing.T, s *video.Service, id string, want video.State) {
	t.Helper()
	poll(t, "feed "+id+" is "+string(want), func() bool {
		f, ok := s.Feed(id)
		return ok && f.State == want
	})
}

// browser is a WHEP viewer: a real peer connection that puts access units together.
type browser struct {
	t       *testing.T
	pc      *webrtc.PeerConnection
	session string

	mu       sync.Mutex
	units    int // whole access units
	keys     int
	packets  int
	gaps     int // in the sequence numbers
	back     int // steps back of the timestamps
	oversize int
	undelays int // packets without the playout-delay extension
	ssrc     uint32
	payload  webrtc.PayloadType
	messages []string // on the data channel klv
}

// offer makes a receiving peer connection and its offer.
func offer(t *testing.T) (*browser, string) {
	t.Helper()
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	ext := webrtc.RTPHeaderExtensionCapability{URI: playoutDelayURI}
	if err := media.RegisterHeaderExtension(ext, webrtc.RTPCodecTypeVideo); err != nil {
		t.Fatal(err)
	}
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(se))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, pc: pc}
	t.Cleanup(b.close)
	pc.OnTrack(b.read)
	_, err = pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo,
		webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
	if err != nil {
		t.Fatal(err)
	}
	data, err := pc.CreateDataChannel("klv", nil)
	if err != nil {
		t.Fatal(err)
	}
	data.OnMessage(func(m webrtc.DataChannelMessage) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.messages = append(b.messages, string(m.Data))
	})
	desc, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(desc); err != nil {
		t.Fatal(err)
	}
	<-gathered
	return b, pc.LocalDescription().SDP
}

// watch lets a browser watch a feed.
func watch(t *testing.T, s *video.Service, feed string) *browser {
	t.Helper()
	b, sdp := offer(t)
	id, answer, err := s.Watch(context.Background(), feed, sdp)
	if err != nil {
		t.Fatal(err)
	}
	b.session = id
	if !strings.Contains(answer, "a=candidate:") || !strings.Contains(answer, "127.0.0.1") {
		t.Fatalf("answer has no loopback candidate:\n%s", answer)
	}
	err = b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *browser) close() {
	if err := b.pc.GracefulClose(); err != nil {
		b.t.Log("close browser:", err)
	}
}

func (b *browser) read(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	var delayID uint8
	for _, e := range receiver.GetParameters().HeaderExtensions {
		if e.URI == playoutDelayURI {
			delayID = uint8(e.ID)
		}
	}
	var assembler h264.Assembler
	var seq uint16
	var ts uint32
	for {
		p, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		b.mu.Lock()
		if b.packets > 0 {
			if p.SequenceNumber != seq+1 {
				b.gaps++
			}
			if int32(p.Timestamp-ts) < 0 {
				b.back++
			}
		}
		seq, ts = p.SequenceNumber, p.Timestamp
		b.packets++
		b.ssrc, b.payload = p.SSRC, webrtc.PayloadType(p.PayloadType)
		if len(p.Payload) > 1188 {
			b.oversize++
		}
		if delay := p.GetExtension(delayID); len(delay) != 3 || delay[0]|delay[1]|delay[2] != 0 {
			b.undelays++
		}
		assembler.Push(p.Payload, p.Timestamp, p.Marker, false, func(u h264.AccessUnit) {
			b.units++
			if u.Key {
				b.keys++
			}
		})
		b.mu.Unlock()
	}
}

// seen returns the number of access units and of key pictures among them.
func (b *browser) seen() (units, keys int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.units, b.keys
}

// check reports what must never happen to a viewer on a healthy path.
func (b *browser) check() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gaps != 0 || b.back != 0 || b.oversize != 0 || b.undelays != 0 {
		b.t.Errorf("of %d packets: %d gaps, %d steps back in time, %d too large, %d without playout delay",
			b.packets, b.gaps, b.back, b.oversize, b.undelays)
	}
}

func (b *browser) awaitUnits(n int) {
	b.t.Helper()
	start, _ := b.seen()
	poll(b.t, "pictures arrive", func() bool {
		units, _ := b.seen()
		return units >= start+n
	})
}
