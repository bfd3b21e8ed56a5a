package station

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
	"vedette/tracking/fusion"
	"vedette/tracking/georef"
	"vedette/video"
)

const (
	panSeconds = 40 // of flight, as long as the station keeps poses
	panRadiusM = 60
	panHFOVDeg = 70
)

var panHome = geo.LatLon{Lat: -35.36, Lon: 149.16}

// panned is where a drone is and looks at a second of its flight: it circles 60 m above ground at 100 m, and pans its camera.
func panned(s float64) georef.Pose {
	sn, cs := math.Sincos(2 * math.Pi * s / 50)
	p := geo.Offset(geo.Offset(panHome, 90, panRadiusM*cs), 0, panRadiusM*sn)
	return georef.Pose{
		Position: p, HAE: geo.ToHAE(p, 160),
		Attitude: georef.Attitude{YawDeg: 20 + 35*math.Sin(2*math.Pi*s/12), PitchDeg: -50},
	}
}

// flown is a station's MAVLink side that has heard the whole flight, positions ten times a second and attitudes twenty times, and the
// station's time of its beginning.
func flown(t *testing.T) (*mavlink.Service, time.Time) {
	t.Helper()
	s, err := mavlink.New(mavlink.Config{Folder: t.TempDir(), Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	t.Cleanup(func() { cancel(); parts.Wait() })
	parts.Go(func() { _ = s.Run(ctx) })
	until(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
	a, err := mavlinktest.New(mavlinktest.Config{Network: "udp", Address: s.LinkAddr("lan").String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	until(t, "the vehicle is known", func() bool {
		a.Send(1, &common.MessageHeartbeat{Type: common.MAV_TYPE_QUADROTOR, Autopilot: common.MAV_AUTOPILOT_ARDUPILOTMEGA, MavlinkVersion: 3})
		return len(s.Vehicles()) == 1
	})
	r := rand.New(rand.NewPCG(1, 31))
	const boot = 5000 // ms, of the beginning
	for ms := uint32(0); ms <= panSeconds*1000; ms += 50 {
		sec := float64(ms) / 1000
		p := panned(sec)
		jitter := 0.05 * r.NormFloat64()
		a.Send(1, &common.MessageAttitude{TimeBootMs: boot + ms, Roll: 0.1, Yaw: 1})
		a.Send(154, &common.MessageGimbalDeviceAttitudeStatus{
			TimeBootMs: boot + ms, Q: quaternion(p.Attitude.YawDeg+jitter, p.Attitude.PitchDeg), GimbalDeviceId: 0,
			Flags:            common.GIMBAL_DEVICE_FLAGS_YAW_IN_EARTH_FRAME,
			AngularVelocityX: float32(math.NaN()), AngularVelocityY: float32(math.NaN()), AngularVelocityZ: float32(math.NaN()),
		})
		if ms%100 != 0 {
			continue
		}
		q := panned(sec + 0.01)
		moved := geo.NewFrame(p.Position, 0).ToENU(q.Position, 0)
		a.Send(1, &common.MessageGlobalPositionInt{
			TimeBootMs: boot + ms, Lat: int32(math.Round(p.Position.Lat * 1e7)), Lon: int32(math.Round(p.Position.Lon * 1e7)), Alt: 160_000, RelativeAlt: 60_000,
			Vx: int16(math.Round(moved[1] * 1e4)), Vy: int16(math.Round(moved[0] * 1e4)),
		})
		if ms%1000 == 0 { // not more than a socket holds
			lat := float64(int32(math.Round(p.Position.Lat*1e7))) / 1e7
			until(t, "the position is heard", func() bool { v, _ := s.Vehicle(1); return v.Position != nil && v.Position.Lat == lat })
		}
	}
	v, _ := s.Vehicle(1)
	return s, v.Position.Time.Add(-panSeconds * time.Second)
}

func quaternion(yawDeg, pitchDeg float64) [4]float32 {
	sy, cy := math.Sincos(yawDeg * math.Pi / 360)
	sp, cp := math.Sincos(pitchDeg * math.Pi / 360)
	return [4]float32{float32(cy * cp), float32(-sy * sp), float32(cy * sp), float32(sy * cp)}
}

// TestTheClockOfAFeedIsLearnedFromAPanningCamera lets a drone that pans its camera show people who stand still, in frames whose times are
// ahead. The station's own poses, interpolated from MAVLink, place them.
func TestTheClockOfAFeedIsLearnedFromAPanningCamera(t *testing.T) {
	t.Parallel()
	service, began := flown(t)
	var people []geo.LatLon
	for _, p := range [][2]float64{{0, 60}, {40, 90}, {-45, 80}, {10, 130}, {70, 60}, {-20, 40}, {60, 120}, {25, 70}} {
		people = append(people, geo.Offset(geo.Offset(panHome, 90, p[0]), 0, p[1]))
	}
	lens := georef.CameraFromHFOV(640, 512, panHFOVDeg)
	frameAt := func(r *rand.Rand, s, ahead float64, exact bool) video.Detections {
		d := video.Detections{
			Feed: "1-thermal", FrameTime: began.Add(time.Duration(s * float64(time.Second))), TimeExact: exact, WidthPx: 640, HeightPx: 512,
		}
		d.Before = d.FrameTime
		for _, p := range people {
			u, v, ok := georef.Project(lens, panned(s-ahead), p, geo.ToHAE(p, 100))
			if !ok || u < 5 || u > 635 || v < 20 || v > 507 || r.Float64() < 0.1 {
				continue
			}
			u, v = u+r.NormFloat64(), v+r.NormFloat64()
			const w, h = 6, 14
			down := math.Cos(50 * math.Pi / 180) // the place is taken where the body stands: see placeBoxes
			d.Boxes = append(d.Boxes, video.Box{X: u - w/2, Y: v - h/2*(1+down), W: w, H: h, Score: 0.9, Class: video.Classes{Person: 0.9, Other: 0.1}})
		}
		return d
	}
	fly := func(ahead float64, exact, learn bool) (counts cameraCounts, rms float64) {
		p, record := pictureOn(t, t.TempDir())
		defer func() { _ = record.Close() }()
		p.cfg.mavlink = service
		p.cfg.ground = &ground{terrain: plain{}}
		p.locator = georef.Locator{Ground: georef.Terrain{Model: plain{}}, MaxRangeM: 1000}
		p.cfg.feeds = &feeds{
			mavlink: service, places: map[string]feedPlace{"1-thermal": {vehicle: 1}},
			byHand: map[string]config.Feed{"1-thermal": {Camera: config.Camera{HFOVDeg: panHFOVDeg}}},
		}
		if !learn {
			bias := cameraBias(exact)
			bias.ClockSigma = 0
			p.cameras["1-thermal"] = exact
			p.addSensor(fusion.Sensor{ID: "1-thermal", Kind: fusion.Camera, Pd: 0.75, ClutterPerScan: 0.3, Bias: bias})
		}
		r := rand.New(rand.NewPCG(2, 31))
		var squares, n float64
		for k := range 4 * (panSeconds - 2) {
			s := 1 + float64(k)/4
			p.placeFrame(frameAt(r, s, ahead, exact))
			if s < 25 || k%4 != 0 {
				continue
			}
			for _, track := range p.tracker.Tracks(began.Add(time.Duration(s * float64(time.Second)))) {
				off := 30.0
				for _, q := range people {
					off = min(off, geo.Distance(track.Position, q))
				}
				if track.Status == fusion.Confirmed {
					squares, n = squares+off*off, n+1
				}
			}
		}
		if got := p.posesNo.Load(); got > 0 || n == 0 {
			t.Fatalf("%d frames have no pose, %v places are shown", got, n)
		}
		counts = countsOf(p.tracker.Tracker).Cameras[0]

		// Once its frames are timed in another way, what is known of their clock begins anew.
		const last = panSeconds - 1
		p.placeFrame(frameAt(r, last, ahead, !exact))
		p.tracker.Tracks(began.Add(last * time.Second))
		if anew := countsOf(p.tracker.Tracker).Cameras[0]; math.Abs(anew.SigmaClockS-cameraBias(!exact).ClockSigma.Seconds()) > 0.003 {
			t.Errorf("timed in another way, the clock is known to %v s", anew.SigmaClockS)
		}
		return counts, math.Sqrt(squares / n)
	}
	for name, c := range map[string]struct {
		ahead float64
		exact bool
		most  float64 // s, one sigma
	}{"by the camera's clock": {0.08, true, 0.02}, "by arrival": {0.25, false, 0.03}, "behind": {-0.06, true, 0.02}} {
		got, with := fly(c.ahead, c.exact, true)
		off, without := fly(c.ahead, c.exact, false)
		t.Logf("%s: ahead by %.0f +- %.0f ms, in truth %.0f; places %.2f m off, %.2f m without", name, 1000*got.ErrorClockS, 1000*got.SigmaClockS, 1000*c.ahead, with, without)
		if math.Abs(got.ErrorClockS-c.ahead) > 3*got.SigmaClockS || got.SigmaClockS > c.most {
			t.Errorf("%s: the clock is taken to be %.3f s +- %.3f ahead, not %.3f", name, got.ErrorClockS, got.SigmaClockS, c.ahead)
		}
		if with > 0.8*without {
			t.Errorf("%s: places are %.2f m off, and %.2f m where nothing is learned of the clock", name, with, without)
		}
		if off.ErrorClockS != 0 || off.SigmaClockS != 0 {
			t.Errorf("%s: a clock that is taken to be right is %+v", name, off)
		}
	}
}
