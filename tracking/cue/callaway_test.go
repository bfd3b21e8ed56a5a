package cue_test

import (
	"strings"
	"testing"
	"time"

	"vedette/tracking/cue"
)

// fresh is a target of which something was sensed just now.
func fresh(id string, eastM float64, now time.Time) cue.Target {
	t := target(id, at(eastM, 0))
	t.Sensed = now
	return t
}

// TestAVehicleIsCalledAwayFromWhatItHasLookedAt has the only vehicle look at one alert when another comes.
func TestAVehicleIsCalledAwayFromWhatItHasLookedAt(t *testing.T) {
	t.Parallel()
	e := cue.New(cue.Config{})
	vehicles := []cue.Vehicle{drone(2, at(100, 0))}
	now := start
	step := func(d time.Duration, targets ...cue.Target) {
		for end := now.Add(d); now.Before(end); now = now.Add(time.Second) {
			for i := range targets {
				if targets[i].AlertID != "a-old" {
					targets[i].Sensed = now
				}
			}
			e.Update(cue.Input{Now: now, Targets: targets, Vehicles: vehicles})
		}
	}
	first, second := fresh("a-1", 0, now), fresh("a-2", 200, now)
	step(time.Second, first)
	if _, err := e.Approve("c-1", "ann", now); err != nil {
		t.Fatal(err)
	}
	vehicles[0].LeaseHolder = "ann"
	step(10*time.Second, first, second)
	if n := len(e.Cues()); n != 1 {
		t.Fatalf("after 10 s there are %d cues", n)
	}
	// What was sensed long ago calls nobody away, and neither does a hunch.
	step(30*time.Second, first, fresh("a-old", 200, start.Add(-time.Minute)), cue.Target{HunchID: "h-1", Lat: second.Lat, Lon: second.Lon})
	if n := len(e.Cues()); n != 1 {
		t.Fatalf("for what was sensed long ago there are %d cues", n)
	}
	step(2*time.Second, first, second)
	c, err := e.Cue("c-2")
	if err != nil || c.Leaves != "c-1" || c.Vehicle != 2 || !strings.Contains(strings.Join(c.Reasons, "; "), "leaves a-1, which it has looked at for 4") {
		t.Fatalf("%+v, %v", c, err)
	}
	step(20*time.Second, first, second)
	if c, _ := e.Cue("c-2"); c.State != cue.Proposed {
		t.Fatalf("it does not stand: %+v", c)
	}
	if c, _ := e.Cue("c-1"); c.State != cue.Active {
		t.Fatalf("nobody approved, and yet: %+v", c)
	}
	if _, err := e.Approve("c-2", "ann", now); err != nil {
		t.Fatal(err)
	}
	step(time.Second, first, second)
	if c, _ := e.Cue("c-1"); c.State != cue.Done || c.Detail != "called away to a-2" {
		t.Errorf("%+v", c)
	}
	if c, _ := e.Cue("c-2"); c.State != cue.Active {
		t.Errorf("%+v", c)
	}
}

// TestWhatSomebodyAskedForIsNotLeft has the only vehicle follow a track by order.
func TestWhatSomebodyAskedForIsNotLeft(t *testing.T) {
	t.Parallel()
	e := cue.New(cue.Config{})
	followed := cue.Target{TrackID: "t-1", Lat: origin.Lat, Lon: origin.Lon, Seen: true}
	v := drone(2, at(100, 0))
	if _, err := e.Follow(followed, v, "ann", start); err != nil {
		t.Fatal(err)
	}
	for s := range 60 {
		now := start.Add(time.Duration(s) * time.Second)
		e.Update(cue.Input{Now: now, Targets: []cue.Target{followed, fresh("a-2", 200, now)}, Vehicles: []cue.Vehicle{v}})
	}
	if n := len(e.Cues()); n != 1 {
		t.Errorf("there are %d cues: %+v", n, e.Cues())
	}
}
