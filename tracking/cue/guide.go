package cue

import (
	"fmt"
	"strings"
	"time"

	"vedette/internal/geo"
)

const (
	// lookMoveM is the movement from which a camera is aimed anew; lookAgain repeats it to a target that stands.
	lookMoveM = 1.0
	lookAgain = 5 * time.Second
	// arrived is the part of the stand-off distance, with slackM, within which a vehicle is on station.
	arrived = 1.2
	slackM  = 10.0
	// lateFactor and lateSlack bound how long a flight may take against what was reckoned.
	lateFactor = 3
	lateSlack  = time.Minute
	// modeGrace is how long after the first order the mode may still show as it was before: over a bad link it takes its time.
	modeGrace = 30 * time.Second
)

// guide carries an approved cue on: it gives what is to be done now, if anything.
func (e *Engine) guide(c *entry, t Target, v Vehicle, hints []Hint, now time.Time) (Intent, bool) {
	if why := e.failure(c, t, v, now); why != "" {
		e.end(c, Failed, why, now)
		return Intent{}, false
	}
	if !v.Live {
		return Intent{}, false // away from its link for a moment: nothing can be told to it
	}
	stand, move := e.stand(c, t, v)
	if move {
		c.stands = stand
	}
	e.progress(c, v, now)
	c.watch(t, now)
	e.leaves(c, v)
	if c.cue.State == Done {
		return Intent{}, false
	}
	out := Intent{Cue: c.cue.ID, Vehicle: v.ID, Operator: c.cue.DecidedBy}
	c.flew = c.flew || v.Airborne
	if !v.Airborne && !c.tookOff {
		c.tookOff = true
		height := e.cfg.HeightAGL
		out.TakeOff = &height
	}
	if place := e.aimed(c, t, v, hints, now); c.wantsLook(&e.cfg, place, now) {
		c.looked, c.lookedAt = now, place
		out.LookAt = &place
	}
	if move && c.cue.Action == LookAndApproach && v.Airborne && !c.climbing(&e.cfg, v) && (c.sent.IsZero() || c.flies(v)) {
		if place, ok := c.wantsGo(&e.cfg, stand, v, now); ok {
			there := v.Mode != "" && v.Mode == v.PlacesMode // who changes it from now on is not overruled
			out.GoTo = &GoTo{Position: place, HeightAGL: e.cfg.HeightAGL, KeepMode: there || !c.sent.IsZero()}
			c.sent, c.sentTo = now, place
			c.cue.Approach, c.changed = &place, true
		}
	}
	return out, out.TakeOff != nil || out.LookAt != nil || out.GoTo != nil
}

// climbing tells whether a take-off of this cue is still under way: another order would cut it short.
func (c *entry) climbing(cfg *Config, v Vehicle) bool {
	const high = 0.8 // part of the height from which the rest is climbed on the way
	return c.tookOff && c.sent.IsZero() && v.AltAGL < high*cfg.HeightAGL
}

// failure tells why a cue cannot go on, or nothing.
func (e *Engine) failure(c *entry, t Target, v Vehicle, now time.Time) string {
	switch {
	case now.Sub(c.seen) > e.cfg.LostAfter:
		return fmt.Sprintf("vehicle %d is lost", c.cue.Vehicle)
	case !v.Live:
		return ""
	case v.LeaseHolder != "" && v.LeaseHolder != c.cue.DecidedBy:
		return v.LeaseHolder + " has taken control of the vehicle"
	case !v.Airborne && (c.flew || !c.onGround), v.flyingHome() && c.cue.Action != Look && c.sent.IsZero():
		return fmt.Sprintf("vehicle %d is %s now, and nothing is commanded it", c.cue.Vehicle, v.whereabouts())
	case v.flyingHome() && c.cue.Action == Look: // its camera does not keep it
	case v.BatteryTimeLeft > 0 && v.BatteryTimeLeft < e.cfg.homeward(v, v.place())+e.cfg.Reserve:
		return "its battery only lasts for the way back"
	case c.takenOver(v, now):
		return fmt.Sprintf("its mode is now %s: its pilot, a failsafe or another station flies it", v.Mode)
	case c.cue.State == Approved && now.Sub(c.approved) > lateFactor*duration(c.cue.ETAS)+lateSlack:
		return "it did not arrive in time"
	}
	return ""
}

// flies tells whether the vehicle still flies where a cue sends it, as far as its mode tells.
func (c *entry) flies(v Vehicle) bool {
	climbs := c.sent.IsZero() && strings.Contains(v.Mode, "TAKEOFF")
	return v.Mode == "" || v.PlacesMode == "" || v.Mode == v.PlacesMode || climbs
}

// takenOver tells that a vehicle which flew for a cue was brought into another mode, or never came into the right one: then nothing more is
// commanded.
func (c *entry) takenOver(v Vehicle, now time.Time) bool {
	switch {
	case c.flies(v):
		c.taken = c.taken || !c.sent.IsZero() && v.Mode != ""
		return false
	case c.taken:
		return true
	case !c.sent.IsZero():
		return now.Sub(c.sent) > modeGrace
	default:
		return c.tookOff && now.Sub(c.approved) > modeGrace
	}
}

// progress notices that the vehicle is on station, and that it has looked for long enough.
func (e *Engine) progress(c *entry, v Vehicle, now time.Time) {
	d := geo.Distance(v.place(), c.stands)
	switch c.cue.State {
	case Approved:
		if v.Airborne && (c.cue.Action == Look || d <= arrived*e.cfg.StandoffM+slackM) {
			c.cue.State, c.active, c.cue.ETAS, c.changed = Active, now, 0, true
			e.takeOver(c, now)
		}
	case Active:
		if now.Sub(c.active) >= e.cfg.timeOnTarget(c) || e.lookedEnough(c, now) {
			e.end(c, Done, fmt.Sprintf("looked for %.0f s", now.Sub(c.active).Seconds())+e.unfoundWords(c), now)
		}
	}
}

// wantsLook tells whether the camera should be aimed anew.
func (c *entry) wantsLook(cfg *Config, place geo.LatLon, now time.Time) bool {
	if c.looked.IsZero() {
		return true
	}
	since := now.Sub(c.looked)
	return since >= lookAgain || since >= cfg.LookEvery && geo.Distance(place, c.lookedAt) >= lookMoveM
}

// wantsGo gives the place where the vehicle should go now, if it should.
func (c *entry) wantsGo(cfg *Config, target geo.LatLon, v Vehicle, now time.Time) (geo.LatLon, bool) {
	place, ok := cfg.approach(target, v.place())
	if !ok || !c.sent.IsZero() && (now.Sub(c.sent) < cfg.GoEvery || geo.Distance(place, c.sentTo) < cfg.GoMoveM) {
		return geo.LatLon{}, false
	}
	return place, true
}
