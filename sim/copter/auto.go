package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// mostJumps bounds the items done in passing in one step, so that a mission of jumps only cannot hang the simulator.
const mostJumps = 32

// auto is the state of AUTO: which item runs, and how far it is.
type auto struct {
	index   int  // current item; 0: none yet
	running bool // the item has begun
	started bool // the motors may lift off
	done    bool // the mission is over
	from    vec  // where the leg began
	to      vec
	until   float64 // end of a wait, 0: not waiting
	turned  float64 // degrees of a turn flown
	rtl     rtl
	jumps   map[int]int
}

func (a *auto) stop() { a.running, a.started = false, false }

// resume continues at the current item; from the beginning when the mission is over or has never run.
func (a *auto) resume(f *flight) {
	index := a.index
	if a.done || index < 1 || index >= len(f.mission) {
		index = 1
	}
	jumps := a.jumps
	*a = auto{index: index, started: !f.body.onGround, jumps: jumps}
	if index == 1 || jumps == nil {
		a.jumps = map[int]int{}
	}
}

// begin starts the mission at an item; it may lift off.
func (a *auto) begin(f *flight, index int) {
	a.index, a.done = index, false
	a.resume(f)
	a.started = true
}

func (a *auto) current(f *flight) (item, bool) {
	if a.done || a.index < 1 || a.index >= len(f.mission) {
		return item{}, false
	}
	return f.mission[a.index], true
}

// takingOff tells whether it may leave the ground.
func (a *auto) takingOff(f *flight) bool {
	it, ok := a.current(f)
	return ok && a.started && it.cmd != common.MAV_CMD_NAV_LAND && it.cmd != common.MAV_CMD_NAV_RETURN_TO_LAUNCH
}

func (a *auto) landing(f *flight) bool {
	it, ok := a.current(f)
	if !ok || !a.running {
		return false
	}
	return (it.cmd == common.MAV_CMD_NAV_LAND || it.cmd == common.MAV_CMD_NAV_RETURN_TO_LAUNCH) && a.rtl.phase == rtlDescend
}

// state is MISSION_CURRENT's view.
func (a *auto) state(f *flight) mav.MISSION_STATE {
	switch {
	case len(f.mission) < 2:
		return mav.MISSION_STATE_NO_MISSION
	case a.done:
		return mav.MISSION_STATE_COMPLETE
	case f.mode == Auto && f.armed:
		return mav.MISSION_STATE_ACTIVE
	case a.index == 0:
		return mav.MISSION_STATE_NOT_STARTED
	}
	return mav.MISSION_STATE_PAUSED
}

func (a *auto) goal(f *flight, g goal) goal {
	for range mostJumps {
		it, ok := a.current(f)
		if !ok {
			a.finish(f)
			g.pos = &f.hold
			return g
		}
		if !a.running {
			a.running, a.until, a.turned, a.rtl = true, 0, 0, rtl{}
			f.say(mav.MAV_SEVERITY_INFO, "Mission: %d %s", a.index, it.label())
			if it.nav() {
				a.from, a.to = f.est.pos, f.target(it)
				f.hold = f.stopPoint()
			}
		}
		if !it.nav() {
			if next, jumped := a.pass(f, it); jumped {
				a.index, a.running = next, false
				continue
			}
			a.advance()
			continue
		}
		g, over := a.fly(f, it, g)
		if !over {
			return g
		}
		f.reached = append(f.reached, a.index)
		f.say(mav.MAV_SEVERITY_INFO, "Reached command #%d", a.index)
		a.advance()
	}
	g.pos = &f.hold
	return g
}

func (a *auto) advance() { a.index, a.running = a.index+1, false }

func (a *auto) finish(f *flight) {
	if !a.done {
		a.done = true
		f.hold = f.stopPoint()
	}
}

// pass does an item that takes no time; a jump gives the next index.
func (a *auto) pass(f *flight, it item) (next int, jumped bool) {
	switch it.cmd {
	case common.MAV_CMD_DO_JUMP:
		to, times := int(it.p[0]), int(it.p[1])
		if to < 1 || to >= len(f.mission) || times >= 0 && a.jumps[a.index] >= times {
			return 0, false
		}
		a.jumps[a.index]++
		return to, true
	case common.MAV_CMD_DO_CHANGE_SPEED:
		f.changeSpeed(float64(it.p[0]), float64(it.p[1]))
	case common.MAV_CMD_DO_SET_ROI_LOCATION, common.MAV_CMD_DO_SET_ROI:
		if it.x == 0 && it.y == 0 {
			f.gimbal.release()
			break
		}
		f.gimbal.mode, f.gimbal.roi = gimbalROI, f.target(it)
	case common.MAV_CMD_DO_SET_ROI_NONE:
		f.gimbal.release()
	case common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW:
		f.gimbal.point(float64(it.p[0]), float64(it.p[1]), int(it.x)&int(mav.GIMBAL_MANAGER_FLAGS_YAW_LOCK) != 0)
	case common.MAV_CMD_CONDITION_YAW:
		yaw := wrap360(float64(it.p[0]))
		f.yawWish = &yaw
	}
	return 0, false
}

