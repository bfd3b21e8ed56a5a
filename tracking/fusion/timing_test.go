package fusion

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// aerial is a drone over level ground whose frames carry times that are ahead by some seconds.
type aerial struct {
	id     string
	ahead  float64                                  // s
	height float64                                  // m
	path   func(s float64) (at vec2, azDeg float64) // where it is and looks, in truth
	rates  bool                                     // its scans tell how it moves
}

// frame is what it tells of things that are where they are at each second, in a frame that claims to be of a time: what it saw earlier,
// placed with the pose of that time. Places err by a metre each way.
func (a *aerial) frame(r *rand.Rand, seq uint64, s float64, things ...func(s float64) vec2) Scan {
	then, azThen := a.path(s - a.ahead)
	now, azNow := a.path(s)
	sn, cs := math.Sincos((azNow - azThen) * math.Pi / 180)
	sc := Scan{Sensor: a.id, Seq: seq, Time: at(s), Arrival: at(s + 0.4), Position: place(now[0], now[1]), HeightM: a.height, Sector: Sector{HFovDeg: 360, RMaxM: 1000}}
	if a.rates {
		const h = 0.05
		p0, az0 := a.path(s - h)
		p1, az1 := a.path(s + h)
		sc.Motion = Motion{VE: (p1[0] - p0[0]) / (2 * h), VN: (p1[1] - p0[1]) / (2 * h), TurnUpDegS: -(az1 - az0) / (2 * h)}
	}
	for _, thing := range things {
		if r.Float64() > 0.9 {
			continue
		}
		p := thing(s - a.ahead)
		de, dn := p[0]-then[0], p[1]-then[1]
		sc.Detections = append(sc.Detections, Detection{
			Position: place(now[0]+de*cs+dn*sn+r.NormFloat64(), now[1]+dn*cs-de*sn+r.NormFloat64()), EE: 1, NN: 1, Score: 0.8, Class: likelyPerson,
		})
	}
	return sc
}

// camera is its description, with a clock of which that is known.
func (a *aerial) camera(sigma time.Duration) Sensor {
	return Sensor{ID: a.id, Kind: Camera, Pd: 0.9, ClutterPerScan: 0.5, Bias: Bias{PosSigmaM: 1, YawSigmaDeg: 0.3, PitchSigmaDeg: 0.1, ClockSigma: sigma}}
}

func standing4() (things []func(float64) vec2) {
	for _, p := range []vec2{{0, 0}, {60, 20}, {-50, 40}, {10, -60}} {
		things = append(things, func(float64) vec2 { return p })
	}
	return things
}

func (tr *Tracker) clockOf(t *testing.T, id string) (ahead, sigma float64) {
	t.Helper()
	for _, c := range tr.CameraErrors() {
		if c.Sensor == id {
			return c.ClockAhead.Seconds(), c.ClockSigma.Seconds()
		}
	}
	t.Fatalf("nothing is told of %s", id)
	return 0, 0
}

// panning circles at 12 m/s and turns its camera from side to side, by up to 16 degrees a second.
func panning(s float64) (vec2, float64) {
	sn, cs := math.Sincos(2 * math.Pi * s / 80)
	return vec2{150 * cs, 150 * sn}, 40 * math.Sin(2*math.Pi*s/16)
}

