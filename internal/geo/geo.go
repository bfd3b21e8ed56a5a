// Package geo holds the geodesy that every room shares: WGS 84 positions, heights with their datum as a type, local
// east-north-up frames, the EGM96 geoid, and terrain from SRTM tiles. It is pure apart from reading terrain files.
package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// WGS 84 ellipsoid (NGA.STND.0036, table 3.1).
const (
	semiMajorM   = 6378137.0
	flattening   = 1 / 298.257223563
	eccentricSq  = flattening * (2 - flattening)
	degToRad     = math.Pi / 180
	radToDeg     = 180 / math.Pi
	fullCircle   = 360.0
	halfCircle   = 180.0
	iterations   = 6
	tinyDistance = 1e-9
)

// AMSL is a height in metres above mean sea level (EGM96), as MAVLink and SRTM use it.
type AMSL float64

// HAE is a height in metres above the WGS 84 ellipsoid, as GNSS and CoT use it.
type HAE float64

// AGL is a height in metres above the terrain below.
type AGL float64

// LatLon is a position on the WGS 84 ellipsoid in degrees.
type LatLon struct {
	Lat float64 `json:"lat" yaml:"lat"`
	Lon float64 `json:"lon" yaml:"lon"`
}

// Valid tells whether both members are finite and in range.
func (p LatLon) Valid() bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180
}

// Point is the position as orb has it: longitude first.
func (p LatLon) Point() orb.Point { return orb.Point{p.Lon, p.Lat} }

// FromPoint is the position of an orb point.
func FromPoint(p orb.Point) LatLon { return LatLon{Lat: p.Lat(), Lon: p.Lon()} }

// metresPerDegree gives the length of a degree of latitude and of longitude at a latitude, from the radii of curvature
// in the meridian and in the prime vertical.
func metresPerDegree(lat float64) (north, east float64) {
	s, c := math.Sincos(lat * degToRad)
	w := 1 - eccentricSq*s*s
	prime := semiMajorM / math.Sqrt(w)
	meridian := prime * (1 - eccentricSq) / w
	return meridian * degToRad, prime * c * degToRad
}

// delta gives the north and east components in metres from a to b with the scale of the latitude between them: within
// 0.1 % up to 100 km away from the poles.
func delta(a, b LatLon) (north, east float64) {
	perNorth, perEast := metresPerDegree((a.Lat + b.Lat) / 2)
	dLon := math.Mod(b.Lon-a.Lon+fullCircle+halfCircle, fullCircle) - halfCircle
	return (b.Lat - a.Lat) * perNorth, dLon * perEast
}

// Distance is the length in metres of the way over the ground from a to b; made for sectors, see delta for its limits.
func Distance(a, b LatLon) float64 {
	n, e := delta(a, b)
	return math.Hypot(n, e)
}

// BearingDeg is the direction from a to b, clockwise from true north, in [0, 360).
func BearingDeg(a, b LatLon) float64 {
	n, e := delta(a, b)
	if math.Abs(n) < tinyDistance && math.Abs(e) < tinyDistance {
		return 0
	}
	return NormalizeDeg(math.Atan2(e, n) * radToDeg)
}

// Offset is the position distM metres from p in the direction bearingDeg (clockwise from true north).
func Offset(p LatLon, bearingDeg, distM float64) LatLon {
	s, c := math.Sincos(bearingDeg * degToRad)
	perNorth, perEast := metresPerDegree(p.Lat)
	q := LatLon{Lat: p.Lat + distM*c/perNorth, Lon: p.Lon + distM*s/perEast}
	// Once more with the scale of the latitude between the two, so that Offset and Distance agree.
	perNorth, perEast = metresPerDegree((p.Lat + q.Lat) / 2)
	q = LatLon{Lat: p.Lat + distM*c/perNorth, Lon: p.Lon + distM*s/perEast}
	q.Lon = math.Mod(q.Lon+fullCircle+halfCircle, fullCircle) - halfCircle
	return q
}

// NormalizeDeg brings an angle into [0, 360).
func NormalizeDeg(deg float64) float64 {
	deg = math.Mod(deg, fullCircle)
	if deg < 0 {
		deg += fullCircle
	}
	if deg >= fullCircle {
		return 0
	}
	return deg
}

// DiffDeg is the signed turn from a to b in (-180, 180].
func DiffDeg(a, b float64) float64 {
	d := NormalizeDeg(b - a)
	if d > halfCircle {
		d -= fullCircle
	}
	return d
}
