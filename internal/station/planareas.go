package station

import (
	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/tracking/zone"
)

// checkAreas looks whether a leg stays within the fence. A vehicle must be inside of every area to stay in, unless it is set up
// otherwise, so leaving all of them is an error and leaving one a warning.
func (c *planChecker) checkAreas(n int, from, to geo.LatLon) {
	inside, left := 0, 0
	for _, p := range c.areas.Polygons {
		ring := make(orb.Ring, 0, len(p.Points)+1)
		for _, corner := range p.Points {
			ring = append(ring, corner.Point())
		}
		ring = append(ring, ring[0])
		z := zone.Zone{Kind: zone.NoFly, Geometry: orb.Polygon{ring}}
		switch {
		case !p.Inclusion && z.Blocks(from.Point(), to.Point()):
			c.add("error", n, "the way there leads into a part of the fence that must not be entered")
		case p.Inclusion:
			inside++
			if leaves(z, from, to) {
				left++
			}
		}
	}
	for _, circle := range c.areas.Circles {
		switch {
		case !circle.Inclusion && distanceToLeg(circle.Center, from, to) < circle.RadiusM:
			c.add("error", n, "the way there leads into a circle of the fence that must not be entered")
		case circle.Inclusion:
			inside++
			if geo.Distance(circle.Center, to) > circle.RadiusM {
				left++
			}
		}
	}
	switch {
	case inside > 0 && left == inside:
		c.add("error", n, "leads out of the fence")
	case left > 0:
		c.add("warning", n, "leads out of %d of the %d areas of the fence to stay in", left, inside)
	}
}

// leaves tells whether a leg leads out of an area, if only around a corner. Where it begins does not matter.
func leaves(z zone.Zone, from, to geo.LatLon) bool {
	if !z.Contains(to.Point()) {
		return true
	}
	const looks = 200
	inside := z.Contains(from.Point())
	for i := range looks {
		part := float64(i) / looks
		p := orb.Point{from.Lon + part*(to.Lon-from.Lon), from.Lat + part*(to.Lat-from.Lat)}
		switch in := z.Contains(p); {
		case inside && !in:
			return true
		case in:
			inside = true
		}
	}
	return false
}

// distanceToLeg is how near a straight way comes to a place, in metres.
func distanceToLeg(p, from, to geo.LatLon) float64 {
	leg := zone.Zone{Kind: zone.Border, Geometry: orb.LineString{from.Point(), to.Point()}}
	return leg.DistanceToEdge(p.Point())
}
