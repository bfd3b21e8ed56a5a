package fusion

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vedette/internal/geo"
)

func TestWalkerBecomesOneConfirmedTrack(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, camera("c"))
	r := rand.New(rand.NewPCG(1, 1))
	walk := func(s float64) vec2 { return vec2{100 + 1.2*s, 50} }
	for k := range 40 {
		s := float64(k) / 2
		tr.AddScan(look("c", uint64(k+1), s, likelyPerson, noisy(r, walk(s))))
	}
	got := confirmedOf(tr.Tracks(at(20)))
	if len(got) != 1 {
		t.Fatalf("%d confirmed tracks, want 1", len(got))
	}
	tk := got[0]
	e, n := offset(tk.Position)
	if w := walk(20); math.Hypot(e-w[0], n-w[1]) > 4 {
		t.Errorf("track at %.1f %.1f, want %.1f %.1f", e, n, w[0], w[1])
	}
	if math.Abs(tk.VE-1.2) > 0.5 || math.Abs(tk.VN) > 0.5 {
		t.Errorf("velocity %.2f %.2f, want 1.2 0", tk.VE, tk.VN)
	}
	if c, ok := tk.Class.Best(); !ok || c != Person {
		t.Errorf("class %v %v", tk.Class, ok)
	}
	if len(tk.Sources) != 1 || tk.Sources[0].ID != "c" || tk.Sources[0].Count < 35 || tk.Existence < 0.99 {
		t.Errorf("sources %+v, existence %v", tk.Sources, tk.Existence)
	}
	if !tk.FirstSeen.Equal(at(0)) || !tk.LastSeen.Equal(at(19.5)) {
		t.Errorf("seen from %v to %v", tk.FirstSeen, tk.LastSeen)
	}
}

func TestCrossingTargetsKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, camera("c"))
	r := rand.New(rand.NewPCG(2, 2))
	a := func(s float64) vec2 { return vec2{-30 + 1.5*s, 1.5 * s} }
	b := func(s float64) vec2 { return vec2{-30 + 1.5*s, 60 - 1.5*s} }
	var ida, idb uint64
	for k := range 160 {
		s := float64(k) / 4
		tr.AddScan(look("c", uint64(k+1), s, likelyPerson, noisy(r, a(s)), noisy(r, b(s))))
		if s == 10 {
			got := tr.Tracks(at(s))
			ta, _ := nearest(got, a(s))
			tb, _ := nearest(got, b(s))
			ida, idb = ta.ID, tb.ID
		}
	}
	got := confirmedOf(tr.Tracks(at(40)))
	ta, da := nearest(got, a(40))
	tb, db := nearest(got, b(40))
	if len(got) != 2 || ta.ID != ida || tb.ID != idb || ida == idb || da > 6 || db > 6 {
		t.Errorf("%d tracks; before %d %d, after %d (%.1f m off) %d (%.1f m off)", len(got), ida, idb, ta.ID, da, tb.ID, db)
	}
}

// story is a list of measurements with their arrivals, late ones among them.
func story(seed uint64) (scans []Scan, trips []Trip) {
	r := rand.New(rand.NewPCG(seed, 9))
	for k := range 60 {
		s := float64(k) / 3
		pts := []vec2{noisy(r, vec2{10 * s, 20}), noisy(r, vec2{-50 - s, 1.3 * s})}
		if k%4 == 0 {
			pts = append(pts, vec2{800*r.Float64() - 400, 800*r.Float64() - 400})
		}
		if k%5 == 0 {
			pts = pts[1:]
		}
		id := "c"
		if k%2 == 1 {
			id = "d"
		}
		sc := look(id, uint64(k+1), s, likelyPerson, pts...)
		sc.Arrival = at(20)
		sc.Motion = Motion{VE: 8 - s, VN: s, TurnUpDegS: 10 * math.Sin(s)}
		scans = append(scans, sc)
	}
	for k := range 8 {
		trips = append(trips, Trip{Sensor: "s", Seq: uint64(k + 1), Time: at(3 + 2*float64(k)), Arrival: at(20), Confidence: 0.8})
	}
	for k := range 6 {
		s := 1 + 3*float64(k)
		deg := math.Atan2(-150-s, 300+1.3*s) * 180 / math.Pi
		trips = append(trips, Trip{Sensor: "ear", Seq: uint64(k + 1), Time: at(s), Arrival: at(20), BearingDeg: deg, BearingSigmaDeg: 1})
	}
	return scans, trips
}

