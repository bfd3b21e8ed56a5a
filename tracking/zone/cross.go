package zone

import (
	"math"

	"github.com/paulmach/orb"
)

// Direction is the way in which a line was crossed.
type Direction string

// The ways of crossing. Left and right are those of somebody who walks along a line from its first point to its last.
const (
	LeftToRight Direction = "L2R"
	RightToLeft Direction = "R2L"
	In          Direction = "in"  // into a polygon
	Out         Direction = "out" // out of a polygon
)

// Crossing is where and how a path crossed a zone's line or edge.
type Crossing struct {
	At        orb.Point
	Fraction  float64 // how far along the path segment, 0 to 1
	Direction Direction
	// BearingDeg is square to the line, towards the side that was reached, clockwise from true north.
	BearingDeg float64
}

// Heading is the bearing in words: "northbound", "north-eastbound" and so on.
func (c Crossing) Heading() string {
	words := [...]string{
		"northbound", "north-eastbound", "eastbound", "south-eastbound",
		"southbound", "south-westbound", "westbound", "north-westbound",
	}
	octant := int(math.Round(c.BearingDeg/45)) % len(words)
	return words[(octant+len(words))%len(words)]
}

// CrossedBy tells whether the straight path from one point to another crosses the zone's line or edge in sum, and how:
// a path that crosses an even number of times ends on the side where it began and has not crossed. The crossing told is
// the last. A path that only touches, or runs along the line, has not crossed.
func (z Zone) CrossedBy(from, to orb.Point) (Crossing, bool) {
	flat := planeAt(from)
	b := flat.to(to)
	count := 0
	var last Crossing
	last.Fraction = -1
	eachPath(z.Geometry, func(path orb.LineString) {
		for i := range len(path) - 1 {
			p, q := flat.to(path[i]), flat.to(path[i+1])
			t, side, ok := intersect(b, p, q)
			if !ok {
				continue
			}
			count++
			if t > last.Fraction {
				last = crossing(p, q, side)
				last.Fraction = t
				last.At = flat.from(orb.Point{t * b[0], t * b[1]})
			}
		}
	})
	if count%2 == 0 {
		return Crossing{}, false
	}
	if _, line := z.Geometry.(orb.LineString); !line {
		last.Direction = Out
		if z.Contains(to) {
			last.Direction = In
		}
	}
	return last, true
}

// Blocks tells whether a straight flight from one place to another enters the zone. Leaving it is allowed.
func (z Zone) Blocks(from, to orb.Point) bool {
	if z.Contains(to) {
		return true
	}
	flat := planeAt(from)
	b := flat.to(to)
	crossings := 0
	eachPath(z.Geometry, func(path orb.LineString) {
		for i := range len(path) - 1 {
			if _, _, ok := intersect(b, flat.to(path[i]), flat.to(path[i+1])); ok {
				crossings++
			}
		}
	})
	if z.Contains(from) {
		return crossings > 1 // out, and in again
	}
	return crossings > 0
}

// intersect tells where the path from the origin to b meets the segment p to q: the fraction of the path, and the side
// that it comes from (+1 left, -1 right). A point on the line counts as on its right, so that a vertex is met once.
func intersect(b, p, q orb.Point) (fraction, side float64, ok bool) {
	from, to := leftOf(p, q, orb.Point{}), leftOf(p, q, b)
	if (from > 0) == (to > 0) {
		return 0, 0, false
	}
	if (leftOf(orb.Point{}, b, p) > 0) == (leftOf(orb.Point{}, b, q) > 0) {
		return 0, 0, false
	}
	side = 1
	if from <= 0 {
		side = -1
	}
	return from / (from - to), side, true
}

// leftOf is above zero when x is to the left of the line from p to q.
func leftOf(p, q, x orb.Point) float64 {
	return (q[0]-p[0])*(x[1]-p[1]) - (q[1]-p[1])*(x[0]-p[0])
}

func crossing(p, q orb.Point, side float64) Crossing {
	// The normal to the right of p to q is (dy, -dx).
	east, north := (q[1]-p[1])*side, -(q[0]-p[0])*side
	bearing := math.Atan2(east, north) * 180 / math.Pi
	c := Crossing{Direction: LeftToRight, BearingDeg: math.Mod(bearing+360, 360)}
	if side < 0 {
		c.Direction = RightToLeft
	}
	return c
}
