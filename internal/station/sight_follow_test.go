//go:build !race

package station_test

import (
	"math"
	"testing"
	"time"

	"vedette/sim/world"
	"vedette/video/thermal"
	"vedette/video/thermal/follow"
)

// TestOnePersonIsOneObject flies past two people who cross on foot, with the camera panning, and looks for one number each.
func TestOnePersonIsOneObject(t *testing.T) {
	t.Parallel()
	w, err := thermal.StandardWeights()
	if err != nil {
		t.Fatal(err)
	}
	detector, err := thermal.NewLearned(w, thermal.LearnedConfig{MinScore: 0.035, LargeEvery: 2})
	if err != nil {
		t.Fatal(err)
	}
	const frames, height, tilt = 50, 60, 45
	s, f := newSet(t), follow.New(follow.Config{Born: 0.06, Told: 0.2})
	pose := s.above(-100, -250, height, 20, tilt)
	e, n, ok := s.ground(pose, 320, 256)
	if !ok {
		t.Fatal("the camera looks at the sky")
	}
	seen := [2]map[uint64]int{{}, {}}
	all := map[uint64]bool{}
	told := 0
	for i := range frames {
		since := float64(i) / 10
		at := sightStart.Add(time.Duration(i) * 100 * time.Millisecond)
		people := []world.Object{ // they meet half way, two metres apart
			s.walker("left", e-3.5+1.4*since, n, 90), s.walker("right", e+3.5-1.4*since, n+2, 270),
		}
		now := pose
		now.E, now.N = pose.E+2*since, pose.N+3*since
		now.YawDeg += 4 * math.Sin(2*math.Pi*since/4) // pans by 6 degrees a second, 16 pixels a frame
		now.RollDeg = 2 * math.Sin(2*math.Pi*since/3)
		empty := append([]byte(nil), s.take(now, at).Pix...)
		truth := [2]thermal.Box{s.outline(empty, now, at, people[0]), s.outline(empty, now, at, people[1])}
		g := s.take(now, at, people...)
		for _, b := range f.Follow(g, at, detector.Detect(g)) {
			all[b.ID] = true
			near, which := 0.3, -1
			for k := range truth {
				if v := common(b, truth[k]); v > near {
					near, which = v, k
				}
			}
			if which >= 0 {
				seen[which][b.ID]++
				told++
			}
		}
	}
	most := [2]uint64{}
	for k, numbers := range seen {
		for id, times := range numbers {
			if times > numbers[most[k]] {
				most[k] = id
			}
		}
		if numbers[most[k]] < frames*85/100 {
			t.Errorf("person %d is object %v", k, numbers)
		}
	}
	if most[0] == most[1] {
		t.Error("the two are one object")
	}
	if len(all) > 4 {
		t.Errorf("%d objects for two people: %v", len(all), all)
	}
	t.Logf("%v, %d numbers, %d boxes on people", seen, len(all), told)
}
