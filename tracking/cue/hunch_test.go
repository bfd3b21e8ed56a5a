package cue_test

import (
	"strings"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/cue"
)

// hunch is a target that is no alert.
func hunch(id string, p geo.LatLon, sensed time.Time) cue.Target {
	return cue.Target{HunchID: id, Lat: p.Lat, Lon: p.Lon, Reasons: []string{"worth a look: pir p-1"}, RaisedAt: sensed, Sensed: sensed}
}

// step updates an engine, and gives the newest state of what changed.
func step(e *cue.Engine, now time.Time, vehicles []cue.Vehicle, targets ...cue.Target) (map[string]cue.Cue, []cue.Intent) {
	r := e.Update(cue.Input{Now: now, Targets: targets, Vehicles: vehicles})
	out := map[string]cue.Cue{}
	for _, c := range r.Changed {
		out[c.ID] = c
	}
	return out, r.Intents
}

func TestALookIsProposedWithoutAnAlert(t *testing.T) {
	t.Parallel()
	grounded := with(drone(1, at(300, 0)), func(v *cue.Vehicle) { v.Airborne, v.AltAGL = false, 0 })
	for _, c := range []struct {
		name     string
		vehicle  cue.Vehicle
		sensed   time.Duration
		proposed bool
	}{
		{"near by", drone(1, at(300, 0)), 0, true},
		{"nobody takes off for it", grounded, 0, false},
		{"nor flies far", drone(1, at(1500, 0)), 0, false},
		{"nor when it is long ago", drone(1, at(300, 0)), -time.Minute, false},
	} {
		changed, intents := step(cue.New(cue.Config{HunchesPerHour: 15}), start, []cue.Vehicle{c.vehicle}, hunch("h-1", origin, start.Add(c.sensed)))
		got, ok := changed["c-1"]
		if ok != c.proposed || len(intents) != 0 {
			t.Errorf("%s: %+v %+v", c.name, changed, intents)
		}
		if ok && (got.AlertID != "" || !got.ExpiresAt.Equal(start.Add(time.Minute)) || got.Reasons[len(got.Reasons)-1] != "worth a look: pir p-1") {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestNoLookIsProposedUnlessConfigured(t *testing.T) {
	t.Parallel()
	if changed, _ := step(cue.New(cue.Config{}), start, []cue.Vehicle{drone(1, at(300, 0))}, hunch("h-1", origin, start)); len(changed) != 0 {
		t.Errorf("%+v", changed)
	}
}

func TestALookGoesOnForTheAlertThatItBecomes(t *testing.T) {
	t.Parallel()
	e, vehicles := cue.New(cue.Config{HunchesPerHour: 15}), []cue.Vehicle{drone(1, at(300, 0))}
	step(e, start, vehicles, hunch("h-1", origin, start))
	if _, err := e.Approve("c-1", "ann", start); err != nil {
		t.Fatal(err)
	}
	if _, intents := step(e, start.Add(time.Second), vehicles, hunch("h-1", origin, start)); len(intents) != 1 || intents[0].LookAt == nil {
		t.Errorf("an approved look does %+v", intents)
	}
	now := target("a-3", origin)
	now.HunchID = "h-1"
	changed, _ := step(e, start.Add(2*time.Second), vehicles, now)
	if c := changed["c-1"]; c.AlertID != "a-3" || c.State.Final() || len(changed) != 1 {
		t.Errorf("%+v", changed)
	}
}

func TestAnAlertCallsAVehicleAwayFromALook(t *testing.T) {
	t.Parallel()
	e, vehicles := cue.New(cue.Config{HunchesPerHour: 15}), []cue.Vehicle{drone(1, at(300, 0))}
	look, alarm := hunch("h-1", origin, start), target("a-3", at(500, 0))
	step(e, start, vehicles, look)
	if _, err := e.Approve("c-1", "ann", start); err != nil {
		t.Fatal(err)
	}
	changed, _ := step(e, start.Add(time.Second), vehicles, look, alarm)
	if c := changed["c-2"]; c.AlertID != "a-3" || c.State != cue.Proposed {
		t.Fatalf("%+v", changed)
	}
	if _, err := e.Approve("c-2", "ann", start.Add(2*time.Second)); err != nil {
		t.Fatal(err)
	}
	if c, _ := e.Cue("c-1"); c.State != cue.Done || c.Detail != "called away to a-3" {
		t.Errorf("%+v", c)
	}
	// The other way round it stays where it is.
	changed, _ = step(e, start.Add(3*time.Second), vehicles, hunch("h-2", at(0, 300), start.Add(3*time.Second)), alarm)
	for _, c := range changed {
		if c.AlertID == "" && !c.State.Final() {
			t.Errorf("%+v", c)
		}
	}
}

func TestLooksAreRationed(t *testing.T) {
	t.Parallel()
	e := cue.New(cue.Config{HunchesPerHour: 12})
	var vehicles []cue.Vehicle
	for i := range 40 {
		vehicles = append(vehicles, drone(i+1, at(300, 0)))
	}
	count := func(now time.Time) int {
		var targets []cue.Target
		for i := range 40 {
			targets = append(targets, hunch("h-"+now.Format("150405")+strings.Repeat("x", i), origin, now))
		}
		changed, _ := step(e, now, vehicles, targets...)
		n := 0
		for _, c := range changed {
			if c.State == cue.Proposed {
				n++
			}
		}
		return n
	}
	first, total := count(start), 0
	if first != 3 {
		t.Errorf("%d at once, 3 wanted", first)
	}
	for minute := range 60 {
		total += count(start.Add(time.Duration(minute+1) * time.Minute))
	}
	if total < 11 || total > 12 {
		t.Errorf("%d more in an hour, 12 wanted", total)
	}
}
