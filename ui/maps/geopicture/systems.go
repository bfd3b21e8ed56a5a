package geopicture

import "math"

// system is a coordinate system: it turns degrees on WGS 84 into what a file counts in, and back. What lies outside is NaN.
type system interface {
	forward(lon, lat float64) (x, y float64)
	back(x, y float64) (lon, lat float64)
}

// Of EPSG.
const (
	epsgWGS84, epsgWGS84Heights, epsgETRS89, epsgNAD83, epsgGDA2020, epsgMercator = 4326, 4979, 4258, 4269, 7844, 3857
)

// southern is what is added to northings south of the equator, in metres.
const southern = 10_000_000

// zoned are the systems of UTM: the number of each zone is a base and the zone. All of them are counted as on WGS 84, from which ETRS89 and
// GDA2020 are less than a metre away, and NAD83 up to two; their ellipsoid, GRS 80, differs by a tenth of a millimetre.
var zoned = []struct {
	base, first, last uint64
	falseNorth        float64
}{
	{32600, 1, 60, 0}, {32700, 1, 60, southern}, // of WGS 84
	{25800, 28, 38, 0},       // of ETRS89
	{26900, 1, 23, 0},        // of NAD83
	{7800, 46, 59, southern}, // MGA of GDA2020
}

// systemOf is a projected system by its number, nil where it is not read.
func systemOf(code uint64) system {
	if code == epsgMercator {
		return mercator{}
	}
	for _, z := range zoned {
		if code >= z.base+z.first && code <= z.base+z.last {
			return newUTM(float64(code-z.base), z.falseNorth)
		}
	}
	return nil
}

const (
	degree          = math.Pi / 180
	equator         = 6378137.0 // radius in metres
	flattening      = 1 / 298.257223563
	mercatorLat     = 85.0511287798066 // where the square of web mercator ends
	utmScale        = 0.9996
	utmFromMeridian = 40 // degrees: beyond, the series of the projection mean nothing
)

// degrees are geographic coordinates.
type degrees struct{}

func (degrees) forward(lon, lat float64) (x, y float64) { return lon, lat }
func (degrees) back(x, y float64) (lon, lat float64)    { return x, y }

// mercator is EPSG:3857.
type mercator struct{}

func (mercator) forward(lon, lat float64) (x, y float64) {
	return equator * lon * degree, equator * math.Asinh(math.Tan(lat*degree))
}

func (mercator) back(x, y float64) (lon, lat float64) {
	return x / equator / degree, math.Atan(math.Sinh(y/equator)) / degree
}

// utm is a zone of the universal transverse Mercator, by the series of Krüger to the fourth order (Karney, Transverse Mercator with
// an accuracy of a few nanometers, 2011), which are good to a millimetre within 3900 km of the central meridian.
type utm struct {
	meridian, falseNorth float64
	radius, e            float64
	alpha, beta          [4]float64
}

func newUTM(zone, falseNorth float64) *utm {
	n := flattening / (2 - flattening)
	n2, n3, n4 := n*n, n*n*n, n*n*n*n
	return &utm{
		meridian: 6*zone - 183, falseNorth: falseNorth,
		radius: equator / (1 + n) * (1 + n2/4 + n4/64),
		e:      math.Sqrt(flattening * (2 - flattening)),
		alpha: [4]float64{
			n/2 - 2*n2/3 + 5*n3/16 + 41*n4/180,
			13*n2/48 - 3*n3/5 + 557*n4/1440,
			61*n3/240 - 103*n4/140,
			49561 * n4 / 161280,
		},
		beta: [4]float64{
			n/2 - 2*n2/3 + 37*n3/96 - n4/360,
			n2/48 + n3/15 - 437*n4/1440,
			17*n3/480 - 37*n4/840,
			4397 * n4 / 161280,
		},
	}
}

func (u *utm) forward(lon, lat float64) (x, y float64) {
	l := math.Remainder(lon-u.meridian, 360)
	if math.Abs(l) > utmFromMeridian || math.Abs(lat) > 89.9 {
		return math.NaN(), math.NaN()
	}
	sinL, cosL := math.Sincos(l * degree)
	t := u.conformal(math.Tan(lat * degree))
	xi, eta := math.Atan2(t, cosL), math.Asinh(sinL/math.Hypot(t, cosL))
	dXi, dEta := series(&u.alpha, xi, eta)
	return 500_000 + utmScale*u.radius*(eta+dEta), u.falseNorth + utmScale*u.radius*(xi+dXi)
}

func (u *utm) back(x, y float64) (lon, lat float64) {
	eta, xi := (x-500_000)/(utmScale*u.radius), (y-u.falseNorth)/(utmScale*u.radius)
	if math.Abs(xi) > math.Pi/2 || math.Abs(eta) > 1 {
		return math.NaN(), math.NaN()
	}
	dXi, dEta := series(&u.beta, xi, eta)
	xi, eta = xi-dXi, eta-dEta
	l := math.Atan2(math.Sinh(eta), math.Cos(xi)) / degree
	// The tangent of the latitude by Newton's method from that of the conformal latitude.
	want := math.Sin(xi) / math.Hypot(math.Sinh(eta), math.Cos(xi))
	t := want
	for range 4 {
		is := u.conformal(t)
		e2 := u.e * u.e
		t += (want - is) / math.Hypot(1, is) * (1 + (1-e2)*t*t) / ((1 - e2) * math.Hypot(1, t))
	}
	return u.meridian + l, math.Atan(t) / degree
}

// conformal is the tangent of the conformal latitude, from that of the geographic one.
func (u *utm) conformal(t float64) float64 {
	s := math.Sinh(u.e * math.Atanh(u.e*t/math.Hypot(1, t)))
	return t*math.Hypot(1, s) - s*math.Hypot(1, t)
}

// series sums c[j-1] times the sine of 2j times a complex angle.
func series(c *[4]float64, xi, eta float64) (re, im float64) {
	for j, a := range c {
		k := 2 * float64(j+1)
		sin, cos := math.Sincos(k * xi)
		re += a * sin * math.Cosh(k*eta)
		im += a * cos * math.Sinh(k*eta)
	}
	return re, im
}
