package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

const (
	leadTimeout = 3.0  // s after which what was heard of the lead is no longer believed
	leadForget  = 10.0 // s after which a lead that nobody named is forgotten
)

// Values of FOLL_YAW_BEHAVE.
const (
	yawFaceLead = iota + 1
	yawAsLead
	yawOfFlight
)

// Parts of FOLLOW_TARGET that may be missing.
const (
	leadHasPlace = 1 << iota
	leadHasSpeed
	_
	leadHasAttitude
)

// lead is the vehicle that FOLLOW follows.
type lead struct {
	system   uint8   // 0: none was heard
	at, vel  vec     // where it was, and how it moved
	yawDeg   float64 // NaN: it does not tell
	heardAt  float64 // s since power-up
	byTarget bool    // it sends FOLLOW_TARGET, which is better
	offset   *vec    // that was taken when the mode began, as no parameter gives one
}

// wants tells whether a sender is the lead: the one of FOLL_SYSID, or, where that is 0, the first that is heard.
func (l *lead) wants(f *flight, system uint8) bool {
	if f.params.get("FOLL_ENABLE") == 0 || system == 0 {
		return false
	}
	if want := f.params.get("FOLL_SYSID"); want != 0 {
		return float64(system) == want
	}
	return l.system == 0 || l.system == system || f.age()-l.heardAt > leadForget
}

// heardLead is GLOBAL_POSITION_INT of another vehicle.
func (f *flight) heardLead(system uint8, m *mav.MessageGlobalPositionInt) {
	l := &f.lead
	if !l.wants(f, system) || l.system == system && l.byTarget {
		return
	}
	at, ok := f.placeOf(float64(m.Lat)/1e7, float64(m.Lon)/1e7, float64(m.Alt)/1000)
	if !ok {
		return
	}
	if f.params.get("FOLL_ALT_TYPE") == 1 { // heights above home, each above its own
		at[2] = f.home[2] + float64(m.RelativeAlt)/1000
	}
	yaw := math.NaN()
	if m.Hdg < 36000 {
		yaw = float64(m.Hdg) / 100
	}
	f.takeLead(system, at, vec{float64(m.Vy) / 100, float64(m.Vx) / 100, -float64(m.Vz) / 100}, yaw)
}

// heardTarget is FOLLOW_TARGET of another vehicle or of a station.
func (f *flight) heardTarget(system uint8, m *mav.MessageFollowTarget) {
	if !f.lead.wants(f, system) || m.EstCapabilities&leadHasPlace == 0 {
		return
	}
	at, ok := f.placeOf(float64(m.Lat)/1e7, float64(m.Lon)/1e7, float64(m.Alt))
	if !ok {
		return
	}
	vel, yaw := vec{}, math.NaN()
	if m.EstCapabilities&leadHasSpeed != 0 {
		vel = vec{float64(m.Vel[1]), float64(m.Vel[0]), -float64(m.Vel[2])}
	}
	if m.EstCapabilities&leadHasAttitude != 0 {
		w, x, y, z := float64(m.AttitudeQ[0]), float64(m.AttitudeQ[1]), float64(m.AttitudeQ[2]), float64(m.AttitudeQ[3])
		yaw = wrap360(math.Atan2(2*(w*z+x*y), 1-2*(y*y+z*z)) / toRad)
	}
	if !finite(vel[:]...) {
		return
	}
	f.takeLead(system, at, vel, yaw)
	f.lead.byTarget = true
}

func (f *flight) takeLead(system uint8, at, vel vec, yawDeg float64) {
	l := &f.lead
	if math.IsNaN(yawDeg) && f.params.get("FOLL_OFS_TYPE") == 1 {
		return // ahead of it and beside it means nothing without a heading
	}
	if l.system != system {
		l.byTarget = false
	}
	l.system, l.at, l.vel, l.yawDeg, l.heardAt = system, at, vel, yawDeg, f.age()
}

// now is where the lead is by what was heard last; false: it is silent, or beyond FOLL_DIST_MAX.
func (l *lead) now(f *flight) (vec, bool) {
	late := f.age() - l.heardAt
	if l.system == 0 || late > leadTimeout*f.pace {
		return vec{}, false
	}
	if most := f.params.get("FOLL_DIST_MAX"); most > 0 && l.at.sub(f.est.pos).length() > most {
		return vec{}, false
	}
	return l.at.add(l.vel.scale(late)), true
}

// place is where the vehicle belongs while the lead is somewhere: off it by FOLL_OFS_*, or by what lay between them when the
// mode began.
func (l *lead) place(f *flight, lead vec) vec {
	x, y, z := f.params.get("FOLL_OFS_X"), f.params.get("FOLL_OFS_Y"), f.params.get("FOLL_OFS_Z")
	relative := f.params.get("FOLL_OFS_TYPE") == 1
	offset := vec{y, x, -z}
	if offset == (vec{}) {
		if l.offset == nil {
			from := f.est.pos.sub(lead)
			text := "N-E-D follow offset loaded"
			if relative {
				from, text = from.turned(-l.yawDeg), "Relative follow offset loaded"
			}
			l.offset = &from
			f.say(mav.MAV_SEVERITY_INFO, "%s", text)
		}
		offset = *l.offset
	}
	if relative {
		offset = offset.turned(l.yawDeg)
	}
	return lead.add(offset)
}

// goal flies beside the lead with its speed; without it, the vehicle stops.
func (l *lead) goal(f *flight, g goal) goal {
	at, ok := l.now(f)
	if !ok {
		g.yawDeg, g.yawRate = nil, 0
		return g
	}
	d := l.place(f, at).sub(f.est.pos)
	g.vel = l.vel
	if dist := d.horizontal(); dist > 0 {
		v := min(g.speed, approach(dist, posGain, brakeShare*g.accel))
		g.vel[0], g.vel[1] = g.vel[0]+d[0]/dist*v, g.vel[1]+d[1]/dist*v
	}
	g.vel[2] += math.Copysign(approach(math.Abs(d[2]), climbGain, brakeShare*g.accelUp), d[2])
	turn := func(yaw float64) { g.yawDeg = &yaw }
	switch to := at.sub(f.est.pos); int(f.params.get("FOLL_YAW_BEHAVE")) {
	case yawFaceLead:
		if to.horizontal() > 1 {
			turn(to.courseDeg())
		}
	case yawAsLead:
		if !math.IsNaN(l.yawDeg) {
			turn(l.yawDeg)
		}
	case yawOfFlight:
		if l.vel.horizontal() > 1 {
			turn(l.vel.courseDeg())
		}
	}
	return g
}