// TestATurningDroneLearnsItsClockFromWhatStandsStill lets one drone alone look at four things that stand still, with frames whose times are
// 150 ms ahead. Unless that is learned they seem to swing by six metres.
func TestATurningDroneLearnsItsClockFromWhatStandsStill(t *testing.T) {
	t.Parallel()
	fly := func(seed uint64, sigma time.Duration, ahead float64, turn bool) (worst float64, tr *Tracker) {
		r := rand.New(rand.NewPCG(seed, 21))
		d := aerial{id: "d", ahead: ahead, height: 100, rates: true, path: panning}
		if !turn {
			d.path = func(float64) (vec2, float64) { return vec2{150, 0}, 0 }
		}
		tr = newTracker(t, Config{}, d.camera(sigma))
		for k := range 240 {
			s := float64(k) / 2
			tr.AddScan(d.frame(r, uint64(k+1), s, standing4()...))
			if s < 60 || k%2 == 1 {
				continue
			}
			shown := confirmedOf(tr.Tracks(at(s)))
			for _, thing := range standing4() {
				_, off := nearest(shown, thing(s))
				worst = max(worst, off)
			}
		}
		return worst, tr
	}
	const prior = 100 * time.Millisecond
	for seed := range uint64(3) {
		without, tr := fly(seed, 0, 0.15, true)
		if ahead, sigma := tr.clockOf(t, "d"); ahead != 0 || sigma != 0 {
			t.Errorf("a clock that is said to be right is taken to be %v s +- %v ahead", ahead, sigma)
		}
		with, tr := fly(seed, prior, 0.15, true)
		ahead, sigma := tr.clockOf(t, "d")
		t.Logf("seed %d: clock ahead by %.0f +- %.0f ms; worst place %.1f m with, %.1f m without", seed, 1000*ahead, 1000*sigma, with, without)
		if math.Abs(ahead-0.15) > 3*sigma || sigma > 0.02 {
			t.Errorf("seed %d: the clock is taken to be %.3f s +- %.3f ahead, not 0.150", seed, ahead, sigma)
		}
		if with > 2.5 || with > without/1.5 {
			t.Errorf("seed %d: things are shown up to %.1f m off with the clock learned, %.1f m without", seed, with, without)
		}
		if _, tr := fly(seed, prior, -0.1, true); true {
			if ahead, sigma := tr.clockOf(t, "d"); math.Abs(ahead+0.1) > 3*sigma || sigma > 0.02 {
				t.Errorf("seed %d: the clock is taken to be %.3f s +- %.3f ahead, not -0.100", seed, ahead, sigma)
			}
		}

		// One that hangs in the air and looks straight on sees nothing of its clock.
		with, tr = fly(seed, prior, 0.15, false)
		without, _ = fly(seed, 0, 0.15, false)
		if ahead, sigma := tr.clockOf(t, "d"); ahead != 0 || math.Abs(sigma-0.1) > 1e-4 {
			t.Errorf("seed %d: hovering, the clock is taken to be %v s +- %v ahead", seed, ahead, sigma)
		}
		if with > without+0.2 {
			t.Errorf("seed %d: hovering, places are %.1f m off, and %.1f m with a clock that is said to be right", seed, with, without)
		}

		_, tr = fly(seed, prior, 0.15, true)
		tr.ForgetCameraError("d")
		tr.Tracks(at(121))
		if ahead, sigma := tr.clockOf(t, "d"); ahead != 0 || math.Abs(sigma-0.1) > 1e-3 {
			t.Errorf("seed %d: after it was forgotten, the clock is taken to be %.3f s +- %.3f ahead", seed, ahead, sigma)
		}
	}
}

// TestATrembleIsNoTurn has a drone hang in the air whose poses tremble, so that rates are told that are nothing but noise. Taken for true
// they would make it sure within minutes that its clock is right.
func TestATrembleIsNoTurn(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 21))
	d := aerial{id: "d", ahead: 0.1, height: 100, path: func(float64) (vec2, float64) { return vec2{150, 0}, 0 }}
	tr := newTracker(t, Config{}, d.camera(100*time.Millisecond))
	for k := range 1200 {
		s := float64(k) / 4
		sc := d.frame(r, uint64(k+1), s, standing4()...)
		sc.Motion = Motion{VE: 0.2 * r.NormFloat64(), VN: 0.2 * r.NormFloat64(), TurnUpDegS: 0.7 * r.NormFloat64(), TurnEDegS: 0.5 * r.NormFloat64()}
		tr.AddScan(sc)
	}
	tr.Tracks(at(301))
	if ahead, sigma := tr.clockOf(t, "d"); math.Abs(ahead) > 0.02 || sigma < 0.09 {
		t.Errorf("the clock is taken to be %.3f s +- %.3f ahead, where nothing tells of it", ahead, sigma)
	}
}

// rounds are vehicles that drive to and fro past two cameras that hang in the air.
func rounds() (things []func(s float64) vec2) {
	for k := range 4 {
		phase, east := 13*float64(k), 60*float64(k)-90
		things = append(things, func(s float64) vec2 {
			u := math.Mod(s+phase, 60)
			return vec2{east, 12*math.Abs(u-30) - 180}
		})
	}
	return things
}

