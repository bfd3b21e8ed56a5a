package camera

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph264"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"vedette/internal/geo"
	"vedette/sim/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plain is level land with one man who walks east.
type plain struct{}

func (plain) GroundU(_, _ float64) float64    { return 0 }
func (plain) Vegetation(_, _ float64) float64 { return 0.4 }
func (plain) OnRoad(_, _ float64) bool        { return false }
func (plain) Trees() []world.Tree             { return nil }
func (plain) Frame() *geo.Frame               { return geo.NewFrame(geo.LatLon{Lat: -35.36, Lon: 149.16}, 600) }
func (plain) AmbientC() float64               { return 9 }
func (plain) ObjectsAt(t time.Time) []world.Object {
	return []world.Object{{ID: "man", Class: world.Person, N: 60, WidthM: 0.5, HeightM: 1.75, TempC: 30,
		E: math.Mod(float64(t.UnixMilli())/1000, 10)}}
}

// drone remembers the instants at which it was asked for its pose.
type drone struct {
	id int
	mu sync.Mutex
	at []time.Time
}

func (d *drone) ID() int { return d.id }

func (d *drone) TruePose(t time.Time) (world.CameraPose, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = append(d.at, t)
	return world.CameraPose{Time: t, U: 60, PitchDeg: -45}, true
}

func (d *drone) asked() []time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]time.Time(nil), d.at...)
}

// runServer starts a server of one drone and stops it with the test.
func runServer(t *testing.T, d *drone) *Server {
	t.Helper()
	s, err := newServer(Config{Listen: "127.0.0.1:0", Drones: []Source{d}}, plain{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the server did not end")
		}
	})
	return s
}

// picture is one access unit as a viewer got it.
type picture struct {
	units [][]byte
	rtp   uint32
	ntp   time.Time
	known bool // whether ntp is
}

