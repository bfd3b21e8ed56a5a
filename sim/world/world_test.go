package world

import (
	"math"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/sim/scenario"
)

var epoch = time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)

var crossing = sync.OnceValues(func() (*World, error) { return New(Config{Seed: 1, Start: epoch}) })

func theWorld(t *testing.T) *World {
	t.Helper()
	w, err := crossing()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func find(objects []Object, id string) (Object, bool) {
	i := slices.IndexFunc(objects, func(o Object) bool { return o.ID == id })
	if i < 0 {
		return Object{}, false
	}
	return objects[i], true
}

// closestApproach is when and how near an object passes a place, looking every 50 ms.
func closestApproach(w *World, id string, e, n float64, from, to time.Duration) (at time.Duration, dist float64) {
	dist = math.Inf(1)
	for d := from; d < to; d += 50 * time.Millisecond {
		if o, ok := find(w.ObjectsAt(epoch.Add(d)), id); ok {
			if x := math.Hypot(o.E-e, o.N-n); x < dist {
				at, dist = d, x
			}
		}
	}
	return at, dist
}

func TestTheDefaultScenarioCrossesAsPromised(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	var passed []time.Duration
	for _, id := range []string{"s-07", "s-08"} {
		i := slices.IndexFunc(w.Sensors(), func(s Sensor) bool { return s.ID == id })
		at, dist := closestApproach(w, "walker", w.Sensors()[i].E, w.Sensors()[i].N, 0, 2*time.Minute)
		if at < 40*time.Second || at > 62*time.Second || dist > 6 {
			t.Errorf("%s is passed at %v within %.1f m", id, at, dist)
		}
		passed = append(passed, at)
	}
	if gap := (passed[1] - passed[0]).Seconds(); math.Abs(gap-14) > 1 {
		t.Errorf("s-07 and s-08 are %.1f s apart", gap)
	}
	crossed := time.Duration(0)
	for d := time.Duration(0); d < 2*time.Minute; d += 100 * time.Millisecond {
		o, ok := find(w.ObjectsAt(epoch.Add(d)), "walker")
		if !ok {
			t.Fatalf("no walker at %v", d)
		}
		if v := math.Hypot(o.VE, o.VN); math.Abs(v-1.4) > 0.05 {
			t.Fatalf("walks at %.2f m/s at %v", v, d)
		}
		if crossed == 0 && o.N > w.BorderN(o.E) {
			crossed = d
		}
	}
	if crossed < 90*time.Second || crossed > 115*time.Second {
		t.Errorf("crossed at %v", crossed)
	}
	// Nothing else may trip the pair before.
	for d := time.Duration(0); d < 110*time.Second; d += time.Second {
		for _, o := range w.ObjectsAt(epoch.Add(d)) {
			if o.ID != "walker" && math.Hypot(o.E+5, o.N+32) < 60 {
				t.Errorf("%s is at %.0f, %.0f at %v", o.ID, o.E, o.N, d)
			}
		}
	}
}

func TestCrossingsGoOn(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	side := map[string]bool{}
	crossings := map[int]int{}
	classes := map[Class]bool{}
	for d := time.Duration(0); d < 4*time.Hour; d += 2 * time.Second {
		for _, o := range w.ObjectsAt(epoch.Add(d)) {
			north := o.N > w.BorderN(o.E)
			if was, seen := side[o.ID]; seen && !was && north && o.Class != Animal {
				crossings[int(d/(30*time.Minute))]++
				classes[o.Class] = true
			}
			side[o.ID] = north
		}
	}
	for half := range 8 {
		if n := crossings[half]; n < 3 || n > 20 {
			t.Errorf("%d crossings in half hour %d", n, half)
		}
	}
	if !classes[Person] || !classes[Vehicle] {
		t.Errorf("who crossed: %v", classes)
	}
}

func TestTheWorldFollowsFromItsSeed(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	same, err := New(Config{Seed: 1, Start: epoch})
	if err != nil {
		t.Fatal(err)
	}
	other, err := New(Config{Seed: 2, Start: epoch})
	if err != nil {
		t.Fatal(err)
	}
	later := epoch.Add(47 * time.Minute)
	if !slices.Equal(w.Tile().Data, same.Tile().Data) || !reflect.DeepEqual(w.ObjectsAt(later), same.ObjectsAt(later)) ||
		!slices.Equal(w.Trees(), same.Trees()) {
		t.Error("the same seed made another world")
	}
	if slices.Equal(w.Tile().Data, other.Tile().Data) || reflect.DeepEqual(w.ObjectsAt(later), other.ObjectsAt(later)) {
		t.Error("another seed made the same world")
	}
	a, _, _ := w.Wind(later, 10, 20, 60)
	b, _, _ := same.Wind(later, 10, 20, 60)
	if a != b {
		t.Error("the same seed blew another wind")
	}
}

func TestTerrainIsRollingAndAgreesWithTheFrame(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	low, high := int16(math.MaxInt16), int16(0)
	for _, v := range w.Tile().Data {
		low, high = min(low, v), max(high, v)
	}
	if low < 540 || high > 910 || high-low < 200 {
		t.Errorf("from %d to %d m", low, high)
	}
	for _, p := range [][2]float64{{0, 0}, {-450, -130}, {740, 400}, {-2500, 2300}, {5200, -5100}} {
		ll, amsl := w.Place(p[0], p[1])
		tile, ok := w.Tile().ElevationAMSL(ll)
		if !ok || math.Abs(float64(tile-amsl)) > 0.5 {
			t.Errorf("%v: tile %.2f, frame %.2f", p, tile, amsl)
		}
	}
	if _, h := w.Frame().Origin(); math.Abs(float64(geo.ToAMSL(w.Scenario().Site.Centre, h))) < 500 || math.Abs(w.GroundU(0, 0)) > 0.5 {
		t.Errorf("the origin is at %v, the ground there at %v", h, w.GroundU(0, 0))
	}
	// The sector must be gentle enough for people to walk and to be seen.
	for e := -900.0; e < 900; e += 30 {
		for n := -450.0; n < 420; n += 30 {
			if s := math.Hypot(w.GroundU(e+30, n)-w.GroundU(e, n), w.GroundU(e, n+30)-w.GroundU(e, n)) / 30; s > 0.35 {
				t.Fatalf("slope %.2f at %.0f, %.0f", s, e, n)
			}
		}
	}
}

func TestObjectsStandOnTheGroundAndKeepTheirPace(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	limit := map[Class]float64{Person: 2, Vehicle: 10, Animal: 6}
	for d := -time.Minute; d < 3*time.Hour; d += 37 * time.Second {
		now := epoch.Add(d)
		after := w.ObjectsAt(now.Add(time.Second))
		for _, o := range w.ObjectsAt(now) {
			if o.U != w.GroundU(o.E, o.N) || o.LengthM <= 0 || o.HeightM <= 0 || o.WidthM <= 0 {
				t.Fatalf("%+v", o)
			}
			if o.Moving != (math.Hypot(o.VE, o.VN) > 0.05) && o.Class != Animal || !o.Moving && o.GaitHz != 0 {
				t.Fatalf("moving? %+v", o)
			}
			if b, ok := find(after, o.ID); ok {
				if moved := math.Hypot(b.E-o.E, b.N-o.N); moved > limit[o.Class] {
					t.Fatalf("%s moved %.1f m in a second at %v", o.ID, moved, d)
				}
			}
		}
	}
}

func TestTreesKeepClear(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	if n := len(w.Trees()); n < 1000 || n > 6000 {
		t.Errorf("%d trees", n)
	}
	for _, tree := range w.Trees() {
		for _, o := range w.Scenario().Objects {
			if polyline(o.Path).distance(tree.E, tree.N) < tree.RadiusM+3 {
				t.Fatalf("a tree at %.0f, %.0f stands on the path of %s", tree.E, tree.N, o.ID)
			}
		}
		if w.OnRoad(tree.E, tree.N) {
			t.Fatalf("a tree at %.0f, %.0f stands on a road", tree.E, tree.N)
		}
	}
}

func TestWindHasItsMeanDirectionAndProfile(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	mean := func(agl float64) (speed, from float64) {
		var e, n float64
		const count = 3000
		for i := range count {
			ve, vn, _ := w.Wind(epoch.Add(time.Duration(i)*time.Second), 0, 0, w.GroundU(0, 0)+agl)
			e, n = e+ve/count, n+vn/count
		}
		return math.Hypot(e, n), geo.NormalizeDeg(math.Atan2(-e, -n) * 180 / math.Pi)
	}
	low, from := mean(10)
	high, _ := mean(80)
	if math.Abs(low-4) > 0.4 || math.Abs(geo.DiffDeg(from, 250)) > 5 || high < 1.2*low {
		t.Errorf("10 m: %.1f m/s from %.0f; 80 m: %.1f m/s", low, from, high)
	}
}

func TestRouteTimetable(t *testing.T) {
	t.Parallel()
	o := scenario.Object{Path: []scenario.Point{{0, 0}, {10, 0}, {10, 20}}, SpeedMS: 2, Pauses: []scenario.Pause{{At: 1, ForS: 5}}}
	r := newRoute(o)
	for _, c := range []struct {
		t       float64
		want    scenario.Point
		present bool
	}{
		{-0.1, scenario.Point{}, false}, {0, scenario.Point{0, 0}, true}, {2.5, scenario.Point{5, 0}, true},
		{7, scenario.Point{10, 0}, true}, {12, scenario.Point{10, 4}, true}, {20, scenario.Point{10, 20}, true}, {20.1, scenario.Point{}, false},
	} {
		if pos, _, ok := r.at(c.t); pos != c.want || ok != c.present {
			t.Errorf("at %.1f s: %v, %v", c.t, pos, ok)
		}
	}
	o.Shuttle = true
	there, _, _ := newRoute(o).at(12)
	back, dir, _ := newRoute(o).at(28 + 400)
	if there != back || dir[1] != -1 {
		t.Errorf("a shuttle is at %v and %v, heading %v", there, back, dir)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(Config{Seed: 1, Start: epoch}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkObjectsAt(b *testing.B) {
	w, err := crossing()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w.ObjectsAt(epoch.Add(time.Minute))
	}
}

func TestAnimalsGoAsTheirSizeAndSpeedSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		animal scenario.Animal
		gait   Gait
		stepHz [2]float64
	}{
		{"a deer", scenario.Animal{SpeedMS: 1.1, HeightM: 1.2}, GaitWalk, [2]float64{1.8, 2.3}},
		{"a boar", scenario.Animal{SpeedMS: 0.9, HeightM: 0.8}, GaitWalk, [2]float64{2.2, 2.8}},
		{"a fox", scenario.Animal{SpeedMS: 1.6, HeightM: 0.4}, GaitTrot, [2]float64{4.5, 5.5}},
		{"a kangaroo", scenario.Animal{SpeedMS: 2.2, HeightM: 1.3, Hops: true}, GaitHop, [2]float64{4.4, 4.4}},
	} {
		h := herd{Animal: c.animal}
		if g, hz := h.gait(); g != c.gait || hz < c.stepHz[0] || hz > c.stepHz[1] {
			t.Errorf("%s: %s, %.2f steps a second", c.name, g, hz)
		}
	}
}
