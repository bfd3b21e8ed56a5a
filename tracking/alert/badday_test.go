package alert_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vedette/tracking/alert"
)

func TestASensorThatTripsEverySecondIsOneAlertAboutTheSensor(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	for i := range 600 {
		s.trip(float64(1+i), "s-1", "seismic", "UNKNOWN", 0.6, at(0, -30))
	}
	// Beside it somebody walks, whom other sensors hear.
	for i := range 4 {
		s.trip(float64(300+12*i), []string{"s-8", "s-9"}[i%2], "seismic", "WALK", 0.95, at(400+30*float64(i%2), -30))
	}
	s.until(620)
	if len(s.raised) != 2 {
		t.Fatalf("%d alerts: %+v", len(s.raised), s.latest)
	}
	if a := s.latest[s.raised[0]]; a.Probably != alert.Fault || a.Severity != alert.Caution || !strings.Contains(a.Title, "s-1") {
		t.Errorf("%+v", a)
	}
	if a := s.latest[s.raised[1]]; a.Probably != alert.Person {
		t.Errorf("%+v", a)
	}
	if s.noted(alert.NoteFault) != 1 {
		t.Errorf("%d notes of a fault", s.noted(alert.NoteFault))
	}
	// When it has been calm, it counts again.
	for i := range 4 {
		s.trip(float64(900+11*i), "s-1", "seismic", "WALK", 0.95, at(0, -30))
	}
	s.until(960)
	if len(s.raised) != 3 {
		t.Errorf("%d alerts after the fault: %+v", len(s.raised), s.latest)
	}
}

func TestFiftyAlertsAtOnce(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	for i := range 50 {
		east := 800 * float64(i)
		for k := range 4 {
			// Not all at the same second, which would be weather.
			s.trip(float64(3+11*k)+0.9*float64(i), fmt.Sprintf("s-%d-%d", i, k%2), "seismic", "WALK", 0.9, at(east+30*float64(k%2), -50))
		}
	}
	s.until(120)
	if len(s.raised) != 50 {
		t.Errorf("%d alerts", len(s.raised))
	}
}

func TestAMutedSensorIsLoggedAndDoesNotAlarm(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	s.engine.Mute("s-1", alert.Mute{Until: s.sec(100), Who: "ann", Why: "fence works"})
	walk := func(from float64) {
		for i := range 4 {
			s.trip(from+11*float64(i), "s-1", "seismic", "WALK", 0.95, at(0, -30))
		}
	}
	walk(10)
	walk(200)
	s.until(150)
	s.none()
	if s.noted(alert.NoteMuted) != 1 {
		t.Errorf("%+v", s.notes)
	}
	s.until(260)
	s.only() // the mute is over
}

func TestARestartForgetsNoAlert(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	for i := range 4 {
		s.trip(float64(10+11*i), []string{"s-1", "s-2"}[i%2], "seismic", "WALK", 0.95, at(30*float64(i%2), -30))
	}
	s.until(60)
	before := s.only()
	if _, err := s.engine.Acknowledge(before.ID, "ann", "", s.now); err != nil {
		t.Fatal(err)
	}
	before, err := s.engine.Alert(before.ID)
	if err != nil {
		t.Fatal(err)
	}

	again := newStory(t, alert.Config{FirstID: 100})
	again.now = s.sec(90)
	if err := again.engine.Restore(before, again.now); err != nil {
		t.Fatal(err)
	}
	if err := again.engine.Restore(before, again.now); err == nil {
		t.Error("restored twice")
	}
	again.until(92)
	a := again.only()
	if a.ID != before.ID || a.State != alert.StateAcknowledged || a.DecidedBy != "ann" || a.Confidence != before.Confidence ||
		a.Title != before.Title || a.Probably != before.Probably || len(a.Sources) != 2 || a.Reasons[0] != before.Reasons[0] {
		t.Errorf("%+v\nbefore %+v", a, before)
	}
	if last := a.History[len(a.History)-1]; last.What != "restarted" {
		t.Errorf("%+v", a.History)
	}
	// A track that appears near it is what it is about.
	again.track(walker{id: "t-200", from: 93, to: 140, place: at(20, -20), vn: 1.2, class: person})
	again.until(130)
	if a := again.only(); a.TrackID != "t-200" || a.Severity != alert.Critical {
		t.Errorf("%+v", a)
	}
	if _, err := again.engine.Resolve(a.ID, "ann", "", again.now.Add(time.Second)); err != nil {
		t.Error(err)
	}
}