// TestClocksAreToldByWhatMovesOnlyAgainstAnother has vehicles pass a camera that hangs in the air, whose clock is 200 ms ahead. Alone it
// sees the same path later, and learns nothing. Beside a camera of known clock, and beside beams, it learns.
func TestClocksAreToldByWhatMovesOnlyAgainstAnother(t *testing.T) {
	t.Parallel()
	hang := func(id string, p vec2, ahead float64) *aerial {
		return &aerial{id: id, ahead: ahead, height: 120, rates: true, path: func(float64) (vec2, float64) { return p, 0 }}
	}
	watch := func(seed uint64, second, beams bool, sigma time.Duration) *Tracker {
		r := rand.New(rand.NewPCG(seed, 22))
		d, e := hang("d", vec2{-150, -100}, 0.2), hang("e", vec2{150, 100}, 0)
		sensors := []Sensor{d.camera(sigma), e.camera(0)}
		lanes, lines := []float64{-90, -30, 30, 90}, []float64{-120, -40, 40, 120} // beams over roads of ten metres
		for _, east := range lanes {
			for _, n := range lines {
				id := fmt.Sprintf("beam %g %g", east, n)
				sensors = append(sensors, Sensor{ID: id, Kind: Beam, A: place(east-5, n), B: place(east+5, n), FAPerHour: 1})
			}
		}
		tr := newTracker(t, Config{}, sensors...)
		for k := range 600 {
			s := float64(k) / 4
			tr.AddScan(d.frame(r, uint64(2*k+1), s, rounds()...))
			if second {
				tr.AddScan(e.frame(r, uint64(2*k+2), s+0.1, rounds()...))
			}
			if beams {
				for lane, thing := range rounds() {
					for line, n := range lines {
						p, q := thing(s)[1]-n, thing(s + 0.25)[1]-n
						if p*q >= 0 {
							continue
						}
						dir := RightToLeft
						if q < p {
							dir = LeftToRight
						}
						when := at(s + 0.25*p/(p-q))
						tr.AddTrip(Trip{Sensor: sensors[2+len(lines)*lane+line].ID, Time: when, Arrival: when.Add(300 * time.Millisecond), Confidence: 0.95, Direction: dir})
					}
				}
			}
			if k%4 == 0 {
				tr.Tracks(at(s))
			}
		}
		tr.Tracks(at(151))
		return tr
	}
	const prior = 200 * time.Millisecond
	for seed := range uint64(2) {
		ahead, sigma := watch(seed, false, false, prior).clockOf(t, "d")
		if math.Abs(ahead) > 0.03 || sigma < 0.9*prior.Seconds() {
			t.Errorf("seed %d: alone it takes its clock to be %.3f s +- %.3f ahead", seed, ahead, sigma)
		}
		ahead, sigma = watch(seed, true, false, prior).clockOf(t, "d")
		t.Logf("beside another camera %.0f +- %.0f ms", 1000*ahead, 1000*sigma)
		if math.Abs(ahead-0.2) > 3*sigma || sigma > 0.04 {
			t.Errorf("seed %d: beside another camera it takes its clock to be %.3f s +- %.3f ahead, not 0.2", seed, ahead, sigma)
		}
		ahead, sigma = watch(seed, false, true, prior).clockOf(t, "d")
		t.Logf("beside beams %.0f +- %.0f ms", 1000*ahead, 1000*sigma)
		if math.Abs(ahead-0.2) > 3*sigma || sigma > 0.12 || ahead < 0.05 {
			t.Errorf("seed %d: beside beams it takes its clock to be %.3f s +- %.3f ahead, not 0.2", seed, ahead, sigma)
		}
	}
}

// TestAClockOfAnotherDescriptionIsLearnedAnew sends frames by time of arrival until the camera's own time is known.
func TestAClockOfAnotherDescriptionIsLearnedAnew(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 23))
	d := aerial{id: "d", ahead: 0.2, height: 100, rates: true, path: panning}
	tr := newTracker(t, Config{}, d.camera(250*time.Millisecond))
	for k := range 240 {
		s := float64(k) / 2
		if k == 120 {
			tr.Tracks(at(s))
			if ahead, sigma := tr.clockOf(t, "d"); math.Abs(ahead-0.2) > 3*sigma || sigma > 0.03 {
				t.Errorf("by arrival: %.3f s +- %.3f ahead, not 0.2", ahead, sigma)
			}
			d.ahead = 0.02
			if err := tr.AddSensor(d.camera(50 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
		}
		tr.AddScan(d.frame(r, uint64(k+1), s, standing4()...))
	}
	tr.Tracks(at(120))
	if ahead, sigma := tr.clockOf(t, "d"); math.Abs(ahead-0.02) > 3*sigma || sigma > 0.02 {
		t.Errorf("by the camera's own time: %.3f s +- %.3f ahead, not 0.02", ahead, sigma)
	}
}

// TestSweepIsHowTheGroundOfAPixelMoves holds the formula against rays of a camera a moment later.
func TestSweepIsHowTheGroundOfAPixelMoves(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 24))
	asked := 0
	for range 100 {
		const h, dt = 120.0, 1e-6
		de, dn := 400*(r.Float64()-0.5), 400*(r.Float64()-0.5)
		m := Motion{30 * r.NormFloat64(), 30 * r.NormFloat64(), 5 * r.NormFloat64(), 20 * r.NormFloat64(), 20 * r.NormFloat64(), 20 * r.NormFloat64()}
		in := m.inRadians()
		if in.v[0] != m.VE || math.Abs(in.turn[2]*180/math.Pi-m.TurnUpDegS) > 1e-9 {
			continue // slow: a part of it may be noise
		}
		asked++
		d := turned([3]float64{de, dn, -h}, in.turn, dt)
		k := (h + in.v[2]*dt) / -d[2]
		want := vec2{(k*d[0] + in.v[0]*dt - de) / dt, (k*d[1] + in.v[1]*dt - dn) / dt}
		got := in.sweep(de, dn, h)
		if math.Hypot(got[0]-want[0], got[1]-want[1]) > 1e-3*(1+math.Hypot(want[0], want[1])) {
			t.Fatalf("at %.0f %.0f, moving %+v: %v m/s, by rays %v", de, dn, m, got, want)
		}
	}
	if asked < 50 {
		t.Errorf("only %d of 100 were fast enough to be asked", asked)
	}
}

