package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// setMode changes the mode, or says why not and returns false.
func (f *flight) setMode(m Mode) bool {
	info, known := m.info()
	if !known {
		f.say(mav.MAV_SEVERITY_WARNING, "No such mode %d", uint32(m))
		return false
	}
	if m == f.mode {
		return true
	}
	// Before it is armed a satellite fix is enough, as recorded.
	if info.place && !f.ready() && (f.armed || !f.hasFix()) {
		f.refuseMode(m, "requires position")
		return false
	}
	if reason := f.cannotBegin(info); reason != "" {
		f.refuseMode(m, reason)
		return false
	}
	f.leaveTrail()
	f.lead.offset = nil
	f.mode = m
	f.yawWish = nil
	f.lifting = nil
	f.hold = f.stopPoint()
	switch m {
	case Guided, GuidedNoGPS:
		f.guided = guided{at: f.hold}
	case Auto:
		f.auto.resume(f)
	case RTL:
		f.rtl = rtl{}
	case Land:
		f.rtl = rtl{phase: rtlDescend}
	case Circle:
		f.circle = f.circleAhead()
	case SmartRTL:
		f.smart = f.smartBack()
	case Follow:
		if system := f.params.get("FOLL_SYSID"); int(f.params.get("FOLL_OPTIONS"))&1 != 0 && system > 0 {
			f.followWithCamera(system)
		}
	case AutoRTL:
		f.mode = Auto
		f.auto.begin(f, f.landStart())
	}
	return true
}

func (f *flight) refuseMode(m Mode, reason string) {
	f.say(mav.MAV_SEVERITY_WARNING, "Mode change to %s failed: %s", m, reason)
}

// cannotBegin is why a mode refuses to begin now, or nothing.
func (f *flight) cannotBegin(m modeInfo) string {
	const reason = "init failed"
	switch {
	case !m.flown:
		return reason
	case m.mode == Auto && len(f.mission) < 2, m.mode == SmartRTL && !f.trail.active:
		return reason
	case m.mode == Follow && f.params.get("FOLL_ENABLE") == 0:
		f.say(mav.MAV_SEVERITY_WARNING, "Set FOLL_ENABLE = 1")
		return reason
	case m.mode == AutoRTL && (f.landStart() == 0 || f.body.onGround):
		return reason
	case m.mode == Auto && f.armed && f.body.onGround && !f.beginsWithTakeoff():
		f.say(mav.MAV_SEVERITY_CRITICAL, "Auto: Missing Takeoff Cmd")
		return reason
	case m.mode == GuidedNoGPS && f.armed && f.body.onGround:
		return reason
	}
	return ""
}

// landStart is the item where the mission's landing begins, or 0.
func (f *flight) landStart() int {
	for i, it := range f.mission {
		if it.cmd == common.MAV_CMD_DO_LAND_START || it.cmd == common.MAV_CMD_DO_RETURN_PATH_START {
			return i
		}
	}
	return 0
}

// beginsWithTakeoff tells whether the mission, from where it would go on, leaves the ground before it goes anywhere.
func (f *flight) beginsWithTakeoff() bool {
	from := f.auto.index
	if f.auto.done || from < 1 || from >= len(f.mission) {
		from = 1
	}
	for _, it := range f.mission[from:] {
		if it.nav() && it.cmd != common.MAV_CMD_NAV_DELAY {
			return it.takeoff()
		}
	}
	return false
}

// stopPoint is where the vehicle can come to rest.
func (f *flight) stopPoint() vec {
	v := f.est.vel
	v[2] = 0
	a := f.limits().accel
	return f.est.pos.add(v.scale(v.horizontal()/(2*a) + 0.3))
}

// limits is a goal with the limits of the parameters and no wish.
func (f *flight) limits() goal {
	speed := f.params.get("WPNAV_SPEED") / 100
	if f.speedMS > 0 {
		speed = f.speedMS
	}
	return goal{
		speed: clamp(speed, 0.2, 20),
		up:    clamp(f.params.get("WPNAV_SPEED_UP")/100, 0.1, 8), down: clamp(f.params.get("WPNAV_SPEED_DN")/100, 0.1, 5),
		accel: clamp(f.params.get("WPNAV_ACCEL")/100, 0.5, 5), accelUp: clamp(f.params.get("WPNAV_ACCEL_Z")/100, 0.5, 3),
	}
}

// goal asks the mode what it wants; false means motors idle on the ground.
func (f *flight) goal() (goal, bool) {
	if !f.armed {
		return goal{}, false
	}
	if f.body.onGround && !f.leaving() {
		return goal{}, false
	}
	g := f.limits()
	switch f.mode {
	case Guided:
		g = f.guided.goal(f, g)
	case Auto:
		g = f.auto.goal(f, g)
	case RTL, Land:
		g = f.rtl.goal(f, g)
	case SmartRTL:
		g = f.smart.goal(f, g)
	case Follow:
		g = f.lead.goal(f, g)
	case Brake:
		g.pos = &f.hold
	case Circle:
		g = f.circle.goal(f, g)
	case Loiter, PosHold:
		g = f.byStick(g)
	case GuidedNoGPS:
		g = f.guided.attitudeGoal(f, g)
	default:
		g = f.byHand(g)
	}
	return g, true
}

// leaving tells whether the mode is about to take off, or flying.
func (f *flight) leaving() bool {
	if f.airborne && f.landedFor < 0.3 && !f.landing() {
		return true
	}
	switch f.mode {
	case Guided:
		return f.guided.takingOff
	case Auto:
		return f.auto.takingOff(f)
	case Stabilize, Acro, AltHold, Loiter, PosHold, Sport, Drift:
		return f.lifting != nil || f.sticks.climb(f) > 0
	}
	return false
}

// landing tells whether the mode is one that ends on the ground.
func (f *flight) landing() bool {
	return f.mode == Land || f.mode == SmartRTL && f.smart.descends() || f.mode == RTL && f.rtl.phase == rtlDescend || f.mode == Auto && f.auto.landing(f)
}

// travelYaw turns the nose to where the flight goes, as WP_YAW_BEHAVIOR says.
func (f *flight) travelYaw(g *goal, to vec) {
	if f.yawWish != nil {
		g.yawDeg = f.yawWish
		return
	}
	if d := to.sub(f.est.pos); f.params.get("WP_YAW_BEHAVIOR") != 0 && d.horizontal() > 3 {
		course := d.courseDeg()
		g.yawDeg = &course
	}
}
