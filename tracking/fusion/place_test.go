package fusion

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNewsIsWhatWasLeftOfIt joins the measurement with what was known before: mean and covariance must be those that it was made from,
// as far as they lie within the bounds of what a trip may tell.
func TestNewsIsWhatWasLeftOfIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		angle := rapid.Float64Range(0, math.Pi).Draw(t, "angle")
		sn, cs := math.Sincos(angle)
		left := rotated(vec2{cs, sn}, math.Sqrt(rapid.Float64Range(0.05, 0.95).Draw(t, "along")), math.Sqrt(rapid.Float64Range(0.05, 0.95).Draw(t, "across")))
		mean := vec2{rapid.Float64Range(-2, 2).Draw(t, "east"), rapid.Float64Range(-2, 2).Draw(t, "north")}
		z, r := news(mean, left)
		one := sym2{ee: 1, nn: 1}
		info := r.inverse()
		cov := one.add(info).inverse()
		got := cov.times(info.times(z))
		if math.Hypot(got[0]-mean[0], got[1]-mean[1]) > 1e-6 {
			t.Fatalf("mean %v, want %v", got, mean)
		}
		if math.Abs(cov.ee-left.ee)+math.Abs(cov.en-left.en)+math.Abs(cov.nn-left.nn) > 1e-6 {
			t.Fatalf("covariance %+v, want %+v", cov, left)
		}
	})
}

// TestATrackNearTheEdgeIsNotPulledToTheNode lets a lone geophone hear a vehicle 150 m off, as faintly as it should. The middle of the disc is
// the node; a track that is known to be out there must stay there, and what fits it better must make it surer.
func TestATrackNearTheEdgeIsNotPulledToTheNode(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, seismic("s", 0, 0)) // the first sensor is the middle of the plane
	m := tr.entry(tripEntry, tr.sensors["s"], 1, at(0))
	m.trip.SNRdB = thresholdDB + 20*math.Log10(180./150)
	h := tr.hearing(&tr.state, m)
	for _, sigma := range []float64{10, 25, 40} {
		pr := prior{mean: vec2{0, -150}, cov: sym2{ee: sigma * sigma, nn: sigma * sigma}}
		f, ok := h.narrowed(ClassProbs{Vehicle: 1}, &pr, &way{})
		if !ok {
			t.Fatal("the trip says nothing")
		}
		info, was := f.r.inverse(), pr.cov.inverse()
		cov := was.add(info).inverse()
		d := cov.times(info.times(vec2{f.z[0] - pr.mean[0], f.z[1] - pr.mean[1]}))
		if math.Hypot(d[0], d[1]) > 0.4*sigma {
			t.Errorf("a track known to %.0f m is moved by %.0f m east, %.0f m north", sigma, d[0], d[1])
		}
		if cov.nn > pr.cov.nn {
			t.Errorf("a track known to %.0f m is known to %.0f m afterwards", sigma, math.Sqrt(cov.nn))
		}
	}
	loud := *m
	loud.trip.SNRdB = thresholdDB + 20*math.Log10(180./40)
	hl := tr.hearing(&tr.state, &loud)
	pr := prior{mean: vec2{0, -150}, cov: sym2{ee: 1600, nn: 1600}}
	f, _ := hl.narrowed(ClassProbs{Vehicle: 1}, &pr, &way{})
	if f.z[1] < -140 {
		t.Errorf("a loud trip leaves the track at %.0f m north", f.z[1])
	}
}

