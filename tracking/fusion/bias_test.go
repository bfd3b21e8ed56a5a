package fusion

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestEvidenceOfASecondIsWhatOneWordAfterTheOtherGives holds the update of a whole second against a plain Kalman filter that takes the
// same words one by one.
func TestEvidenceOfASecondIsWhatOneWordAfterTheOtherGives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		cameras := rapid.IntRange(1, 5).Draw(rt, "cameras")
		var b errorBelief
		for k := range cameras {
			s, err := newSensor(Sensor{ID: "c", Kind: Camera, Bias: Bias{PosSigmaM: 3, YawSigmaDeg: 0.3, PitchSigmaDeg: 0.1, ClockSigma: 60 * time.Millisecond}}, int32(k), &plane{})
			if err != nil {
				rt.Fatal(err)
			}
			b.add(s)
		}
		n := b.size()
		v := evidenceOf{info: make([]float64, n*n), pull: make([]float64, n), told: make([]bool, cameras)}
		p, x := append([]float64(nil), b.cov...), make([]float64, n)
		for range rapid.IntRange(1, 12).Draw(rt, "words") {
			h := make([]float64, n)
			for _, slot := range []int{r.IntN(cameras), r.IntN(cameras)} {
				v.told[slot] = true
				for i := range numErrors {
					h[numErrors*slot+i] = r.NormFloat64()
				}
			}
			z, noise := 5*r.NormFloat64(), 1+r.Float64()
			for i := range n {
				v.pull[i] += h[i] * z / noise
				for j := range n {
					v.info[i*n+j] += h[i] * h[j] / noise
				}
			}
			kalman(p, x, h, z, noise)
		}
		v.words = 1
		if !v.solve(&b) {
			rt.Fatal("no solution")
		}
		for i := range n {
			if d := math.Abs(b.mean[i/numErrors][i%numErrors] - x[i]); d > 1e-6*(1+math.Abs(x[i])) {
				rt.Fatalf("error %d is %g, one by one %g", i, b.mean[i/numErrors][i%numErrors], x[i])
			}
			for j := range n {
				if d := math.Abs(b.cov[i*n+j] - p[i*n+j]); d > 1e-8*(1+math.Sqrt(p[i*n+i]*p[j*n+j])) {
					rt.Fatalf("covariance %d %d is %g, one by one %g", i, j, b.cov[i*n+j], p[i*n+j])
				}
			}
		}
	})
}

// kalman is the update by one scalar measurement.
func kalman(p, x, h []float64, z, noise float64) {
	n := len(x)
	ph := make([]float64, n)
	s := noise
	for i := range n {
		for j := range n {
			ph[i] += p[i*n+j] * h[j]
		}
		s += h[i] * ph[i]
		z -= h[i] * x[i]
	}
	for i := range n {
		x[i] += ph[i] / s * z
		for j := range n {
			p[i*n+j] -= ph[i] * ph[j] / s
		}
	}
}

// TestWhatCamerasHaveInCommonStaysUnknown lets three cameras, all off by the same, watch the same walkers: they agree with one another for
// minutes, which must not make them sure.
func TestWhatCamerasHaveInCommonStaysUnknown(t *testing.T) {
	t.Parallel()
	ids := []string{"a", "b", "c"}
	var cams []Sensor
	for _, id := range ids {
		c := camera(id)
		c.Bias = Bias{PosSigmaM: 4}
		cams = append(cams, c)
	}
	tr := newTracker(t, Config{}, cams...)
	r := rand.New(rand.NewPCG(4, 9))
	seq := uint64(0)
	for k := range 600 {
		s := float64(k) / 3
		var seen []vec2
		for w := range 4 {
			p := noisy(r, vec2{100*float64(w) - 150, -120 + 1.2*s})
			seen = append(seen, vec2{p[0] + 3, p[1] - 2})
		}
		seq++
		tr.AddScan(look(ids[k%3], seq, s, likelyPerson, seen...))
		if k%30 == 0 {
			tr.Tracks(at(s))
		}
	}
	tracks := confirmedOf(tr.Tracks(at(200)))
	if len(tracks) != 4 {
		t.Fatalf("%d tracks, want 4", len(tracks))
	}
	least := 4 / math.Sqrt(3) * 0.95 // of the mean of three errors
	for _, c := range tr.CameraErrors() {
		if c.EastSigmaM < least || c.EastSigmaM > 3.2 {
			t.Errorf("%s claims %.2f m, its agreement with two others allows %.2f at best", c.Sensor, c.EastSigmaM, least)
		}
	}
	for _, k := range tracks {
		if s := math.Sqrt(k.EE); s < least {
			t.Errorf("track %d claims %.2f m, three cameras allow %.2f at best", k.ID, s, least)
		}
	}
}
