package mavlink

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

func TestAMovingPostIsTold(t *testing.T) {
	t.Parallel()
	for name, px4 := range map[string]bool{"ardupilot": false, "px4": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := hovering(-35, 149)
			b.v.Mode, b.v.Home = "FOLLOW", &Home{AltAMSL: 600}
			start := b.v.Position.Time
			// It drives north with 10 m/s and tells so once a second.
			var fix Post
			f := newFollowing(Follow{RateHz: 5}, "FOLLOW", px4, func() (Post, bool) { return fix, true })
			sent := 0
			for i := range 100 {
				now := start.Add(time.Duration(i) * 100 * time.Millisecond)
				truth := geo.Offset(geo.LatLon{Lat: -35, Lon: 149.001}, 0, float64(i))
				if i%10 == 0 {
					fix = Post{Lat: truth.Lat, Lon: truth.Lon, AltAMSL: 605, SpeedMS: 10, CourseDeg: 0, Time: now}
				}
				b.v.Position = &Position{Lat: -35, Lon: 149, AltAMSL: 650, Time: now}
				step := f.step(now, b.v)
				if step.done || step.then != nil {
					t.Fatalf("%+v", step)
				}
				for _, m := range step.send {
					sent++
					var lat, lon int32
					switch m := m.(type) {
					case *common.MessageGlobalPositionInt:
						lat, lon = m.Lat, m.Lon
						if px4 || m.Alt != 605_000 || m.RelativeAlt != 5_000 || m.Vx != 1000 || m.Vy != 0 || m.Hdg != 0 {
							t.Fatalf("%+v", m)
						}
					case *common.MessageFollowTarget:
						lat, lon = m.Lat, m.Lon
						if !px4 || m.Alt != 605 || m.EstCapabilities != 3 || math.Abs(float64(m.Vel[0])-10) > 1e-3 {
							t.Fatalf("%+v", m)
						}
					}
					if d := geo.Distance(truth, geo.LatLon{Lat: float64(lat) / 1e7, Lon: float64(lon) / 1e7}); d > 0.2 {
						t.Fatalf("%.1f m beside the post", d)
					}
				}
			}
			if sent < 45 || sent > 51 {
				t.Errorf("told %d times in 10 s", sent)
			}
		})
	}
}

func TestAPostThatIsNotHeardIsNotFollowed(t *testing.T) {
	t.Parallel()
	b := hovering(-35, 149)
	b.v.Mode = "FOLLOW"
	start := b.v.Position.Time
	fix := Post{Lat: -35, Lon: 149.001, AltAMSL: 605, SpeedMS: 10, Time: start}
	f := newFollowing(Follow{}, "FOLLOW", false, func() (Post, bool) { return fix, true })
	for i := range 100 {
		now := start.Add(time.Duration(i) * 100 * time.Millisecond)
		b.v.Position = &Position{Lat: -35, Lon: 149, Time: now}
		step := f.step(now, b.v)
		if !step.done {
			continue
		}
		if i < 30 || step.then != (Hold{}) || !strings.Contains(step.why, "3 s old") {
			t.Errorf("after %d steps: %+v", i, step)
		}
		fix.Fixed = true
		if why := fix.usable(true, now.Add(time.Hour)); why != "" {
			t.Errorf("a post that stands: %s", why)
		}
		return
	}
	t.Error("it went on")
}

func TestTheHomeMovesWithThePost(t *testing.T) {
	t.Parallel()
	b := hovering(-35, 149)
	b.v.Mode = "FOLLOW"
	start := b.v.Position.Time
	homes := 0
	f := newFollowing(Follow{MoveHome: true}, "FOLLOW", false, nil)
	for i := range 600 {
		now := start.Add(time.Duration(i) * 100 * time.Millisecond)
		at := geo.Offset(geo.LatLon{Lat: -35, Lon: 149.001}, 90, min(float64(i), 300)) // stands after half a minute
		f.where = func() (Post, bool) { return Post{Lat: at.Lat, Lon: at.Lon, AltAMSL: 605, Time: now}, true }
		b.v.Position = &Position{Lat: -35, Lon: 149, Time: now}
		if step := f.step(now, b.v); step.then != nil {
			homes++
			if h, ok := step.then.(SetHome); !ok || step.done || h.AltAMSL != 605 || geo.Distance(at, geo.LatLon{Lat: h.Lat, Lon: h.Lon}) > 1 {
				t.Fatalf("%+v", step)
			}
		}
	}
	if homes != 4 {
		t.Errorf("home moved %d times in a minute", homes)
	}
}

func TestAPostOfUnknownHeightIsAsHighAsTheHome(t *testing.T) {
	t.Parallel()
	for name, px4 := range map[string]bool{"ardupilot": false, "px4": true} {
		b := hovering(-35, 149)
		b.v.Mode, b.v.Home = "FOLLOW", &Home{AltAMSL: 600}
		now := b.v.Position.Time
		fix := Post{Lat: -35, Lon: 149.001, HeightUnknown: true, Time: now}
		step := newFollowing(Follow{MoveHome: true}, "FOLLOW", px4, func() (Post, bool) { return fix, true }).step(now, b.v)
		if home, ok := step.then.(SetHome); !ok || home.AltAMSL != 600 || len(step.send) != 1 {
			t.Fatalf("%s: %+v", name, step)
		}
		switch m := step.send[0].(type) {
		case *common.MessageGlobalPositionInt:
			if m.Alt != 600_000 || m.RelativeAlt != 0 {
				t.Errorf("%s: %+v", name, m)
			}
		case *common.MessageFollowTarget:
			if m.Alt != 600 {
				t.Errorf("%s: %+v", name, m)
			}
		default:
			t.Errorf("%s: %T", name, m)
		}
		b.v.Home = nil
		step = newFollowing(Follow{}, "FOLLOW", px4, func() (Post, bool) { return fix, true }).step(now, b.v)
		if _, holds := step.then.(Hold); !step.done || !holds || !strings.Contains(step.why, "height of the post is not known") {
			t.Errorf("%s, without a home: %+v", name, step)
		}
	}
}
