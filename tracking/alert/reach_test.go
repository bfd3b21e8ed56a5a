package alert_test

import (
	"slices"
	"strings"
	"testing"

	"vedette/internal/geo"
	"vedette/tracking/alert"
)

// TestAVehicleIsHeardFarOffAndABeamIsLong has a car heard by a geophone with a walker's reach of 25 m pass a beam 90 m away 2.5 s later, 10 m
// from the beam's middle: nobody on foot can be the cause of both.
func TestAVehicleIsHeardFarOffAndABeamIsLong(t *testing.T) {
	t.Parallel()
	for detail, want := range map[string]int{"VEHICLE": 1, "WALK": 0} {
		s := newStory(t, alert.Config{})
		heard, passed := at(0, -30), at(-90, -30)
		s.trips = append(s.trips,
			alert.Trip{Sensor: "s-1", Kind: "seismic", Detail: detail, Confidence: 0.78, At: s.sec(1), Lat: heard.Lat, Lon: heard.Lon, RangeM: 25},
			alert.Trip{Sensor: "s-2", Kind: "beam", Detail: "R2L", Confidence: 0.95, At: s.sec(3.5), Lat: passed.Lat, Lon: passed.Lon, RangeM: 2, HalfM: 30})
		s.until(30)
		if len(s.raised) != want {
			t.Errorf("%s: %d alerts, %d wanted", detail, len(s.raised), want)
		}
		for _, a := range s.latest {
			if a.Probably != alert.Vehicle {
				t.Errorf("%s is probably %s", a.ID, a.Probably)
			}
		}
	}
}

// TestAnEventDoesNotCreepAlongTheSensors has one walker pass four geophones, and another come where the first one began: he is too far from
// where the first one is by then.
func TestAnEventDoesNotCreepAlongTheSensors(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	step := func(sec float64, sensor string, p geo.LatLon) {
		s.trips = append(s.trips, alert.Trip{Sensor: sensor, Kind: "seismic", Detail: "WALK", Confidence: 0.95, At: s.sec(sec), Lat: p.Lat, Lon: p.Lon, RangeM: 10})
	}
	step(1, "s-1", at(0, -60))
	step(12, "s-2", at(30, -60))
	step(40, "s-3", at(100, -60))
	step(50, "s-4", at(130, -60))
	step(54, "s-4", at(130, -60))
	s.until(56)
	if a := s.only(); len(a.Sources) != 4 {
		t.Errorf("the first walker's alert has %v", a.Sources)
	}
	step(58, "s-0", at(-30, -60))
	step(69, "s-0", at(-30, -60))
	s.until(80)
	if len(s.raised) != 2 {
		t.Errorf("%d alerts, one of each walker wanted", len(s.raised))
	}
}

// TestACameraIsHeardOnceAndASensorOnce has a geophone hear what may be steps where a camera's track is, which the same steps have made a
// person's: the camera itself has not decided.
func TestACameraIsHeardOnceAndASensorOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		seen map[string]float64
		want int
	}{
		"undecided": {map[string]float64{"person": 0.34, "vehicle": 0.3, "animal": 0.36}, 0},
		"a person":  {map[string]float64{"person": 0.85, "vehicle": 0.05, "animal": 0.1}, 1},
	} {
		s := newStory(t, alert.Config{})
		s.track(walker{id: "t-1", from: 0, to: 20, place: at(0, -600), class: map[string]float64{"person": 0.9, "animal": 0.08}, seen: c.seen})
		s.trip(8, "s-1", "seismic", "WALK", 0.77, at(5, -600))
		s.until(20)
		if len(s.raised) != c.want {
			t.Errorf("%s: %d alerts, %d wanted", name, len(s.raised), c.want)
		}
	}
}

func TestAreasLearnToo(t *testing.T) {
	t.Parallel()
	confidence := map[bool]float64{}
	for _, taught := range []bool{false, true} {
		s := newStory(t, alert.Config{})
		if taught {
			for range 6 {
				s.engine.Learn(nil, at(500, -40), alert.StateFalse, s.now) // elsewhere at the same border
			}
			if l := s.engine.AreaLessons(s.now)["border"]; l.NuisanceRate() < 0.8 || len(s.engine.AreaLessons(s.now)) != 1 {
				t.Errorf("areas %+v", s.engine.AreaLessons(s.now))
			}
		}
		s.trip(1, "s-1", "seismic", "WALK", 0.9, at(0, -60))
		s.trip(12, "s-2", "seismic", "WALK", 0.9, at(30, -60))
		s.until(30)
		a := s.only()
		confidence[taught] = a.Confidence
		told := slices.ContainsFunc(a.Reasons, func(r string) bool {
			return strings.Contains(r, "alerts at the line were called false in 6 of the last 6 cases")
		})
		if told != taught {
			t.Errorf("taught %v: %q", taught, a.Reasons)
		}
	}
	if confidence[true] >= confidence[false] {
		t.Errorf("confidence %v", confidence)
	}
}