func storyTracker(t testing.TB) *Tracker {
	d := camera("d")
	d.Bias = Bias{PosSigmaM: 2, YawSigmaDeg: 0.2, PitchSigmaDeg: 0.1, ClockSigma: 100 * time.Millisecond}
	return newTracker(t, Config{}, camera("c"), d,
		Sensor{ID: "s", Kind: Seismic, Position: place(-55, 15)},
		Sensor{ID: "ear", Kind: Bearing, Position: place(100, -300)}, Sensor{ID: "other", Kind: System})
}

// foreignStory is what a neighbour says of the story's second walker.
func foreignStory() (out []ForeignTrack) {
	for k := range 5 {
		s := 2.5 + 4*float64(k)
		out = append(out, ForeignTrack{Sensor: "other", Seq: uint64(k + 1), Time: at(s), Arrival: at(20), Position: place(-48-s, 1.3*s), EE: 25, NN: 25})
	}
	return out
}

// unnamed takes the numbers away, which depend on what had been shown before.
func unnamed(tracks []Track) []Track {
	for k := range tracks {
		tracks[k].ID = 0
	}
	return tracks
}

func TestLateMeasurementsGiveTheTracksOfTheRightOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		scans, trips := story(rapid.Uint64Range(1, 50).Draw(rt, "seed"))
		ordered := storyTracker(t)
		for _, s := range scans {
			ordered.AddScan(s)
		}
		for _, s := range trips {
			ordered.AddTrip(s)
		}
		for _, f := range foreignStory() {
			ordered.AddTrack(f)
		}
		want := unnamed(ordered.Tracks(at(20)))
		if st := ordered.Stats(); st.Foreign != 5 || st.Trips != uint64(len(trips)) {
			rt.Fatalf("counted %+v", st)
		}
		if len(confirmedOf(want)) < 2 {
			rt.Fatalf("the story makes only %d tracks", len(want))
		}
		mixed := storyTracker(t)
		order := rapid.Permutation(upTo(len(scans)+len(trips)+len(foreignStory()))).Draw(rt, "order")
		shows := rapid.SliceOfN(rapid.IntRange(0, 30), len(order), len(order)).Draw(rt, "shows")
		for k, n := range order {
			switch {
			case n < len(scans):
				mixed.AddScan(scans[n])
			case n < len(scans)+len(trips):
				mixed.AddTrip(trips[n-len(scans)])
			default:
				mixed.AddTrack(foreignStory()[n-len(scans)-len(trips)])
			}
			if shows[k] < 2 {
				mixed.Tracks(at(float64(shows[k]*10 + 10)))
			}
		}
		got := unnamed(mixed.Tracks(at(20)))
		if !equalTracks(got, want) {
			rt.Fatalf("late: %+v\nin order: %+v", got, want)
		}
	})
}

func upTo(n int) []int {
	out := make([]int, n)
	for k := range out {
		out[k] = k
	}
	return out
}

// equalTracks compares without regard to order, which follows the numbers.
func equalTracks(a, b []Track) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		found := false
		for _, y := range b {
			found = found || reflect.DeepEqual(x, y)
		}
		if !found {
			return false
		}
	}
	return true
}

