package georef

import (
	"math"

	"vedette/internal/geo"
)

// Sigma holds the standard deviations of what a fix depends on. Zero means exact.
type Sigma struct {
	YawDeg, PitchDeg, RollDeg float64 // of the camera's attitude
	HorizontalM               float64 // of the camera's position, each axis
	VerticalM                 float64 // of the camera's height
	TimeS                     float64 // between picture and pose; acts through the pose's velocity and rates
	TerrainM                  float64 // height of the ground
	Pixel                     float64 // of the detection in the image, each axis
}

// DefaultSigma is what a small multirotor without RTK reaches on a 30 m elevation model.
func DefaultSigma() Sigma {
	return Sigma{YawDeg: 1.5, PitchDeg: 0.5, RollDeg: 0.5, HorizontalM: 2.5, VerticalM: 3, TimeS: 0.05, TerrainM: 3, Pixel: 1}
}

// Ellipse is an error ellipse on the ground.
type Ellipse struct {
	SemiMajorM float64 `json:"semiMajorM"`
	SemiMinorM float64 `json:"semiMinorM"`
	BearingDeg float64 `json:"bearingDeg"` // of the long axis, clockwise from true north, in [0, 180)
}

// Scale95 turns the semi-axes of a one-sigma ellipse into those that hold the truth 95 times in 100: the square root of the
// chi-square quantile for two degrees of freedom.
const Scale95 = 2.4477468306808164

// EllipseOf is the one-sigma ellipse of an east-north covariance; it holds the truth 39 times in 100.
func EllipseOf(ee, en, nn float64) Ellipse {
	mean, diff := (ee+nn)/2, (ee-nn)/2
	root := math.Hypot(diff, en)
	bearing := math.Atan2(en, (nn-ee)/2) / 2 * 180 / math.Pi
	if bearing < 0 {
		bearing += 180
	}
	if bearing >= 180 {
		bearing = 0
	}
	return Ellipse{
		SemiMajorM: math.Sqrt(max(0, mean+root)),
		SemiMinorM: math.Sqrt(max(0, mean-root)),
		BearingDeg: bearing,
	}
}

// Scaled has both axes multiplied, as with Scale95.
func (e Ellipse) Scaled(by float64) Ellipse {
	e.SemiMajorM *= by
	e.SemiMinorM *= by
	return e
}

// Ellipse is the one-sigma error ellipse of the fix.
func (f Fix) Ellipse() Ellipse { return EllipseOf(f.CovEE, f.CovEN, f.CovNN) }

// Ellipse95 is the ellipse that holds the truth 95 times in 100.
func (f Fix) Ellipse95() Ellipse { return f.Ellipse().Scaled(Scale95) }

// plane is the ground near a hit, in the camera's local frame.
type plane struct {
	point, normal [3]float64
}

// meet is the horizontal place where a ray from origin meets the plane; false where it runs along or away from it.
func (g plane) meet(origin, dir [3]float64) (e, n float64, ok bool) {
	den := dot(g.normal, dir)
	if !(den < -1e-9) {
		return 0, 0, false
	}
	s := dot(g.normal, sub(g.point, origin)) / den
	return origin[0] + s*dir[0], origin[1] + s*dir[1], s > 0
}

