// Package zone holds polygons and lines with a rule: a border that must not be crossed, an area that must not be
// entered, a place where nothing may fly. It is pure.
//
// Geometry is computed on a plane that touches the earth at the place asked about, with the lengths of a degree there.
// That is within 0.1 % for zones up to 100 km across, away from the poles and from the 180th meridian, which no zone
// may cross.
package zone

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Kind is the rule of a zone.
type Kind string

// The kinds of zones.
const (
	Border Kind = "border" // a line: crossing it matters
	Area   Kind = "area"   // a polygon: being inside matters
	NoFly  Kind = "noFly"  // a polygon: no vehicle is sent inside
	// Privacy is a polygon: what cameras detect inside is neither stored nor shown.
	Privacy Kind = "privacy"
	// Known is a polygon: what happens inside while its rule holds is expected, such as a train; it is logged and alarms nobody.
	Known Kind = "known"
)

// Zone is a line or polygon with a rule.
type Zone struct {
	ID   string
	Name string // for people; may be empty
	Kind Kind
	// Geometry is an orb.LineString for a border, and an orb.Polygon (with holes, if any) or orb.MultiPolygon otherwise.
	Geometry orb.Geometry
	Rule     Rule // of borders, areas and what is known
}

// Label is the name for people: the name, or else the id.
func (z Zone) Label() string {
	if z.Name != "" {
		return z.Name
	}
	return z.ID
}

// Validate tells what is wrong with a zone.
func (z Zone) Validate() error {
	var problems []error
	if z.ID == "" {
		problems = append(problems, errors.New("a zone needs an id"))
	}
	switch g := z.Geometry.(type) {
	case orb.LineString:
		if z.Kind != Border {
			problems = append(problems, fmt.Errorf("a %q needs a polygon, not a line", z.Kind))
		}
		if len(g) < 2 {
			problems = append(problems, errors.New("a line needs at least two points"))
		}
	case orb.Polygon:
		problems = append(problems, validateArea(z.Kind, orb.MultiPolygon{g}))
	case orb.MultiPolygon:
		problems = append(problems, validateArea(z.Kind, g))
	default:
		problems = append(problems, errors.New("a zone is a LineString, a Polygon or a MultiPolygon"))
	}
	switch {
	case z.Geometry == nil:
	case !inRange(z.Geometry):
		problems = append(problems, errors.New("a coordinate is not a longitude and latitude in degrees"))
	default:
		problems = append(problems, validateShape(z.Geometry))
	}
	problems = append(problems, z.Rule.validate(z.Kind))
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("zone %q: %w", z.ID, err)
	}
	return nil
}

func validateArea(kind Kind, polygons orb.MultiPolygon) error {
	if kind != Area && kind != NoFly && kind != Privacy && kind != Known {
		return fmt.Errorf("a polygon is of the kind %q, %q, %q or %q, not %q", Area, NoFly, Privacy, Known, kind)
	}
	if len(polygons) == 0 {
		return errors.New("no polygon")
	}
	for _, polygon := range polygons {
		if len(polygon) == 0 {
			return errors.New("a polygon without a ring")
		}
		for _, ring := range polygon {
			if len(ring) < 4 || !ring.Closed() {
				return errors.New("a ring needs at least four points, the last equal to the first")
			}
		}
	}
	return nil
}

func inRange(g orb.Geometry) bool {
	ok := true
	eachPath(g, func(path orb.LineString) {
		for _, p := range path {
			// NaN fails these too.
			ok = ok && p.Lon() >= -180 && p.Lon() <= 180 && p.Lat() >= -90 && p.Lat() <= 90
		}
	})
	return ok
}

// Contains tells whether a point is inside; nothing is inside a line.
func (z Zone) Contains(p orb.Point) bool {
	switch g := z.Geometry.(type) {
	case orb.Polygon:
		return planar.PolygonContains(g, p)
	case orb.MultiPolygon:
		return planar.MultiPolygonContains(g, p)
	default:
		return false
	}
}

// Distance is how far in metres a point is from the zone: 0 inside a polygon, else to the nearest point of its edge.
// It is infinite for a zone without geometry.
func (z Zone) Distance(p orb.Point) float64 {
	if z.Contains(p) {
		return 0
	}
	return z.DistanceToEdge(p)
}

// DistanceToEdge is how far in metres a point is from the line or from the edge of the polygon, inside or outside.
func (z Zone) DistanceToEdge(p orb.Point) float64 {
	_, d := z.nearest(p)
	return d
}

// Nearest is the point of the line or edge that is nearest to p.
func (z Zone) Nearest(p orb.Point) orb.Point {
	q, _ := z.nearest(p)
	return q
}

// Along is the azimuth in degrees, 0 to 180, of the piece of the line or edge that is nearest to p, and its distance in metres,
// which is infinite for a zone without geometry.
func (z Zone) Along(p orb.Point) (azimuthDeg, distanceM float64) {
	flat := planeAt(p)
	distanceM = math.Inf(1)
	z.eachPiece(flat, func(a, b, q orb.Point) {
		if d := math.Hypot(q[0], q[1]); d < distanceM {
			azimuthDeg, distanceM = math.Mod(math.Atan2(b[0]-a[0], b[1]-a[1])*180/math.Pi+360, 180), d
		}
	})
	return azimuthDeg, distanceM
}

func (z Zone) nearest(p orb.Point) (orb.Point, float64) {
	flat := planeAt(p)
	best, bestM := p, math.Inf(1)
	z.eachPiece(flat, func(_, _, q orb.Point) {
		if d := math.Hypot(q[0], q[1]); d < bestM {
			best, bestM = flat.from(q), d
		}
	})
	return best, bestM
}

// eachPiece visits the segments of the line or edge in a plane, with the point of each that is nearest to its origin.
func (z Zone) eachPiece(flat plane, visit func(a, b, nearest orb.Point)) {
	eachPath(z.Geometry, func(path orb.LineString) {
		for i := range len(path) - 1 {
			a, b := flat.to(path[i]), flat.to(path[i+1])
			visit(a, b, nearestOnSegment(a, b))
		}
	})
}

// nearestOnSegment is the point of the segment a to b that is nearest to the origin.
func nearestOnSegment(a, b orb.Point) orb.Point {
	dx, dy := b[0]-a[0], b[1]-a[1]
	length2 := dx*dx + dy*dy
	if length2 == 0 {
		return a
	}
	t := min(1, max(0, -(a[0]*dx+a[1]*dy)/length2))
	return orb.Point{a[0] + t*dx, a[1] + t*dy}
}

// eachPath visits the line, or each ring.
func eachPath(g orb.Geometry, visit func(orb.LineString)) {
	switch g := g.(type) {
	case orb.LineString:
		visit(g)
	case orb.Polygon:
		for _, ring := range g {
			visit(orb.LineString(ring))
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			eachPath(polygon, visit)
		}
	}
}
