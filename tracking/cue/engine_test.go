package cue_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/tracking/cue"
	"vedette/tracking/zone"
)

var (
	start  = time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC)
	origin = geo.LatLon{Lat: -35.36, Lon: 149.16}
)

func at(east, north float64) geo.LatLon { return geo.Offset(geo.Offset(origin, 90, east), 0, north) }

func target(id string, p geo.LatLon) cue.Target {
	return cue.Target{
		AlertID: id, Lat: p.Lat, Lon: p.Lon, Seen: true, Urgency: 2, Reasons: []string{"seismic s-07 and s-08, 14 s apart, walking"}, RaisedAt: start,
	}
}

// drone is a vehicle in the air that can do everything.
func drone(id int, p geo.LatLon) cue.Vehicle {
	return cue.Vehicle{
		ID: id, Lat: p.Lat, Lon: p.Lon, AltAGL: 60, Airborne: true, Live: true, HasCamera: true, Speed: 10,
		HomeLat: origin.Lat, HomeLon: origin.Lon, BatteryTimeLeft: 20 * time.Minute,
	}
}

func with(v cue.Vehicle, change func(*cue.Vehicle)) cue.Vehicle {
	change(&v)
	return v
}

func TestTheVehicleThatLooksSoonestIsProposed(t *testing.T) {
	t.Parallel()
	near, far := drone(1, at(300, 0)), drone(2, at(900, 0))
	for _, c := range []struct {
		name     string
		vehicles []cue.Vehicle
		vehicle  int // 0: none
		action   cue.Action
		reason   string
	}{
		{"the nearest", []cue.Vehicle{far, near}, 1, cue.LookAndApproach, "nearest, 20 s away, "},
		{"the only one", []cue.Vehicle{far}, 2, cue.LookAndApproach, "the only one that can, 80 s away, "},
		{"in view already", []cue.Vehicle{far, drone(3, at(100, 0))}, 3, cue.Look, "nearest, in view at once, "},
		{"not the lost one", []cue.Vehicle{far, with(near, func(v *cue.Vehicle) { v.Live = false })}, 2, cue.LookAndApproach, ""},
		{"not the blind one", []cue.Vehicle{far, with(near, func(v *cue.Vehicle) { v.HasCamera = false })}, 2, cue.LookAndApproach, ""},
		{"not the one with an empty battery", []cue.Vehicle{far, with(near, func(v *cue.Vehicle) { v.BatteryTimeLeft = 3 * time.Minute })}, 2, cue.LookAndApproach, ""},
		{"the faster one", []cue.Vehicle{near, with(far, func(v *cue.Vehicle) { v.Speed = 60 })}, 2, cue.LookAndApproach, "soonest, 15 s away, "},
		{"the one in the air", []cue.Vehicle{far, with(drone(4, at(800, 0)), func(v *cue.Vehicle) { v.Airborne, v.AltAGL = false, 0 })}, 2, cue.LookAndApproach, ""},
		{"from the ground where there is no other", []cue.Vehicle{with(near, func(v *cue.Vehicle) { v.Airborne, v.AltAGL = false, 0 })}, 1, cue.LookAndApproach, "the only one that can, 52 s away, 17 min on station, has to take off"},
		{"the free one", []cue.Vehicle{with(near, func(v *cue.Vehicle) { v.LeaseHolder = "bob" }), drone(2, at(400, 0))}, 2, cue.LookAndApproach, "soonest, "},
		{"as the vehicle tells", []cue.Vehicle{with(near, func(v *cue.Vehicle) { v.MinutesOnStation = 14 })}, 1, cue.LookAndApproach, "the only one that can, 20 s away, 14 min on station"},
		{"with an unknown battery", []cue.Vehicle{with(near, func(v *cue.Vehicle) { v.BatteryTimeLeft = 0 })}, 1, cue.LookAndApproach, "the only one that can, 20 s away"},
		{"nobody too far away", []cue.Vehicle{drone(1, at(9000, 0))}, 0, "", ""},
		{"nobody", nil, 0, "", ""},
	} {
		r := cue.New(cue.Config{}).Update(cue.Input{Now: start, Targets: []cue.Target{target("a-3", origin)}, Vehicles: c.vehicles})
		if len(r.Intents) != 0 {
			t.Errorf("%s: something is done without an approval: %+v", c.name, r.Intents)
		}
		if c.vehicle == 0 {
			if len(r.Changed) != 0 {
				t.Errorf("%s: %+v", c.name, r.Changed)
			}
			continue
		}
		if len(r.Changed) != 1 {
			t.Errorf("%s: %d cues", c.name, len(r.Changed))
			continue
		}
		got := r.Changed[0]
		if got.Vehicle != c.vehicle || got.Action != c.action || got.State != cue.Proposed || !strings.HasPrefix(got.Reasons[0], c.reason) ||
			got.Reasons[1] != "seismic s-07 and s-08, 14 s apart, walking" || !got.ExpiresAt.Equal(start.Add(5*time.Minute)) {
			t.Errorf("%s: %+v", c.name, got)
		}
		if got.Action == cue.LookAndApproach {
			if d := geo.Distance(*got.Approach, origin); math.Abs(d-120) > 1 || got.StandoffM != 120 || got.HeightAGL != 60 {
				t.Errorf("%s: stands %.0f m away: %+v", c.name, d, got)
			}
			if math.Abs(geo.DiffDeg(geo.BearingDeg(origin, *got.Approach), 90)) > 1 {
				t.Errorf("%s: does not stand on its side", c.name)
			}
		}
	}
}

