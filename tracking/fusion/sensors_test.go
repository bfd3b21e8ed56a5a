package fusion

import (
	"errors"
	"math"
	"testing"
	"time"
)

func seismic(id string, e, n float64) Sensor {
	return Sensor{ID: id, Kind: Seismic, Position: place(e, n), FAPerHour: 4}
}

func TestTwoTripsMakeATrackAndOneDoesNot(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, seismic("s1", 0, 0), seismic("s2", 30, 0))
	tr.AddTrip(Trip{Sensor: "s1", Seq: 1, Time: at(0), Confidence: 0.8, Class: likelyPerson})
	if got := confirmedOf(tr.Tracks(at(1))); len(got) != 0 {
		t.Errorf("one trip confirms %+v", got)
	}
	for k := range 4 {
		tr.AddTrip(Trip{Sensor: "s1", Seq: uint64(2 + k), Time: at(3 + 2*float64(k)), Confidence: 0.8, Class: likelyPerson})
	}
	tr.AddTrip(Trip{Sensor: "s2", Seq: 1, Time: at(11), Confidence: 0.8, Class: likelyPerson})
	tr.AddTrip(Trip{Sensor: "s2", Seq: 2, Time: at(14), Confidence: 0.8, Class: likelyPerson})
	got := confirmedOf(tr.Tracks(at(14)))
	if len(got) != 1 {
		t.Fatalf("%d confirmed tracks, want 1", len(got))
	}
	e, n := offset(got[0].Position)
	if math.Hypot(e-20, n) > 20 {
		t.Errorf("track at %.1f %.1f, the nodes are at 0 and 30 east", e, n)
	}
	if s := math.Sqrt(got[0].EE); s < 5 || s > 40 {
		t.Errorf("sigma %.1f m from discs of 40 m", s)
	}
	if len(got[0].Sources) != 2 || got[0].Sources[0].Kind != Seismic || got[0].Sources[0].ID != "s2" {
		t.Errorf("sources %+v", got[0].Sources)
	}
}

func TestQuietGeophonesEndASensorTrack(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, seismic("s1", 0, 0))
	for k := range 5 {
		tr.AddTrip(Trip{Sensor: "s1", Seq: uint64(k + 1), Time: at(2 * float64(k)), Confidence: 0.8, Class: likelyPerson})
	}
	if got := confirmedOf(tr.Tracks(at(9))); len(got) != 1 {
		t.Fatalf("%d confirmed tracks", len(got))
	}
	if got := confirmedOf(tr.Tracks(at(60))); len(got) != 0 {
		t.Errorf("still confirmed after 50 s of silence: %+v", got)
	}
}

func TestTripOfAWatchedTargetMakesNoSecondTrack(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, camera("c"), seismic("s1", 5, 0),
		Sensor{ID: "p", Kind: PIR, Position: place(10, -10), AzDeg: 0, FovDeg: 90, RangeM: [3]float64{25}},
		Sensor{ID: "b", Kind: Beam, A: place(12, -30), B: place(12, 30)})
	for k := range 60 {
		s := float64(k) / 3
		tr.AddScan(look("c", uint64(k+1), s, likelyPerson, vec2{1.2 * s, 0}))
	}
	for k := range 6 {
		tr.AddTrip(Trip{Sensor: "s1", Seq: uint64(k + 1), Time: at(3 + 2*float64(k)), Confidence: 0.8})
	}
	tr.AddTrip(Trip{Sensor: "p", Seq: 1, Time: at(8), Confidence: 0.9})
	tr.AddTrip(Trip{Sensor: "b", Seq: 1, Time: at(10), Direction: LeftToRight})
	got := tr.Tracks(at(20))
	if len(got) != 1 {
		t.Fatalf("%d tracks: %+v", len(got), got)
	}
	kinds := map[SensorKind]bool{}
	for _, s := range got[0].Sources {
		kinds[s.Kind] = true
	}
	if len(kinds) != 4 {
		t.Errorf("sources %+v, want all four kinds", got[0].Sources)
	}
}

func TestBeamGivesPlaceAcrossAndDirection(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, Sensor{ID: "b", Kind: Beam, A: place(-40, 0), B: place(40, 0), FAPerHour: 1}, seismic("s", 0, 10))
	// Left of the way from A (west) to B (east) is north.
	tr.AddTrip(Trip{Sensor: "b", Seq: 1, Time: at(0), Direction: RightToLeft})
	tr.AddTrip(Trip{Sensor: "s", Seq: 1, Time: at(2), Confidence: 0.8, Class: likelyPerson})
	tr.AddTrip(Trip{Sensor: "s", Seq: 2, Time: at(5), Confidence: 0.8, Class: likelyPerson})
	got := tr.Tracks(at(5))
	if len(got) != 1 {
		t.Fatalf("%d tracks", len(got))
	}
	if got[0].VN < 0.3 {
		t.Errorf("crossed to the north, but moves north at %.2f m/s", got[0].VN)
	}
	if got[0].NN > got[0].EE {
		t.Errorf("a line from west to east gives the place across: cov %v %v", got[0].EE, got[0].NN)
	}
}

func TestMovedSensorMeasuresFromItsNewPlace(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, seismic("s", 0, 0))
	if err := tr.AddSensor(seismic("s", 1000, 0)); err != nil {
		t.Fatal(err)
	}
	for k := range 4 {
		tr.AddTrip(Trip{Sensor: "s", Seq: uint64(k + 1), Time: at(2 * float64(k)), Confidence: 0.8})
	}
	if _, d := nearest(tr.Tracks(at(7)), vec2{1000, 0}); d > 10 {
		t.Errorf("track %.0f m from the sensor's new place", d)
	}
}

func TestSensorsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []Sensor{
		{},
		{ID: "x", Kind: 77},
		{ID: "x", Kind: Seismic, Position: place(0, 0), Pd: math.NaN()},
		{ID: "x", Kind: Seismic, Position: place(0, 0), RangeM: [3]float64{-1}},
		{ID: "x", Kind: PIR, AzDeg: math.Inf(1)},
		{ID: "x", Kind: Beam, A: place(0, 0), B: place(0, 0)},
		{ID: "x", Kind: Camera, ClutterPerScan: math.Inf(1)},
	} {
		if err := New(Config{}).AddSensor(s); !errors.Is(err, ErrSensor) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

func TestBadMeasurementsAreCountedAndHarmNothing(t *testing.T) {
	t.Parallel()
	clean, dirty := newTracker(t, Config{}, camera("c")), newTracker(t, Config{}, camera("c"))
	for k := range 20 {
		good := look("c", uint64(k+1), float64(k)/2, likelyPerson, vec2{10, 20})
		clean.AddScan(good)
		bad := look("c", uint64(1000+k), float64(k)/2, likelyPerson, vec2{500, 500})
		switch k % 8 {
		case 0:
			bad.Time = time.Unix(0, 0)
		case 1:
			bad.Time = bad.Time.AddDate(70, 0, 0)
		case 2:
			bad.Sensor = "nobody"
		case 3:
			bad.Position.Lat = math.NaN()
		case 4:
			bad.Detections = make([]Detection, 10000)
		case 5:
			bad.Arrival = bad.Arrival.AddDate(70, 0, 0)
		case 6:
			bad.Position.Lat = 80
		case 7:
			bad.Time = bad.Time.Add(-time.Hour)
		}
		dirty.AddScan(bad)
		d := good.Detections[0]
		for _, spoil := range []func(*Detection){
			func(d *Detection) { d.Position.Lat = 91 },
			func(d *Detection) { d.EE = math.NaN() },
			func(d *Detection) { d.NN = -1 },
			func(d *Detection) { d.EE = math.Inf(1) },
			func(d *Detection) { d.EN = 100 },
			func(d *Detection) { d.Score = math.NaN() },
		} {
			x := d
			spoil(&x)
			good.Detections = append(good.Detections, x)
		}
		dirty.AddScan(good)
	}
	want, got := clean.Tracks(at(10)), dirty.Tracks(at(10))
	if len(want) != 1 || !equalTracks(want, got) {
		t.Errorf("clean %+v\ndirty %+v", want, got)
	}
	st := dirty.Stats()
	if st.DetectionsRefused != 120 || st.Scans != 20 || st.WrongTime+st.TooOld+st.UnknownSensor+st.Refused != 20 {
		t.Errorf("counted %+v", st)
	}
}

func TestLongPauseIsBridged(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, camera("c"))
	for k := range 10 {
		tr.AddScan(look("c", uint64(k+1), float64(k)/2, likelyPerson, vec2{10, 20}))
	}
	tr.Tracks(at(5))
	day := 86400.0 * 30
	for k := range 10 {
		tr.AddScan(look("c", uint64(k+100), day+float64(k)/2, likelyPerson, vec2{10, 20}))
	}
	got := confirmedOf(tr.Tracks(at(day + 5)))
	if len(got) != 1 || got[0].FirstSeen.Before(at(day)) {
		t.Errorf("after a month: %+v", got)
	}
}

func TestWrongFirstClockIsForgotten(t *testing.T) {
	t.Parallel()
	tr := newTracker(t, Config{}, camera("c"))
	wrong := look("c", 999, 0, likelyPerson, vec2{300, 300})
	wrong.Time, wrong.Arrival = wrong.Time.AddDate(60, 0, 0), wrong.Arrival.AddDate(60, 0, 0)
	tr.AddScan(wrong)
	tr.Tracks(wrong.Time)
	for k := range 10 {
		tr.AddScan(look("c", uint64(k+1), float64(k)/2, likelyPerson, vec2{10, 20}))
	}
	got := confirmedOf(tr.Tracks(at(5)))
	if len(got) != 1 || tr.Stats().WrongTime != 1 {
		t.Errorf("tracks %+v, counted %+v", got, tr.Stats())
	}
}

// A PIR says that something moves in its sector, and no more: the track lies in the sector, and repeated trips make it no surer of its place.
func TestPIRGivesAPlaceInItsSector(t *testing.T) {
	t.Parallel()
	pir := Sensor{ID: "p", Kind: PIR, Position: place(10, -10), AzDeg: 90, FovDeg: 90, RangeM: [3]float64{25}}
	tr := newTracker(t, Config{}, pir)
	for k := range 4 {
		tr.AddTrip(Trip{Sensor: "p", Seq: uint64(k + 1), Time: at(5 * float64(k)), Confidence: 0.9})
	}
	got := confirmedOf(tr.Tracks(at(15)))
	if len(got) != 1 {
		t.Fatalf("four trips of one PIR made %d confirmed tracks", len(got))
	}
	e, n := offset(got[0].Position)
	if math.Abs(n+10) > 3 || e < 15 || e > 35 {
		t.Errorf("the track is at %.0f, %.0f; the sector opens from 10, -10 to the east", e, n)
	}
	if sigma := (sym2{got[0].EE, got[0].EN, got[0].NN}).meanSigma(); sigma < 4 {
		t.Errorf("four trips of one sector claim %.1f m", sigma)
	}
}
