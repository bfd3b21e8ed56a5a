package alert_test

import (
	"testing"

	"vedette/tracking/alert"
)

// Two people come by one geophone, the second when nothing has been sensed of the first for a while.
func TestWhoComesLaterIsAnotherAlert(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		between  float64 // seconds from the last trip of the first to the first of the second
		resolved bool
		alerts   int
	}{
		{"soon", 60, false, 1},
		{"later", 150, false, 2},
		{"soon after it was resolved", 60, true, 1},
		{"later after it was resolved", 150, true, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, alert.Config{})
			pass := func(from float64) {
				for i := range 4 {
					s.trip(from+11*float64(i), "s-1", "seismic", "WALK", 0.95, at(0, -60))
				}
				s.until(from + 40)
			}
			pass(10)
			first := s.only()
			if c.resolved {
				if _, err := s.engine.Resolve(first.ID, "ann", "", s.now); err != nil {
					t.Fatal(err)
				}
			}
			pass(10 + 33 + c.between)
			if len(s.raised) != c.alerts {
				t.Errorf("%d alerts, want %d", len(s.raised), c.alerts)
			}
		})
	}
}

// What was called false is not raised again by the same after a pause.
func TestWhatWasCalledFalseMayPause(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	for i := range 4 {
		s.trip(10+11*float64(i), "s-1", "seismic", "WALK", 0.95, at(0, -60))
	}
	s.until(60)
	if _, err := s.engine.CallFalse(s.only().ID, "ann", "deer", s.now); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		s.trip(200+11*float64(i), "s-1", "seismic", "WALK", 0.65, at(0, -60))
	}
	s.until(250)
	s.only()
}
