package fusion

import (
	"fmt"
	"math"
	"testing"
)

// TestTheRowThatHearsTellsTheSide drives a vehicle along two rows of geophones, 120 m beyond the north one: the south row stays silent, and
// what the north row tells must not be taken for something between the rows.
func TestTheRowThatHearsTellsTheSide(t *testing.T) {
	t.Parallel()
	for _, side := range []float64{1, -1} {
		var nodes []Sensor
		for k := range 12 {
			for _, n := range []float64{75, -75} {
				s := seismic(fmt.Sprintf("s%02d%+.0f", k, n), 80*float64(k)-440, n)
				s.RangeM = [numClasses]float64{40, 180, 25}
				nodes = append(nodes, s)
			}
		}
		tr := newTracker(t, Config{}, nodes...)
		seq := uint64(0)
		for k := range 30 {
			s := 2 * float64(k)
			at0 := vec2{-300 + 10*s, side * 195}
			for i := range nodes {
				e, n := offset(nodes[i].Position)
				r := math.Hypot(at0[0]-e, at0[1]-n)
				if r > 160 {
					continue
				}
				seq++
				tr.AddTrip(Trip{
					Sensor: nodes[i].ID, Seq: seq, Time: at(s), Confidence: 0.8, SNRdB: thresholdDB + 20*math.Log10(180/r),
					Class: ClassProbs{0.1, 0.8, 0.1},
				})
			}
		}
		got, dist := nearest(confirmedOf(tr.Tracks(at(58))), vec2{280, side * 195})
		if dist > 70 {
			t.Fatalf("nearest track %.0f m off", dist)
		}
		if _, n := offset(got.Position); n*side < 90 {
			t.Errorf("placed %.0f m north, the vehicle is at %.0f", n, side*195)
		}
	}
}
