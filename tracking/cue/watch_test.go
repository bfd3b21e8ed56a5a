package cue_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/cue"
)

// play updates an engine twice a second for some time and gives what it wanted and the cues by id.
func play(e *cue.Engine, from time.Time, d time.Duration, in func(now time.Time) cue.Input) ([]cue.Intent, map[string]cue.Cue) {
	var intents []cue.Intent
	for now := from; now.Before(from.Add(d)); now = now.Add(500 * time.Millisecond) {
		i := in(now)
		i.Now = now
		intents = append(intents, e.Update(i).Intents...)
	}
	cues := map[string]cue.Cue{}
	for _, c := range e.Cues() {
		cues[c.ID] = c
	}
	return intents, cues
}

func TestACameraLooksAboutWhereNothingIsFollowed(t *testing.T) {
	t.Parallel()
	e := cue.New(cue.Config{TimeOnTarget: time.Hour, SearchMostM: 150})
	v, lost := drone(1, at(100, 0)), target("a-1", origin)
	lost.Seen = false
	in := func(time.Time) cue.Input {
		return cue.Input{Targets: []cue.Target{lost}, Vehicles: []cue.Vehicle{v}}
	}
	play(e, start, time.Second, in)
	if _, err := e.Approve("c-1", "ann", start.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	intents, cues := play(e, start.Add(time.Second), 90*time.Second, in)
	if !cues["c-1"].Searching {
		t.Errorf("%+v", cues["c-1"])
	}
	farthest := 0.0
	sides := map[int]bool{}
	for _, i := range intents {
		if i.GoTo != nil {
			t.Errorf("flies about: %+v", i)
		}
		if i.LookAt == nil {
			continue
		}
		d := geo.Distance(*i.LookAt, origin)
		if farthest = max(farthest, d); d > 20 {
			sides[int(geo.BearingDeg(origin, *i.LookAt)+30)/60%6] = true
		}
	}
	if farthest < 55 || farthest > 151 || len(sides) < 6 {
		t.Errorf("looked as far as %.0f m, on %d of 6 sides", farthest, len(sides))
	}
	// As soon as it is followed again the camera is on it.
	lost.Seen, lost.Lat = true, at(0, 40).Lat
	intents, cues = play(e, start.Add(91*time.Second), 2*time.Second, in)
	if cues["c-1"].Searching || len(intents) == 0 || geo.Distance(*intents[0].LookAt, at(0, 40)) > 1 {
		t.Errorf("%+v %+v", cues["c-1"], intents)
	}
}

func TestAnotherTakesOverBeforeTheBatteryForcesIt(t *testing.T) {
	t.Parallel()
	e := cue.New(cue.Config{TimeOnTarget: time.Hour})
	low, fresh := drone(1, at(100, 0)), drone(2, at(1500, 0))
	end := start.Add(14 * time.Minute) // of the battery
	in := func(now time.Time) cue.Input {
		low.BatteryTimeLeft = end.Sub(now)
		return cue.Input{Targets: []cue.Target{target("a-1", origin)}, Vehicles: []cue.Vehicle{low, fresh}}
	}
	play(e, start, time.Second, in)
	if _, err := e.Approve("c-1", "ann", start.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	_, cues := play(e, start.Add(time.Second), 7*time.Minute, in)
	if len(cues) != 1 || cues["c-1"].State != cue.Active {
		t.Fatalf("too early: %+v", cues)
	}
	_, cues = play(e, start.Add(7*time.Minute), 90*time.Second, in)
	relief := cues["c-2"]
	if relief.Vehicle != 2 || relief.State != cue.Proposed || relief.Relieves != "c-1" || !strings.Contains(strings.Join(relief.Reasons, "; "), "takes over from vehicle 1, which must go home in ") {
		t.Fatalf("%+v", cues)
	}
	if cues["c-1"].State != cue.Active {
		t.Errorf("the first stopped looking: %+v", cues["c-1"])
	}
	if _, err := e.Approve("c-2", "bob", start.Add(9*time.Minute)); err != nil {
		t.Fatal(err)
	}
	fresh = drone(2, at(100, 50)) // it has arrived
	_, cues = play(e, start.Add(9*time.Minute), 2*time.Second, in)
	if c := cues["c-1"]; c.State != cue.Done || c.Detail != "vehicle 2 took over" || cues["c-2"].State != cue.Active {
		t.Errorf("%+v", cues)
	}
	if len(cues) != 2 {
		t.Errorf("%d cues", len(cues))
	}
}

func TestARestartEndsCues(t *testing.T) {
	t.Parallel()
	e := cue.New(cue.Config{FirstID: 10})
	for state, want := range map[cue.State]cue.State{
		cue.Proposed: cue.Expired, cue.Approved: cue.Failed, cue.Active: cue.Failed, cue.Done: cue.Done, cue.Rejected: cue.Rejected,
	} {
		id := "c-" + string(state)
		if got := e.Restore(cue.Cue{ID: id, State: state, AlertID: "a-1", Vehicle: 1, DecidedBy: "ann"}); got.State != want {
			t.Errorf("%s became %s", state, got.State)
		}
		var decided *cue.DecidedError
		if _, err := e.Approve(id, "ann", start); !errors.As(err, &decided) {
			t.Errorf("%s was approved after the restart: %v", state, err)
		}
	}
	intents, cues := play(e, start, 5*time.Second, func(time.Time) cue.Input {
		return cue.Input{Targets: []cue.Target{target("a-1", origin)}, Vehicles: []cue.Vehicle{drone(1, at(100, 0))}}
	})
	if len(intents) != 0 || cues["c-10"].State != cue.Proposed {
		t.Errorf("%d intents, %+v", len(intents), cues)
	}
}