func TestNoApproachEntersANoFlyZone(t *testing.T) {
	t.Parallel()
	box := func(west, south, east, north float64) zone.Zone {
		return zone.Zone{ID: "n", Kind: zone.NoFly, Geometry: orb.Polygon{{
			at(west, south).Point(), at(east, south).Point(), at(east, north).Point(), at(west, north).Point(), at(west, south).Point(),
		}}}
	}
	propose := func(z zone.Zone, v cue.Vehicle) []cue.Cue {
		return cue.New(cue.Config{Zones: []zone.Zone{z}}).Update(cue.Input{
			Now: start, Targets: []cue.Target{target("a", origin)}, Vehicles: []cue.Vehicle{v},
		}).Changed
	}
	// The place on its side lies inside: it stands beside the zone.
	z := box(90, -40, 150, 40)
	got := propose(z, drone(1, at(600, 0)))
	if len(got) != 1 || got[0].Approach == nil || z.Blocks(at(600, 0).Point(), got[0].Approach.Point()) {
		t.Errorf("%+v", got)
	}
	// All round the target: nothing is proposed from afar, a look from near.
	z = box(-300, -300, 300, 300)
	if got := propose(z, drone(1, at(900, 0))); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if got := propose(z, drone(1, at(350, 0))); len(got) != 1 || got[0].Action != cue.Look {
		t.Errorf("%+v", got)
	}
}

// flight plays a cue: time passes in steps of 100 ms, and the drone does what it is told.
type flight struct {
	t       *testing.T
	engine  *cue.Engine
	now     time.Time
	target  cue.Target
	closed  bool
	drone   cue.Vehicle
	goal    *geo.LatLon
	looks   []time.Time
	gos     []time.Time
	takeoff int
	latest  cue.Cue
	modes   int // times that an order took it out of another mode
	states  []cue.State
}

func newFlight(t *testing.T, cfg cue.Config, v cue.Vehicle) *flight {
	return &flight{t: t, engine: cue.New(cfg), now: start, target: target("a-1", origin), drone: v}
}

