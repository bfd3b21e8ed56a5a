//go:build !race

package station

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/sensors"
	"vedette/sim/groundsensor"
	"vedette/sim/scenario"
	"vedette/sim/world"
	"vedette/tracking/alert"
	"vedette/tracking/cue"
	"vedette/tracking/zone"
)

// scene plays a scenario of the simulator to the station's own picture by a virtual clock: sensors over their own wire formats,
// cameras as boxes in pictures that nobody draws, drones that fly by themselves, and an operator who approves and decides.
// What truly happens is known, so that alerts can be judged.
type scene struct {
	world   *world.World
	tape    *groundsensor.Tape
	replay  *sensors.Replay
	picture *picture
	drones  []*sceneDrone
	intents chan cue.Intent
	chance  *rand.Rand
	now     time.Time
	steps   int
	every   int // steps from one picture of a camera to the next
	objects []world.Object

	sides    map[string]bool      // by object: whether it is north of the line
	parties  map[string]*party    // who truly comes, by name
	raised   map[string]*verdict  // what each alert was about
	order    []*verdict           // in the order of their raising
	approved map[string]*cueWatch // cues
	trips    map[string]int       // by what caused them
	looks    map[string]*look     // proposals to look that were made without an alert
}

// look is a proposal to look at what was no alert.
type look struct {
	at     time.Time
	near   string // what truly was there
	useful bool   // it became an alert about somebody

}

// party is one person, group or vehicle of the truth that crosses.
type party struct {
	name    string
	class   world.Class
	crossed time.Time // zero: not yet
	alerted time.Time // zero: not
	trips   []string  // of sensors that it was near, for the record of those that were missed
	grouped bool      // the alert is about a group, in which its track is, and was raised for others of them
	seen    bool      // it was in a camera's view, before it had crossed or soon after
}

// verdict is what an alert truly was about when it was raised.
type verdict struct {
	alert alert.Alert
	cause string // "crossing", "again" (one more alert about the same), or what a nuisance came from
	party *party
	at    time.Time
}

// cueWatch is a cue from its approval on.
type cueWatch struct {
	approved, seen time.Time
	shown          time.Time // when its camera first showed the place that it is about
	party          *party
	distanceM      float64 // of the vehicle at the approval
}

const (
	sceneStep = pictureEvery
	// Reaction times of the operator.
	approveAfter = 15 * time.Second
	decideAfter  = 4 * time.Minute
	// nearTruthM is how near an alert must be to what it is about.
	nearTruthM, nearVehicleM = 100.0, 160.0
	// lateAfter is how long after a crossing an alert still counts.
	lateAfter = time.Minute
)

var sceneStart = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)

// withoutLooks ends the name of a scenario in which no looks without an alert are proposed.
const withoutLooks = "-looks"