// watch plays a stream and gives its pictures and sender reports.
func watch(t *testing.T, url string, transport gortsplib.Transport) (<-chan picture, <-chan *rtcp.SenderReport) {
	t.Helper()
	u, err := base.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := &gortsplib.Client{Scheme: u.Scheme, Host: u.Host, Transport: &transport}
	if err := c.Start2(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	desc, _, err := c.Describe(u)
	if err != nil {
		t.Fatal(err)
	}
	var h264 *format.H264
	media := desc.FindFormat(&h264)
	if media == nil || h264.SPS == nil || h264.PPS == nil {
		t.Fatal("the description has no H.264 with parameter sets")
	}
	decoder, err := h264.CreateDecoder()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Setup(desc.BaseURL, media, 0, 0); err != nil {
		t.Fatal(err)
	}
	pictures, reports := make(chan picture, 200), make(chan *rtcp.SenderReport, 200)
	c.OnPacketRTCP(media, func(p rtcp.Packet) {
		if r, ok := p.(*rtcp.SenderReport); ok {
			reports <- r
		}
	})
	c.OnPacketRTP(media, h264, func(p *rtp.Packet) {
		units, err := decoder.Decode(p)
		if errors.Is(err, rtph264.ErrMorePacketsNeeded) {
			return
		}
		if err != nil {
			t.Errorf("depacketize: %v", err)
			return
		}
		ntp, known := c.PacketNTP(media, p)
		select {
		case pictures <- picture{units, p.Timestamp, ntp, known}:
		default:
		}
	})
	if _, err := c.Play(nil); err != nil {
		t.Fatal(err)
	}
	return pictures, reports
}

func next[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func (p picture) isKey() bool {
	for _, u := range p.units {
		if nalType(u) == nalIDR {
			return true
		}
	}
	return false
}

func TestViewerGetsKeyFrameFirstAndTrueTimes(t *testing.T) {
	t.Parallel()
	for _, transport := range []gortsplib.Transport{gortsplib.TransportTCP, gortsplib.TransportUDP} {
		t.Run(transport.String(), func(t *testing.T) {
			t.Parallel()
			d := &drone{id: 1}
			s := runServer(t, d)
			before := time.Now()
			pictures, reports := watch(t, s.URL(1, KindThermal), transport)
			var got []picture
			for range 8 {
				got = append(got, next(t, pictures))
			}
			report := next(t, reports)
			after := time.Now()
			if !got[0].isKey() || nalType(got[0].units[0]) != nalSPS {
				t.Error("the first picture is no key frame with its parameter sets")
			}
			asked := map[int64]bool{}
			for _, at := range d.asked() {
				asked[at.UnixNano()] = true
			}
			for i, p := range got {
				// The report by RFC 3550: 32 bits of seconds since 1900, 32 bits of fraction.
				ticks := int64(int32(p.rtp - report.RTPTime))
				second := time.Unix(int64(report.NTPTime>>32)-ntpToUnixSeconds, int64(float64(report.NTPTime&0xffffffff)/(1<<32)*1e9))
				at := second.Add(time.Duration(ticks) * time.Second / 90000)
				nearestFrame := frameTime(frameAfter(at.Add(-time.Millisecond)))
				if d := at.Sub(nearestFrame).Abs(); d > time.Microsecond || !asked[nearestFrame.UnixNano()] {
					t.Errorf("picture %d is of %v by its report, which is no instant of capture", i, at)
				}
				if at.Before(before.Add(-time.Second/framesPerSecond)) || at.After(after) {
					t.Errorf("picture %d is of %v, taken between %v and %v", i, at, before, after)
				}
				if transport == gortsplib.TransportTCP && (!p.known || p.ntp.Sub(at).Abs() > time.Millisecond) {
					t.Errorf("picture %d: gortsplib makes it %v (%v), the report %v", i, p.ntp, p.known, at)
				}
				if i > 0 && (p.rtp-got[i-1].rtp)%ticksPerFrame != 0 {
					t.Errorf("picture %d comes %d ticks after the one before", i, p.rtp-got[i-1].rtp)
				}
			}
		})
	}
}

func TestNothingIsDrawnForNobody(t *testing.T) {
	t.Parallel()
	d := &drone{id: 7}
	s := runServer(t, d)
	u, err := base.ParseURL(s.URL(7, KindEO))
	if err != nil {
		t.Fatal(err)
	}
	// Asking what there is does not start a camera.
	c := &gortsplib.Client{Scheme: u.Scheme, Host: u.Host}
	if err := c.Start2(); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	desc, _, err := c.Describe(u)
	if err != nil || len(desc.Medias) != 1 || desc.Medias[0].Type != description.MediaTypeVideo {
		t.Fatalf("%+v: %v", desc, err)
	}
	pictures, _ := watch(t, s.URL(7, KindThermal), gortsplib.TransportTCP)
	next(t, pictures)
	stats := s.Stats()
	if n := stats["7/eo"].Frames; n != 0 {
		t.Errorf("%d pictures that nobody watches", n)
	}
	if st := stats["7/thermal"]; st.Readers != 1 || st.Bytes == 0 {
		t.Errorf("watched: %+v", st)
	}
}

func TestCameraStopsWithItsLastViewerAndStartsAgain(t *testing.T) {
	t.Parallel()
	d := &drone{id: 1}
	s := runServer(t, d)
	t.Run("first", func(t *testing.T) {
		pictures, _ := watch(t, s.URL(1, KindEO), gortsplib.TransportTCP)
		next(t, pictures)
	})
	eventually(t, "the viewer has left", func() bool { return s.Stats()["1/eo"].Readers == 0 })
	pictures, _ := watch(t, s.URL(1, KindEO), gortsplib.TransportTCP)
	if !next(t, pictures).isKey() {
		t.Error("the second viewer's first picture is no key frame")
	}
	// One who joins a running camera gets a key frame at once, too.
	more, _ := watch(t, s.URL(1, KindEO), gortsplib.TransportTCP)
	if !next(t, more).isKey() {
		t.Error("a later viewer's first picture is no key frame")
	}
}

func TestPausedFeedFallsSilentAndComesBack(t *testing.T) {
	t.Parallel()
	d := &drone{id: 1}
	s := runServer(t, d)
	pictures, _ := watch(t, s.URL(1, KindThermal), gortsplib.TransportTCP)
	next(t, pictures)
	s.Pause("1/thermal", true)
	s.Pause("9/none", true)
	// Another camera of the same drone measures the time; one picture may be in the making.
	count := s.Stats()["1/thermal"].Frames
	other, _ := watch(t, s.URL(1, KindEO), gortsplib.TransportTCP)
	for range 8 {
		next(t, other)
	}
	if n := s.Stats()["1/thermal"].Frames; n > count+1 {
		t.Errorf("a paused camera sent %d pictures", n-count)
	}
	s.Pause("1/thermal", false)
	eventually(t, "pictures come back", func() bool { return s.Stats()["1/thermal"].Frames > count+5 })
	if s.Stats()["1/thermal"].Readers != 1 {
		t.Error("the session did not stay")
	}
}

func TestUnknownPathsAndBadSettings(t *testing.T) {
	t.Parallel()
	s := runServer(t, &drone{id: 1})
	u, err := base.ParseURL("rtsp://" + s.Addr().String() + "/2/thermal")
	if err != nil {
		t.Fatal(err)
	}
	c := &gortsplib.Client{Scheme: u.Scheme, Host: u.Host}
	if err := c.Start2(); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, _, err := c.Describe(u); err == nil {
		t.Error("a camera that does not exist was described")
	}
	if _, err := newServer(Config{Listen: s.Addr().String()}, plain{}); err == nil {
		t.Error("two servers on one port")
	}
	if _, err := newServer(Config{Listen: "127.0.0.1:0", Drones: []Source{&drone{id: 3}, &drone{id: 3}}}, plain{}); err == nil {
		t.Error("two drones with one id")
	}
	if _, err := NewServer(Config{Listen: "127.0.0.1:0"}); err == nil {
		t.Error("cameras without a world")
	}
	unused, err := newServer(Config{Listen: "127.0.0.1:0"}, plain{})
	if err != nil {
		t.Fatal(err)
	}
	unused.Close()
	unused.Close()
	if _, err := net.DialTimeout("tcp", unused.Addr().String(), time.Second); err == nil {
		t.Error("a closed server listens")
	}
}

func TestFrameClock(t *testing.T) {
	t.Parallel()
	for n := int64(1_790_000_000 * 15); n < 1_790_000_000*15+40; n++ {
		at := frameTime(n)
		if got := frameAfter(at); got != n+1 {
			t.Errorf("after picture %d comes %d", n, got)
		}
		if got := frameAfter(at.Add(-1)); got != n {
			t.Errorf("just before picture %d comes %d", n, got)
		}
		if n%15 == 0 && at.Nanosecond() != 0 {
			t.Errorf("picture %d is of %v", n, at)
		}
	}
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-tick.C {
		if done() {
			return
		}
	}
	t.Fatalf("not in 2 min: %s", what)
}

func BenchmarkThermalChain(b *testing.B) { benchmarkChain(b, KindThermal) }
func BenchmarkEOChain(b *testing.B)      { benchmarkChain(b, KindEO) }

// benchmarkChain renders and encodes what a patrolling drone sees.
func benchmarkChain(b *testing.B, kind string) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	w, err := world.New(world.Config{Seed: 1, Start: start})
	if err != nil {
		b.Fatal(err)
	}
	st, err := newStyle(kind, Config{ThermalHFOVDeg: defaultThermalHFOVDeg, EOHFOVDeg: defaultEOHFOVDeg})
	if err != nil {
		b.Skip(err)
	}
	f := newFeed("1/"+kind, st, &drone{}, w, slog.New(slog.DiscardHandler))
	s, err := f.prepare()
	if err != nil {
		b.Fatal(err)
	}
	defer s.encoder.Close()
	var bytes, i int
	for b.Loop() {
		at := start.Add(70*time.Second + time.Duration(i)*time.Second/framesPerSecond)
		pose := world.CameraPose{E: -100 + 0.4*float64(i), N: -250, U: w.GroundU(-100, -250) + 70, YawDeg: 20 + 0.2*float64(i), PitchDeg: -25}
		s.renderer.Render(s.picture, pose, w.ObjectsAt(at), at)
		units, err := s.encoder.Encode(s.picture, i%idrFrames == 0)
		if err != nil {
			b.Fatal(err)
		}
		for _, u := range units {
			bytes += len(u)
		}
		i++
	}
	b.ReportMetric(float64(bytes)*8*framesPerSecond/float64(i)/1e6, "Mbit/s")
}
