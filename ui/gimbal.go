package ui

import (
	"context"
	"slices"
	"sync"
	"time"

	"vedette/ui/api"
)

// gimbal points a vehicle's camera.
func gimbal(c *call) error {
	var b api.GimbalCommand
	if err := c.body(&b); err != nil {
		return err
	}
	if err := checkGimbal(b); err != nil {
		return err
	}
	do := func(ctx context.Context, id int) (api.CommandResult, error) {
		return c.s.cfg.Station.Gimbal(ctx, c.who, id, b)
	}
	if turns(b) {
		id, err := c.vehicle()
		if err != nil {
			return err
		}
		if c.s.turning.goesOn(turnKey{id, b.Gimbal, "gimbal", c.who.Name}, still(b), time.Now()) {
			return c.tellOn("gimbal", b, do)
		}
	}
	return c.tell("gimbal", b, do)
}

// tellOn is tell for what goes on with something that is on record already: only a failure is a new record.
func (c *call) tellOn(name string, request any, do func(ctx context.Context, id int) (api.CommandResult, error)) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	ctx, cancel := c.act()
	defer cancel()
	start := time.Now()
	result, err := do(ctx, id)
	if err != nil {
		return c.tell(name, request, func(context.Context, int) (api.CommandResult, error) { return result, err })
	}
	complete(&result, id, name, time.Since(start))
	return c.answer(result)
}

// turns tells that a gimbal is to turn at rates or by sticks.
func turns(b api.GimbalCommand) bool { return rated(b) || sticks(b) }

func rated(b api.GimbalCommand) bool { return b.PitchRateDegS != nil || b.YawRateDegS != nil }

func sticks(b api.GimbalCommand) bool { return b.PitchStick != nil || b.YawStick != nil }

func still(b api.GimbalCommand) bool {
	for _, rate := range []*float64{b.PitchRateDegS, b.YawRateDegS, b.PitchStick, b.YawStick} {
		if rate != nil && *rate != 0 {
			return false
		}
	}
	return true
}

// turnMemory is how long after rates the next ones are the same turn.
const turnMemory = time.Second

// turning remembers who turns which gimbal or moves which lens, so that rates that are repeated ten times a second are one record
// and not ten. It holds at most a vehicle's gimbals and lenses times its operators within a second.
type turning struct {
	mu   sync.Mutex
	last map[turnKey]lastTurn
}

type turnKey struct {
	vehicle, part int
	what, who     string
}

type lastTurn struct {
	still bool
	at    time.Time
}

// goesOn notes rates and tells whether they go on with a turn, or with a stop.
func (t *turning) goesOn(key turnKey, still bool, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil {
		t.last = make(map[turnKey]lastTurn)
	}
	for k, l := range t.last {
		if now.Sub(l.at) > turnMemory {
			delete(t.last, k)
		}
	}
	was, known := t.last[key]
	t.last[key] = lastTurn{still, now}
	return known && was.still == still
}

var gimbalModes = []string{"lock", "follow", "neutral", "retract", "control", "release", "roiNone"}

// checkGimbal allows exactly one way to say where to look.
func checkGimbal(b api.GimbalCommand) error {
	angles := b.PitchDeg != nil || b.YawDeg != nil
	ways := 0
	for _, given := range []bool{b.LookAt != nil, b.LookAtVehicle != 0, angles, rated(b), sticks(b), b.Mode != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways != 1:
		return api.BadRequest("give one of lookAt, lookAtVehicle, pitchDeg with yawDeg, pitchRateDegS with yawRateDegS, pitchStick with yawStick, or mode")
	case b.Mode != "" && !slices.Contains(gimbalModes, b.Mode):
		return api.BadRequest("mode %.40q: use lock, follow, neutral, retract, control, release or roiNone", b.Mode)
	case b.Frame != "" && !angles && !turns(b):
		return api.BadRequest("frame goes with angles and rates only")
	case b.Frame != "" && b.Frame != "earth" && b.Frame != "vehicle":
		return api.BadRequest("frame %.40q: use earth or vehicle", b.Frame)
	case b.Gimbal < 0 || b.Gimbal > 255:
		return api.BadRequest("gimbal must be from 1 to 255")
	case b.LookAtVehicle < 0 || b.LookAtVehicle > 255:
		return api.BadRequest("lookAtVehicle must be a MAVLink system id, 1 to 255")
	}
	return first(
		checkPlace("lookAt", b.LookAt),
		within("pitchDeg", b.PitchDeg, -180, 180),
		within("yawDeg", b.YawDeg, -360, 360),
		within("pitchRateDegS", b.PitchRateDegS, -maxRate, maxRate),
		within("yawRateDegS", b.YawRateDegS, -maxRate, maxRate),
		within("pitchStick", b.PitchStick, -1, 1),
		within("yawStick", b.YawStick, -1, 1),
	)
}

func checkPlace(name string, p *api.Place) error {
	if p == nil {
		return nil
	}
	if p.Lat == nil || p.Lon == nil {
		return api.BadRequest("%s needs lat and lon", name)
	}
	return first(
		within(name+": lat", p.Lat, -90, 90),
		within(name+": lon", p.Lon, -180, 180),
		within(name+": altAMSL", p.AltAMSL, minAMSL, maxAMSL),
	)
}
