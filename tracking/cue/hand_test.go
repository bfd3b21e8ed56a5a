package cue_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/tracking/cue"
	"vedette/tracking/zone"
)

// TestWhoTakesAVehicleOverIsNeverFlownAgainst has the mode change at any instant of a cue: at most the first order, which was approved, brings the
// vehicle out of another mode.
func TestWhoTakesAVehicleOverIsNeverFlownAgainst(t *testing.T) {
	t.Parallel()
	for mode, changes := range map[string]int{"AUTO": 1, "GUIDED": 0} {
		for _, after := range []time.Duration{100 * time.Millisecond, time.Second, 4 * time.Second, 20 * time.Second, 2 * time.Minute} {
			f := newFlight(t, cue.Config{}, with(drone(2, at(900, 0)), func(v *cue.Vehicle) { v.Mode, v.PlacesMode = mode, "GUIDED" }))
			f.target.VN = 8 // so that it is sent on all the time
			f.fly(time.Second)
			f.approve()
			f.fly(after)
			if len(f.gos) == 0 || f.modes != changes {
				t.Fatalf("%s, after %v: sent %d times, out of another mode %d times", mode, after, len(f.gos), f.modes)
			}
			sent := len(f.gos)
			f.drone.Mode = "RTL"
			f.fly(40 * time.Second) // one that was never seen in the right mode is waited for
			if c, _ := f.engine.Cue("c-1"); c.State != cue.Failed || len(f.gos) != sent || f.drone.Mode != "RTL" {
				t.Errorf("%s, after %v: %s, sent %d times more, its mode is %s", mode, after, c.State, len(f.gos)-sent, f.drone.Mode)
			}
		}
	}
}

func TestACameraIsTurnedWhateverTheMode(t *testing.T) {
	t.Parallel()
	f := newFlight(t, cue.Config{}, with(drone(2, at(100, 0)), func(v *cue.Vehicle) { v.Mode, v.PlacesMode = "AUTO", "GUIDED" }))
	f.fly(time.Second)
	f.approve()
	f.fly(30 * time.Second)
	if f.latest.State != cue.Active || len(f.gos) != 0 || len(f.looks) < 3 {
		t.Errorf("%+v, sent %d times, turned %d times", f.latest, len(f.gos), len(f.looks))
	}
}

// follow has the drone of a flight follow a track that no alert is about.
func (f *flight) follow() {
	f.t.Helper()
	f.target.AlertID, f.target.TrackID = "", "t-7"
	c, err := f.engine.Follow(f.target, f.drone, "ann", f.now)
	if err != nil || c.State != cue.Approved || c.DecidedBy != "ann" || c.AlertID != "" || c.TrackID != "t-7" {
		f.t.Fatalf("%+v, %v", c, err)
	}
	f.latest = c
}

func TestATrackIsFollowedUntilToldOtherwise(t *testing.T) {
	t.Parallel()
	f := newFlight(t, cue.Config{}, drone(2, at(500, 0)))
	f.target.VN = 1.4
	f.follow()
	if got := f.engine.Followed(); !slices.Equal(got, []string{"t-7"}) {
		t.Errorf("%q", got)
	}
	f.fly(10 * time.Minute) // longer than one looks at an alert
	if d := geo.Distance(f.place(), geo.LatLon{Lat: f.target.Lat, Lon: f.target.Lon}); f.latest.State != cue.Active || d < 90 || d > 150 || len(f.gos) < 30 {
		t.Fatalf("%+v, %.0f m away, sent %d times", f.latest, d, len(f.gos))
	}
	if _, err := f.engine.Follow(f.target, f.drone, "bob", f.now); err == nil || !strings.Contains(err.Error(), "which ann approved") {
		t.Errorf("a second: %v", err)
	}
	f.closed = true
	f.fly(time.Second)
	if f.latest.State != cue.Done || f.latest.Detail != "the track has ended" || len(f.engine.Followed()) != 0 {
		t.Errorf("%+v, %q", f.latest, f.engine.Followed())
	}
	// Nothing is proposed of itself for what somebody followed.
	f.closed = false
	f.fly(time.Minute)
	if cues := f.engine.Cues(); len(cues) != 1 {
		t.Errorf("%+v", cues)
	}
}

func TestAFollowerGoesHomeInTime(t *testing.T) {
	t.Parallel()
	f := newFlight(t, cue.Config{FollowTime: time.Minute}, drone(2, at(200, 0)))
	f.follow()
	f.fly(3 * time.Minute)
	if f.latest.State != cue.Done || f.latest.Detail != "looked for 60 s" {
		t.Errorf("%+v", f.latest)
	}
	f.follow()
	f.drone.BatteryTimeLeft = 90 * time.Second
	f.fly(time.Second)
	if f.latest.State != cue.Failed || !strings.Contains(f.latest.Detail, "battery") {
		t.Errorf("%+v", f.latest)
	}
}

