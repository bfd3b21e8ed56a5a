package fusion

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestBearingsPlaceATrackAcrossTheirDirection(t *testing.T) {
	t.Parallel()
	ear := Sensor{ID: "ear", Kind: Bearing, Position: place(0, -300), FAPerHour: 10}
	tr := newTracker(t, Config{}, seismic("s", 0, 0), ear)
	for k := range 4 {
		tr.AddTrip(Trip{Sensor: "s", Seq: uint64(k + 1), Time: at(2 * float64(k)), Confidence: 0.8, Class: likelyPerson})
	}
	before := tr.Tracks(at(7))
	if len(before) != 1 {
		t.Fatalf("%d tracks", len(before))
	}
	for k := range 4 {
		// From 300 m south, the direction of a point 12 m east of the node.
		deg := math.Atan2(12, 300) * 180 / math.Pi
		tr.AddTrip(Trip{Sensor: "ear", Seq: uint64(k + 1), Time: at(7 + float64(k)/4), BearingDeg: deg, BearingSigmaDeg: 0.5})
	}
	after := tr.Tracks(at(8))
	if len(after) != 1 {
		t.Fatalf("%d tracks", len(after))
	}
	e, _ := offset(after[0].Position)
	if math.Abs(e-12) > 4 || after[0].EE > before[0].EE/4 {
		t.Errorf("%.1f m east with variance %.1f, want 12 and far below %.1f", e, after[0].EE, before[0].EE)
	}
	if after[0].NN < before[0].NN/2 {
		t.Errorf("a bearing from the south says nothing of north, but its variance went from %.1f to %.1f", before[0].NN, after[0].NN)
	}
}

func TestABearingAloneStartsNothing(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, Sensor{ID: "ear", Kind: Bearing, Position: place(0, 0)})
	for k := range 20 {
		tr.AddTrip(Trip{Sensor: "ear", Seq: uint64(k + 1), Time: at(float64(k)), BearingDeg: 40})
	}
	if got := tr.Tracks(at(20)); len(got) != 0 {
		t.Errorf("tracks %+v", got)
	}
	tr.AddTrip(Trip{Sensor: "ear", Seq: 100, Time: at(21), BearingDeg: math.NaN()})
	if st := tr.Stats(); st.Trips != 20 || st.Refused != 1 {
		t.Errorf("counted %+v", st)
	}
}

func TestAForeignTrackAloneIsATrack(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, Sensor{ID: "other", Kind: System})
	for k := range 10 {
		s := float64(k)
		tr.AddTrack(ForeignTrack{Sensor: "other", Seq: uint64(k + 1), Time: at(s), Position: place(100+1.2*s, 50), EE: 16, NN: 16, Existence: 0.9, Class: likelyPerson})
	}
	got := confirmedOf(tr.Tracks(at(9)))
	if len(got) != 1 || tr.Stats().Foreign != 10 {
		t.Fatalf("%d confirmed tracks, counted %+v", len(got), tr.Stats())
	}
	e, n := offset(got[0].Position)
	if math.Hypot(e-110.8, n-50) > 4 || got[0].VE < 0.3 {
		t.Errorf("at %.1f %.1f moving east at %.2f", e, n, got[0].VE)
	}
	if got[0].Sources[0].Kind != System {
		t.Errorf("sources %+v", got[0].Sources)
	}
}

// TestAnEchoOfItsOwnTrackMakesItNoSurer sends the tracker's own track back to it, as a second station that was told of it would.
func TestAnEchoOfItsOwnTrackMakesItNoSurer(t *testing.T) {
	t.Parallel()
	echoed, alone := 0.0, 0.0
	for _, echo := range []bool{false, true} {
		tr := newTracker(t, Config{}, camera("c"), Sensor{ID: "other", Kind: System})
		r := rand.New(rand.NewPCG(3, 3))
		for k := range 40 {
			s := float64(k) / 2
			tr.AddScan(look("c", uint64(k+1), s, likelyPerson, noisy(r, vec2{100 + 1.2*s, 50})))
			if got := confirmedOf(tr.Tracks(at(s))); echo && len(got) == 1 {
				for n := range 3 {
					tr.AddTrack(ForeignTrack{
						Sensor: "other", Seq: uint64(10*k + n + 1), Time: at(s + 0.1*float64(n)), Position: got[0].Position,
						EE: got[0].EE, EN: got[0].EN, NN: got[0].NN,
					})
				}
			}
		}
		got := confirmedOf(tr.Tracks(at(20)))
		if len(got) != 1 {
			t.Fatalf("echo %v: %d tracks", echo, len(got))
		}
		area := math.Sqrt(got[0].EE*got[0].NN - got[0].EN*got[0].EN)
		if echo {
			echoed = area
		} else {
			alone = area
		}
	}
	if echoed < 0.9*alone {
		t.Errorf("with its own echo it claims %.2f m^2 instead of %.2f", echoed, alone)
	}
}

func TestForeignTracksThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, Sensor{ID: "other", Kind: System}, camera("c"))
	good := ForeignTrack{Sensor: "other", Time: at(0), Position: place(0, 0), EE: 4, NN: 4}
	for _, spoil := range []func(*ForeignTrack){
		func(f *ForeignTrack) { f.EE = math.NaN() },
		func(f *ForeignTrack) { f.NN = -1 },
		func(f *ForeignTrack) { f.Position.Lat = 91 },
		func(f *ForeignTrack) { f.Existence = math.NaN() },
		func(f *ForeignTrack) { f.Sensor = "c" },
	} {
		f := good
		spoil(&f)
		tr.AddTrack(f)
	}
	if st := tr.Stats(); st.Refused != 5 || st.Foreign != 0 {
		t.Errorf("counted %+v", st)
	}
}

