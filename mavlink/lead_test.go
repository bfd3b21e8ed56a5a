package mavlink

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

// body is a copter that follows places and speeds as GUIDED does: it corrects its place by the distance to it.
type body struct {
	v        Vehicle
	target   *common.MessageSetPositionTargetGlobalInt
	at       time.Time // of the target
	maxSpeed float64
}

func hovering(lat, lon float64) *body {
	now := time.Unix(1_800_000_000, 0)
	return &body{maxSpeed: 10, v: Vehicle{
		State: Live, Armed: true, Mode: "GUIDED", Position: &Position{Lat: lat, Lon: lon, AltAMSL: 650, Time: now}, Velocity: &Velocity{Time: now},
	}}
}

func (b *body) fly(now time.Time, dt float64) {
	var north, east float64
	if b.target != nil && now.Sub(b.at) < 3*time.Second {
		here := geo.LatLon{Lat: b.v.Position.Lat, Lon: b.v.Position.Lon}
		to := geo.LatLon{Lat: float64(b.target.LatInt) / 1e7, Lon: float64(b.target.LonInt) / 1e7}
		// The place goes on at the speed until the next target comes.
		since := now.Sub(b.at).Seconds()
		to = geo.Offset(to, math.Atan2(float64(b.target.Vy), float64(b.target.Vx))*radToDeg, math.Hypot(float64(b.target.Vx), float64(b.target.Vy))*since)
		d, bearing := geo.Distance(here, to), geo.BearingDeg(here, to)/radToDeg
		north, east = float64(b.target.Vx)+d*math.Cos(bearing), float64(b.target.Vy)+d*math.Sin(bearing)
		if s := math.Hypot(north, east); s > b.maxSpeed {
			north, east = north/s*b.maxSpeed, east/s*b.maxSpeed
		}
	}
	const quick = 0.15 // of the speed, in a step
	n := b.v.Velocity.North + (north-b.v.Velocity.North)*quick
	e := b.v.Velocity.East + (east-b.v.Velocity.East)*quick
	next := geo.Offset(geo.LatLon{Lat: b.v.Position.Lat, Lon: b.v.Position.Lon}, math.Atan2(e, n)*radToDeg, math.Hypot(n, e)*dt)
	b.v.Velocity = &Velocity{North: n, East: e, Time: now}
	b.v.Position = &Position{Lat: next.Lat, Lon: next.Lon, AltAMSL: b.v.Position.AltAMSL, Time: now}
}

func TestAnOrbitStaysOnItsCircle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left  bool
		speed float64
		slow  float64 // the vehicle's own limit
		loss  float64
	}{
		"clockwise":                  {false, 5, 10, 0},
		"anticlockwise":              {true, 8, 10, 0},
		"over a bad link":            {false, 5, 10, 0.4},
		"of one that cannot keep up": {true, 9, 4, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			middle := geo.LatLon{Lat: -35, Lon: 149}
			start := geo.Offset(middle, 200, 61)
			b := hovering(start.Lat, start.Lon)
			b.maxSpeed = c.slow
			o := newOrbiting(Orbit{Lat: middle.Lat, Lon: middle.Lon, AltAMSL: 650, RadiusM: 60, Left: c.left, SpeedMS: c.speed}, "GUIDED")
			random := rand.New(rand.NewPCG(1, 2))
			now, turned, sent := b.v.Position.Time, 0.0, 0
			before := 200.0
			const seconds = 120
			for range seconds * 10 {
				now = now.Add(100 * time.Millisecond)
				step := o.step(now, b.v)
				if step.done {
					t.Fatalf("ended: %s", step.why)
				}
				for _, m := range step.send {
					sent++
					if random.Float64() >= c.loss {
						b.target, b.at = m.(*common.MessageSetPositionTargetGlobalInt), now
					}
				}
				b.fly(now, 0.1)
				here := geo.LatLon{Lat: b.v.Position.Lat, Lon: b.v.Position.Lon}
				bearing := geo.BearingDeg(middle, here)
				turned += math.Remainder(bearing-before, 360)
				before = bearing
				if off := math.Abs(geo.Distance(middle, here) - 60); off > 6 {
					t.Fatalf("%.1f m off the circle after %v", off, now.Sub(b.at))
				}
			}
			want := min(c.speed, c.slow) * seconds / 60 * radToDeg
			if c.left {
				want = -want
			}
			if math.Abs(turned-want) > 0.15*math.Abs(want) {
				t.Errorf("turned by %.0f°, want about %.0f°", turned, want)
			}
			if sent < seconds*4 || sent > seconds*6 {
				t.Errorf("%d setpoints in %d s", sent, seconds)
			}
		})
	}
}

