package world

import (
	"math"

	"vedette/sim/scenario"
)

// polyline is a line of places in metres east and north.
type polyline []scenario.Point

// northAt is the northing of a west-to-east line at an easting, continued level beyond its ends.
func (l polyline) northAt(e float64) float64 {
	if e <= l[0][0] {
		return l[0][1]
	}
	for i := 1; i < len(l); i++ {
		if a, b := l[i-1], l[i]; e <= b[0] {
			return a[1] + (b[1]-a[1])*(e-a[0])/(b[0]-a[0])
		}
	}
	return l[len(l)-1][1]
}

// distance is from a place to the nearest point of the line.
func (l polyline) distance(e, n float64) float64 {
	best := math.Inf(1)
	for i := 1; i < len(l); i++ {
		ax, ay := l[i-1][0], l[i-1][1]
		dx, dy := l[i][0]-ax, l[i][1]-ay
		t := 0.0
		if d := dx*dx + dy*dy; d > 0 {
			t = min(max(((e-ax)*dx+(n-ay)*dy)/d, 0), 1)
		}
		best = min(best, math.Hypot(e-ax-t*dx, n-ay-t*dy))
	}
	return best
}

// route is a path with its timetable.
type route struct {
	points         polyline
	arrive, depart []float64 // seconds after the start, for each point
	shuttle        bool
}

func newRoute(o scenario.Object) *route {
	r := &route{points: o.Path, arrive: make([]float64, len(o.Path)), depart: make([]float64, len(o.Path)), shuttle: o.Shuttle}
	pause := make([]float64, len(o.Path))
	for _, p := range o.Pauses {
		pause[p.At] += p.ForS
	}
	for i := range o.Path {
		if i > 0 {
			r.arrive[i] = r.depart[i-1] + math.Hypot(o.Path[i][0]-o.Path[i-1][0], o.Path[i][1]-o.Path[i-1][1])/o.SpeedMS
		}
		r.depart[i] = r.arrive[i] + pause[i]
	}
	return r
}

// lasts is the time from the first point to the last, pauses included.
func (r *route) lasts() float64 { return r.depart[len(r.depart)-1] }

// at gives the place at a time after the start, and the direction of travel (a unit vector, kept during pauses). The
// third result is false before the start and, unless the route is a shuttle, after the end.
func (r *route) at(t float64) (pos, dir scenario.Point, present bool) {
	total := r.lasts()
	sign := 1.0
	switch {
	case t < 0:
		return pos, dir, false
	case r.shuttle:
		if t = math.Mod(t, 2*total); t > total {
			t, sign = 2*total-t, -1
		}
	case t > total:
		return pos, dir, false
	}
	i := 1 // the segment ends at point i
	for i < len(r.points)-1 && t > r.depart[i] {
		i++
	}
	a, b := r.points[i-1], r.points[i]
	f := 0.0
	if span := r.arrive[i] - r.depart[i-1]; span > 0 {
		f = min(max((t-r.depart[i-1])/span, 0), 1)
	}
	pos = scenario.Point{a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1])}
	if l := math.Hypot(b[0]-a[0], b[1]-a[1]); l > 0 {
		dir = scenario.Point{sign * (b[0] - a[0]) / l, sign * (b[1] - a[1]) / l}
	}
	return pos, dir, true
}
