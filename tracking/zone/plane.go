package zone

import (
	"github.com/paulmach/orb"

	"vedette/internal/geo"
)

// plane is a local east-north plane in metres.
type plane struct {
	origin         orb.Point
	perLon, perLat float64 // metres in a degree
}

func planeAt(p orb.Point) plane {
	const step = 0.001 // degrees; far above rounding, far below curvature
	at := geo.LatLon{Lat: min(89, max(-89, p.Lat()))}
	return plane{
		origin: p,
		perLon: geo.Distance(at, geo.LatLon{Lat: at.Lat, Lon: step}) / step,
		perLat: geo.Distance(geo.LatLon{Lat: at.Lat - step/2}, geo.LatLon{Lat: at.Lat + step/2}) / step,
	}
}

func (f plane) to(p orb.Point) orb.Point {
	return orb.Point{(p[0] - f.origin[0]) * f.perLon, (p[1] - f.origin[1]) * f.perLat}
}

func (f plane) from(p orb.Point) orb.Point {
	return orb.Point{f.origin[0] + p[0]/f.perLon, f.origin[1] + p[1]/f.perLat}
}