func TestNumberSurvivesAnEarlierBirthByReplay(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, camera("c"))
	r := rand.New(rand.NewPCG(3, 3))
	var early []Scan
	for k := range 20 {
		s := look("c", uint64(k+1), float64(k), likelyPerson, noisy(r, vec2{float64(k), 0}))
		s.Arrival = at(20)
		if k < 6 {
			early = append(early, s)
			continue
		}
		tr.AddScan(s)
	}
	before := confirmedOf(tr.Tracks(at(19)))
	for _, s := range early {
		tr.AddScan(s)
	}
	after := confirmedOf(tr.Tracks(at(19.5)))
	if len(before) != 1 || len(after) != 1 || before[0].ID != after[0].ID {
		t.Fatalf("before %+v, after %+v", before, after)
	}
	if !after[0].FirstSeen.Equal(at(0)) {
		t.Errorf("first seen %v: the early frames are not worked in", after[0].FirstSeen)
	}
	if g := tr.Gone(); len(g) != 0 {
		t.Errorf("gone: %v", g)
	}
}

func TestRepeatsAreIgnored(t *testing.T) {
	t.Parallel()
	scans, trips := story(7)
	once, twice := storyTracker(t), storyTracker(t)
	for _, s := range scans {
		once.AddScan(s)
		twice.AddScan(s)
		twice.AddScan(s)
	}
	for _, s := range trips {
		once.AddTrip(s)
		twice.AddTrip(s)
		twice.AddTrip(s)
	}
	if !reflect.DeepEqual(once.Tracks(at(20)), twice.Tracks(at(20))) {
		t.Error("a repeat changes the tracks")
	}
	if n := twice.Stats().Repeats; n != uint64(len(scans)+len(trips)) {
		t.Errorf("%d repeats counted, want %d", n, len(scans)+len(trips))
	}
}

func TestLookingAndSeeingNothingCountsOnlyInView(t *testing.T) {
	t.Parallel()
	narrow := func(id string, seq uint64, s float64, az float64, pts ...vec2) Scan {
		sc := look(id, seq, s, likelyPerson, pts...)
		sc.Position, sc.Sector = place(0, 0), Sector{AzDeg: az, HFovDeg: 60, RMaxM: 400}
		return sc
	}
	run := func(az float64) Track {
		tr := newTracker(t, Config{}, camera("c"))
		r := rand.New(rand.NewPCG(4, 4))
		seq := uint64(0)
		for k := range 16 {
			seq++
			tr.AddScan(narrow("c", seq, float64(k)/2, 0, noisy(r, vec2{0, 200})))
		}
		for k := range 20 {
			seq++
			tr.AddScan(narrow("c", seq, 8+float64(k)/2, az))
		}
		tk, d := nearest(tr.Tracks(at(18)), vec2{0, 200})
		if d > 30 {
			return Track{}
		}
		return tk
	}
	if tk := run(0); tk.Existence > 0.1 {
		t.Errorf("existence %v after 20 empty frames of its place", tk.Existence)
	}
	if tk := run(180); tk.Existence < 0.9 {
		t.Errorf("existence %v though nobody looked there", tk.Existence)
	}
}

// TestWhatOnlyTheLastLookShowedSaysNothing has a detector that tells only of what two looks showed look to and fro.
func TestWhatOnlyTheLastLookShowedSaysNothing(t *testing.T) {
	t.Parallel()
	square := func(e float64) []geo.LatLon {
		return []geo.LatLon{place(e-100, 100), place(e+100, 100), place(e+100, 300), place(e-100, 300)}
	}
	here, away := square(0), square(1000)
	run := func(before []geo.LatLon) float64 {
		tr := newTracker(t, Config{}, camera("c"))
		r := rand.New(rand.NewPCG(4, 4))
		for k := range 30 {
			sc := look("c", uint64(k+1), float64(k)/2, likelyPerson)
			sc.Position, sc.Footprint, sc.Before = place(0, 0), here, before
			if k < 16 {
				sc = look("c", uint64(k+1), float64(k)/2, likelyPerson, noisy(r, vec2{0, 200}))
			}
			tr.AddScan(sc)
		}
		tk, d := nearest(tr.Tracks(at(15)), vec2{0, 200})
		if d > 30 {
			return 0
		}
		return tk.Existence
	}
	for name, c := range map[string]struct {
		before []geo.LatLon
		gone   bool
	}{
		"one look is enough": {nil, true}, "both looked there": {here, true}, "only the last did": {away, false}, "there was none before": {[]geo.LatLon{}, false},
		"a polygon off the planet": {[]geo.LatLon{{Lat: 95}, {Lat: 95, Lon: 1}, {Lat: 96}}, false},
	} {
		if got := run(c.before); got < 0.1 != c.gone {
			t.Errorf("%s: existence %v after 14 empty pictures", name, got)
		}
	}
}