// turned is a vector turned by Rodrigues' formula.
func turned(d, w [3]float64, dt float64) (out [3]float64) {
	size := math.Sqrt(w[0]*w[0] + w[1]*w[1] + w[2]*w[2])
	k := [3]float64{w[0] / size, w[1] / size, w[2] / size}
	sn, cs := math.Sincos(size * dt)
	dot := k[0]*d[0] + k[1]*d[1] + k[2]*d[2]
	cross := [3]float64{k[1]*d[2] - k[2]*d[1], k[2]*d[0] - k[0]*d[2], k[0]*d[1] - k[1]*d[0]}
	for i := range 3 {
		out[i] = d[i]*cs + cross[i]*sn + k[i]*dot*(1-cs)
	}
	return out
}

func TestMotionThatCannotBeCountsAsNone(t *testing.T) {
	t.Parallel()
	for _, m := range []Motion{{VE: math.NaN()}, {VN: math.Inf(1)}, {VUp: -2000, VE: 3}, {TurnUpDegS: 1e6}, {TurnEDegS: math.Inf(-1)}} {
		if got := m.inRadians(); got != (motion{}) {
			t.Errorf("%+v is taken for %+v", m, got)
		}
	}
	d := aerial{id: "d"}
	if err := New(Config{}).AddSensor(d.camera(-time.Second)); err == nil {
		t.Error("a clock of less than no uncertainty is taken")
	}
}

// TestBeliefOfClocksStaysACovariance flies a drone in any way, with any error of its clock, over what stands and what drives.
func TestBeliefOfClocksStaysACovariance(t *testing.T) {
	t.Parallel()
	learned := false
	rapid.Check(t, func(rt *rapid.T) {
		radius, round := rapid.Float64Range(0, 400).Draw(rt, "radius"), rapid.Float64Range(20, 200).Draw(rt, "round")
		pan, swing := rapid.Float64Range(0, 180).Draw(rt, "pan"), rapid.Float64Range(4, 60).Draw(rt, "swing")
		a := aerial{
			id: "d", ahead: rapid.Float64Range(-0.5, 0.5).Draw(rt, "ahead"), height: rapid.Float64Range(2, 300).Draw(rt, "height"), rates: true,
			path: func(s float64) (vec2, float64) {
				sn, cs := math.Sincos(2 * math.Pi * s / round)
				return vec2{radius * cs, radius * sn}, pan * math.Sin(2*math.Pi*s/swing)
			},
		}
		sigma := time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(rt, "sigma"))
		tr := newTracker(t, Config{}, a.camera(sigma))
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 25))
		for k := range 60 {
			tr.AddScan(a.frame(r, uint64(k+1), float64(k)/2, append(standing4(), rounds()...)...))
		}
		tr.Tracks(at(31))
		b := &tr.state.errors
		if !nowhereNegative(b.cov, b.size()) {
			rt.Fatalf("no covariance: %v", b.cov)
		}
		if ahead, after := tr.clockOf(t, "d"); after > sigma.Seconds()*(1+1e-6) || math.IsNaN(ahead) || math.Abs(ahead) > 6*sigma.Seconds()+1e-9 {
			rt.Fatalf("a clock of %v is taken to be %v s +- %v ahead", sigma, ahead, after)
		} else if after < sigma.Seconds()/2 {
			learned = true
		}
	})
	if !learned {
		t.Error("nothing was ever learned, so nothing was tested")
	}
}