func TestWhyATrackCannotBeFollowed(t *testing.T) {
	t.Parallel()
	around := zone.Zone{ID: "n", Kind: zone.NoFly, Geometry: orb.Polygon{orb.Ring{at(-300, -300).Point(), at(300, -300).Point(), at(300, 300).Point(), at(-300, 300).Point(), at(-300, -300).Point()}}}
	for why, c := range map[string]struct {
		cfg    cue.Config
		change func(*cue.Vehicle)
	}{
		"nothing was heard": {change: func(v *cue.Vehicle) { v.Live = false }},
		"no camera":         {change: func(v *cue.Vehicle) { v.HasCamera = false }},
		"on the ground":     {change: func(v *cue.Vehicle) { v.Airborne = false }},
		"hold first":        {change: func(v *cue.Vehicle) { v.GoingHome = true }},
		"battery":           {change: func(v *cue.Vehicle) { v.BatteryTimeLeft = time.Minute }},
		"no-fly":            {cfg: cue.Config{Zones: []zone.Zone{around}}, change: func(*cue.Vehicle) {}},
	} {
		e := cue.New(c.cfg)
		_, err := e.Follow(cue.Target{TrackID: "t-1", Lat: origin.Lat, Lon: origin.Lon}, with(drone(2, at(900, 0)), c.change), "ann", start)
		if !errors.Is(err, cue.ErrCannot) || !strings.Contains(err.Error(), why) || len(e.Cues()) != 0 {
			t.Errorf("%s: %v", why, err)
		}
	}
}

func TestAVehicleThatFliesHomeOnlyTurnsItsCamera(t *testing.T) {
	t.Parallel()
	home := func(v *cue.Vehicle) { v.GoingHome, v.BatteryTimeLeft = true, time.Minute }
	f := newFlight(t, cue.Config{}, with(drone(2, at(300, 0)), home))
	f.fly(time.Second)
	if f.latest.Action != cue.Look || !strings.Contains(f.latest.Reasons[0], "by its camera alone, for it flies home") {
		t.Fatalf("%+v", f.latest)
	}
	f.approve()
	f.fly(30 * time.Second)
	if f.latest.State != cue.Active || len(f.gos) != 0 || len(f.looks) < 3 {
		t.Errorf("%+v, sent %d times, turned %d times", f.latest, len(f.gos), len(f.looks))
	}
	f.drone.Airborne = false
	f.fly(10 * time.Second)
	if f.latest.State != cue.Failed || f.takeoff != 0 {
		t.Errorf("after it landed: %+v, took off %d times", f.latest, f.takeoff)
	}
	// Another that is less than a minute farther away is sent instead, and one too far to see it is not asked.
	for _, c := range []struct {
		name     string
		vehicles []cue.Vehicle
		vehicle  int
	}{
		{"another can", []cue.Vehicle{with(drone(1, at(300, 0)), home), drone(2, at(600, 0))}, 2},
		{"another is far", []cue.Vehicle{with(drone(1, at(300, 0)), home), drone(2, at(2000, 0))}, 1},
		{"too far to see", []cue.Vehicle{with(drone(1, at(500, 0)), home)}, 0},
	} {
		e := cue.New(cue.Config{})
		e.Update(cue.Input{Now: start, Targets: []cue.Target{target("a-1", origin)}, Vehicles: c.vehicles})
		got := 0
		if cues := e.Cues(); len(cues) > 0 {
			got = cues[0].Vehicle
		}
		if got != c.vehicle {
			t.Errorf("%s: vehicle %d", c.name, got)
		}
	}
}

// TestNoVehicleTakesOffForWhatWasApprovedInTheAir has vehicles land at every stage of a cue: nothing makes them take off that was not
// proposed as a take-off.
func TestNoVehicleTakesOffForWhatWasApprovedInTheAir(t *testing.T) {
	t.Parallel()
	for name, eastM := range map[string]float64{"the camera alone": 100, "a flight": 600} {
		for _, after := range []time.Duration{0, 100 * time.Millisecond, 20 * time.Second} {
			f := newFlight(t, cue.Config{}, drone(2, at(eastM, 0)))
			f.fly(time.Second)
			f.approve()
			f.fly(after)
			f.drone.Airborne, f.drone.AltAGL = false, 0
			sent := len(f.gos)
			f.fly(time.Minute)
			if c, _ := f.engine.Cue("c-1"); c.State != cue.Failed || !strings.Contains(c.Detail, "on the ground") || f.takeoff != 0 || len(f.gos) != sent {
				t.Errorf("%s, landed after %v: %s (%s), took off %d times", name, after, c.State, c.Detail, f.takeoff)
			}
		}
		f := newFlight(t, cue.Config{}, drone(2, at(eastM, 0)))
		f.fly(time.Second)
		f.drone.Airborne, f.drone.AltAGL = false, 0
		f.fly(time.Second)
		if c, _ := f.engine.Cue("c-1"); c.State != cue.Expired || !strings.Contains(c.Detail, "on the ground") {
			t.Errorf("%s, landed before the approval: %s (%s)", name, c.State, c.Detail)
		}
	}
	// One that took off for it and has landed again stays there.
	f := newFlight(t, cue.Config{}, with(drone(2, at(500, 0)), func(v *cue.Vehicle) { v.Airborne, v.AltAGL = false, 0 }))
	f.fly(time.Second)
	f.approve()
	f.fly(30 * time.Second)
	f.drone.Airborne, f.drone.AltAGL = false, 0
	f.fly(time.Minute)
	if c, _ := f.engine.Cue("c-1"); c.State != cue.Failed || f.takeoff != 1 {
		t.Errorf("%s (%s), took off %d times", c.State, c.Detail, f.takeoff)
	}
}
