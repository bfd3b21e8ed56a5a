package zone

import (
	"math"

	"github.com/paulmach/orb"
)

// chanceRings and chanceRays are the samples of a place that Chance takes: each stands for as much of it as any other.
const chanceRings, chanceRays = 12, 24

// Spread is how well a place is known: the covariance of its error in square metres, east and north.
type Spread struct{ EE, EN, NN float64 }

// known tells whether it is a covariance at all.
func (s Spread) known() bool {
	return s.EE >= 0 && s.NN >= 0 && s.EE < math.Inf(1) && s.NN < math.Inf(1) && s.EN*s.EN <= s.EE*s.NN*(1+1e-9)+1e-9
}

// longest is the standard deviation along the long axis.
func (s Spread) longest() float64 {
	return math.Sqrt((s.EE+s.NN)/2 + math.Hypot((s.EE-s.NN)/2, s.EN))
}

// Within tells whether what is at a place that is not known well is inside one of the zones: the place itself is, or it is with a chance
// of at least some number between 0 and 1. Something as vague as a whole district is not in a small zone that lies somewhere in it, unless
// its middle is. A place of which nobody knows how well it is known is inside if there is any zone.
func Within(zones []Zone, p orb.Point, s Spread, least float64) bool {
	if len(zones) == 0 {
		return false
	}
	if !s.known() {
		return true
	}
	// Beyond this radius lies less than that chance, whatever the shape of the zones.
	reach := s.longest() * math.Sqrt(-2*math.Log(least))
	flat := planeAt(p)
	away := orb.Bound{Min: flat.from(orb.Point{-reach, -reach}), Max: flat.from(orb.Point{reach, reach})}
	var near []Zone
	for _, z := range zones {
		if !z.Geometry.Bound().Intersects(away) {
			continue
		}
		switch d := z.Distance(p); {
		case d == 0:
			return true
		case d < reach:
			near = append(near, z)
		}
	}
	return len(near) > 0 && chance(near, flat, s) >= least
}

// chance is how likely a place, the origin of a plane, is in one of the zones.
func chance(zones []Zone, flat plane, s Spread) float64 {
	east := math.Sqrt(s.EE)
	along := 0.0
	if east > 0 {
		along = s.EN / east
	}
	north := math.Sqrt(max(0, s.NN-along*along))
	inside := 0
	for ring := range chanceRings {
		// The rings part the mass evenly, and each ray is in the middle of its share.
		radius := math.Sqrt(-2 * math.Log(1-(float64(ring)+0.5)/chanceRings))
		for ray := range chanceRays {
			sin, cos := math.Sincos(2 * math.Pi * (float64(ray) + float64(ring%2)/2) / chanceRays)
			u, v := radius*cos, radius*sin
			at := flat.from(orb.Point{east * u, along*u + north*v})
			for _, z := range zones {
				if z.Contains(at) {
					inside++
					break
				}
			}
		}
	}
	return float64(inside) / (chanceRings * chanceRays)
}
