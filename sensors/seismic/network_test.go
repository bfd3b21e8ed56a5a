package seismic

import (
	"math/rand/v2"
	"testing"
)

// heard is what the detector made of the ground in one moment, and what truly was there.
type heard struct {
	f     features
	class int
}

// listen plays one visit.
func listen(seed uint64) []heard {
	chance := rand.New(rand.NewPCG(seed, 1))
	seconds := 20 + 30*chance.Float64()
	s := newSite(seed, trainQuiet+seconds)
	class := chance.IntN(classCount)
	switch class {
	case isPeople:
		s.people([]int{1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5}[chance.IntN(11)], trainQuiet, seconds)
	case isAnimal:
		s.animals([]int{1, 1, 1, 2, 3}[chance.IntN(5)], trainQuiet, seconds)
	case isVehicle:
		s.vehicle(trainQuiet, seconds)
	default:
		s.nothing(trainQuiet, seconds)
	}
	var out []heard
	d := New(Config{})
	last := int64(-1000)
	d.probe = func(at int64, f features) {
		// Some a second are enough, or those with many peaks would drown the others.
		if at-last < 40 || float64(at) < (trainQuiet+1.5)*trainRate {
			return
		}
		last = at
		out = append(out, heard{f, class})
	}
	for _, x := range s.out {
		d.Push(x)
	}
	return out
}

func gather(from, to uint64) []heard {
	var out []heard
	for seed := from; seed < to; seed++ {
		out = append(out, listen(seed)...)
	}
	return out
}

// TestTheNetworkOnGroundThatItNeverHeard asks for what it reached when it was trained, less a little: moments, of which each is judged alone.
func TestTheNetworkOnGroundThatItNeverHeard(t *testing.T) {
	t.Parallel()
	check := gather(2_000_000, 2_000_200)
	right, all := [classCount]float64{}, [classCount]float64{}
	for _, h := range check {
		p := learned.probabilities(&h.f)
		all[h.class]++
		if p[h.class] == max(p[isPeople], p[isAnimal], p[isVehicle], p[isNothing]) {
			right[h.class]++
		}
	}
	for class, least := range [classCount]float64{isPeople: 0.85, isAnimal: 0.75, isVehicle: 0.8, isNothing: 0.8} {
		share := right[class] / all[class]
		t.Logf("class %d: %.3f of %.0f moments", class, share, all[class])
		if share < least {
			t.Errorf("class %d: %.3f of the moments are told rightly, at least %.2f wanted", class, share, least)
		}
	}
}
