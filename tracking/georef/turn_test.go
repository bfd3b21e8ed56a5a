package georef

import (
	"math"
	"testing"
)

func TestTurnRateIsThatOfTheCameraInSpace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b Attitude
		want [3]float64 // about east, north, up
	}{
		"pans to the right":       {Attitude{YawDeg: 355, PitchDeg: -30}, Attitude{YawDeg: 5, PitchDeg: -30}, [3]float64{0, 0, -20}},
		"tilts up, looking north": {Attitude{PitchDeg: -30}, Attitude{PitchDeg: -25}, [3]float64{10, 0, 0}},
		"tilts up, looking east":  {Attitude{YawDeg: 90, PitchDeg: -30}, Attitude{YawDeg: 90, PitchDeg: -25}, [3]float64{0, -10, 0}},
		"rolls to the right":      {Attitude{}, Attitude{RollDeg: 5}, [3]float64{0, 10, 0}},
		"through straight down":   {Attitude{YawDeg: 10, PitchDeg: -88}, Attitude{YawDeg: 190, PitchDeg: -88, RollDeg: 180}, [3]float64{-8 * math.Cos(10*math.Pi/180), 8 * math.Sin(10*math.Pi/180), 0}},
		"stands still":            {Attitude{YawDeg: 200, PitchDeg: -90}, Attitude{YawDeg: 200, PitchDeg: -90}, [3]float64{}},
		"half round":              {Attitude{}, Attitude{YawDeg: 179.999}, [3]float64{0, 0, -359.998}},
	} {
		got := TurnRate(c.a, c.b, 0.5)
		for k := range 3 {
			if math.Abs(got[k]-c.want[k]) > 1e-3 {
				t.Errorf("%s: %v degrees a second, want %v", name, got, c.want)
				break
			}
		}
	}
}
