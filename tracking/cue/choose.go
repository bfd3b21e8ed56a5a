package cue

import (
	"fmt"
	"math"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/zone"
)

func (t Target) place() geo.LatLon  { return geo.LatLon{Lat: t.Lat, Lon: t.Lon} }
func (v Vehicle) place() geo.LatLon { return geo.LatLon{Lat: v.Lat, Lon: v.Lon} }

// flyingHome tells that it is in the air, but not for long, and must not be sent elsewhere.
func (v Vehicle) flyingHome() bool { return v.GoingHome && v.Airborne }

// whereabouts are the words for what keeps a vehicle from being sent on.
func (v Vehicle) whereabouts() string {
	if v.Airborne {
		return "flying home"
	}
	return "on the ground"
}

// plan is how one vehicle would look at a target.
type plan struct {
	vehicle   Vehicle
	action    Action
	approach  geo.LatLon
	distanceM float64
	eta       time.Duration
	stay      time.Duration
	stayKnown bool
	leaves    *entry        // what it would be called away from
	penalty   time.Duration // of choices that an operator would rather not make
}

const (
	// heldPenalty is what it counts against a vehicle that somebody else controls.
	heldPenalty = 30 * time.Second
	// sharedPenalty is what it counts against a vehicle that is already proposed elsewhere.
	sharedPenalty = 30 * time.Second
	// homePenalty is what it counts against one that flies home, and sees the target only on its way.
	homePenalty = time.Minute
	// nearEnough is the part of the stand-off distance, above it, within which nothing has to fly.
	nearEnough = 1.1
)

// choose finds the vehicle that can look soonest. only says that there was no other that could.
func (e *Engine) choose(t Target, vehicles []Vehicle, now time.Time) (best plan, nearest, only, ok bool) {
	var all []plan
	for _, v := range vehicles {
		leaves := e.leavable(t, v.ID, now)
		if e.failedAt(t.key(), v.ID) || leaves == nil && e.busy(t.key(), v.ID) || t.AlertID == "" && !e.spare(v) {
			continue
		}
		if p, can := e.cfg.plan(t.place(), v); can && (t.AlertID != "" || p.eta <= e.cfg.HunchETA) {
			if e.proposed(v.ID) {
				p.penalty += sharedPenalty
			}
			if leaves != nil {
				p.leaves = leaves
				p.penalty += awayPenalty
			}
			all = append(all, p)
		}
	}
	closest := math.Inf(1)
	for _, p := range all {
		closest = min(closest, p.distanceM)
		sooner := p.eta+p.penalty < best.eta+best.penalty
		same := p.eta+p.penalty == best.eta+best.penalty && p.vehicle.ID < best.vehicle.ID
		if !ok || sooner || same {
			best, ok = p, true
		}
	}
	return best, best.distanceM <= closest, len(all) == 1, ok
}

// plan reckons how a vehicle would look at a place; false where it cannot.
func (c *Config) plan(target geo.LatLon, v Vehicle) (plan, bool) {
	if !v.Live || !v.HasCamera {
		return plan{}, false
	}
	p := plan{vehicle: v, distanceM: geo.Distance(v.place(), target), action: LookAndApproach}
	approach, reachable := c.approach(target, v.place())
	travelM := 0.0
	switch {
	case v.flyingHome():
		if p.distanceM > c.LookRangeM {
			return plan{}, false
		}
		p.action, p.penalty = Look, homePenalty
	case v.Airborne && p.distanceM <= nearEnough*c.StandoffM:
		p.action = Look
	case reachable:
		p.approach = approach
		travelM = geo.Distance(v.place(), approach)
	case v.Airborne && p.distanceM <= c.LookRangeM:
		p.action = Look
	default:
		return plan{}, false
	}
	p.eta = c.SlewTime
	if p.action == LookAndApproach {
		p.eta += c.flight(v, travelM, c.HeightAGL-v.AltAGL)
	}
	if !v.flyingHome() {
		p.stay, p.stayKnown = c.stay(v, target, p.eta)
	}
	if p.eta > c.FarthestETA || p.stayKnown && p.stay < c.LeastStay {
		return plan{}, false
	}
	if v.LeaseHolder != "" {
		p.penalty += heldPenalty
	}
	return p, true
}

// flight is the time for a distance and a climb, flown together, after taking off where that is needed.
func (c *Config) flight(v Vehicle, distanceM, climbM float64) time.Duration {
	across, up := distanceM/c.speed(v), max(0, climbM)/c.ClimbRate
	if !v.Airborne {
		return c.TakeOffTime + duration(across+up) // up first
	}
	return duration(max(across, up))
}

func (c *Config) speed(v Vehicle) float64 {
	if v.Speed > 0 {
		return v.Speed
	}
	return c.Speed
}

func duration(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// stay is how long a vehicle could look before it has to return.
func (c *Config) stay(v Vehicle, target geo.LatLon, eta time.Duration) (time.Duration, bool) {
	if v.MinutesOnStation > 0 {
		return duration(60 * v.MinutesOnStation), true
	}
	if v.BatteryTimeLeft <= 0 {
		return 0, false
	}
	return v.BatteryTimeLeft - eta - c.homeward(v, target) - c.Reserve, true
}

// homeward is the time back to a vehicle's return point from somewhere.
func (c *Config) homeward(v Vehicle, from geo.LatLon) time.Duration {
	home := geo.LatLon{Lat: v.HomeLat, Lon: v.HomeLon}
	if home == (geo.LatLon{}) {
		home = v.place()
	}
	return duration(geo.Distance(from, home) / c.speed(v))
}

// approach finds the stand-off place on the vehicle's side of a target, or the nearest to it round the target that a
// straight flight reaches without entering a no-fly zone.
func (c *Config) approach(target, from geo.LatLon) (geo.LatLon, bool) {
	const step, most = 15.0, 180.0
	toward := geo.BearingDeg(target, from)
	for turn := 0.0; turn <= most; turn += step {
		for _, sign := range [...]float64{1, -1} {
			place := geo.Offset(target, toward+sign*turn, c.StandoffM)
			if !c.blocked(from, place) {
				return place, true
			}
		}
	}
	return geo.LatLon{}, false
}

func (c *Config) blocked(from, to geo.LatLon) bool {
	for _, z := range c.Zones {
		if z.Kind == zone.NoFly && z.Blocks(from.Point(), to.Point()) {
			return true
		}
	}
	return false
}

// words explains a choice: "nearest, 11 s away, 14 min on station".
func (p plan) words(nearest, only bool) string {
	text := "soonest"
	switch {
	case only:
		text = "the only one that can"
	case nearest:
		text = "nearest"
	}
	if p.action == Look && p.eta < 5*time.Second {
		text += ", in view at once"
	} else {
		text += fmt.Sprintf(", %.0f s away", math.Ceil(p.eta.Seconds()))
	}
	if p.stayKnown {
		text += fmt.Sprintf(", %.0f min on station", math.Floor(p.stay.Minutes()))
	}
	if p.vehicle.flyingHome() {
		text += ", by its camera alone, for it flies home"
	}
	if !p.vehicle.Airborne {
		text += ", has to take off"
	}
	if p.vehicle.LeaseHolder != "" {
		text += ", controlled by " + p.vehicle.LeaseHolder
	}
	return text
}