// TestAGroupStaysAGroupAmongGeophones shows three walkers to a camera, a few metres apart, and then only to geophones: no trip tells which of
// them it was, and still all three are there.
func TestAGroupStaysAGroupAmongGeophones(t *testing.T) {
	t.Parallel()
	var nodes []Sensor
	for k := range 12 {
		nodes = append(nodes, seismic("s"+string(rune('a'+k)), 30*float64(k), 10))
	}
	tr := newTracker(t, Config{}, append(nodes, camera("c"))...)
	walker := func(k int, s float64) vec2 { return vec2{1.4 * s, 5 * float64(k)} }
	seq := uint64(0)
	for k := range 20 {
		s := float64(k)
		seq++
		tr.AddScan(look("c", seq, s, likelyPerson, walker(0, s), walker(1, s), walker(2, s)))
	}
	if got := confirmedOf(tr.Tracks(at(19.5))); len(got) != 3 {
		t.Fatalf("%d walkers confirmed by the camera", len(got))
	}
	for k := range 20 {
		s := 20 + 2*float64(k)
		p := walker(1, s)
		for i := range nodes {
			e, n := offset(nodes[i].Position)
			if r := math.Hypot(p[0]-e, p[1]-n); r < 35 {
				seq++
				tr.AddTrip(Trip{
					Sensor: nodes[i].ID, Seq: seq, Time: at(s), Confidence: 0.8, SNRdB: thresholdDB + 20*math.Log10(40/r), Class: likelyPerson,
				})
			}
		}
	}
	got := confirmedOf(tr.Tracks(at(59)))
	if len(got) != 3 {
		t.Fatalf("%d walkers are left after 40 s among geophones", len(got))
	}
	for _, g := range got {
		if idle := at(59).Sub(g.LastSeen); idle > 5*time.Second {
			t.Errorf("nothing is said to have spoken for one for %v", idle)
		}
		e, n := offset(g.Position)
		if p := walker(1, 59); math.Hypot(e-p[0], n-p[1]) > 40 {
			t.Errorf("one is %.0f m off", math.Hypot(e-p[0], n-p[1]))
		}
	}
}

// A walker's place must not be spread by steps that somebody else makes far off: were it a vehicle after all, the other geophone could hear it.
func TestSomebodyFarOffSpreadsNoPlace(t *testing.T) {
	t.Parallel()
	sigma := func(far bool) float64 {
		tr := newTracker(t, Config{}, seismic("s1", 0, 0), seismic("s2", 11, 18), seismic("s3", 300, 22))
		for k, s := range []string{"s1", "s1", "s2"} {
			tr.AddTrip(Trip{Sensor: s, Seq: uint64(k + 1), Time: at(5 * float64(k)), Confidence: 0.9, Class: likelyPerson})
		}
		if far {
			tr.AddTrip(Trip{Sensor: "s3", Seq: 1, Time: at(16), Confidence: 0.9, Class: likelyPerson})
		}
		for _, got := range tr.Tracks(at(17)) {
			if e, n := offset(got.Position); math.Hypot(e, n) < 100 {
				return math.Sqrt(got.EE + got.NN)
			}
		}
		t.Fatalf("no track near s1 and s2 (somebody far off: %v)", far)
		return 0
	}
	if without, with := sigma(false), sigma(true); with > 1.05*without {
		t.Errorf("sigma %.1f m, and %.1f with somebody 300 m off", without, with)
	}
}

// Who is farther on than was thought has come faster: the places about a track are asked with the speed that goes with each.
func TestAPlaceFartherOnGoesWithAHigherSpeed(t *testing.T) {
	t.Parallel()
	f := fixOf{z: vec2{0, 0}, r: sym2{ee: 25, nn: 25}}
	tr := newTrack(birthKey{t: start.UnixNano()}, &f, ClassProbs{Vehicle: 1}, 0.9)
	for m := range numModels {
		tr.x[m][2] = 10
	}
	tr.predict(at(4).UnixNano(), survivalS)
	pr := tr.prior()
	w := tr.way(&pr)
	if w.v[0] < 8 || w.v[0] > 10 {
		t.Fatalf("the track drives at %.1f m/s", w.v[0])
	}
	on, beside := w.at(&pr, vec2{pr.mean[0] + 8, pr.mean[1]}), w.at(&pr, vec2{pr.mean[0], pr.mean[1] + 8})
	// Nearly all of the uncertainty of its place after 4 s is that of its speed.
	if d := on[0] - w.v[0]; d < 1 || d > 2.1 {
		t.Errorf("8 m farther on it is %.2f m/s faster", d)
	}
	if d := beside[1] - w.v[1]; d < 1 || d > 2.1 {
		t.Errorf("8 m to the side it drives %.2f m/s to that side", d)
	}
}
