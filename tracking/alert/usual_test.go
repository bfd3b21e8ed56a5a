package alert_test

import (
	"slices"
	"strings"
	"testing"

	"vedette/tracking/alert"
)

// walkers has people pass two geophones a kilometre west, one every 200 s, and resolves their alerts.
func walkers(t *testing.T, s *story, from float64, n int) {
	t.Helper()
	for k := range n {
		at0 := from + 400*float64(k)
		s.trip(at0, "w-1", "seismic", "WALK", 0.95, at(-1000, -60))
		s.trip(at0+12, "w-2", "seismic", "WALK", 0.95, at(-970, -60))
		s.until(at0 + 60)
		for _, a := range s.engine.Alerts() {
			if a.State.Open() {
				if _, err := s.engine.Resolve(a.ID, "anna", "", s.now); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.until(at0 + 390)
	}
}

// TestWhatIsMetTeaches: two trips of an infrared detector, which tells nothing of what was warm, are an alert where people come and animals do
// not, and none before that is known, nor where animals are met.
func TestWhatIsMetTeaches(t *testing.T) {
	t.Parallel()
	const people, later = 16, 16 * 400.0
	for name, c := range map[string]struct {
		before func(s *story)
		alerts int
	}{
		"nothing is known yet":    {func(*story) {}, 0},
		"people come, no animals": {func(s *story) { walkers(t, s, 0, people) }, people + 1},
		"animals are met there": {func(s *story) {
			for k := range 4 {
				s.trip(float64(100+300*k), "g-1", "seismic", "ANIMAL", 0.9, at(30, -60))
			}
			walkers(t, s, 1500, people)
		}, people},
		"animals are met elsewhere": {func(s *story) {
			for k := range 2 {
				s.trip(float64(100+300*k), "g-2", "seismic", "ANIMAL", 0.9, at(800, -60))
			}
			walkers(t, s, 1500, people)
		}, people + 1},
	} {
		s := newStory(t, alert.Config{})
		c.before(s)
		s.trip(later+1700, "p-1", "pir", "", 0.65, at(0, -60))
		s.trip(later+1711, "p-1", "pir", "", 0.8, at(0, -60))
		s.until(later + 1800)
		if len(s.raised) != c.alerts {
			t.Errorf("%s: %d alerts, want %d", name, len(s.raised), c.alerts)
		}
		if newest := s.engine.Alerts(); c.alerts > people && !slices.ContainsFunc(newest[0].Reasons, func(r string) bool { return strings.HasPrefix(r, "animals are met seldom here: 0.") }) {
			t.Errorf("%s: it does not say why: %v", name, newest[0].Reasons)
		}
	}
}

// TestACarAndAWalkerAreTwoAlerts: who walks past where a car was heard a moment ago is no part of it.
func TestACarAndAWalkerAreTwoAlerts(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{AnimalsPerPerson: 1})
	s.trip(1, "s-15", "seismic", "VEHICLE", 0.62, at(70, -60))
	s.trip(8, "s-14", "beam", "R2L", 0.95, at(0, -60))
	s.until(30)
	if len(s.raised) != 1 {
		t.Fatalf("%d alerts of the car", len(s.raised))
	}
	for k := range 4 {
		s.trip(50+10*float64(k), "s-11", "seismic", "WALK", 0.95, at(-140, -60))
	}
	s.until(120)
	if len(s.raised) != 2 {
		t.Errorf("%d alerts of the car and the walker: %+v", len(s.raised), s.engine.Alerts())
	}
}