// tangent fits a plane to the ground half a cell around a point; level ground is assumed where it cannot.
func (l *Locator) tangent(frame *geo.Frame, x [3]float64) plane {
	d := orDefault(l.StepM, 15)
	at := func(e, n float64) ([3]float64, bool) {
		p, _ := frame.FromENU([3]float64{x[0] + e, x[1] + n, x[2]})
		h, ok := l.Ground.HeightHAE(p)
		return frame.ToENU(p, h), ok
	}
	e1, ok1 := at(d, 0)
	e0, ok2 := at(-d, 0)
	n1, ok3 := at(0, d)
	n0, ok4 := at(0, -d)
	if !(ok1 && ok2 && ok3 && ok4) {
		return plane{x, [3]float64{0, 0, 1}}
	}
	a, b := sub(e1, e0), sub(n1, n0)
	c := [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
	k := math.Sqrt(dot(c, c))
	return plane{x, [3]float64{c[0] / k, c[1] / k, c[2] / k}}
}

// covariance propagates the errors through the tangent plane at x by numerical derivatives. A step is one sigma to both
// sides, so that at grazing angles some of the curvature of the problem is in the result.
func (l *Locator) covariance(frame *geo.Frame, cam Camera, pose Pose, u, v float64, x [3]float64, sg Sigma) (ee, en, nn float64) {
	ground := l.tangent(frame, x)
	att := pose.CameraAttitude()
	shoot := func(k Attitude, origin [3]float64, du, dv, up float64) (float64, float64, bool) {
		d, ok := cam.ray(u+du, v+dv)
		if !ok {
			return 0, 0, false
		}
		a := Attitude{att.YawDeg + k.YawDeg, att.PitchDeg + k.PitchDeg, att.RollDeg + k.RollDeg}
		g := ground
		g.point[2] += up
		return g.meet(origin, a.rotation().enu(d))
	}
	add := func(sigma float64, f func(d float64) (float64, float64, bool)) {
		if !(sigma > 0) {
			return
		}
		// Near the horizon one sigma may miss the ground altogether; a smaller step still gives the derivative.
		for _, k := range [...]float64{1, 0.1, 0.01} {
			e1, n1, ok1 := f(sigma * k)
			e0, n0, ok0 := f(-sigma * k)
			if ok1 && ok0 {
				de, dn := (e1-e0)/(2*k), (n1-n0)/(2*k)
				ee, en, nn = ee+de*de, en+de*dn, nn+dn*dn
				return
			}
		}
		ee, nn = ee+unknownM*unknownM, nn+unknownM*unknownM
	}
	o := [3]float64{}
	add(sg.YawDeg, func(d float64) (float64, float64, bool) { return shoot(Attitude{YawDeg: d}, o, 0, 0, 0) })
	add(sg.PitchDeg, func(d float64) (float64, float64, bool) { return shoot(Attitude{PitchDeg: d}, o, 0, 0, 0) })
	add(sg.RollDeg, func(d float64) (float64, float64, bool) { return shoot(Attitude{RollDeg: d}, o, 0, 0, 0) })
	add(sg.HorizontalM, func(d float64) (float64, float64, bool) { return shoot(Attitude{}, [3]float64{d, 0, 0}, 0, 0, 0) })
	add(sg.HorizontalM, func(d float64) (float64, float64, bool) { return shoot(Attitude{}, [3]float64{0, d, 0}, 0, 0, 0) })
	add(sg.VerticalM, func(d float64) (float64, float64, bool) { return shoot(Attitude{}, [3]float64{0, 0, d}, 0, 0, 0) })
	add(sg.TerrainM, func(d float64) (float64, float64, bool) { return shoot(Attitude{}, o, 0, 0, d) })
	add(sg.Pixel, func(d float64) (float64, float64, bool) { return shoot(Attitude{}, o, d, 0, 0) })
	add(sg.Pixel, func(d float64) (float64, float64, bool) { return shoot(Attitude{}, o, 0, d, 0) })
	add(sg.TimeS, func(d float64) (float64, float64, bool) {
		k := Attitude{YawDeg: d * pose.YawRateDegS, PitchDeg: d * pose.PitchRateDegS}
		return shoot(k, [3]float64{d * pose.Velocity[0], d * pose.Velocity[1], d * pose.Velocity[2]}, 0, 0, 0)
	})
	return ee, en, nn
}

// unknownM stands for an error too large to compute: a ray that all but misses the ground.
const unknownM = 1e4

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func sub(a, b [3]float64) [3]float64 { return [3]float64{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
