package copter

import (
	"fmt"
	"slices"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const (
	bootSteps = 200 // how long it is silent while it restarts: 2 s
	longWork  = 2.0 // s, of what answers IN_PROGRESS first
)

// job is a command whose work takes time: IN_PROGRESS was said, the result follows.
type job struct {
	peer              *peer
	id                common.MAV_CMD
	system, component uint8
	endsAt            float64
	run               func()
}

// begin answers IN_PROGRESS and runs something later. The same command again, meanwhile, is refused for now.
func (c *Copter) begin(p *peer, cmd command, run func()) mav.MAV_RESULT {
	if slices.ContainsFunc(c.jobs, func(j job) bool { return j.id == cmd.id }) {
		return mav.MAV_RESULT_TEMPORARILY_REJECTED
	}
	c.jobs = append(c.jobs, job{p, cmd.id, cmd.system, cmd.component, c.flight.age() + longWork, run})
	return mav.MAV_RESULT_IN_PROGRESS
}

func (j job) ack(r mav.MAV_RESULT) {
	progress := uint8(100)
	if r != mav.MAV_RESULT_ACCEPTED {
		progress = 0
	}
	j.peer.send(autopilotComponent, &mav.MessageCommandAck{
		Command: j.id, Result: r, Progress: progress, TargetSystem: j.system, TargetComponent: j.component,
	})
}

// stepJobs ends the work that is done.
func (c *Copter) stepJobs() {
	now := c.flight.age()
	c.jobs = slices.DeleteFunc(c.jobs, func(j job) bool {
		if now < j.endsAt {
			return false
		}
		j.run()
		j.ack(mav.MAV_RESULT_ACCEPTED)
		return true
	})
}

// cancel answers COMMAND_CANCEL for work that goes on.
func (c *Copter) cancel(id common.MAV_CMD) {
	c.jobs = slices.DeleteFunc(c.jobs, func(j job) bool {
		if j.id == id {
			j.ack(mav.MAV_RESULT_CANCELLED)
		}
		return j.id == id
	})
}

// reboot restarts the autopilot, unless it is armed; the acknowledgement goes out first.
func (c *Copter) reboot(_ *peer, cmd command) mav.MAV_RESULT {
	const forced = 20190226
	switch cmd.p[0] {
	case 1, 3:
	default:
		return mav.MAV_RESULT_UNSUPPORTED
	}
	if c.flight.armed && cmd.raw[1] != forced {
		return mav.MAV_RESULT_FAILED
	}
	c.restart = true
	return mav.MAV_RESULT_ACCEPTED
}

// goDown begins the restart after what was to be said has been said.
func (c *Copter) goDown() {
	c.restart, c.downFor = false, bootSteps
	f := c.flight
	f.disarm()
	f.notes = f.notes[:0]
	c.link.signing.streams = nil
	c.uploads, c.logJob, c.jobs = [planTypes]*upload{}, nil, nil
	for _, p := range c.link.peers {
		p.flush()
		c.files.Forget(p)
		p.reset()
	}
}

// comeUp is the first step after the restart: the clock begins at zero, what is stored is there again, all else is as new.
func (c *Copter) comeUp() {
	f := c.flight
	f.boot()
	f.params.set("STAT_BOOTCNT", f.params.get("STAT_BOOTCNT")+1)
	c.logs.begin(f)
}

// calibrate does the calibrations of the ground: gyros, pressure, level. None has anything to find here.
func (c *Copter) calibrate(p *peer, cmd command) mav.MAV_RESULT {
	f := c.flight
	if f.armed {
		f.say(mav.MAV_SEVERITY_NOTICE, "Disarm to allow calibration")
		return mav.MAV_RESULT_FAILED
	}
	switch {
	case cmd.p[0] == 1:
		return c.begin(p, cmd, func() { f.say(mav.MAV_SEVERITY_INFO, "Gyro calibration done") })
	case cmd.p[2] == 1:
		return c.begin(p, cmd, func() { f.say(mav.MAV_SEVERITY_INFO, "Barometer 1 calibration complete") })
	case cmd.raw[0] == 2, cmd.raw[0] == 4:
		return mav.MAV_RESULT_ACCEPTED
	}
	return mav.MAV_RESULT_UNSUPPORTED
}

// resetParameters is PREFLIGHT_STORAGE with 2: every parameter back to its default.
func (c *Copter) resetParameters(_ *peer, cmd command) mav.MAV_RESULT {
	if cmd.p[0] != 2 || c.flight.armed {
		return mav.MAV_RESULT_FAILED
	}
	list := c.flight.params
	for _, x := range list.list {
		if list.settable(x.name) {
			list.set(x.name, x.standard)
		}
	}
	c.flight.say(mav.MAV_SEVERITY_WARNING, "All parameters reset, reboot board")
	return mav.MAV_RESULT_ACCEPTED
}

// formatCard erases the logs.
func (c *Copter) formatCard(p *peer, cmd command) mav.MAV_RESULT {
	if c.flight.armed {
		return mav.MAV_RESULT_FAILED
	}
	if cmd.p[0] != 1 || cmd.p[1] != 1 {
		return mav.MAV_RESULT_UNSUPPORTED
	}
	return c.begin(p, cmd, c.logs.erase)
}

// setServo moves an output that has no function of its own.
func (c *Copter) setServo(_ *peer, cmd command) mav.MAV_RESULT {
	n := whole(cmd.p[0])
	if n < 1 || n > uint32(len(c.flight.servos)) || !(cmd.p[1] >= 500 && cmd.p[1] <= 2500) {
		return mav.MAV_RESULT_FAILED
	}
	if c.flight.params.get(fmt.Sprintf("SERVO%d_FUNCTION", n)) != 0 {
		c.flight.say(mav.MAV_SEVERITY_INFO, "ServoRelayEvent: Channel %d is already in use", n)
		return mav.MAV_RESULT_FAILED
	}
	c.flight.servos[n-1] = uint16(cmd.p[1])
	return mav.MAV_RESULT_ACCEPTED
}

// setRelay switches the one relay that RELAY1_FUNCTION gives.
func (c *Copter) setRelay(_ *peer, cmd command) mav.MAV_RESULT {
	return accepted(cmd.p[0] == 0 && (cmd.p[1] == 0 || cmd.p[1] == 1) && c.flight.params.get("RELAY1_FUNCTION") == 1)
}

// motorTest turns a motor on the ground.
func (c *Copter) motorTest(_ *peer, cmd command) mav.MAV_RESULT {
	f := c.flight
	if f.armed || !f.body.onGround || !(cmd.p[0] >= 1 && cmd.p[0] <= motors) || !(cmd.p[2] >= 0 && cmd.p[2] <= 2500) {
		return mav.MAV_RESULT_FAILED
	}
	f.say(mav.MAV_SEVERITY_INFO, "starting motor test")
	return mav.MAV_RESULT_ACCEPTED
}

// auxFunction does what a switch of the transmitter would: low, middle, high.
func (c *Copter) auxFunction(_ *peer, cmd command) mav.MAV_RESULT {
	modes := map[float64]Mode{4: RTL, 16: Auto, 18: Land, 55: Guided, 56: Loiter, 68: Stabilize, 69: PosHold, 70: AltHold, 72: Circle}
	level := cmd.p[1]
	if level != 0 && level != 1 && level != 2 {
		return mav.MAV_RESULT_DENIED
	}
	if m, known := modes[cmd.p[0]]; known {
		if level == 2 {
			return c.changeMode(m)
		}
		return mav.MAV_RESULT_ACCEPTED
	}
	if cmd.p[0] == 11 { // the fence
		return accepted(c.flight.enableFence(map[bool]float64{true: 1}[level == 2]))
	}
	return mav.MAV_RESULT_FAILED
}
