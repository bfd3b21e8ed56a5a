package world

import (
	"math"
	"time"

	"vedette/sim/scenario"
)

// roughnessM is the roughness length of grass with bushes, for the logarithmic wind profile.
const roughnessM = 0.15

// air is the wind over the site: a mean with the logarithmic profile and gusts of several lengths that travel with it.
type air struct {
	scenario.Wind
	phase [6][3]float64
}

// gustPeriods in seconds; no two have a simple ratio, so that the pattern does not come back.
var gustPeriods = [6]float64{3.1, 5.7, 11.3, 19.9, 37.1, 71.3}

func newAir(w scenario.Wind, chance random) *air {
	a := &air{Wind: w}
	for i := range a.phase {
		for j := range a.phase[i] {
			a.phase[i][j] = 2 * math.Pi * chance.unit(int64(i), int64(j))
		}
	}
	return a
}

func (a *air) at(t, e, n, agl float64) (ve, vn, vu float64) {
	if a.SpeedMS == 0 && a.GustMS == 0 {
		return 0, 0, 0
	}
	s, c := math.Sincos(a.FromDeg * math.Pi / 180)
	downE, downN := -s, -c // the wind blows towards the opposite of where it comes from
	profile := math.Log(max(agl, 1)/roughnessM) / math.Log(10/roughnessM)
	mean := a.SpeedMS * min(profile, 1.7)

	along := (e*downE + n*downN) / max(a.SpeedMS, 1)
	var gust [3]float64
	for i, period := range gustPeriods {
		w := 2 * math.Pi / period
		for j := range gust {
			gust[j] += math.Sin(w*(t-along) + a.phase[i][j])
		}
	}
	// Six sines of amplitude one have a standard deviation of the square root of three.
	scale := a.GustMS / math.Sqrt(3)
	u, v, up := mean+scale*gust[0], 0.7*scale*gust[1], 0.3*scale*gust[2]
	return u*downE - v*downN, u*downN + v*downE, up
}

// Wind is the velocity of the air in m/s east, north and up at an instant and place (u as in Frame).
func (w *World) Wind(t time.Time, e, n, u float64) (ve, vn, vu float64) {
	return w.air.at(t.Sub(w.start).Seconds(), e, n, u-w.ground.at(e, n))
}
