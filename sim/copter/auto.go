package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// mostJumps bounds the items done in passing in one step, so that a mission of jumps only cannot hang the simulator.
const mostJumps = 32

// auto is the state of AUTO: which navigation item runs, how far it is, and what else waits to be done meanwhile.
type auto struct {
	index   int  // current item; 0: none yet
	running bool // the item has begun
	started bool // the motors may lift off
	done    bool // the mission is over
	paused  bool
	from    vec // where the leg began
	to      vec
	until   float64 // end of a wait, 0: not waiting
	turned  float64 // degrees of a turn flown
	rtl     rtl
	jumps   map[int]int

	pending []int   // DO and CONDITION items that lie before the navigation item and are not done
	waiting float64 // since when the first of them waits for its condition, s since power-up; 0: it does not
}

func (a *auto) stop() { a.running, a.started = false, false }

// resume continues at the current item; from the beginning when the mission is over or has never run.
func (a *auto) resume(f *flight) {
	index := a.index
	if a.done || index < 1 || index >= len(f.mission) {
		index = 1
	}
	jumps := a.jumps
	*a = auto{index: index, started: !f.body.onGround, jumps: jumps, pending: a.pending[:0]}
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

// autoTakeOff of AUTO_OPTIONS lets a mission lift off without MISSION_START or a raised throttle.
const autoTakeOff = 2

// takingOff tells whether it may leave the ground.
func (a *auto) takingOff(f *flight) bool {
	it, ok := a.current(f)
	may := a.started || int(f.params.get("AUTO_OPTIONS"))&autoTakeOff != 0
	return ok && may && !it.land() && it.cmd != common.MAV_CMD_NAV_RETURN_TO_LAUNCH
}

func (a *auto) landing(f *flight) bool {
	it, ok := a.current(f)
	if !ok || !a.running {
		return false
	}
	return (it.land() || it.cmd == common.MAV_CMD_NAV_RETURN_TO_LAUNCH) && a.rtl.phase == rtlDescend
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
	case a.index <= 1:
		return mav.MISSION_STATE_NOT_STARTED
	}
	return mav.MISSION_STATE_PAUSED
}

func (a *auto) goal(f *flight, g goal) goal {
	for range mostJumps {
		if !a.running && !a.next(f) {
			a.finish(f)
			a.doPending(f)
			g.pos = &f.hold
			return g
		}
		a.doPending(f)
		if a.paused {
			g.pos = &f.hold
			return g
		}
		it, _ := a.current(f)
		g, over := a.fly(f, it, g)
		if !over {
			return g
		}
		f.reached = append(f.reached, a.index)
		f.say(mav.MAV_SEVERITY_INFO, "Reached command #%d", a.index)
		f.yawWish = nil
		a.index, a.running = a.index+1, false
	}
	g.pos = &f.hold
	return g
}

func (a *auto) finish(f *flight) {
	if !a.done {
		a.done = true
		f.hold = f.stopPoint()
	}
}

// next begins the next navigation item, and queues what lies before it. False: the mission is over.
func (a *auto) next(f *flight) bool {
	a.pending, a.waiting = a.pending[:0], 0
	for jumps := 0; jumps <= mostJumps; {
		it, ok := a.current(f)
		if !ok {
			return false
		}
		if it.nav() {
			a.doPending(f)
			a.running, a.until, a.turned, a.rtl = true, 0, 0, rtl{}
			f.say(mav.MAV_SEVERITY_INFO, "Mission: %d %s", a.index, it.label())
			a.from, a.to = f.est.pos, f.target(it)
			f.hold = f.stopPoint()
			return true
		}
		if to, jumped := a.jump(f, it); jumped {
			a.index = to
			jumps++
			continue
		}
		if !it.jumps() {
			a.pending = append(a.pending, a.index)
		}
		a.index++
	}
	return false // it only jumps
}

// jump is where a jump goes, unless it has been done as often as it says (-1: for ever).
func (a *auto) jump(f *flight, it item) (to int, jumped bool) {
	to, times := int(clamp(float64(it.p[0]), -1, math.MaxUint16)), int(clamp(float64(it.p[1]), -1, math.MaxInt16))
	switch it.cmd {
	case common.MAV_CMD_DO_JUMP:
	case common.MAV_CMD_DO_JUMP_TAG:
		to = f.findTag(it.p[0])
	default:
		return 0, false
	}
	if to < 1 || to >= len(f.mission) || times >= 0 && a.jumps[a.index] >= times {
		return 0, false
	}
	a.jumps[a.index]++
	return to, true
}

// findTag is the item after which a JUMP_TAG stands, or 0.
func (f *flight) findTag(tag float32) int {
	for i, it := range f.mission {
		if it.cmd == common.MAV_CMD_JUMP_TAG && it.p[0] == tag {
			return i
		}
	}
	return 0
}

// fly is the goal of a navigation item, and whether it is over.
func (a *auto) fly(f *flight, it item, g goal) (goal, bool) {
	switch it.cmd {
	case common.MAV_CMD_NAV_TAKEOFF, common.MAV_CMD_NAV_VTOL_TAKEOFF:
		at := vec{a.from[0], a.from[1], a.to[2]}
		if !f.body.onGround && f.est.pos[2] > a.to[2]-0.5 {
			return g, true
		}
		g.pos = &at
		return g, false
	case common.MAV_CMD_NAV_LAND, common.MAV_CMD_NAV_VTOL_LAND, common.MAV_CMD_NAV_RETURN_TO_LAUNCH:
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
	if !(radius >= 1) {
		radius = clamp(f.params.get("CIRCLE_RADIUS")/100, 1, 2000)
	}
	rate := clamp(0.8*math.Sqrt(g.accel*radius), 1, g.speed) / radius // rad/s
	a.turned += rate * dt * 180 / math.Pi
	s, c := math.Sincos(a.turned * math.Pi / 180)
	at := vec{a.to[0] + radius*s, a.to[1] + radius*c, a.to[2]}
	g.pos = &at
	f.travelYaw(&g, a.to)
	turns := float64(it.p[0])
	if !(turns > 0) {
		turns = 1
	}
	return g, a.turned >= 360*turns
}

// comeDown lands at the item's place, or at home.
func (a *auto) comeDown(f *flight, it item, g goal) goal {
	if it.land() && !a.rtl.began {
		a.rtl = rtl{phase: rtlDescend, began: true, at: f.hold}
		if it.x != 0 || it.y != 0 {
			at := a.to
			at[2] = f.est.pos[2]
			a.rtl = rtl{phase: rtlReturn, began: true, at: at}
		}
	}
	if it.land() && a.rtl.phase == rtlReturn {
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
