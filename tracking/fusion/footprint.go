package fusion

import "math"

// footprint is what a scan looked at, in the local plane.
type footprint struct {
	centre  vec2 // of the camera
	azimuth float64
	half    float64 // rad
	r0, r1  float64
	polygon []vec2
	before  []vec2 // where not nil: a second polygon, outside of which absence says nothing
	lo, hi  vec2   // box around it
	area    float64
	nothing bool // the scan has no footprint: absence says nothing
}

// noFootprintArea stands for the ground that a scan without a footprint may have shown, m^2.
const noFootprintArea = 1e6

func sectorFootprint(centre vec2, s Sector) footprint {
	f := footprint{centre: centre, r0: max(0, s.RMinM), r1: s.RMaxM}
	f.azimuth = s.AzDeg * math.Pi / 180
	f.half = min(math.Pi, s.HFovDeg*math.Pi/360)
	f.area = f.half * (f.r1*f.r1 - f.r0*f.r0)
	f.lo = vec2{centre[0] - f.r1, centre[1] - f.r1}
	f.hi = vec2{centre[0] + f.r1, centre[1] + f.r1}
	return f
}

func polygonFootprint(centre vec2, poly []vec2) footprint {
	f := footprint{centre: centre, polygon: poly, lo: poly[0], hi: poly[0]}
	for i, p := range poly {
		q := poly[(i+1)%len(poly)]
		f.area += (p[0]*q[1] - q[0]*p[1]) / 2
		for k := range 2 {
			f.lo[k], f.hi[k] = min(f.lo[k], p[k]), max(f.hi[k], p[k])
		}
	}
	f.area = math.Abs(f.area)
	return f
}

// contains tells whether the detector would tell of what stands at a place.
func (f *footprint) contains(p vec2) bool {
	if f.nothing || p[0] < f.lo[0] || p[0] > f.hi[0] || p[1] < f.lo[1] || p[1] > f.hi[1] {
		return false
	}
	if f.before != nil && !inPolygon(f.before, p) {
		return false
	}
	if f.polygon != nil {
		return inPolygon(f.polygon, p)
	}
	de, dn := p[0]-f.centre[0], p[1]-f.centre[1]
	r2 := de*de + dn*dn
	if r2 < f.r0*f.r0 || r2 > f.r1*f.r1 {
		return false
	}
	if f.half >= math.Pi {
		return true
	}
	return math.Abs(math.Remainder(math.Atan2(de, dn)-f.azimuth, 2*math.Pi)) <= f.half
}

// near tells whether a place is in the box or, of a sector, the circle around the footprint, widened by a margin.
func (f *footprint) near(p vec2, margin float64) bool {
	if f.nothing {
		return true
	}
	if p[0] < f.lo[0]-margin || p[0] > f.hi[0]+margin || p[1] < f.lo[1]-margin || p[1] > f.hi[1]+margin {
		return false
	}
	de, dn, reach := p[0]-f.centre[0], p[1]-f.centre[1], f.r1+margin
	return f.polygon != nil || de*de+dn*dn <= reach*reach
}

// share is the probability that a normally distributed place lies in the footprint, from five sigma points.
func (f *footprint) share(mean vec2, c sym2) float64 {
	if f.nothing {
		return 0
	}
	sum := 0.0
	if f.contains(mean) {
		sum = 2
	}
	a, b := c.axes()
	const k = 1.7320508075688772
	for _, d := range [...]vec2{{k * a[0], k * a[1]}, {-k * a[0], -k * a[1]}, {k * b[0], k * b[1]}, {-k * b[0], -k * b[1]}} {
		if f.contains(vec2{mean[0] + d[0], mean[1] + d[1]}) {
			sum++
		}
	}
	return sum / 6
}

func inPolygon(poly []vec2, p vec2) bool {
	in := false
	for i, j := 0, len(poly)-1; i < len(poly); j, i = i, i+1 {
		a, b := poly[i], poly[j]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}
