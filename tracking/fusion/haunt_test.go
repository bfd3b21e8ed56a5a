package fusion

import (
	"math"
	"math/rand/v2"
	"testing"
)

// stray adds n false detections within a square to a frame.
func stray(r *rand.Rand, sc *Scan, n int, lo, hi vec2) {
	for range n {
		p := vec2{lo[0] + r.Float64()*(hi[0]-lo[0]), lo[1] + r.Float64()*(hi[1]-lo[1])}
		sc.Detections = append(sc.Detections, Detection{
			Position: place(p[0], p[1]), EE: 4, NN: 9, EN: 1, Score: 0.15 + 0.6*r.Float64(), Class: ClassProbs{0.4, 0.3, 0.3},
		})
	}
}

// A wood in the wind gives a hundred times the false detections that the camera is described with. They must not be shown as tracks for
// long, and who comes out of the wood must be.
func TestWhereFalseDetectionsAreDenseIsLearned(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 1))
	tr := newTracker(t, Config{}, camera("c"))
	false1, false2, held := 0, 0, 0
	for k := range 180 {
		s := float64(k)
		walker := vec2{400 - 1.5*s, 300}
		sc := look("c", uint64(k+1), s, likelyPerson)
		if r.Float64() < 0.9 {
			sc = look("c", uint64(k+1), s, likelyPerson, noisy(r, walker))
		}
		stray(r, &sc, 20, vec2{150, 150}, vec2{550, 550})
		tr.AddScan(sc)
		got := confirmedOf(tr.Tracks(at(s)))
		_, d := nearest(got, walker)
		wrong := len(got)
		if d < 15 {
			wrong--
		}
		switch {
		case k >= 120:
			false2 += wrong
			if d < 15 {
				held++
			}
		case k >= 60:
			false1 += wrong
		}
	}
	t.Logf("false tracks a report: %.2f in the second minute, %.2f in the third; the walker was held in %d of 60", float64(false1)/60, float64(false2)/60, held)
	if false1 > 4*60 || false2 > 60 {
		t.Errorf("%d and %d false tracks in 60 reports each", false1, false2)
	}
	if held < 54 {
		t.Errorf("the walker had a track in %d of 60 reports", held)
	}
	if f := tr.state.haunts.times(tr.plane.to(place(500, 500))); f < 10 {
		t.Errorf("the wood is taken for %.1f times as bad as described", f)
	}
	if f := tr.state.haunts.times(tr.plane.to(place(-400, -400))); f > 2 {
		t.Errorf("open ground is taken for %.1f times as bad as described", f)
	}
}

// People in single file lose tracks that never came to anything all the time. They are no false detections.
func TestPeopleCloseTogetherDoNotSpoilTheGround(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 1))
	tr := newTracker(t, Config{}, camera("c"))
	worst := 0.0
	for k := range 120 {
		s := float64(k)
		var seen []vec2
		for n := range 10 {
			if r.Float64() < 0.85 {
				seen = append(seen, noisy(r, vec2{-100 + 1.2*s - 3*float64(n), 100}))
			}
		}
		sc := look("c", uint64(k+1), s, likelyPerson, seen...)
		for i := range sc.Detections {
			sc.Detections[i].Score = 0.3 + 0.6*r.Float64()
		}
		stray(r, &sc, 4, vec2{-800, -800}, vec2{800, 50})
		tr.AddScan(sc)
		got := confirmedOf(tr.Tracks(at(s)))
		worst = max(worst, tr.state.haunts.times(tr.plane.to(place(-100+1.2*s-14, 100))))
		if k > 60 && len(got) < 8 {
			t.Errorf("%d of ten people have a track after %d s", len(got), k)
		}
	}
	if worst > 2 {
		t.Errorf("the ground they walk on is taken for %.1f times as bad as described", worst)
	}
}

// A camera whose description promises nine of ten and that shows four must not lose who it looks at again and again.
func TestACameraThatShowsLessThanDescribedLosesNobody(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 1))
	tr := newTracker(t, Config{}, camera("c"))
	held, all := 0, 0
	numbers := map[uint64]bool{}
	for k := range 300 {
		s := float64(k)
		var seen, there []vec2
		for n := range 6 {
			p := vec2{-300 + 120*float64(n) + s*math.Sin(float64(n)), 100 + s*math.Cos(float64(n))}
			there = append(there, p)
			if r.Float64() < 0.4 {
				seen = append(seen, noisy(r, p))
			}
		}
		tr.AddScan(look("c", uint64(k+1), s, likelyPerson, seen...))
		if got := confirmedOf(tr.Tracks(at(s))); k >= 60 {
			for _, p := range there {
				all++
				if b, d := nearest(got, p); d < 20 {
					held++
					numbers[b.ID] = true
				}
			}
		}
	}
	t.Logf("held %d of %d, under %d numbers, shows %.2f", held, all, len(numbers), tr.state.cameras[0].seen.pd(0.9))
	if float64(held) < 0.93*float64(all) || len(numbers) > 8 {
		t.Errorf("six walkers were held %d of %d times, under %d numbers", held, all, len(numbers))
	}
	if pd := tr.state.cameras[0].seen.pd(0.9); pd < 0.3 || pd > 0.55 {
		t.Errorf("the camera is taken to show %.2f", pd)
	}
}
