package copter

import (
	"fmt"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// Mode is a flight mode with ArduCopter's number.
type Mode uint32

// The modes that this autopilot has.
const (
	Stabilize Mode = 0
	Auto      Mode = 3
	Guided    Mode = 4
	Loiter    Mode = 5
	RTL       Mode = 6
	Land      Mode = 9
	Brake     Mode = 17
)

// String is the name that ArduCopter uses.
func (m Mode) String() string {
	switch m {
	case Stabilize:
		return "STABILIZE"
	case Auto:
		return "AUTO"
	case Guided:
		return "GUIDED"
	case Loiter:
		return "LOITER"
	case RTL:
		return "RTL"
	case Land:
		return "LAND"
	case Brake:
		return "BRAKE"
	}
	return fmt.Sprintf("MODE%d", uint32(m))
}

func (m Mode) known() bool {
	switch m {
	case Stabilize, Auto, Guided, Loiter, RTL, Land, Brake:
		return true
	}
	return false
}

// setMode changes the mode, or says why not and returns false.
func (f *flight) setMode(m Mode) bool {
	if !m.known() {
		f.say(mav.MAV_SEVERITY_WARNING, "No such mode %d", uint32(m))
		return false
	}
	if m == f.mode {
		return true
	}
	if m != Stabilize && m != Land && !f.ready() {
		f.say(mav.MAV_SEVERITY_WARNING, "Mode change to %s failed: requires position", m)
		return false
	}
	if m == Auto && len(f.mission) < 2 {
		f.say(mav.MAV_SEVERITY_WARNING, "Mode change to %s failed: init failed", m)
		return false
	}
	if m == Auto && f.armed && f.body.onGround && !f.beginsWithTakeoff() {
		f.say(mav.MAV_SEVERITY_CRITICAL, "Auto: Missing Takeoff Cmd")
		f.say(mav.MAV_SEVERITY_WARNING, "Mode change to %s failed: init failed", m)
		return false
	}
	f.mode = m
	f.yawWish = nil
	f.hold = f.stopPoint()
	switch m {
	case Guided:
		f.guided = guided{at: f.hold}
	case Auto:
		f.auto.resume(f)
	case RTL:
		f.rtl = rtl{}
	case Land:
		f.rtl = rtl{phase: rtlDescend}
	}
	return true
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
	case Loiter, Brake:
		g.pos = &f.hold
	default:
		g.level = true
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
	}
	return false
}

// landing tells whether the mode is one that ends on the ground.
func (f *flight) landing() bool {
	return f.mode == Land || f.mode == RTL && f.rtl.phase == rtlDescend || f.mode == Auto && f.auto.landing(f)
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