func TestAnOrbitWaitsUntilTheVehicleIsThere(t *testing.T) {
	t.Parallel()
	b := hovering(-35, 149)
	o := newOrbiting(Orbit{Lat: -35, Lon: 149.01, AltAMSL: 650, RadiusM: 60}, "GUIDED")
	now := b.v.Position.Time
	for range 100 {
		now = now.Add(100 * time.Millisecond)
		b.v.Position = &Position{Lat: -35, Lon: 149, AltAMSL: 650, Time: now}
		if step := o.step(now, b.v); len(step.send) > 0 || step.done {
			t.Fatalf("%+v", step)
		}
	}
}

func TestLeadingEndsWithTheVehicle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(v *Vehicle, now time.Time)
		why    string
	}{
		"lost":        {func(v *Vehicle, _ time.Time) { v.State = Lost }, "the vehicle was lost"},
		"disarmed":    {func(v *Vehicle, _ time.Time) { v.Armed = false }, "the vehicle is disarmed"},
		"taken over":  {func(v *Vehicle, _ time.Time) { v.Mode = "LOITER" }, "its mode is now LOITER"},
		"no position": {func(v *Vehicle, now time.Time) { v.Position = &Position{Time: now.Add(-time.Minute)} }, "its position is not known any more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, l := range []leader{
				newOrbiting(Orbit{Lat: -35, Lon: 149, AltAMSL: 650, RadiusM: 60}, "GUIDED"),
				&landing{course: course{mode: "GUIDED"}, to: geo.LatLon{Lat: -36, Lon: 149}},
			} {
				b := hovering(-35, 149)
				now := b.v.Position.Time
				var last leadStep
				for range 300 {
					now = now.Add(100 * time.Millisecond)
					b.v.Position = &Position{Lat: -35, Lon: 149, AltAMSL: 650, Time: now}
					if now.Sub(time.Unix(1_800_000_000, 0)) > 10*time.Second {
						c.change(&b.v, now)
					}
					if last = l.step(now, b.v); last.done {
						break
					}
				}
				if !last.done || last.why != c.why || last.then != nil {
					t.Errorf("%s: %+v", l.kind(), last)
				}
			}
		})
	}
}

func TestLandingBeginsOverThePlace(t *testing.T) {
	t.Parallel()
	l := &landing{course: course{mode: "GUIDED"}, to: geo.LatLon{Lat: -35, Lon: 149}}
	b := hovering(-35.0005, 149)
	now := b.v.Position.Time
	at := func(lat, speed float64) leadStep {
		now = now.Add(500 * time.Millisecond)
		b.v.Position = &Position{Lat: lat, Lon: 149, AltAMSL: 650, Time: now}
		b.v.Velocity = &Velocity{North: speed, Time: now}
		return l.step(now, b.v)
	}
	for _, s := range []leadStep{at(-35.0005, 5), at(-35, 5), at(-35, 0.2), at(-35.0001, 0.2), at(-35, 0.2), at(-35, 0.2)} {
		if s.done {
			t.Fatal("it lands before it stands over the place")
		}
	}
	if s := at(-35, 0.1); !s.done || s.then != (Land{}) {
		t.Errorf("%+v", s)
	}
}
