package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// swapS is how long the people at the launch site need to change a battery.
const swapS = 60.0

// crew are the people at the launch site: they change an emptied battery, and, where the scenario says so, send a drone
// back on its patrol that came home by itself for a low battery while no operator flew it.
type crew struct {
	relaunch bool
	owns     bool // the patrol is theirs until an operator commands the vehicle
	restFor  float64
}

func (c *crew) lowBattery(f *flight) { c.owns = c.relaunch && f.mode == Auto }

// operatorActs ends the crew's say.
func (c *crew) operatorActs() { c.owns = false }

func (c *crew) step(f *flight) {
	if f.armed || !f.body.onGround {
		c.restFor = 0
		return
	}
	c.restFor += dt
	if c.restFor < swapS {
		return
	}
	if f.batt.charge() < 0.5 && f.body.pos.sub(f.home).horizontal() < 30 {
		f.batt = battery{capMAh: f.batt.capMAh}
		f.batt.step(dt, 0, false)
		f.say(mav.MAV_SEVERITY_INFO, "Battery 1 changed")
	}
	if c.owns {
		c.owns = false
		if len(f.mission) > 1 && f.setMode(Guided) && f.arm(false) && f.setMode(Auto) {
			f.auto.begin(f, 1)
		}
	}
}
