package copter

import (
	"math"
	"slices"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

const (
	trailSteps   = 33   // between two looks: three a second
	trailPatient = 15.0 // s without a position, or without room, before the trail is given up
	mostTrail    = 500  // SRTL_POINTS is limited to this
)

// trail is the way flown since arming, from its beginning, as SMART_RTL goes back along it.
type trail struct {
	points []vec
	active bool
	begun  bool    // since arming
	goodAt float64 // when there was a position last, s since power-up
	roomAt float64 // when there was room last
}

// begin starts anew at a place, or stays off without one.
func (t *trail) begin(f *flight) {
	*t = trail{}
	if !f.ready() || f.trailRoom() == 0 || f.params.get("SRTL_ACCURACY") <= 0 {
		return
	}
	now := f.age()
	*t = trail{points: []vec{f.est.pos}, active: true, begun: true, goodAt: now, roomAt: now}
}

func (f *flight) trailRoom() int {
	return int(clamp(f.params.get("SRTL_POINTS"), 0, mostTrail))
}

// watchTrail takes down the way while it is armed and does not fly it back.
func (f *flight) watchTrail() {
	if f.steps%trailSteps != 0 || !f.armed {
		return
	}
	t, now := &f.trail, f.age()
	switch {
	case !t.begun:
		t.begin(f)
	case !t.active || f.mode == SmartRTL:
	case !f.ready():
		if now-t.goodAt > trailPatient {
			f.endTrail("bad position")
		}
	default:
		t.goodAt = now
		if t.add(f.est.pos, f.trailRoom(), f.params.get("SRTL_ACCURACY")) {
			t.roomAt = now
		} else if now-t.roomAt > trailPatient {
			f.endTrail("buffer full")
		}
	}
}

func (f *flight) endTrail(why string) {
	f.trail.active, f.trail.points = false, nil
	f.say(mav.MAV_SEVERITY_WARNING, "SmartRTL deactivated: %s", why)
}

// add takes a place that is far enough from the last; false: there is no room, not even after shortening.
func (t *trail) add(at vec, room int, accuracy float64) bool {
	if n := len(t.points); n > 0 && t.points[n-1].sub(at).length() < accuracy {
		return true
	}
	if len(t.points) >= room {
		t.shorten(accuracy)
	}
	if len(t.points) >= room {
		return false
	}
	t.points = append(t.points, at)
	return true
}

// shorten leaves out what the way does not need: points near a straight line, and loops.
func (t *trail) shorten(accuracy float64) {
	t.points = withoutLoops(straightened(t.points, accuracy/2), accuracy)
}

// straightened is the simplest line that passes within a distance of all points (Ramer, Douglas and Peucker).
func straightened(points []vec, within float64) []vec {
	if len(points) < 3 {
		return points
	}
	last := len(points) - 1
	far, at := 0.0, 0
	for i := 1; i < last; i++ {
		if d := points[i].sub(nearestOn(points[0], points[last], points[i])).length(); d > far {
			far, at = d, i
		}
	}
	if far <= within {
		return []vec{points[0], points[last]}
	}
	return append(slices.Clone(straightened(points[:at+1], within)), straightened(points[at:], within)[1:]...)
}

// withoutLoops cuts off what lies between two legs that come near each other.
func withoutLoops(points []vec, near float64) []vec {
	for i := 0; i+3 < len(points); i++ {
		for j := len(points) - 2; j > i+1; j-- {
			a, b := closest(points[i], points[i+1], points[j], points[j+1])
			if a.sub(b).length() < near {
				points = append(append(slices.Clone(points[:i+1]), a.add(b).scale(0.5)), points[j+1:]...)
				break
			}
		}
	}
	return points
}

// nearestOn is the point of a leg that is nearest to a place.
func nearestOn(from, to, at vec) vec {
	leg := to.sub(from)
	l := leg.dot(leg)
	if l == 0 {
		return from
	}
	return from.add(leg.scale(clamp(at.sub(from).dot(leg)/l, 0, 1)))
}

// closest are the points of two legs that are nearest to each other.
func closest(a, b, c, d vec) (onFirst, onSecond vec) {
	best := math.Inf(1)
	try := func(p, q vec) {
		if l := p.sub(q).length(); l < best {
			best, onFirst, onSecond = l, p, q
		}
	}
	for _, end := range [...]vec{a, b} {
		try(end, nearestOn(c, d, end))
	}
	for _, end := range [...]vec{c, d} {
		try(nearestOn(a, b, end), end)
	}
	// Where the lines that the legs lie on are nearest, if that is within both legs.
	u, v, w := b.sub(a), d.sub(c), a.sub(c)
	uu, uv, vv, uw, vw := u.dot(u), u.dot(v), v.dot(v), u.dot(w), v.dot(w)
	if det := uu*vv - uv*uv; det > 1e-9 {
		s, t := (uv*vw-vv*uw)/det, (uu*vw-uv*uw)/det
		if s >= 0 && s <= 1 && t >= 0 && t <= 1 {
			try(a.add(u.scale(s)), c.add(v.scale(t)))
		}
	}
	return onFirst, onSecond
}