func (f *flight) fly(d time.Duration) {
	f.t.Helper()
	for end := f.now.Add(d); f.now.Before(end); f.now = f.now.Add(100 * time.Millisecond) {
		in := cue.Input{Now: f.now, Vehicles: []cue.Vehicle{f.drone}}
		if !f.closed {
			in.Targets = []cue.Target{f.target}
		}
		r := f.engine.Update(in)
		for _, c := range r.Changed {
			if c.State != f.latest.State || c.ID != f.latest.ID {
				f.states = append(f.states, c.State)
			}
			f.latest = c
		}
		for _, i := range r.Intents {
			if f.latest.DecidedBy == "" && i.Operator == "" {
				f.t.Errorf("an intent without an approval: %+v", i)
			}
			if i.TakeOff != nil {
				f.takeoff++
				f.drone.Airborne = true
			}
			if i.LookAt != nil {
				f.looks = append(f.looks, f.now)
			}
			if i.GoTo != nil {
				if f.drone.AltAGL < 45 {
					f.t.Errorf("sent on at a height of %.0f m", f.drone.AltAGL)
				}
				if there := f.drone.Mode != "" && f.drone.Mode == f.drone.PlacesMode; i.GoTo.KeepMode != (there || len(f.gos) > 0) {
					f.t.Errorf("order %d keeps the mode: %v", len(f.gos)+1, i.GoTo.KeepMode)
				}
				f.gos = append(f.gos, f.now)
				if f.drone.PlacesMode != "" && f.drone.Mode != f.drone.PlacesMode {
					f.modes++
					f.drone.Mode = f.drone.PlacesMode
				}
				place := i.GoTo.Position
				f.goal = &place
			}
		}
		if f.drone.Airborne && f.drone.AltAGL < 60 {
			f.drone.AltAGL += 0.25
		}
		if f.goal != nil {
			if d := geo.Distance(f.place(), *f.goal); d > 1 {
				p := geo.Offset(f.place(), geo.BearingDeg(f.place(), *f.goal), min(d, 1))
				f.drone.Lat, f.drone.Lon = p.Lat, p.Lon
			}
		}
		p := geo.Offset(geo.LatLon{Lat: f.target.Lat, Lon: f.target.Lon}, 0, f.target.VN/10)
		f.target.Lat, f.target.Lon = p.Lat, p.Lon
	}
}

func (f *flight) place() geo.LatLon { return geo.LatLon{Lat: f.drone.Lat, Lon: f.drone.Lon} }

func (f *flight) approve() {
	f.t.Helper()
	c, err := f.engine.Approve(f.latest.ID, "ann", f.now)
	if err != nil || c.State != cue.Approved || c.DecidedBy != "ann" {
		f.t.Fatalf("%+v, %v", c, err)
	}
}

func TestAnApprovedCueIsFlownAndFollowsItsTarget(t *testing.T) {
	t.Parallel()
	f := newFlight(t, cue.Config{TimeOnTarget: 90 * time.Second}, drone(2, at(500, 0)))
	f.target.VN = 1.4
	f.fly(5 * time.Second)
	if len(f.looks)+len(f.gos) != 0 {
		t.Fatal("something was done before the approval")
	}
	f.approve()
	f.fly(60 * time.Second)
	if f.latest.State != cue.Active {
		t.Fatalf("%+v", f.latest)
	}
	if d := geo.Distance(f.place(), geo.LatLon{Lat: f.target.Lat, Lon: f.target.Lon}); d < 90 || d > 150 {
		t.Errorf("stands %.0f m away", d)
	}
	if len(f.looks) < 60 || len(f.gos) < 3 {
		t.Errorf("aimed %d times and sent %d times in a minute", len(f.looks), len(f.gos))
	}
	for i := 1; i < len(f.looks); i++ {
		if gap := f.looks[i].Sub(f.looks[i-1]); gap < 500*time.Millisecond {
			t.Errorf("aimed again after %v", gap)
		}
	}
	for i := 1; i < len(f.gos); i++ {
		if gap := f.gos[i].Sub(f.gos[i-1]); gap < 3*time.Second {
			t.Errorf("sent again after %v", gap)
		}
	}
	f.fly(90 * time.Second)
	if want := []cue.State{cue.Proposed, cue.Approved, cue.Active, cue.Done}; !slices.Equal(f.states, want) || f.latest.Detail != "looked for 90 s" {
		t.Errorf("%v, %q", f.states, f.latest.Detail)
	}
	// What was looked at is not proposed again at once.
	f.fly(30 * time.Second)
	if f.latest.ID != "c-1" {
		t.Errorf("%+v", f.latest)
	}
}

func TestATargetThatStandsIsLeftInPeace(t *testing.T) {
	t.Parallel()
	f := newFlight(t, cue.Config{}, drone(2, at(500, 0)))
	f.fly(time.Second)
	f.approve()
	f.fly(100 * time.Second)
	if len(f.gos) != 1 || len(f.looks) > 21 {
		t.Errorf("sent %d times, aimed %d times", len(f.gos), len(f.looks))
	}
}

