package georef

import (
	"math"
	"math/rand/v2"

	"vedette/internal/geo"
)

var home = geo.LatLon{Lat: -35.36, Lon: 149.16}

// slope is ground of a constant gradient around home, above the ellipsoid; it has no data beyond its reach.
type slope struct {
	base, east, north float64
	reach             float64
}

func (s slope) HeightHAE(p geo.LatLon) (geo.HAE, bool) {
	x := geo.NewFrame(home, 0).ToENU(p, 0)
	ok := s.reach == 0 || math.Hypot(x[0], x[1]) < s.reach
	return geo.HAE(s.base + s.east*x[0] + s.north*x[1]), ok
}

// hills is smooth rolling ground.
type hills struct{}

func (hills) HeightHAE(p geo.LatLon) (geo.HAE, bool) {
	x := geo.NewFrame(home, 0).ToENU(p, 0)
	return geo.HAE(600 + 25*math.Sin(x[0]/240)*math.Cos(x[1]/310)), true
}

// exact follows a ray in steps of a quarter of a metre: slow, and without the shortcuts of march.
func exact(g Ground, pose Pose, dir [3]float64, far float64) (float64, bool) {
	frame := geo.NewFrame(pose.Position, pose.HAE)
	above := func(s float64) float64 {
		p, h := frame.FromENU([3]float64{dir[0] * s, dir[1] * s, dir[2] * s})
		t, _ := g.HeightHAE(p)
		return float64(h - t)
	}
	for s := 0.0; s < far; s += 0.25 {
		if above(s+0.25) <= 0 {
			a, b := s, s+0.25
			for range 40 {
				if m := (a + b) / 2; above(m) > 0 {
					a = m
				} else {
					b = m
				}
			}
			return a, true
		}
	}
	return 0, false
}

func perturbed(rnd *rand.Rand, pose Pose, s Sigma) Pose {
	att := pose.CameraAttitude()
	out := pose
	out.Gimbal = nil
	out.Attitude = Attitude{
		YawDeg: att.YawDeg + s.YawDeg*rnd.NormFloat64(), PitchDeg: att.PitchDeg + s.PitchDeg*rnd.NormFloat64(),
		RollDeg: att.RollDeg + s.RollDeg*rnd.NormFloat64(),
	}
	p, h := geo.NewFrame(pose.Position, pose.HAE).FromENU([3]float64{
		s.HorizontalM * rnd.NormFloat64(), s.HorizontalM * rnd.NormFloat64(), s.VerticalM * rnd.NormFloat64(),
	})
	out.Position, out.HAE = p, h
	return out
}