func TestOneBiasedCameraNeverClaimsMoreThanItsBias(t *testing.T) {
	t.Parallel()
	c := camera("c")
	c.Bias = Bias{PosSigmaM: 5}
	tr := newTracker(t, Config{}, c)
	r := rand.New(rand.NewPCG(5, 5))
	for k := range 200 {
		tr.AddScan(look("c", uint64(k+1), float64(k)/10, likelyPerson, noisy(r, vec2{100, 100})))
	}
	tk, _ := nearest(tr.Tracks(at(20)), vec2{100, 100})
	if s := math.Sqrt(tk.EE); s < 4.5 || s > 6 {
		t.Errorf("200 frames of a camera with 5 m of bias: sigma %.2f m", s)
	}
	if tr.state.tracks[0].p[walking].pos().meanSigma() > 1.5 {
		t.Error("the random part did not shrink")
	}
}

func TestHandoverBetweenBiasedCamerasKeepsTheNumber(t *testing.T) {
	t.Parallel()
	a, b := camera("a"), camera("b")
	a.Bias, b.Bias = Bias{PosSigmaM: 5}, Bias{PosSigmaM: 5}
	tr := newTracker(t, Config{}, a, b)
	r := rand.New(rand.NewPCG(6, 6))
	walk := func(s float64) vec2 { return vec2{1.2 * s, 0} }
	var first uint64
	for k := range 120 {
		s := float64(k) / 4
		id, err := "a", vec2{5, 3}
		if s > 15 {
			id, err = "b", vec2{-5, -4}
		}
		p := noisy(r, walk(s))
		tr.AddScan(look(id, uint64(k+1), s, likelyPerson, vec2{p[0] + err[0], p[1] + err[1]}))
		if s == 14 {
			tk, _ := nearest(tr.Tracks(at(s)), walk(s))
			first = tk.ID
		}
		if s == 16 {
			// Two cameras that err independently place it better than either.
			tk, d := nearest(tr.Tracks(at(s)), walk(s))
			if s := math.Sqrt(tk.EE); s > 4.5 || d > 6 {
				t.Errorf("after a second of both: sigma %.2f m, off by %.2f m", s, d)
			}
		}
	}
	got := confirmedOf(tr.Tracks(at(30)))
	if len(got) != 1 || got[0].ID != first {
		t.Errorf("after the handover: %+v, want one track %d", got, first)
	}
}

func TestSpeedAndFramesDecideTheClass(t *testing.T) {
	t.Parallel()
	even := ClassProbs{}
	for _, tc := range []struct {
		name  string
		speed float64
		class ClassProbs
		want  Class
	}{
		{"frames say animal", 1, ClassProbs{0.3, 0.1, 0.6}, Animal},
		{"fast without a word from the frames", 14, even, Vehicle},
		{"frames say person", 1.4, ClassProbs{0.6, 0.2, 0.2}, Person},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tr := newTracker(t, Config{}, camera("c"))
			r := rand.New(rand.NewPCG(7, 7))
			for k := range 30 {
				s := float64(k) / 2
				tr.AddScan(look("c", uint64(k+1), s, tc.class, noisy(r, vec2{tc.speed*s - 100, 0})))
			}
			tk, _ := nearest(tr.Tracks(at(15)), vec2{tc.speed*15 - 100, 0})
			if c, _ := tk.Class.Best(); c != tc.want {
				t.Errorf("class %v, want %v", tk.Class, tc.want)
			}
		})
	}
}