func TestAVehicleOnTheGroundTakesOffFirst(t *testing.T) {
	t.Parallel()
	f := newFlight(t, cue.Config{}, with(drone(2, at(500, 0)), func(v *cue.Vehicle) { v.Airborne, v.AltAGL = false, 0 }))
	f.fly(time.Second)
	f.approve()
	f.fly(80 * time.Second)
	if f.takeoff != 1 || f.latest.State != cue.Active {
		t.Errorf("%d take-offs, %+v", f.takeoff, f.latest)
	}
}

func TestHowCuesEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		approve bool
		then    func(f *flight)
		state   cue.State
		detail  string
	}{
		{"nobody decides", false, func(*flight) {}, cue.Expired, "nobody decided in time"},
		{"the alert is closed", false, func(f *flight) { f.closed = true }, cue.Expired, "the alert was closed"},
		{"the alert is closed in flight", true, func(f *flight) { f.closed = true }, cue.Done, "the alert was closed"},
		{"the proposed vehicle is lost", false, func(f *flight) { f.drone.Live = false }, cue.Expired, "vehicle 2 can no longer do it"},
		{"the vehicle is lost", true, func(f *flight) { f.drone.Live = false }, cue.Failed, "vehicle 2 is lost"},
		{"somebody takes control", true, func(f *flight) { f.drone.LeaseHolder = "bob" }, cue.Failed, "bob has taken control of the vehicle"},
		{"the approver has control", true, func(f *flight) { f.drone.LeaseHolder = "ann" }, cue.Done, "looked for 180 s"},
		{"the battery runs out", true, func(f *flight) { f.drone.BatteryTimeLeft = 2 * time.Minute }, cue.Failed, "its battery only lasts for the way back"},
		{"the vehicle does not come", true, func(f *flight) { f.drone.Lat = origin.Lat - 0.05; f.drone.BatteryTimeLeft = 0 }, cue.Failed, "it did not arrive in time"},
		{"its pilot takes it over", true, func(f *flight) { f.fly(10 * time.Second); f.drone.Mode = "LOITER" }, cue.Failed, "its mode is now LOITER: its pilot, a failsafe or another station flies it"},
		{"the approver flies it by hand", true, func(f *flight) {
			if c, ok := f.engine.ByHand(2, "ann", "return", f.now); !ok || c.State != cue.Done {
				f.t.Errorf("%+v, %v", c, ok)
			}
			if _, ok := f.engine.ByHand(2, "ann", "hold", f.now); ok {
				f.t.Error("it was under way for something still")
			}
		}, cue.Done, "ann flies the vehicle by hand (return)"},
		{"somebody ends it", true, func(f *flight) {
			if c, err := f.engine.End("c-1", "bob", f.now); err != nil || c.State != cue.Done {
				f.t.Errorf("%+v, %v", c, err)
			}
		}, cue.Done, "bob ended it"},
		{"the station cannot", true, func(f *flight) {
			if _, err := f.engine.Fail("c-1", "the vehicle refused", f.now); err != nil {
				f.t.Error(err)
			}
		}, cue.Failed, "the vehicle refused"},
	} {
		f := newFlight(t, cue.Config{}, with(drone(2, at(900, 0)), func(v *cue.Vehicle) { v.Mode, v.PlacesMode = "AUTO", "GUIDED" }))
		f.fly(time.Second)
		if c.approve {
			f.approve()
			f.fly(2 * time.Second)
		}
		c.then(f)
		if c.name == "the vehicle does not come" {
			for range 600 { // it stands still whatever it is told
				f.goal = nil
				place := f.drone
				f.fly(time.Second)
				f.drone = place
			}
		} else {
			f.fly(302 * time.Second)
		}
		got, err := f.engine.Cue("c-1")
		if err != nil || got.State != c.state || got.Detail != c.detail {
			t.Errorf("%s: %s, %q, %v", c.name, got.State, got.Detail, err)
		}
	}
}

