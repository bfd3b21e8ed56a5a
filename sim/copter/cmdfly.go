package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// Numbers in parameter 2 that skip the checks: of arming (ArduPilot's own, or the standard's), and of disarming in the air.
const (
	forceArm    = 2989
	forceEither = 21196
)

func (c *Copter) armDisarm(_ *peer, cmd command) mav.MAV_RESULT {
	f := c.flight
	f.crew.operatorActs()
	switch cmd.p[0] {
	case 1:
		return accepted(f.arm(cmd.p[1] == forceArm || cmd.p[1] == forceEither))
	case 0:
		if !f.body.onGround && cmd.p[1] != forceEither && f.armed {
			return mav.MAV_RESULT_FAILED
		}
		f.disarm()
		return mav.MAV_RESULT_ACCEPTED
	}
	return mav.MAV_RESULT_UNSUPPORTED
}

func (c *Copter) commandMode(_ *peer, cmd command) mav.MAV_RESULT {
	if !(cmd.p[0] >= 0 && cmd.p[0] <= 255) || uint8(cmd.p[0])&uint8(mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED) == 0 {
		return mav.MAV_RESULT_DENIED
	}
	return c.changeMode(Mode(whole(cmd.p[1])))
}

// commandTakeoff climbs straight up; the height is above home, in no other frame.
func (c *Copter) commandTakeoff(_ *peer, cmd command) mav.MAV_RESULT {
	if cmd.frame != mav.MAV_FRAME_GLOBAL_RELATIVE_ALT && cmd.frame != mav.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT || math.IsNaN(cmd.z) {
		return mav.MAV_RESULT_DENIED
	}
	c.flight.crew.operatorActs()
	return accepted(c.flight.takeoff(cmd.z))
}

// reposition is DO_REPOSITION: flag 1 in parameter 2 allows the change to GUIDED.
func (c *Copter) reposition(_ *peer, cmd command) mav.MAV_RESULT {
	f, p := c.flight, cmd.place()
	mayChange := whole(cmd.p[1]) != math.MaxUint32 && whole(cmd.p[1])&uint32(mav.MAV_DO_REPOSITION_FLAGS_CHANGE_MODE) != 0
	u, ok := f.heightIn(cmd.frame, p, cmd.z)
	if !ok || math.IsNaN(cmd.z) || cmd.lat == 0 && cmd.lon == 0 || f.mode != Guided && !mayChange {
		return mav.MAV_RESULT_DENIED
	}
	at := f.place(p, f.homeAMSL)
	at[2] = u
	if !f.ready() || !f.mayGo(at) {
		return mav.MAV_RESULT_FAILED
	}
	if r := c.changeMode(Guided); r != mav.MAV_RESULT_ACCEPTED {
		return r
	}
	if cmd.p[0] > 0 {
		f.speedMS = min(cmd.p[0], 20)
	}
	f.goTo(at)
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) startMission(_ *peer, cmd command) mav.MAV_RESULT {
	if cmd.p[0] != 0 || cmd.p[1] != 0 { // a first or a last item
		return mav.MAV_RESULT_DENIED
	}
	if r := c.changeMode(Auto); r != mav.MAV_RESULT_ACCEPTED {
		return r
	}
	c.flight.auto.started = true
	return mav.MAV_RESULT_ACCEPTED
}

// commandCurrent is DO_SET_MISSION_CURRENT: parameter 2 of 1 begins anew, jumps and all.
func (c *Copter) commandCurrent(p *peer, cmd command) mav.MAV_RESULT {
	f := c.flight
	i := whole(cmd.p[0])
	if cmd.p[1] == 1 {
		f.auto.jumps = map[int]int{}
	}
	if cmd.p[0] == -1 { // stay where it is
		i = uint32(max(1, f.auto.index))
	}
	if i > math.MaxUint16 || !f.setCurrent(int(i)) {
		return mav.MAV_RESULT_FAILED
	}
	p.send(autopilotComponent, c.build(42))
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) jumpToTag(p *peer, cmd command) mav.MAV_RESULT {
	i := c.flight.findTag(float32(cmd.p[0]))
	if i == 0 {
		return mav.MAV_RESULT_FAILED
	}
	cmd.p = [4]float64{float64(i)}
	return c.commandCurrent(p, cmd)
}