// newScene builds the scene of a scenario and a seed.
func newScene(tb testing.TB, name string, seed int64) *scene {
	tb.Helper()
	cues := cueConfig(config.Cues{}, nil)
	name, none := strings.CutSuffix(name, withoutLooks)
	if none {
		cues.HunchesPerHour = 0
	}
	plan, err := scenario.Load(name)
	if err != nil {
		tb.Fatal(err)
	}
	w, err := world.New(world.Config{Seed: seed, Scenario: plan, Start: sceneStart})
	if err != nil {
		tb.Fatal(err)
	}
	s := &scene{
		world: w, now: sceneStart, every: 2, intents: make(chan cue.Intent, intentQueue), chance: rand.New(rand.NewPCG(uint64(seed), 77)),
		sides: map[string]bool{}, parties: map[string]*party{}, raised: map[string]*verdict{}, approved: map[string]*cueWatch{}, trips: map[string]int{}, looks: map[string]*look{},
	}
	s.tape, err = groundsensor.NewTape(groundsensor.Config{
		World: w, Seed: seed,
		OnTrip: func(_ time.Time, _, _, cause string) { s.trips[s.kindOf(cause)]++ },
	}, sceneStart)
	if err != nil {
		tb.Fatal(err)
	}
	file := config.Config{
		Gateways: []config.Gateway{
			{Name: "north", Serial: &config.SerialPort{Device: "/dev/null"}, Protocol: sensors.ProtocolLine},
			{Name: world.GatewayShake, UDP: "127.0.0.1:0", Protocol: sensors.ProtocolShake},
		},
		Zones: []config.Zone{{ID: "border", Kind: string(zone.Border), Points: w.Border()}},
	}
	for _, x := range w.Sensors() {
		c := config.Sensor{
			ID: x.ID, Kind: string(x.Kind), Position: &x.LatLon, AzimuthDeg: x.AzimuthDeg, FOVDeg: x.FOVDeg, RangeM: x.RangeM,
			Gateway: x.Gateway, Address: x.Address, Channel: x.Channel,
		}
		if x.Kind == world.Beam {
			c.Line = x.Line[:]
		}
		file.Sensors = append(file.Sensors, c)
	}
	list, gateways := sensorConfigs(file)
	if s.replay, err = sensors.NewReplay(sensors.Config{Sensors: list, Gateways: gateways}); err != nil {
		tb.Fatal(err)
	}
	zones, err := zonesOf(file.Zones)
	if err != nil {
		tb.Fatal(err)
	}
	cues.Zones = zones
	hfov := map[string]config.Feed{}
	places := map[string]feedPlace{}
	for i, d := range plan.Drones {
		drone := newSceneDrone(w, d, seed+int64(i))
		s.drones = append(s.drones, drone)
		hfov[drone.feed] = config.Feed{Camera: config.Camera{HFOVDeg: sceneHFOVDeg}}
		places[drone.feed] = feedPlace{vehicle: d.ID, pose: poseMAVLink}
	}
	room, err := mavlink.New(mavlink.Config{Folder: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	s.picture = newPicture(pictureConfig{
		mavlink: s, feeds: &feeds{mavlink: room, byHand: hfov, places: places}, ground: &ground{terrain: w.Tile()},
		looks: newLooks(), leases: nobody{}, zones: zones, cues: cues, hub: newHub(), intents: s.intents, firstID: 1,
		log: slog.New(slog.DiscardHandler),
	}, s.replay.Sensors())
	return s
}

// Vehicles implements craft.
func (s *scene) Vehicles() []mavlink.Vehicle {
	out := make([]mavlink.Vehicle, len(s.drones))
	for i, d := range s.drones {
		out[i] = d.told()
	}
	return out
}

// CameraPoseAt implements craft.
func (s *scene) CameraPoseAt(vehicle int, _ uint8, at time.Time) (mavlink.Pose, error) {
	for _, d := range s.drones {
		if d.plan.ID == vehicle {
			return d.poseAt(at)
		}
	}
	return mavlink.Pose{}, mavlink.ErrNoPose
}

// play runs on for some time.
func (s *scene) play(d time.Duration) {
	for end := s.now.Add(d); s.now.Before(end); {
		s.step()
	}
}

func (s *scene) step() {
	for until := s.now.Add(sceneStep); s.now.Before(until); {
		at, sent := s.tape.Step()
		s.now = at
		for _, one := range sent {
			from, _ := netip.ParseAddr(one.Address) // a serial gateway has none
			for _, e := range s.replay.Take(one.Gateway, netip.AddrPortFrom(from, 8888), one.Data, at) {
				s.picture.takeEvent(e)
				s.noteTrip(e)
			}
		}
	}
	s.objects = s.world.ObjectsAt(s.now)
	s.watchTruth()
	s.reportOwn()
	s.steps++
	for _, d := range s.drones {
		d.fly(s.now)
		if frame, ok := d.look(s.now, s.objects); ok && s.steps%s.every == 0 {
			s.picture.takeFrame(frame)
		}
	}
	s.picture.step(s.now)
	for {
		select {
		case i := <-s.intents:
			s.obey(i)
			continue
		default:
		}
		break
	}
	s.judge()
	s.operate()
}

func (s *scene) obey(i cue.Intent) {
	for _, d := range s.drones {
		if d.plan.ID == i.Vehicle {
			d.obey(i)
		}
	}
}

// partyOf is the name of whom an object belongs to: members of a group are one, each repetition is another.
func partyOf(id string) string {
	name, again, repeated := strings.Cut(id, ".")
	name, _, _ = strings.Cut(name, "-")
	if repeated {
		return name + "." + again
	}
	return name
}

// intruder tells whether somebody should be alerted of an object.
func intruder(o *world.Object) bool { return o.Class != world.Animal && !o.Own }

// kindOf names the cause of a trip.
func (s *scene) kindOf(cause string) string {
	for i := range s.objects {
		if o := &s.objects[i]; o.ID == cause {
			if o.Own {
				return "own"
			}
			return string(o.Class)
		}
	}
	return cause
}

// noteTrip remembers whom a sensor may have meant.
func (s *scene) noteTrip(e sensors.Event) {
	if e.Type != sensors.EventTrip {
		return
	}
	seen := map[string]bool{}
	for i := range s.objects {
		o := &s.objects[i]
		reach := 60.0
		if o.Class == world.Vehicle {
			reach = 130
		}
		p := s.parties[partyOf(o.ID)]
		if p == nil || seen[p.name] || geo.Distance(o.LatLon, e.State.Position) > reach {
			continue
		}
		seen[p.name] = true
		p.trips = append(p.trips, fmt.Sprintf("%s %s %s %.2f", e.ObservedAt.Sub(sceneStart).Round(time.Second), e.Sensor, e.Detail, e.Confidence))
	}
}

// reportOwn tells where ours are, as their radios do every few seconds, with the error of a satellite receiver.
func (s *scene) reportOwn() {
	const everySteps, errorM = 25, 4
	if s.steps%everySteps != 0 {
		return
	}
	told := map[string]bool{}
	for i := range s.objects {
		o := &s.objects[i]
		name := partyOf(o.ID)
		if !o.Own || told[name] { // one radio for each patrol
			continue
		}
		told[name] = true
		at, _ := s.world.Place(o.E+errorM*s.chance.NormFloat64(), o.N+errorM*s.chance.NormFloat64())
		s.picture.own = append(s.picture.own, alert.Own{ID: name, Vehicle: o.Class == world.Vehicle, Lat: at.Lat, Lon: at.Lon, At: s.now})
	}
}

// watchTruth notes who crosses.
func (s *scene) watchTruth() {
	for i := range s.objects {
		o := &s.objects[i]
		if !intruder(o) {
			continue
		}
		name := partyOf(o.ID)
		p := s.parties[name]
		if p == nil {
			p = &party{name: name, class: o.Class}
			s.parties[name] = p
		}
		if !p.seen && (p.crossed.IsZero() || s.now.Sub(p.crossed) < lateAfter) {
			p.seen = slices.ContainsFunc(s.drones, func(d *sceneDrone) bool { return d.sees(o) })
		}
		north := o.N > s.world.BorderN(o.E)
		if was, known := s.sides[o.ID]; known && was != north && p.crossed.IsZero() {
			p.crossed = s.now
		}
		s.sides[o.ID] = north
	}
}

// operate is the operator: approves every proposal after a while, and closes alerts as what they truly were.
func (s *scene) operate() {
	for _, c := range s.picture.cues.Cues() {
		v := s.raised[c.AlertID]
		s.noteLook(c, v)
		switch {
		case c.State == cue.Proposed && s.now.Sub(c.CreatedAt) >= approveAfter:
			if _, err := s.picture.cues.Approve(c.ID, "operator", s.now); err == nil && v != nil {
				w := &cueWatch{approved: s.now, party: v.party}
				for _, d := range s.drones {
					if d.plan.ID == c.Vehicle {
						w.distanceM = geo.Distance(d.place(), c.Target)
					}
				}
				s.approved[c.ID] = w
			}
		case c.State == cue.Approved || c.State == cue.Active:
			if w := s.approved[c.ID]; w != nil {
				s.watch(w, c)
			}
		case c.State.Final():
			for _, d := range s.drones {
				if d.cue == c.ID {
					d.release()
				}
			}
		}
	}
	for _, v := range s.order {
		a, err := s.picture.alerts.Alert(v.alert.ID)
		if err != nil || !a.State.Open() || s.now.Sub(v.at) < decideAfter {
			continue
		}
		if v.party != nil {
			_, _ = s.picture.alerts.Resolve(a.ID, "operator", "", s.now) // it is open
		} else {
			_, _ = s.picture.alerts.CallFalse(a.ID, "operator", v.cause, s.now)
		}
	}
}

// noteLook counts proposals that came without an alert, and which of them led to one about somebody who crosses.
func (s *scene) noteLook(c cue.Cue, v *verdict) {
	l := s.looks[c.ID]
	switch {
	case l == nil && c.AlertID == "":
		cause, p := s.explain(c.Target)
		if p != nil {
			cause = p.name
		}
		s.looks[c.ID] = &look{at: s.now, near: cause}
	case l != nil && v != nil && v.party != nil:
		l.useful = true
	}
}

// watch notes what the camera of a cue shows.
func (s *scene) watch(w *cueWatch, c cue.Cue) {
	if w.seen.IsZero() && w.party != nil && s.inView(c.Vehicle, w.party) {
		w.seen = s.now
	}
	for _, d := range s.drones {
		if d.plan.ID == c.Vehicle && d.flying() && w.shown.IsZero() {
			if _, _, _, ok := d.pixel(d.enu(c.Target)); ok {
				w.shown = s.now
			}
		}
	}
}

func (s *scene) inView(vehicle int, p *party) bool {
	for _, d := range s.drones {
		if d.plan.ID != vehicle {
			continue
		}
		for i := range s.objects {
			if o := &s.objects[i]; partyOf(o.ID) == p.name && d.sees(o) {
				return true
			}
		}
	}
	return false
}
