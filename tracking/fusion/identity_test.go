package fusion

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestOneNumberThroughStopsGapsAndCompany has somebody walk, stand still for half a minute while somebody else goes past a few metres away,
// walk on, vanish for eight seconds and come out again. Whoever stands and whoever passes keep their numbers.
func TestOneNumberThroughStopsGapsAndCompany(t *testing.T) {
	t.Parallel()
	first := func(s float64) vec2 {
		walked := min(s, 20) + max(0, s-50)
		return vec2{1.4 * walked, 0}
	}
	second := func(s float64) vec2 { return vec2{1.5 * (s - 17), 6} }
	for seed := range uint64(5) {
		tr := newTracker(t, Config{}, camera("c"))
		r := rand.New(rand.NewPCG(seed, 41))
		var a, b uint64
		for k := range 4 * 90 {
			s := float64(k) / 4
			var seen []vec2
			for _, p := range []vec2{first(s), second(s)} {
				if hidden := s > 64 && s < 72; !hidden && r.Float64() < 0.9 {
					seen = append(seen, noisy(r, p))
				}
			}
			sc := look("c", uint64(k+1), s, likelyPerson, seen...)
			if s > 64 && s < 72 { // the camera looks elsewhere
				sc.Sector = Sector{AzDeg: 180, HFovDeg: 30, RMaxM: 1000}
			}
			tr.AddScan(sc)
			shown := tr.Tracks(at(s))
			if s == 10 {
				ta, _ := nearest(shown, first(s))
				tb, _ := nearest(shown, second(s))
				a, b = ta.ID, tb.ID
			}
		}
		shown := confirmedOf(tr.Tracks(at(90)))
		ta, da := nearest(shown, first(90))
		tb, db := nearest(shown, second(90))
		if len(shown) != 2 || ta.ID != a || tb.ID != b || a == b || math.Max(da, db) > 6 {
			t.Errorf("seed %d: numbers %d and %d became %d (%.1f m off) and %d (%.1f m off) of %d", seed, a, b, ta.ID, da, tb.ID, db, len(shown))
		}
	}
}
