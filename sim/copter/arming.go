package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// prearm is the first reason why the vehicle cannot be armed, or nothing.
func (f *flight) prearm() string {
	low, minMAh := f.params.get("BATT_LOW_VOLT"), f.params.get("BATT_ARM_MAH")
	switch {
	case f.age() < readyAfter/2:
		return "AHRS: not healthy"
	case !f.ready():
		return "Need Position Estimate"
	case f.batt.volts < f.params.get("BATT_ARM_VOLT"):
		return "Battery 1 below minimum arming voltage"
	case capacityMAh-f.batt.usedMAh < minMAh:
		return "Battery 1 below minimum arming capacity"
	case low > 0 && f.batt.volts < low:
		return "Battery 1 low voltage failsafe"
	case f.fence.breached != 0:
		return "Vehicle breaching " + fenceNames(f.fence.breached) + " fence"
	}
	return ""
}

// autoArm of AUTO_OPTIONS lets it be armed in AUTO.
const autoArm = 1

// arm starts the motors; force skips the checks. It says why not.
func (f *flight) arm(force bool) bool {
	if f.armed {
		return true
	}
	if !force {
		reason := f.prearm()
		if f.params.get("ARMING_CHECK") == 0 && f.ready() { // switched off; a position it needs nevertheless
			reason = ""
		}
		armable := f.mode == Auto && int(f.params.get("AUTO_OPTIONS"))&autoArm != 0
		if reason == "" && !armable && f.mode != Stabilize && f.mode != Guided && f.mode != Loiter {
			reason = f.mode.String() + " mode not armable"
		}
		if reason != "" {
			f.say(mav.MAV_SEVERITY_CRITICAL, "Arm: %s", reason)
			return false
		}
	}
	f.armed, f.armedAt, f.airborne = true, f.age(), !f.body.onGround
	f.landedFor = 0
	f.steer.reset()
	f.speedMS = 0
	f.hold = f.est.pos
	f.guided = guided{at: f.est.pos}
	f.auto.stop()
	f.setHome(f.body.pos)
	f.say(mav.MAV_SEVERITY_INFO, "Arming motors")
	return true
}

func (f *flight) disarm() {
	if !f.armed {
		return
	}
	f.armed, f.airborne = false, false
	f.guided.takingOff = false
	f.auto.stop()
	f.failsafe = failsafes{}
	f.say(mav.MAV_SEVERITY_INFO, "Disarming motors")
}