// fly is the goal of a navigation item, and whether it is over.
func (a *auto) fly(f *flight, it item, g goal) (goal, bool) {
	switch it.cmd {
	case common.MAV_CMD_NAV_TAKEOFF:
		at := vec{a.from[0], a.from[1], a.to[2]}
		if !f.body.onGround && f.est.pos[2] > a.to[2]-0.5 {
			return g, true
		}
		g.pos = &at
		return g, false
	case common.MAV_CMD_NAV_LAND, common.MAV_CMD_NAV_RETURN_TO_LAUNCH:
		return a.comeDown(f, it, g), false
	case common.MAV_CMD_NAV_DELAY:
		g.pos = &f.hold
		return g, a.waited(f, float64(it.p[0]))
	}

	at := a.onLeg(f)
	g.pos = &at
	f.travelYaw(&g, a.to)
	d := a.to.sub(f.est.pos)
	if a.until == 0 && (d.horizontal() > f.params.get("WPNAV_RADIUS")/100 || math.Abs(d[2]) > 2) {
		return g, false
	}
	switch it.cmd {
	case common.MAV_CMD_NAV_LOITER_UNLIM:
		a.until = math.Inf(1)
		return g, false
	case common.MAV_CMD_NAV_LOITER_TIME, common.MAV_CMD_NAV_WAYPOINT:
		return g, a.waited(f, float64(it.p[0]))
	case common.MAV_CMD_NAV_LOITER_TURNS:
		return a.circle(f, it, g)
	}
	return g, true
}

// waited starts a wait when it is first asked, and tells when it is over.
func (a *auto) waited(f *flight, seconds float64) bool {
	if a.until == 0 {
		a.until = f.age() + seconds
	}
	return f.age() >= a.until
}

// onLeg is the way point with the height of the straight line from where the leg began, at the present place.
func (a *auto) onLeg(f *flight) vec {
	at := a.to
	leg := a.to.sub(a.from)
	total := leg.horizontal()
	if total < 1 {
		return at
	}
	left := a.to.sub(f.est.pos).horizontal()
	at[2] = a.to[2] - leg[2]*clamp(left/total, 0, 1)
	return at
}

// circle flies the turns of LOITER_TURNS about the item's place.
func (a *auto) circle(f *flight, it item, g goal) (goal, bool) {
	a.until = math.Inf(1)
	radius := math.Abs(float64(it.p[2]))
	if radius < 1 {
		radius = 10
	}
	rate := clamp(0.8*math.Sqrt(g.accel*radius), 1, g.speed) / radius // rad/s
	a.turned += rate * dt * 180 / math.Pi
	s, c := math.Sincos(a.turned * math.Pi / 180)
	at := vec{a.to[0] + radius*s, a.to[1] + radius*c, a.to[2]}
	g.pos = &at
	f.travelYaw(&g, a.to)
	return g, a.turned >= 360*max(1, float64(it.p[0]))
}

// comeDown lands at the item's place, or at home.
func (a *auto) comeDown(f *flight, it item, g goal) goal {
	if it.cmd == common.MAV_CMD_NAV_LAND && !a.rtl.began {
		a.rtl = rtl{phase: rtlDescend, began: true, at: f.hold}
		if it.x != 0 || it.y != 0 {
			at := a.to
			at[2] = f.est.pos[2]
			a.rtl = rtl{phase: rtlReturn, began: true, at: at}
		}
	}
	if it.cmd == common.MAV_CMD_NAV_LAND && a.rtl.phase == rtlReturn {
		// As a return, but to the item's place and without waiting there.
		if d := a.rtl.at.sub(f.est.pos); d.horizontal() < 1.5 && f.est.vel.horizontal() < 0.7 {
			a.rtl.phase = rtlDescend
		}
		g.pos = &a.rtl.at
		f.travelYaw(&g, a.rtl.at)
		return g
	}
	return a.rtl.goal(f, g)
}

// changeSpeed is DO_CHANGE_SPEED: kind 1 is the ground speed, 2 climb, 3 descent.
func (f *flight) changeSpeed(kind, speed float64) bool {
	if !(speed > 0) || speed > 30 {
		return false
	}
	switch kind {
	case 0, 1:
		f.speedMS = speed
	case 2:
		f.params.set("WPNAV_SPEED_UP", speed*100)
	case 3:
		f.params.set("WPNAV_SPEED_DN", speed*100)
	default:
		return false
	}
	return true
}
