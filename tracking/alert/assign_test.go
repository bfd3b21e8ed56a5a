package alert_test

import (
	"errors"
	"strings"
	"testing"

	"vedette/tracking/alert"
)

func TestOfTwoWhoAssignAtOnceOneWins(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	s.trip(10, "s-1", "seismic", "WALK", 0.95, at(0, -30))
	s.trip(22, "s-2", "seismic", "WALK", 0.95, at(30, -30))
	s.until(60)
	if len(s.raised) != 1 {
		t.Fatalf("%d alerts", len(s.raised))
	}
	id, now := s.raised[0], s.sec(61)
	first, err := s.engine.Assign(id, "anna", "", "carl", now)
	if err != nil || first.AssignedTo != "anna" || first.AssignedBy != "carl" || first.State != alert.StateNew {
		t.Fatalf("%+v, %v", first, err)
	}
	if h := first.History[len(first.History)-1]; h.What != "assigned" || h.Note != "anna" || h.Who != "carl" {
		t.Errorf("%+v", h)
	}
	var other *alert.AssignedError
	second, err := s.engine.Assign(id, "boris", "", "boris", now)
	if !errors.As(err, &other) || other.To != "anna" || second.AssignedTo != "anna" || !strings.Contains(err.Error(), "assigned to anna, by carl at") {
		t.Errorf("%+v, %v", second, err)
	}
	if moved, err := s.engine.Assign(id, "boris", "anna", "anna", now); err != nil || moved.AssignedTo != "boris" {
		t.Errorf("%+v, %v", moved, err)
	}
	if nobody, err := s.engine.Assign(id, "", "boris", "boris", now); err != nil || nobody.AssignedTo != "" {
		t.Errorf("%+v, %v", nobody, err)
	}
	if _, err := s.engine.Assign("a-999", "anna", "", "anna", now); !errors.Is(err, alert.ErrNoAlert) {
		t.Error(err)
	}
	if _, err := s.engine.Resolve(id, "anna", "", now); err != nil {
		t.Fatal(err)
	}
	var closed *alert.DecidedError
	if _, err := s.engine.Assign(id, "anna", "", "anna", now); !errors.As(err, &closed) {
		t.Errorf("what is closed is assigned: %v", err)
	}
}