func TestAfterAFailureAnotherVehicleIsProposed(t *testing.T) {
	t.Parallel()
	e := cue.New(cue.Config{})
	in := cue.Input{Now: start, Targets: []cue.Target{target("a", origin)}, Vehicles: []cue.Vehicle{drone(1, at(300, 0)), drone(2, at(600, 0))}}
	e.Update(in)
	if _, err := e.Approve("c-1", "ann", start); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Fail("c-1", "refused", start); err != nil {
		t.Fatal(err)
	}
	if r := e.Update(in); len(r.Changed) != 1 || r.Changed[0].ID != "c-2" || r.Changed[0].Vehicle != 2 {
		t.Errorf("%+v", r.Changed)
	}
}

func TestOneVehicleIsSentToOneAlert(t *testing.T) {
	t.Parallel()
	e := cue.New(cue.Config{})
	urgent := target("a-2", at(0, 500))
	urgent.Urgency = 3
	in := cue.Input{Now: start, Targets: []cue.Target{target("a-1", origin), urgent}, Vehicles: []cue.Vehicle{drone(1, at(300, 0))}}
	r := e.Update(in)
	if len(r.Changed) != 2 || r.Changed[0].AlertID != "a-2" {
		t.Fatalf("%+v", r.Changed)
	}
	if _, err := e.Approve("c-1", "ann", start); err != nil {
		t.Fatal(err)
	}
	var decided *cue.DecidedError
	if _, err := e.Approve("c-2", "bob", start); !errors.As(err, &decided) {
		t.Error("one vehicle is sent to two places:", err)
	}
	e.Update(in)
	if c, err := e.Cue("c-2"); err != nil || c.State != cue.Expired {
		t.Errorf("%+v, %v", c, err)
	}
	// A second vehicle is proposed for the other alert at once.
	in.Vehicles = append(in.Vehicles, drone(2, at(900, 0)))
	if r := e.Update(in); len(r.Changed) != 1 || r.Changed[0].Vehicle != 2 || r.Changed[0].AlertID != "a-1" {
		t.Errorf("%+v", r.Changed)
	}
}

func TestTheFirstDecisionStands(t *testing.T) {
	t.Parallel()
	e := cue.New(cue.Config{})
	in := cue.Input{Now: start, Targets: []cue.Target{target("a", origin)}, Vehicles: []cue.Vehicle{drone(1, at(300, 0))}}
	e.Update(in)
	if _, err := e.Approve("c-9", "ann", start); !errors.Is(err, cue.ErrNoCue) {
		t.Error(err)
	}
	var decided *cue.DecidedError
	if _, err := e.Approve("c-1", "ann", start.Add(5*time.Minute)); !errors.As(err, &decided) || decided.State != cue.Expired {
		t.Error("an expired proposal is approved:", err)
	}
	if _, err := e.Fail("c-1", "no", start); !errors.As(err, &decided) {
		t.Error(err)
	}
	if c, err := e.Reject("c-1", "ann", start); err != nil || c.State != cue.Rejected {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := e.Approve("c-1", "bob", start); !errors.As(err, &decided) || decided.By != "ann" {
		t.Error(err)
	}
	// Rejected: not proposed again for some minutes.
	in.Now = start.Add(4 * time.Minute)
	if r := e.Update(in); len(r.Changed) != 0 {
		t.Errorf("%+v", r)
	}
	in.Now = start.Add(6 * time.Minute)
	if r := e.Update(in); len(r.Changed) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestACueIsJSONAsTheInterfaceSays(t *testing.T) {
	t.Parallel()
	e := cue.New(cue.Config{FirstID: 3})
	tracked := target("a-3", origin)
	tracked.TrackID = "t-12"
	e.Update(cue.Input{Now: start, Targets: []cue.Target{tracked}, Vehicles: []cue.Vehicle{drone(2, at(300, 0))}})
	raw, err := json.Marshal(e.Cues())
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{
		"id", "state", "alertId", "trackId", "vehicle", "action", "target", "standoffM", "heightAGL", "etaS", "reasons", "createdAt", "expiresAt",
	} {
		if _, ok := got[0][member]; !ok {
			t.Errorf("no member %q in %s", member, raw)
		}
	}
	if _, ok := got[0]["decidedAt"]; ok {
		t.Errorf("a decision that nobody made: %s", raw)
	}
}
