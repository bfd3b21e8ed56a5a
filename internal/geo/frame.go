package geo

import "math"

// ECEF is the earth-centred, earth-fixed vector in metres of a position and its ellipsoidal height.
func ECEF(p LatLon, h HAE) [3]float64 {
	sLat, cLat := math.Sincos(p.Lat * degToRad)
	sLon, cLon := math.Sincos(p.Lon * degToRad)
	n := semiMajorM / math.Sqrt(1-eccentricSq*sLat*sLat)
	return [3]float64{
		(n + float64(h)) * cLat * cLon,
		(n + float64(h)) * cLat * sLon,
		(n*(1-eccentricSq) + float64(h)) * sLat,
	}
}

// FromECEF is the inverse of ECEF, to well below a millimetre for heights from -10 to 100 km.
func FromECEF(v [3]float64) (LatLon, HAE) {
	r := math.Hypot(v[0], v[1])
	lon := math.Atan2(v[1], v[0])
	lat := math.Atan2(v[2], r*(1-eccentricSq))
	var n float64
	for range iterations {
		s := math.Sin(lat)
		n = semiMajorM / math.Sqrt(1-eccentricSq*s*s)
		lat = math.Atan2(v[2]+eccentricSq*n*s, r)
	}
	s, c := math.Sincos(lat)
	// Along the normal, which stays well conditioned at the poles too.
	h := r*c + v[2]*s - semiMajorM*math.Sqrt(1-eccentricSq*s*s)
	return LatLon{Lat: lat * radToDeg, Lon: lon * radToDeg}, HAE(h)
}

// Frame is a local east-north-up frame, tangent to the ellipsoid at its origin. It is immutable and safe for
// concurrent use.
type Frame struct {
	origin   LatLon
	height   HAE
	ecef     [3]float64
	rotation [3][3]float64 // rows: east, north, up in ECEF
}

// NewFrame makes the frame with its origin at a position and ellipsoidal height.
func NewFrame(origin LatLon, h HAE) *Frame {
	sLat, cLat := math.Sincos(origin.Lat * degToRad)
	sLon, cLon := math.Sincos(origin.Lon * degToRad)
	return &Frame{
		origin: origin,
		height: h,
		ecef:   ECEF(origin, h),
		rotation: [3][3]float64{
			{-sLon, cLon, 0},
			{-sLat * cLon, -sLat * sLon, cLat},
			{cLat * cLon, cLat * sLon, sLat},
		},
	}
}

// Origin is the position and ellipsoidal height of the frame's zero.
func (f *Frame) Origin() (LatLon, HAE) { return f.origin, f.height }

// ToENU gives east, north and up in metres of a position.
func (f *Frame) ToENU(p LatLon, h HAE) [3]float64 {
	v := ECEF(p, h)
	for i := range v {
		v[i] -= f.ecef[i]
	}
	var out [3]float64
	for i, row := range f.rotation {
		out[i] = row[0]*v[0] + row[1]*v[1] + row[2]*v[2]
	}
	return out
}

// FromENU is the inverse of ToENU.
func (f *Frame) FromENU(enu [3]float64) (LatLon, HAE) {
	v := f.ecef
	for i, row := range f.rotation {
		for j := range v {
			v[j] += row[j] * enu[i]
		}
	}
	return FromECEF(v)
}
