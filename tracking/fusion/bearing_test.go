package fusion

import (
	"math"
	"math/rand/v2"
	"testing"
)

// masts are two direction finders a kilometre apart.
func masts() []Sensor {
	return []Sensor{
		{ID: "west", Kind: Bearing, Position: place(-500, 0), FAPerHour: 20, RangeM: [numClasses]float64{2500}},
		{ID: "east", Kind: Bearing, Position: place(500, 0), FAPerHour: 20, RangeM: [numClasses]float64{2500}},
	}
}

// tellDirections adds a direction of a degree's error from each mast to each place.
func tellDirections(tr *Tracker, r *rand.Rand, seq *uint64, s float64, there ...vec2) {
	for _, m := range masts() {
		e, n := offset(m.Position)
		for k, p := range there {
			*seq++
			az := math.Atan2(p[0]-e, p[1]-n)*180/math.Pi + r.NormFloat64()
			tr.AddTrip(Trip{Sensor: m.ID, Seq: *seq, Time: at(s + 0.2*float64(k)), Confidence: 0.9, BearingDeg: az, BearingSigmaDeg: 1})
		}
	}
}

func TestTwoDirectionsThatCrossMakeATrack(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		r, seq := rand.New(rand.NewPCG(seed, 11)), uint64(0)
		tr := newTracker(t, Config{}, masts()...)
		for k := range 60 {
			s := float64(k)
			walker := vec2{-100 + 1.3*s, 400}
			tellDirections(tr, r, &seq, s, walker)
			got := confirmedOf(tr.Tracks(at(s)))
			if k < 10 {
				continue
			}
			if _, d := nearest(got, walker); len(got) != 1 || d > 30 {
				t.Fatalf("seed %d, %.0f s: %d tracks, the nearest %.0f m off", seed, s, len(got), d)
			}
		}
	}
}

// Two walkers who are told of in the same seconds have four crossings, of which two are nobody's place: nothing is started from them.
func TestDirectionsOfSeveralStartNothingWhereNobodyIs(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		r, seq := rand.New(rand.NewPCG(seed, 12)), uint64(0)
		tr := newTracker(t, Config{}, masts()...)
		for k := range 30 {
			s := float64(k)
			tellDirections(tr, r, &seq, s, vec2{-200 + s, 500}, vec2{200, 400 + s})
		}
		for _, x := range confirmedOf(tr.Tracks(at(30))) {
			e, n := offset(x.Position)
			if math.Hypot(e+170, n-500) > 40 && math.Hypot(e-200, n-430) > 40 {
				t.Errorf("seed %d: a track at %.0f, %.0f, where nobody is", seed, e, n)
			}
		}
	}
}

// Directions that cross at a flat angle, behind a mast or out of range give no place.
func TestDirectionsThatDoNotMeetGiveNoPlace(t *testing.T) {
	t.Parallel()
	to := func(deg float64) vec2 {
		sn, cs := math.Sincos(deg * math.Pi / 180)
		return vec2{sn, cs}
	}
	a := ray{from: vec2{-500, 0}, unit: to(45), sigma: 0.0175, reach: 2500}
	for name, b := range map[string]ray{
		"nearly the same":  {from: vec2{500, 0}, unit: to(41), sigma: 0.0175, reach: 2500},
		"behind the other": {from: vec2{500, 0}, unit: to(135), sigma: 0.0175, reach: 2500},
		"out of range":     {from: vec2{500, 0}, unit: to(-45), sigma: 0.0175, reach: 600},
	} {
		if z, _, ok := a.meet(&b); ok {
			t.Errorf("%s: they meet at %v", name, z)
		}
	}
	b := ray{from: vec2{500, 0}, unit: to(-45), sigma: 0.0175, reach: 2500}
	z, cov, ok := a.meet(&b)
	if !ok || math.Hypot(z[0], z[1]-500) > 1e-6 {
		t.Fatalf("they meet at %v (%v), not at 0, 500", z, ok)
	}
	if want := 0.0175*500*math.Sqrt2 + 0.5; math.Abs(cov.meanSigma()-want) > 0.3 {
		t.Errorf("the crossing is known to %.1f m, want %.1f", cov.meanSigma(), want)
	}
}