// commandSpeed is DO_CHANGE_SPEED, in the modes that fly by themselves.
func (c *Copter) commandSpeed(_ *peer, cmd command) mav.MAV_RESULT {
	switch f := c.flight; f.mode {
	case Auto, Guided, RTL:
		return accepted(f.changeSpeed(cmd.p[0], cmd.p[1]))
	}
	return mav.MAV_RESULT_FAILED
}

// commandYaw is CONDITION_YAW: parameter 4 of 1 turns by an angle, parameter 3 says which way.
func (c *Copter) commandYaw(_ *peer, cmd command) mav.MAV_RESULT {
	f := c.flight
	if !(cmd.p[0] >= 0 && cmd.p[0] <= 360) || cmd.p[3] != 0 && cmd.p[3] != 1 {
		return mav.MAV_RESULT_FAILED
	}
	f.turnTo(cmd.p[0], cmd.p[2] < 0, cmd.p[3] == 1)
	if f.mode == Guided {
		f.guided.yaw, f.guided.hasRate = f.yawWish, false
	}
	if f.mode != Auto {
		f.yawWish = nil
	}
	return mav.MAV_RESULT_ACCEPTED
}

// pause is DO_PAUSE_CONTINUE: it stops on the spot and goes on, in AUTO on a leg and in GUIDED. The mode stays.
func (c *Copter) pause(_ *peer, cmd command) mav.MAV_RESULT {
	f := c.flight
	f.crew.operatorActs()
	switch {
	case cmd.p[0] != 0 && cmd.p[0] != 1:
		return mav.MAV_RESULT_DENIED
	case f.armed && !f.body.onGround && f.mode == Auto && f.auto.pause(f, cmd.p[0] == 0),
		f.armed && !f.body.onGround && f.mode == Guided && f.guided.pause(f, cmd.p[0] == 0):
		return mav.MAV_RESULT_ACCEPTED
	}
	f.say(mav.MAV_SEVERITY_INFO, "Failed to %s", map[bool]string{true: "pause", false: "resume"}[cmd.p[0] == 0])
	return mav.MAV_RESULT_FAILED
}

// pause holds the leg, or goes on with it.
func (a *auto) pause(f *flight, hold bool) bool {
	it, ok := a.current(f)
	if !ok || a.paused == hold || it.land() || it.takeoff() || it.cmd == common.MAV_CMD_NAV_RETURN_TO_LAUNCH {
		return false
	}
	a.paused = hold
	f.hold = f.stopPoint()
	return true
}

// pause holds the place where the vehicle comes to rest, or goes on to the old one.
func (s *guided) pause(f *flight, hold bool) bool {
	if s.takingOff || s.paused == hold {
		return false
	}
	s.paused = hold
	f.hold = f.stopPoint()
	return true
}

// setCurrent makes a mission item the next one.
func (f *flight) setCurrent(i int) bool {
	if i < 1 || i >= len(f.mission) {
		return i == 0 && len(f.mission) > 1 && f.setCurrent(1)
	}
	f.auto.index, f.auto.done, f.auto.running, f.auto.paused = i, false, false, false
	return true
}

// commandHome moves home: to the vehicle where parameter 1 is 1, else to a place.
func (c *Copter) commandHome(_ *peer, cmd command) mav.MAV_RESULT {
	f := c.flight
	if !f.ready() {
		return mav.MAV_RESULT_FAILED
	}
	if cmd.p[0] == 1 {
		f.setHome(f.est.pos)
		return mav.MAV_RESULT_ACCEPTED
	}
	p := cmd.place()
	u, ok := f.heightIn(cmd.frame, p, cmd.z)
	if !ok || math.IsNaN(cmd.z) || cmd.lat == 0 && cmd.lon == 0 {
		return mav.MAV_RESULT_DENIED
	}
	at := f.place(p, f.homeAMSL)
	at[2] = u
	f.setHome(at)
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) commandFence(_ *peer, cmd command) mav.MAV_RESULT {
	return accepted(c.flight.enableFence(cmd.p[0]))
}

// terminate stops the motors at once, wherever it is.
func (c *Copter) terminate(_ *peer, cmd command) mav.MAV_RESULT {
	if !(cmd.p[0] > 0.5) {
		return mav.MAV_RESULT_FAILED
	}
	c.flight.say(mav.MAV_SEVERITY_EMERGENCY, "Terminating")
	c.flight.disarm()
	return mav.MAV_RESULT_ACCEPTED
}