func TestCrossingOfALineIsToldOnce(t *testing.T) {
	t.Parallel()
	line := Line{ID: "border", Points: []geo.LatLon{place(-500, 0), place(0, 10), place(500, 0)}}
	tr := newTracker(t, Config{Lines: []Line{line}}, camera("c"))
	r := rand.New(rand.NewPCG(8, 8))
	var got []Crossing
	for k := range 80 {
		s := float64(k) / 2
		tr.AddScan(look("c", uint64(k+1), s, likelyPerson, noisy(r, vec2{50, -20 + 1.4*s})))
		tr.Tracks(at(s))
		got = append(got, tr.Crossings()...)
	}
	if len(got) != 1 || got[0].Direction != 1 || got[0].Line != "border" {
		t.Fatalf("crossings %+v", got)
	}
	// At 50 m east the line runs 9 m north of home, so it is crossed 20.7 s in.
	if d := got[0].Time.Sub(at(20.7)).Abs(); d > 4*time.Second {
		t.Errorf("crossed at %v", got[0].Time.Sub(start))
	}
	if tk := tr.Tracks(at(40)); len(tk) != 1 || len(tk[0].Crossings) != 1 {
		t.Errorf("the track does not tell its crossing: %+v", tk)
	}
}

func TestLostTrackIsGone(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, camera("c"))
	for k := range 10 {
		tr.AddScan(look("c", uint64(k+1), float64(k)/2, likelyPerson, vec2{10, 10}))
	}
	got := tr.Tracks(at(5))
	if len(got) != 1 {
		t.Fatalf("%d tracks", len(got))
	}
	for k := range 60 {
		tr.AddScan(look("c", uint64(100+k), 5+float64(k)/2, likelyPerson))
	}
	if left := tr.Tracks(at(35)); len(left) != 0 {
		t.Errorf("still there: %+v", left)
	}
	if g := tr.Gone(); len(g) != 1 || g[0] != got[0].ID {
		t.Errorf("gone %v, want [%d]", g, got[0].ID)
	}
	if g := tr.Gone(); len(g) != 0 {
		t.Errorf("gone a second time: %v", g)
	}
}

func TestCameraErrorIsLearnedFromItsNeighbour(t *testing.T) {
	t.Parallel()
	good, bad := camera("good"), camera("bad")
	good.Bias, bad.Bias = Bias{PosSigmaM: 0.5}, Bias{PosSigmaM: 6}
	tr := newTracker(t, Config{}, good, bad)
	r := rand.New(rand.NewPCG(10, 10))
	seq := uint64(0)
	// One walker after the other is followed by the good camera and then handed to the bad one.
	for w := range 8 {
		for k := range 40 {
			s := float64(w)*20 + float64(k)/2
			id, err := "good", vec2{}
			if k > 20 {
				id, err = "bad", vec2{7, -5}
			}
			seq++
			p := noisy(r, vec2{100*float64(w) - 400, 1.2 * float64(k) / 2})
			tr.AddScan(look(id, seq, s, likelyPerson, vec2{p[0] + err[0], p[1] + err[1]}))
		}
		tr.Tracks(at(float64(w)*20 + 20))
	}
	b := &tr.state.errors
	if math.Hypot(b.mean[1][0]-7, b.mean[1][1]+5) > 3 {
		t.Errorf("learned %.1f %.1f, the camera is off by 7 -5", b.mean[1][0], b.mean[1][1])
	}
	if s := math.Sqrt(b.cov[4*b.size()+4]); s > 4 {
		t.Errorf("sigma %.1f m after eight handovers", s)
	}
}
