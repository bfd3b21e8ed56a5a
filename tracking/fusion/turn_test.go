package fusion

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// positive tells whether a symmetric matrix has no direction in which it is below zero, by elimination.
func positive(a [5][5]float64) bool {
	for k := range 5 {
		if a[k][k] < -1e-9 {
			return false
		}
		if a[k][k] < 1e-12 {
			continue
		}
		for i := k + 1; i < 5; i++ {
			f := a[i][k] / a[k][k]
			for j := k; j < 5; j++ {
				a[i][j] -= f * a[k][j]
			}
		}
	}
	return true
}

// turningCov is the covariance of the turning model with its rate.
func (t *track) turningCov() (out [5][5]float64) {
	for i := range 4 {
		copy(out[i][:4], t.p[turning][i][:])
		out[i][4], out[4][i] = t.turn.c[i], t.turn.c[i]
	}
	out[4][4] = t.turn.v
	return out
}

// TestTheCovarianceOfATurnStaysOne draws gaps, fixes and misses: the five states together must keep a covariance, and the rate a bound.
func TestTheCovarianceOfATurnStaysOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := fixOf{z: vec2{0, 0}, r: sym2{ee: 4, nn: 9, en: 1}}
		tr := newTrack(birthKey{t: 1}, &f, ClassProbs{0.1, 0.8, 0.1}, 0.9)
		now := int64(1)
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			now += int64(rapid.Float64Range(0.01, 6).Draw(rt, "gap") * 1e9)
			tr.predict(now, survivalS)
			pr := tr.prior()
			n := rapid.IntRange(0, 3).Draw(rt, "fixes")
			var fixes []fixOf
			var w [][numModels]float64
			for range n {
				z := vec2{pr.mean[0] + rapid.Float64Range(-60, 60).Draw(rt, "e"), pr.mean[1] + rapid.Float64Range(-60, 60).Draw(rt, "n")}
				fixes = append(fixes, fixOf{z: z, r: f.r})
				k := rapid.Float64Range(0, 1).Draw(rt, "weight")
				w = append(w, [numModels]float64{k, k, k, k})
			}
			if n > 0 {
				tr.absorb(&pr, fixes, w, [numModels]float64{0.1, 0.1, 0.1, 0.1})
			}
			if !positive(tr.turningCov()) {
				rt.Fatalf("no covariance: %+v with %v", tr.p[turning], tr.turn)
			}
			if tr.turn.v > 1.01*turnSigma*turnSigma+0.1 || math.IsNaN(tr.turn.rate) {
				rt.Fatalf("turn %+v", tr.turn)
			}
		}
	})
}

// TestABendIsFollowedThroughAGap drives a vehicle round a bend, seen twice a second, and asks where it is after two seconds without a frame.
// Without a rate of turn it would be 13 m off.
func TestABendIsFollowedThroughAGap(t *testing.T) {
	t.Parallel()
	const speed, rate, seeds = 15.0, 0.15, 12
	sum := 0.0
	for seed := range uint64(seeds) {
		r := rand.New(rand.NewPCG(seed, 12))
		tr := newTracker(t, Config{}, camera("c"))
		p, v := vec2{-300, 0}, vec2{speed, 0}
		for k := range 57 {
			s := float64(k) / 2
			if s <= 26 {
				tr.AddScan(look("c", uint64(k+1), s, ClassProbs{0.1, 0.8, 0.1}, noisy(r, p)))
			}
			if s == 28 {
				_, d := nearest(tr.Tracks(at(s)), p)
				sum += d * d
			}
			for range 50 {
				p = vec2{p[0] + v[0]*0.01, p[1] + v[1]*0.01}
				if s >= 20 {
					sn, cs := math.Sincos(rate * 0.01)
					v = vec2{cs*v[0] - sn*v[1], sn*v[0] + cs*v[1]}
				}
			}
		}
	}
	if off := math.Sqrt(sum / seeds); off > 11 {
		t.Errorf("%.1f m off after two seconds without a frame", off)
	}
}
