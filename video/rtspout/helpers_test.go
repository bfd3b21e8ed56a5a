package rtspout_test

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"vedette/video"
	"vedette/video/h264"
	"vedette/video/ingest/testcam"
	"vedette/video/rtspout"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var clip = sync.OnceValues(func() (*testcam.Clip, error) { return testcam.Encode(320, 256, 15, 15, 4) })

func camera(t *testing.T, change func(*testcam.Camera)) *testcam.Camera {
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

// gate lets in "anna" with the password "a:b", and keeps the record.
type gate struct {
	mu      sync.Mutex
	asked   []rtspout.Credentials
	record  []string
	revoked bool
	fail    error // for everybody
	mute    bool  // nothing can be recorded
}

func (g *gate) SignIn(_ context.Context, c rtspout.Credentials) (rtspout.Pass, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, c)
	if g.fail != nil {
		return nil, g.fail
	}
	if c.Name != "anna" || c.Password != "a:b" {
		return nil, rtspout.ErrCredentials
	}
	return pass{g, c.Name}, nil
}

type pass struct {
	gate *gate
	name string
}

func (p pass) Name() string { return p.name }

func (p pass) Check(context.Context) error {
	p.gate.mu.Lock()
	defer p.gate.mu.Unlock()
	if p.gate.revoked {
		return rtspout.ErrCredentials
	}
	return nil
}

func (p pass) Begin(_ context.Context, _, feed, address string) (func(), error) {
	if p.gate.mute {
		return nil, errors.New("the disk is full")
	}
	p.gate.write("begin " + p.name + " " + feed + " " + address)
	return func() { p.gate.write("end " + p.name + " " + feed) }, nil
}

func (g *gate) write(line string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.record = append(g.record, line)
}

func (g *gate) lines() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return strings.Join(g.record, "\n")
}

type logTo struct{ t *testing.T }

func (l logTo) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// house is a video room with one feed "a" and the server over it.
type house struct {
	*rtspout.Server
	video *video.Service
	gate  *gate
}

// run runs something until the test ends, and must see it end without error.
func run(t *testing.T, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
}

func serve(t *testing.T, cam *testcam.Camera, change func(*rtspout.Config)) *house {
	t.Helper()
	log := slog.New(slog.NewTextHandler(logTo{t}, nil))
	v, err := video.New(video.Config{ListenHost: "127.0.0.1", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.AddFeed(video.FeedConfig{ID: "a", URL: cam.URL(), Kind: video.KindEO, OnDemand: true}); err != nil {
		t.Fatal(err)
	}
	run(t, v.Run)
	h := &house{video: v, gate: &gate{}}
	cfg := rtspout.Config{Feeds: v, Gate: h.gate, Listen: "127.0.0.1:0", Log: log}
	if change != nil {
		change(&cfg)
	}
	if h.Server, err = rtspout.New(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	run(t, h.Run)
	return h
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

// player is other software: a client of the RTSP library that puts access units together.
type player struct {
	client *gortsplib.Client

	mu      sync.Mutex
	units   int
	keys    int
	packets int
	gaps    int
	ssrc    uint32
	seq     uint16
	ts      uint32
	steps   []int32 // of the timestamps, in order of the packets
	reports []rtcp.SenderReport
}

const urlForm = "rtsp://anna:a%3Ab@"

// play opens a feed; the player is closed with the test.
func play(t *testing.T, url string, transport gortsplib.Transport, secret *tls.Config) (*player, error) {
	t.Helper()
	u, err := base.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	p := &player{client: &gortsplib.Client{
		Scheme: u.Scheme, Host: u.Host, Transport: &transport, TLSConfig: secret, ReadTimeout: 15 * time.Second,
		OnPacketsLost: func(uint64) {}, OnDecodeError: func(error) {},
	}}
	if err := p.client.Start2(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	desc, _, err := p.client.Describe(u)
	if err != nil {
		return nil, err
	}
	return p, p.begin(desc)
}

func (p *player) begin(desc *description.Session) error {
	var f *format.H264
	media := desc.FindFormat(&f)
	if media == nil {
		return errors.New("no H.264 is described")
	}
	if sps, pps := f.SafeParams(); len(sps) == 0 || len(pps) == 0 {
		return errors.New("the description has no parameter sets")
	}
	if _, err := p.client.Setup(desc.BaseURL, media, 0, 0); err != nil {
		return err
	}
	var assembler h264.Assembler
	p.client.OnPacketRTP(media, f, func(pkt *rtp.Packet) { p.take(pkt, &assembler) })
	p.client.OnPacketRTCP(media, func(r rtcp.Packet) {
		if r, ok := r.(*rtcp.SenderReport); ok {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.reports = append(p.reports, *r)
		}
	})
	_, err := p.client.Play(nil)
	return err
}

func (p *player) take(pkt *rtp.Packet, assembler *h264.Assembler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.packets > 0 {
		if pkt.SequenceNumber != p.seq+1 {
			p.gaps++
		}
		p.steps = append(p.steps, int32(pkt.Timestamp-p.ts))
	}
	p.packets++
	p.seq, p.ts, p.ssrc = pkt.SequenceNumber, pkt.Timestamp, pkt.SSRC
	assembler.Push(pkt.Payload, pkt.Timestamp, pkt.Marker, false, func(u h264.AccessUnit) {
		p.units++
		if u.Key {
			p.keys++
		}
	})
}

func (p *player) close() { p.client.Close() }

func (p *player) seen() (units, keys int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.units, p.keys
}

func (p *player) awaitUnits(t *testing.T, n int) {
	t.Helper()
	start, _ := p.seen()
	poll(t, "pictures arrive", func() bool {
		units, _ := p.seen()
		return units >= start+n
	})
}

// check reports what must never happen to a reader that keeps up.
func (p *player) check(t *testing.T) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gaps != 0 {
		t.Errorf("%d gaps in %d packets", p.gaps, p.packets)
	}
	for i, s := range p.steps {
		if s < 0 || s > 90_000*20 {
			t.Errorf("packet %d: the timestamp steps by %d", i+1, s)
		}
	}
}
