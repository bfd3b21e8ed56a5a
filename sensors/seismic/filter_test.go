package seismic_test

import (
	"math"
	"testing"

	"vedette/sensors/seismic"
)

// gain is the amplitude that a sine of 1 has after a section, in its steady state.
func gain(f seismic.Biquad, hz float64) float64 {
	var most float64
	for i := range 4000 {
		y := f.Filter(math.Sin(2 * math.Pi * hz * float64(i) / 100))
		if i > 2000 {
			most = max(most, math.Abs(y))
		}
	}
	return most
}

func TestSectionsPassWhatTheyShould(t *testing.T) {
	t.Parallel()
	const q = math.Sqrt2 / 2
	high, low := seismic.HighPass(100, 10, q), seismic.LowPass(100, 10, q)
	for _, c := range []struct {
		name     string
		f        seismic.Biquad
		hz       float64
		from, to float64
	}{
		{"high pass below", high, 1, 0, 0.02},
		{"high pass at its edge", high, 10.01, 0.70, 0.715}, // 3 dB
		{"high pass above", high, 30.3, 0.98, 1.001},
		{"low pass below", low, 1.01, 0.98, 1.001},
		{"low pass at its edge", low, 10.01, 0.70, 0.715},
		{"low pass above", low, 40.3, 0, 0.02},
	} {
		if g := gain(c.f, c.hz); g < c.from || g > c.to {
			t.Errorf("%s, %v Hz: %.4f", c.name, c.hz, g)
		}
	}
}

func TestSettledSectionMakesNoStep(t *testing.T) {
	t.Parallel()
	f := seismic.HighPass(100, 10, 0.7071)
	f.Settle(15000)
	for range 100 {
		if y := f.Filter(15000); math.Abs(y) > 1e-6 {
			t.Fatalf("an offset of 15000 comes out as %v", y)
		}
	}
}
