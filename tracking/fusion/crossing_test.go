package fusion

import "testing"

// TestATrackOfTripsAloneMustBeSurerToCross moves tracks 15 m to either side of a line that they are known to 9 m from: one that a camera has
// seen has crossed, one of ground sensors alone may have been moved by a trip.
func TestATrackOfTripsAloneMustBeSurerToCross(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind     SensorKind
		side     float64
		crossing int
	}{{Camera, 15, 1}, {Seismic, 15, 0}, {Seismic, 20, 1}} {
		tr := New(Config{})
		tr.plane = plane{origin: home, set: true}
		l := watchedLine{id: "border", points: []vec2{{-500, 0}, {500, 0}}, sides: map[uint64]stand{}}
		for k, north := range []float64{-c.side, c.side} {
			tr.watchOne(&l, &Track{ID: 1, Position: place(0, north), VN: 1, EE: 81, NN: 81, Sources: []Source{{ID: "x", Kind: c.kind}}}, at(float64(30*k)))
		}
		if got := tr.Crossings(); len(got) != c.crossing {
			t.Errorf("%v, %v m to either side: %+v", c.kind, c.side, got)
		}
	}
}