func TestLearnedCameraErrorIsShownAndForgotten(t *testing.T) {
	t.Parallel()
	biased := camera("b")
	biased.Bias = Bias{PosSigmaM: 6}
	tr := newTracker(t, Config{}, camera("c"), biased)
	r := rand.New(rand.NewPCG(5, 5))
	seq := uint64(0)
	watch := func(from, to float64) {
		for s := from; s < to; s += 0.5 {
			var truth, shifted []vec2
			for k := range 4 {
				// Each walks out of c's sight and into b's after a while, so that b is measured against what c said.
				p := vec2{40 * float64(k), 20 + 1.0*(s-from)}
				truth, shifted = append(truth, noisy(r, p)), append(shifted, noisy(r, vec2{p[0] + 8, p[1]}))
			}
			seq++
			if math.Mod(s, 10) < 6 {
				tr.AddScan(look("c", seq, s, likelyPerson, truth...))
			} else {
				tr.AddScan(look("b", seq, s, likelyPerson, shifted...))
			}
			tr.Tracks(at(s))
		}
	}
	watch(0, 40)
	learned := func() (east, sigma float64) {
		for _, c := range tr.CameraErrors() {
			if c.Sensor == "b" {
				return c.EastM, c.EastSigmaM
			}
		}
		t.Fatal("nothing is told of b")
		return 0, 0
	}
	if east, sigma := learned(); math.Abs(east-8) > 4 || sigma > 5 {
		t.Errorf("error %.1f m east with sigma %.1f, want 8", east, sigma)
	}
	if tr.ForgetCameraError("nobody") || !tr.ForgetCameraError("b") {
		t.Error("only the error of a known camera can be forgotten")
	}
	tr.Tracks(at(41))
	if east, sigma := learned(); east != 0 || math.Abs(sigma-6) > 0.01 {
		t.Errorf("%.2f m east with sigma %.2f is still known, want 0 and the 6 m that the camera was said to have", east, sigma)
	}
}

// TestSteadyStateAllocatesNothing counts what taking and working measurements allocates once buffers have grown; the list that Tracks
// hands out is its caller's and not counted.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	d := camera("d")
	d.Bias = Bias{PosSigmaM: 2, YawSigmaDeg: 0.3, ClockSigma: 50 * time.Millisecond}
	tr := newTracker(t, Config{}, camera("c"), d, seismic("s", 0, 0))
	r := rand.New(rand.NewPCG(6, 6))
	var scans []Scan
	var trips []Trip
	const steps = 400
	for k := range steps {
		s := float64(k) / 4
		id := "c"
		if k%2 == 1 {
			id = "d"
		}
		sc := look(id, 0, s-1.5*float64(k%3/2), likelyPerson, noisy(r, vec2{30, 40}), noisy(r, vec2{-50, 10}), noisy(r, vec2{33, 44}))
		sc.Arrival, sc.Motion = at(s), Motion{VE: 9, TurnUpDegS: 12}
		scans = append(scans, sc)
		trips = append(trips, Trip{Sensor: "s", Time: at(s - 2), Arrival: at(s), Confidence: 0.8})
	}
	k := 0
	step := func() {
		tr.AddScan(scans[k])
		tr.AddTrip(trips[k])
		tr.advance(scans[k].Arrival.UnixNano())
		k++
	}
	for k < steps/2 {
		step()
	}
	if got := testing.AllocsPerRun(steps/2-1, step); got != 0 {
		t.Errorf("%v allocations a step", got)
	}
	if len(tr.state.tracks) < 2 || tr.stats.Late == 0 {
		t.Errorf("%d tracks, counted %+v: nothing was tracked or replayed", len(tr.state.tracks), tr.stats)
	}
}

func TestATripFromTheFutureIsTakenAtItsArrival(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, seismic("s", 0, 0))
	tr.AddTrip(Trip{Sensor: "s", Seq: 1, Time: at(3), Arrival: at(1), Confidence: 0.8})
	got := tr.Tracks(at(2))
	if len(tr.state.tracks) != 1 || tr.state.tracks[0].first != at(1).UnixNano() {
		t.Errorf("tracks %+v of %d inside, want one from the arrival", got, len(tr.state.tracks))
	}
}

// Another system's track of a vehicle that drives straight on is one track of ours, which drives as fast: the way to move that is surest
// of its place is not the likeliest one for that.
func TestAForeignTrackOfAVehicleIsKeptUpWith(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 3))
		tr := newTracker(t, Config{}, Sensor{ID: "sys", Kind: System})
		numbers := map[uint64]bool{}
		for k := range 60 {
			s := 2 * float64(k)
			tr.AddTrack(ForeignTrack{
				Sensor: "sys", Seq: uint64(k + 1), Time: at(s), Existence: 0.95, Class: ClassProbs{0, 0.8, 0},
				Position: place(6*s+4*r.NormFloat64(), 4*r.NormFloat64()), EE: 16, NN: 16,
			})
			got := confirmedOf(tr.Tracks(at(s + 1)))
			if k < 5 {
				continue
			}
			b, d := nearest(got, vec2{6 * (s + 1), 0})
			numbers[b.ID] = true
			if len(got) != 1 || d > 20 {
				t.Fatalf("seed %d, %.0f s: %d tracks, the nearest %.0f m off", seed, s, len(got), d)
			}
			if k > 15 && math.Abs(b.VE-6) > 2 {
				t.Errorf("seed %d, %.0f s: it drives at %.1f m/s, not 6", seed, s, b.VE)
			}
		}
		if len(numbers) != 1 {
			t.Errorf("seed %d: one vehicle had %d numbers", seed, len(numbers))
		}
	}
}
