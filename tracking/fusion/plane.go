package fusion

import (
	"math"

	"vedette/internal/geo"
)

// plane is the tracker's local plane: metres east and north of an origin, with the radii of curvature there. North is exact
// along the meridian; the scale of east follows the latitude of the point, so no distance within a sector is off by more
// than a few parts in a million.
type plane struct {
	origin geo.LatLon
	set    bool
}

const (
	wgsA  = 6378137.0
	wgsE2 = 6.69437999014e-3
)

func (p *plane) perRadian(lat float64) (north, east float64) {
	s0, _ := math.Sincos(p.origin.Lat * math.Pi / 180)
	w := 1 - wgsE2*s0*s0
	north = wgsA * (1 - wgsE2) / (w * math.Sqrt(w))
	s, c := math.Sincos(lat * math.Pi / 180)
	return north, wgsA / math.Sqrt(1-wgsE2*s*s) * c
}

func (p *plane) to(q geo.LatLon) vec2 {
	if !p.set {
		p.origin, p.set = q, true
	}
	north, east := p.perRadian(q.Lat)
	return vec2{
		geo.DiffDeg(p.origin.Lon, q.Lon) * math.Pi / 180 * east,
		(q.Lat - p.origin.Lat) * math.Pi / 180 * north,
	}
}

func (p *plane) from(v vec2) geo.LatLon {
	north, _ := p.perRadian(p.origin.Lat)
	lat := p.origin.Lat + v[1]/north*180/math.Pi
	_, east := p.perRadian(lat)
	lon := p.origin.Lon + v[0]/east*180/math.Pi
	if lon > 180 {
		lon -= 360
	} else if lon < -180 {
		lon += 360
	}
	return geo.LatLon{Lat: lat, Lon: lon}
}
