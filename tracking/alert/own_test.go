package alert_test

import (
	"strings"
	"testing"

	"vedette/internal/geo"
	"vedette/tracking/alert"
)

// reports lets one of ours tell every five seconds where it is.
func (s *story) reports(o alert.Own, east, north, ve float64, from, to float64) {
	for sec := from; sec <= to; sec += 5 {
		p := at(east+ve*(sec-from), north)
		o.Lat, o.Lon, o.At = p.Lat, p.Lon, s.sec(sec)
		s.own = append(s.own, o)
	}
}

func TestAPatrolOfOursDoesNotAlarmAndIsLogged(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	s.reports(alert.Own{ID: "p-1", Name: "patrol 1"}, -60, -20, 1.3, 0, 120)
	for i := range 6 {
		s.trip(float64(10+15*i), []string{"s-1", "s-2"}[i%2], "seismic", "WALK", 0.95, at(-40+20*float64(i), -30))
	}
	s.track(walker{id: "t-1", from: 0, to: 110, place: at(-60, -22), ve: 1.3, vn: 0.3, class: person}) // crosses the line with it
	s.until(120)
	s.none()
	if s.noted(alert.NoteOwn) < 2 {
		t.Errorf("not in the log: %+v", s.notes)
	}
	for _, n := range s.notes {
		if n.Kind == alert.NoteOwn && !strings.Contains(n.Text, "patrol 1") {
			t.Errorf("%q does not say whose", n.Text)
		}
	}
}

func TestWhatAPatrolDoesNotExplainAlarms(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*story){
		"nobody of ours near":     func(s *story) { s.reports(alert.Own{ID: "p-1"}, 400, -20, 1.3, 0, 120) },
		"the report is old":       func(s *story) { s.reports(alert.Own{ID: "p-1"}, 0, -20, 0, -60, -40) },
		"somebody else beside it": func(s *story) { s.reports(alert.Own{ID: "p-1"}, 260, -20, 0, 0, 120) },
	} {
		s := newStory(t, alert.Config{})
		set(s)
		s.trip(10, "s-1", "seismic", "WALK", 0.95, at(0, -30))
		s.trip(22, "s-2", "seismic", "WALK", 0.95, at(30, -30))
		s.until(60)
		if len(s.raised) != 1 {
			t.Errorf("%s: %d alerts", name, len(s.raised))
		}
	}
}

func TestDecisionsTeach(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	for range 6 {
		s.engine.Learn([]string{"s-1", "s-2"}, at(0, -1000), alert.StateFalse, s.now)
	}
	if rate := s.engine.Lessons(s.now)["s-1"].NuisanceRate(); rate < 0.8 {
		t.Errorf("nuisance rate %.2f", rate)
	}
	// What was enough elsewhere is not enough here, and stands in the log.
	s.trip(1, "s-1", "seismic", "WALK", 0.8, at(0, -60))
	s.trip(12, "s-2", "seismic", "WALK", 0.8, at(30, -60))
	s.until(100)
	s.none()
	if s.noted(alert.NoteIsolated) != 2 {
		t.Errorf("silently left out: %+v", s.notes)
	}
	// What is sure alerts all the same.
	for i := range 4 {
		s.trip(float64(101+12*i), []string{"s-1", "s-2"}[i%2], "seismic", "WALK", 0.97, at(float64(30*(i%2)), -60))
	}
	s.until(160)
	a := s.only()
	if _, err := s.engine.Resolve(a.ID, "ann", "", s.now); err != nil {
		t.Fatal(err)
	}
	if l := s.engine.Lessons(s.now)["s-1"]; l.Real < 0.99 {
		t.Errorf("%+v", l)
	}
	// Old decisions fade.
	if l := s.engine.Lessons(s.now.AddDate(0, 0, 140))["s-1"]; l.False > 0.01 {
		t.Errorf("%+v", l)
	}
}

// TestAWalkerNearAPatrolAlarms has a patrol on foot walk along the line, and somebody else cross it 100 m away.
func TestAWalkerNearAPatrolAlarms(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*story){
		"by sensors beside him": func(s *story) {
			s.trips = append(s.trips, ranged(s, 10, "s-1", at(100, -30)), ranged(s, 21, "s-1", at(100, -30)), ranged(s, 28, "s-2", at(110, -10)))
		},
		"by a camera": func(s *story) {
			s.track(walker{id: "t-1", from: 0, to: 80, place: at(100, -60), vn: 1.4, class: person})
		},
	} {
		s := newStory(t, alert.Config{})
		s.reports(alert.Own{ID: "p-1", Name: "patrol 1"}, 0, -20, 0, 0, 90)
		set(s)
		s.until(90)
		if len(s.raised) != 1 {
			t.Errorf("%s: %d alerts, notes %+v", name, len(s.raised), s.notes)
		}
	}
}

// ranged is a sure walker at a geophone of 25 m, which is what the simulator's are.
func ranged(s *story, sec float64, sensor string, p geo.LatLon) alert.Trip {
	return alert.Trip{Sensor: sensor, Kind: "seismic", Detail: "WALK", Confidence: 0.95, At: s.sec(sec), Lat: p.Lat, Lon: p.Lon, RangeM: 25}
}
