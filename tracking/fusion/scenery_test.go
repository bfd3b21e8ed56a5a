package fusion

import (
	"math"
	"math/rand/v2"
	"testing"
)

// One drone alone circles four things that stand still. Its heading is off by two degrees, so each of them seems to go in circles of 9 m; since the
// error turns with the drone and the things do not, it can be told from them.
func TestACirclingDroneLearnsItsHeadingFromWhatStandsStill(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 3))
		drone := Sensor{ID: "d", Kind: Camera, Pd: 0.9, ClutterPerScan: 0.5, Bias: Bias{PosSigmaM: 2, YawSigmaDeg: 2, PitchSigmaDeg: 0.5}}
		tr := newTracker(t, Config{}, drone)
		things := []vec2{{0, 0}, {60, 20}, {-50, 40}, {10, -60}}
		sn, cs := math.Sincos(2 * math.Pi / 180)
		for k := range 120 {
			s := float64(k)
			a := 2 * math.Pi * s / 60
			c := vec2{250 * math.Cos(a), 250 * math.Sin(a)}
			sc := Scan{
				Sensor: "d", Seq: uint64(k + 1), Time: at(s), Arrival: at(s), Position: place(c[0], c[1]), HeightM: 100,
				Sector: Sector{HFovDeg: 360, RMaxM: 800},
			}
			for _, p := range things {
				de, dn := p[0]-c[0], p[1]-c[1]
				if r.Float64() < 0.9 {
					sc.Detections = append(sc.Detections, Detection{
						Position: place(c[0]+de*cs+dn*sn+r.NormFloat64(), c[1]+dn*cs-de*sn+r.NormFloat64()), EE: 1, NN: 1, Score: 0.8, Class: likelyPerson,
					})
				}
			}
			tr.AddScan(sc)
		}
		got := confirmedOf(tr.Tracks(at(119)))
		for _, p := range things {
			if _, d := nearest(got, p); d > 3 {
				t.Errorf("seed %d: what stands at %v is shown %.1f m off", seed, p, d)
			}
		}
		e := tr.CameraErrors()[0]
		t.Logf("yaw %.2f +- %.2f", e.YawDeg, e.YawSigmaDeg)
		if math.Abs(e.YawDeg-2) > 0.6 || e.YawSigmaDeg > 0.5 {
			t.Errorf("seed %d: the heading is taken to be off by %.2f +- %.2f degrees, not 2", seed, e.YawDeg, e.YawSigmaDeg)
		}
	}
}

// A camera whose places lie 6 m north of the truth watches people who cross beams, of which it is known to a metre where they lie.
func TestACameraLearnsItsPlaceFromBeams(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	c := camera("c")
	c.Bias = Bias{PosSigmaM: 6}
	sensors := []Sensor{c}
	for k := range 10 {
		e := 60*float64(k) - 300
		sensors = append(sensors, Sensor{ID: "beam-" + string(rune('a'+k)), Kind: Beam, A: place(e-25, 0), B: place(e+25, 0), FAPerHour: 1})
	}
	tr := newTracker(t, Config{}, sensors...)
	seq := uint64(0)
	for w := range 10 {
		e := 60*float64(w) - 300
		for k := range 40 {
			s := 40*float64(w) + float64(k)
			n := 1.3*float64(k) - 26
			seq++
			p := noisy(r, vec2{e, n + 6})
			tr.AddScan(look("c", seq, s, likelyPerson, p))
			if k == 20 {
				seq++
				tr.AddTrip(Trip{Sensor: sensors[w+1].ID, Seq: seq, Time: at(s), Arrival: at(s + 1), Confidence: 0.95, Direction: RightToLeft})
			}
		}
		tr.Tracks(at(40*float64(w) + 40))
	}
	if len(tr.CameraErrors()) == 0 {
		t.Fatalf("nothing was taken: %+v", tr.Stats())
	}
	b := tr.CameraErrors()[0]
	t.Logf("north %.1f +- %.1f, east %.1f +- %.1f", b.NorthM, b.NorthSigmaM, b.EastM, b.EastSigmaM)
	if math.Abs(b.NorthM-6) > 2.5 || b.NorthSigmaM > 4 {
		t.Errorf("the camera is taken to err by %.1f +- %.1f m to the north, not 6", b.NorthM, b.NorthSigmaM)
	}
	if math.Abs(b.EastM) > 3 {
		t.Errorf("the beams, which tell nothing of it, moved its east by %.1f m", b.EastM)
	}
}
