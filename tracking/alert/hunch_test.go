package alert_test

import (
	"slices"
	"strings"
	"testing"

	"vedette/internal/geo"
	"vedette/tracking/alert"
)

func TestWhatIsWorthALook(t *testing.T) {
	t.Parallel()
	type trip struct {
		sec          float64
		sensor, kind string
		detail       string
		confidence   float64
	}
	for _, c := range []struct {
		name    string
		trips   []trip
		hunches int
		reason  string
	}{
		{"a walk heard once", []trip{{1, "s-1", "seismic", "WALK", 0.8}}, 1, "worth a look: seismic s-1 at 10:30:01Z, walking; a person or vehicle with "},
		{"a warm thing", []trip{{1, "p-1", "pir", "", 0.82}}, 1, "worth a look: pir p-1 at 10:30:01Z; a person or vehicle with "},
		{"an animal", []trip{{1, "s-1", "seismic", "ANIMAL", 0.9}}, 0, ""},
		{"something without a name", []trip{{1, "s-1", "seismic", "UNKNOWN", 0.6}}, 0, ""},
		{"the same again is the same", []trip{{1, "s-1", "seismic", "WALK", 0.7}, {12, "s-1", "seismic", "WALK", 0.7}}, 1, ""},
		{"what alerts is no hunch", []trip{{1, "s-1", "seismic", "WALK", 0.95}, {12, "s-1", "seismic", "WALK", 0.95}, {23, "s-1", "seismic", "WALK", 0.95}}, 0, ""},
	} {
		s := newStory(t, alert.Config{Hunches: true, HunchConfidence: 0.15, HunchBorderM: 600})
		for _, x := range c.trips {
			s.trip(x.sec, x.sensor, x.kind, x.detail, x.confidence, at(0, 500))
		}
		s.until(30)
		open := slices.DeleteFunc(s.engine.Hunches(), func(h alert.Hunch) bool { return h.AlertID != "" })
		if len(open) != c.hunches {
			t.Errorf("%s: %+v, %d wanted", c.name, open, c.hunches)
			continue
		}
		if c.hunches > 0 && !strings.HasPrefix(open[0].Reason, c.reason) {
			t.Errorf("%s: %q", c.name, open[0].Reason)
		}
		if c.hunches > 0 {
			s.none()
		}
		s.until(300)
		if left := s.engine.Hunches(); len(left) != 0 {
			t.Errorf("%s: five minutes later %+v", c.name, left)
		}
	}
}

func TestWhatACameraSeesMakesAnAlertOfAHunch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		track       walker
		alerts      int
		notedAnimal bool
	}{
		{"who walked on", walker{from: 60, place: at(70, 580), ve: 1, class: person}, 1, false},
		{"too far for a walker", walker{from: 60, place: at(700, 500), class: person}, 0, false},
		{"an animal", walker{from: 60, place: at(10, 510), class: animal}, 0, true},
		{"one that only the sensor knows", walker{from: 60, place: at(10, 510), class: person, source: "s-1", knd: "seismic"}, 0, false},
	} {
		s := newStory(t, alert.Config{Hunches: true, HunchConfidence: 0.15, HunchBorderM: 600})
		s.trip(1, "s-1", "seismic", "WALK", 0.8, at(0, 500))
		w := c.track
		w.id, w.to = "t-7", 120
		s.track(w)
		s.until(110)
		if len(s.raised) != c.alerts {
			t.Errorf("%s: %+v", c.name, s.latest)
			continue
		}
		if got := s.noted(alert.NoteAnimal) > 0; got != c.notedAnimal {
			t.Errorf("%s: noted an animal: %v", c.name, got)
		}
		if c.alerts == 0 {
			continue
		}
		a, h := s.only(), s.engine.Hunches()
		if a.TrackID != "t-7" || !slices.Equal(a.Sources, []string{"s-1", "1-thermal"}) || len(h) != 1 || h[0].AlertID != a.ID {
			t.Errorf("%s: %+v, hunches %+v", c.name, a, h)
		}
	}
}

func TestATrackOnItsWayIsWorthALookBeforeItAlerts(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{Hunches: true, HunchConfidence: 0.15, HunchBorderM: 600})
	s.track(walker{id: "t-3", from: 0, to: 400, place: at(0, -400), vn: 1.4, class: person})
	s.until(20)
	s.none()
	h := s.engine.Hunches()
	if len(h) != 1 || h[0].TrackID != "t-3" || !strings.HasPrefix(h[0].Reason, "worth a look: t-3 heads for the line, ") {
		t.Fatalf("%+v", h)
	}
	s.until(100)
	h = s.engine.Hunches()
	if d := geo.Distance(h[0].Position, at(0, -400+1.4*100)); len(h) != 1 || d > 3 {
		t.Errorf("%d hunches, %.0f m from their track", len(h), d)
	}
	s.until(250)
	if a, h := s.only(), s.engine.Hunches(); len(h) != 1 || h[0].AlertID != a.ID {
		t.Errorf("%+v of %+v", h, a)
	}
}

func TestWhoWalksAwayIsNotWorthALook(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{Hunches: true, HunchConfidence: 0.15, HunchBorderM: 600})
	s.track(walker{id: "t-3", from: 0, to: 100, place: at(0, -300), vn: -1.4, class: person})
	s.track(walker{id: "t-4", from: 0, to: 100, place: at(500, -900), vn: 1.4, class: person})
	s.until(60)
	if h := s.engine.Hunches(); len(h) != 0 {
		t.Errorf("%+v", h)
	}
}

// TestWhatNearlyAlertsIsWorthALook has the defaults ask about what is likelier somebody than not, and of nothing else.
func TestWhatNearlyAlertsIsWorthALook(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		detail     string
		confidence float64
		hunches    int
	}{{"WALK", 0.95, 1}, {"WALK", 0.6, 0}, {"UNKNOWN", 0.95, 0}} {
		s := newStory(t, alert.Config{Hunches: true, AnimalsPerPerson: 2})
		s.trip(1, "s-1", "seismic", c.detail, c.confidence, at(0, 500))
		s.track(walker{id: "t-3", from: 0, to: 20, place: at(0, -400), vn: 1.4, class: person})
		s.until(20)
		s.none()
		if h := s.engine.Hunches(); len(h) != c.hunches || len(h) > 0 && (h[0].TrackID != "" || h[0].Confidence < 0.5) {
			t.Errorf("%s %.2f: %+v", c.detail, c.confidence, h)
		}
	}
}

func TestWithoutHunchesThereAreNone(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	s.trip(1, "s-1", "seismic", "WALK", 0.8, at(0, 500))
	s.until(20)
	if h := s.engine.Hunches(); len(h) != 0 {
		t.Errorf("%+v", h)
	}
}
