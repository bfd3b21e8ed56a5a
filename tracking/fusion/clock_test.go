package fusion

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// ring drives a vehicle round and round past six geophones and a beam, seen by a camera for the first seconds. The clocks of the beam and of
// every second geophone are off.
func ring(t *testing.T, seed uint64, seconds int, blind, off float64, show func(tr *Tracker, s float64, truth vec2)) *Tracker {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 31))
	sensors := []Sensor{camera("c"), {ID: "b", Kind: Beam, A: place(160, 1), B: place(240, 1), FAPerHour: 1}}
	var nodes []vec2
	for k := range 6 {
		sn, cs := math.Sincos(float64(k) * math.Pi / 3)
		nodes = append(nodes, vec2{230 * cs, 230 * sn})
		sensors = append(sensors, seismic(fmt.Sprintf("s%d", k), nodes[k][0], nodes[k][1]))
	}
	tr := newTracker(t, Config{}, sensors...)
	truth := func(s float64) vec2 {
		sn, cs := math.Sincos(0.06 * s)
		return vec2{200 * cs, 200 * sn}
	}
	seq, was := uint64(0), truth(0)
	trip := func(id string, s, ahead float64, snr float64) {
		seq++
		tr.AddTrip(Trip{Sensor: id, Seq: seq, Time: at(s + ahead), Arrival: at(s + 4), Confidence: 0.9, SNRdB: snr, Class: ClassProbs{0.1, 0.8, 0.1}})
	}
	for k := range 2 * seconds {
		s := float64(k) / 2
		p := truth(s)
		seq++
		if s < blind {
			tr.AddScan(look("c", seq, s, ClassProbs{0.1, 0.8, 0.1}, noisy(r, p)))
		}
		if p[0] > 0 && p[1] > 1 && was[1] <= 1 {
			trip("b", s, off, 0)
		}
		was = p
		for n := range nodes {
			ahead := 0.0
			if n%2 == 1 {
				ahead = off
			}
			u := math.Hypot(p[0]-nodes[n][0], p[1]-nodes[n][1]) / 180
			if k%4 == 0 && u < 1 && r.Float64() < 0.9*(1-u*u*u*u) {
				trip(fmt.Sprintf("s%d", n), s, ahead, 7-20*math.Log10(u)+3*r.NormFloat64())
			}
		}
		show(tr, s, p)
	}
	return tr
}

// quietly works in what has come and looks at none of it.
func quietly(tr *Tracker, s float64, _ vec2) { tr.Tracks(at(s)) }

func clockOf(tr *Tracker, id string) (ClockError, bool) {
	for _, c := range tr.ClockErrors() {
		if c.Sensor == id {
			return c, true
		}
	}
	return ClockError{}, false
}

func TestAClockThatIsOffIsFoundAndCorrected(t *testing.T) {
	t.Parallel()
	for _, off := range []float64{-3, 3} {
		tr := ring(t, 1, 900, 900, off, quietly)
		tr.Tracks(at(900))
		for _, id := range []string{"s1", "s3", "s5", "b"} {
			c, ok := clockOf(tr, id)
			if !ok || !c.Corrected || math.Abs(c.Ahead.Seconds()-off) > 1 {
				t.Errorf("%s is %v s ahead: %+v", id, off, c)
			}
			if e := math.Abs(c.Ahead.Seconds() - off); e > 3*c.Sigma.Seconds() {
				t.Errorf("%s: off by %.2f s, claims %v", id, e, c.Sigma)
			}
		}
		for _, id := range []string{"s0", "s2", "s4"} {
			if c, _ := clockOf(tr, id); c.Corrected {
				t.Errorf("%s has the right time: %+v", id, c)
			}
		}
	}
}

func TestAClockIsNotCorrectedOnThinEvidence(t *testing.T) {
	t.Parallel()
	tr := ring(t, 2, 40, 40, 3, quietly)
	tr.Tracks(at(40))
	for _, c := range tr.ClockErrors() {
		if c.Corrected {
			t.Errorf("corrected after less than one round: %+v", c)
		}
	}
	walker := newTracker(t, Config{}, camera("c"), seismic("s", 0, 10))
	r := rand.New(rand.NewPCG(3, 3))
	for k := range 240 {
		s := float64(k) / 2
		walker.AddScan(look("c", uint64(k+1), s, likelyPerson, noisy(r, vec2{1.2*s - 70, 0})))
		if k%4 == 0 && math.Abs(1.2*s-70) < 35 {
			walker.AddTrip(Trip{Sensor: "s", Seq: uint64(k + 1), Time: at(s), Arrival: at(s + 1), Confidence: 0.8, Class: likelyPerson})
		}
	}
	walker.Tracks(at(120))
	c, ok := clockOf(walker, "s")
	if !ok || c.Corrected || c.Sigma < time.Second {
		t.Errorf("a walker cannot tell the time: %+v", c)
	}
}

// TestACorrectedClockPlacesWhatNoCameraSees lets the camera leave six seconds before the vehicle crosses the beam for the tenth time. The beam is
// sharp across its line, so that three seconds of its clock would be 36 m.
func TestACorrectedClockPlacesWhatNoCameraSees(t *testing.T) {
	t.Parallel()
	crossed := 10 * 2 * math.Pi / 0.06
	for seed := range uint64(3) {
		for _, off := range []float64{0, -3} {
			ring(t, 10+seed, int(crossed)+3, crossed-6, off, func(tr *Tracker, s float64, truth vec2) {
				tracks := tr.Tracks(at(s))
				if s < crossed+0.5 || s > crossed+1.1 {
					return
				}
				if tk, _ := nearest(tracks, truth); true {
					_, n := offset(tk.Position)
					if math.Abs(n-truth[1]) > 10 {
						t.Errorf("seed %d, clock off by %v s: %.0f m off along the way", seed, off, n-truth[1])
					}
				}
			})
		}
	}
}
