package fusion

import (
	"math/rand/v2"
	"testing"
)

// twoViews has vehicles drive out of the view of one camera and, after a minute that nobody sees, some into that of another: before and after are
// where each is, as a function of time. It gives the numbers before and after, in the order of the vehicles.
func twoViews(t *testing.T, before, after []func(s float64) vec2) (was, is []uint64) {
	t.Helper()
	const seen, again, end = 20, 80, 90 // s
	tr := newTracker(t, Config{}, camera("a"), camera("b"))
	r := rand.New(rand.NewPCG(8, 8))
	scan := func(id string, s float64, centre float64, all []func(s float64) vec2) {
		sc := look(id, uint64(2*s)+1, s, ClassProbs{0.05, 0.9, 0.05})
		sc.Position, sc.Sector.RMaxM = place(centre, 0), 350
		for _, f := range all {
			p := noisy(r, f(s))
			sc.Detections = append(sc.Detections, Detection{Position: place(p[0], p[1]), EE: 4, NN: 9, EN: 1, Score: 0.8, Class: ClassProbs{0.05, 0.9, 0.05}})
		}
		tr.AddScan(sc)
	}
	numbers := func(s float64, all []func(s float64) vec2) (out []uint64) {
		for _, f := range all {
			tk, d := nearest(confirmedOf(tr.Tracks(at(s))), f(s))
			if d > 15 {
				t.Fatalf("at %.0f s the nearest track is %.0f m off", s, d)
			}
			out = append(out, tk.ID)
		}
		return out
	}
	for s := 0.0; s < end; s += 0.5 {
		switch {
		case s < seen:
			scan("a", s, 0, before)
		case s == seen:
			was = numbers(s, before)
		case s >= again:
			scan("b", s, 1000, after)
		}
		tr.Tracks(at(s))
		if s > 70 && s < again && len(tr.Tracks(at(s))) > 0 {
			t.Fatalf("at %.0f s there is a track still", s)
		}
	}
	return was, numbers(end, after)
}

// straight is a way at a constant velocity.
func straight(from vec2, ve, vn float64) func(s float64) vec2 {
	return func(s float64) vec2 { return vec2{from[0] + ve*s, from[1] + vn*s} }
}

func TestWhoGoesOnUnseenKeepsTheNumber(t *testing.T) {
	t.Parallel()
	on := straight(vec2{-100, 0}, 13, 0.5)
	was, is := twoViews(t, []func(float64) vec2{on}, []func(float64) vec2{on})
	if was[0] != is[0] {
		t.Errorf("%d became %d", was[0], is[0])
	}
	// A row of two, far enough apart to be told apart.
	row := []func(float64) vec2{straight(vec2{-200, 0}, 13, 0), straight(vec2{150, 0}, 13, 0)}
	if was, is = twoViews(t, row, row[:1]); was[0] != is[0] || was[0] == was[1] {
		t.Errorf("%v became %v", was, is)
	}
}

func TestWhoComesOtherwiseIsAnother(t *testing.T) {
	t.Parallel()
	on := straight(vec2{-100, 0}, 13, 0.5)
	for name, other := range map[string]func(float64) vec2{
		"from where it should be, the other way": straight(vec2{2000, 0}, -13, 0.5),
		"across":                                 straight(vec2{950, -1100}, 0, 13),
		"beside where it should be":              straight(vec2{-90, 330}, 13, 0),
	} {
		if was, is := twoViews(t, []func(float64) vec2{on}, []func(float64) vec2{other}); was[0] == is[0] {
			t.Errorf("%s: it has the number %d of another", name, is[0])
		}
	}
	// Two abreast, of whom one comes: nobody knows which.
	pair := []func(float64) vec2{straight(vec2{-100, 12}, 13, 0), straight(vec2{-100, -12}, 13, 0)}
	if was, is := twoViews(t, pair, pair[:1]); is[0] == was[0] || is[0] == was[1] {
		t.Errorf("one of %v became %v", was, is)
	}
}

// TestNobodyOnFootHurriesUnseen has a vague track of somebody on foot vanish, and another be seen farther away than anybody walks meanwhile, or not.
func TestNobodyOnFootHurriesUnseen(t *testing.T) {
	t.Parallel()
	was := sighting{id: 1, at: 0, vel: vec2{1.4, -0.2}, posVar: 100, velVar: 1, class: ClassProbs{0.8, 0.05, 0.15}}
	for _, c := range []struct {
		name        string
		afterS, way float64
		class       ClassProbs
		same        bool
	}{
		{"on his way", 100, 140, ClassProbs{0.8, 0.05, 0.15}, true},
		{"rather faster", 100, 200, ClassProbs{0.8, 0.05, 0.15}, true},
		{"as nobody walks", 100, 320, ClassProbs{0.8, 0.05, 0.15}, false},
		{"as one drives", 100, 320, ClassProbs{0.3, 0.65, 0.05}, true},
	} {
		was.class = c.class
		is := sighting{id: 2, at: int64(c.afterS * 1e9), pos: vec2{c.way, -20}, vel: vec2{1.4, -0.1}, posVar: 9, velVar: 0.1, class: c.class}
		if same := was.off(&is) < awayGate; same != c.same {
			t.Errorf("%s: the same: %v", c.name, same)
		}
	}
}
