package alert_test

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"vedette/tracking/alert"
	"vedette/tracking/zone"
)

// ruled is the zones of the tests with one rule on a zone; the story begins at 10:30 UTC on a Sunday.
func ruled(id string, rule zone.Rule) alert.Config {
	all := zones()
	for i := range all {
		if all[i].ID == id {
			all[i].Rule = rule
		}
	}
	return alert.Config{Zones: all}
}

func TestRulesOfZones(t *testing.T) {
	t.Parallel()
	north, vehicle := walker{place: at(0, -60), vn: 1.2, class: person}, walker{place: at(0, -300), vn: 10, class: map[string]float64{"vehicle": 0.97}}
	inside := walker{place: at(50, 1050), class: person}
	for _, c := range []struct {
		name  string
		zone  string
		rule  zone.Rule
		track walker
		alert bool
	}{
		{"no rule", "border", zone.Rule{}, north, true},
		{"at its time", "border", zone.Rule{From: 10 * time.Hour, To: 11 * time.Hour}, north, true},
		{"not at its time", "border", zone.Rule{From: 22 * time.Hour, To: 5 * time.Hour}, north, false},
		{"not on its day", "border", zone.Rule{Days: []time.Weekday{time.Monday}}, north, false},
		{"its class", "border", zone.Rule{Classes: []string{"person"}}, north, true},
		{"another class", "border", zone.Rule{Classes: []string{"vehicle"}}, north, false},
		{"a vehicle", "border", zone.Rule{Classes: []string{"vehicle"}}, vehicle, true},
		{"fast enough", "border", zone.Rule{MinSpeedMS: 5}, vehicle, true},
		{"too slow", "border", zone.Rule{MinSpeedMS: 5}, north, false},
		{"too fast", "border", zone.Rule{MaxSpeedMS: 5}, vehicle, false},
		{"its way", "border", zone.Rule{Direction: zone.RightToLeft}, north, true}, // the line runs east: north is to its left
		{"the other way", "border", zone.Rule{Direction: zone.LeftToRight}, north, false},
		{"loiters", "depot", zone.Rule{Loiter: 30 * time.Second}, inside, true},
		{"has not loitered for long enough", "depot", zone.Rule{Loiter: 5 * time.Minute}, inside, false},
	} {
		s := newStory(t, ruled(c.zone, c.rule))
		w := c.track
		w.id, w.to = "t-1", 100
		s.track(w)
		s.until(90)
		if got := len(s.raised) == 1; got != c.alert {
			t.Errorf("%s: %d alerts: %+v", c.name, len(s.raised), s.latest)
		}
	}
}

func TestATrainAtItsTimeIsKnown(t *testing.T) {
	t.Parallel()
	line := orb.Polygon{{at(-100, -100).Point(), at(100, -100).Point(), at(100, 100).Point(), at(-100, 100).Point(), at(-100, -100).Point()}}
	train := func(from, to time.Duration) alert.Config {
		return alert.Config{Zones: append(zones(), zone.Zone{
			ID: "railway", Kind: zone.Known, Geometry: line, Rule: zone.Rule{From: from, To: to, Classes: []string{"vehicle"}, MinSpeedMS: 5},
		})}
	}
	play := func(cfg alert.Config) *story {
		s := newStory(t, cfg)
		for i := range 4 {
			s.trip(float64(5+4*i), []string{"s-1", "s-2"}[i%2], "seismic", "VEHICLE", 0.95, at(40*float64(i%2), -60))
		}
		s.track(walker{id: "t-1", from: 2, to: 20, place: at(0, -95), vn: 10, class: map[string]float64{"vehicle": 0.97}})
		s.until(100)
		return s
	}
	s := play(train(10*time.Hour, 11*time.Hour))
	s.none()
	if s.noted(alert.NoteKnown) < 2 {
		t.Errorf("not logged: %+v", s.notes)
	}
	play(train(12*time.Hour, 13*time.Hour)).only()
	// Somebody on foot at the same time is no train.
	s = newStory(t, train(10*time.Hour, 11*time.Hour))
	for i := range 4 {
		s.trip(float64(5+12*i), []string{"s-1", "s-2"}[i%2], "seismic", "WALK", 0.95, at(40*float64(i%2), -60))
	}
	s.until(100)
	s.only()
}
