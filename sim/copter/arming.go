package copter

import (
	"fmt"
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// prearm is the first reason why the vehicle cannot be armed, or nothing.
func (f *flight) prearm() string {
	if all := f.reasons(); len(all) > 0 {
		return all[0]
	}
	return ""
}

// reasons are why the vehicle cannot be armed, one of every kind.
func (f *flight) reasons() (all []string) {
	for _, check := range [...]func() string{f.checkEstimate, f.checkLinks, f.checkBattery, f.checkRemoteID, f.checkFenceKept} {
		if reason := check(); reason != "" {
			all = append(all, reason)
		}
	}
	return all
}

func (f *flight) checkFenceKept() string {
	if f.fence.breached != 0 {
		return "Vehicle breaching " + fenceNames(f.fence.breached) + " fence"
	}
	return ""
}

// checkEstimate looks at the sensors and at what the autopilot makes of them.
func (f *flight) checkEstimate() string {
	limit := f.params.get("FS_EKF_THRESH")
	over := func(ratio float64) bool { return limit > 0 && ratio >= limit }
	switch {
	case f.age() < readyAfter/2:
		return "AHRS: not healthy"
	case f.faults.compass[0]:
		return "Compass not healthy"
	case f.gps.fix == mav.GPS_FIX_TYPE_NO_GPS:
		return "GPS 1: not healthy"
	case !f.gps.good():
		return "GPS 1: Bad fix"
	case !f.ready():
		return "Need Position Estimate"
	case f.ekf.glitch:
		return "GPS glitching"
	case over(f.ekf.heading):
		return "EKF compass variance"
	case over(f.ekf.horizontal):
		return "EKF position variance"
	case over(f.ekf.vertical):
		return "EKF height variance"
	case f.gps.hdop*100 > f.params.get("GPS_HDOP_GOOD"):
		return fmt.Sprintf("High GPS HDOP (%.1f)", f.gps.hdop)
	case math.Abs(f.body.rollDeg) > maxLeanDeg:
		return "Leaning"
	}
	return ""
}

// checkLinks refuses while a failsafe of a link is active.
func (f *flight) checkLinks() string {
	switch {
	case f.failsafe.radio:
		return "Radio failsafe on"
	case f.failsafe.station:
		return "GCS failsafe on"
	}
	return ""
}

func (f *flight) checkBattery() string {
	low, crit := f.params.get("BATT_LOW_VOLT"), f.params.get("BATT_CRT_VOLT")
	switch {
	case f.batt.volts < f.params.get("BATT_ARM_VOLT"):
		return "Battery 1 below minimum arming voltage"
	case f.remainingMAh() < f.params.get("BATT_ARM_MAH"):
		return "Battery 1 below minimum arming capacity"
	case crit > 0 && f.batt.volts < crit:
		return "Battery 1 critical voltage failsafe"
	case low > 0 && f.batt.volts < low:
		return "Battery 1 low voltage failsafe"
	case f.remainingMAh() < f.params.get("BATT_LOW_MAH"):
		return "Battery 1 low capacity failsafe"
	}
	return ""
}

// controls are the bits of SYS_STATUS for what a mode holds: the height, and the place.
func (m Mode) controls() mav.MAV_SYS_STATUS_SENSOR {
	switch m {
	case Stabilize, Acro, Drift:
		return 0
	case AltHold, GuidedNoGPS, Sport:
		return mav.MAV_SYS_STATUS_SENSOR_Z_ALTITUDE_CONTROL
	}
	return mav.MAV_SYS_STATUS_SENSOR_Z_ALTITUDE_CONTROL | mav.MAV_SYS_STATUS_SENSOR_XY_POSITION_CONTROL
}

// healthBits are those of SYS_STATUS.
func (f *flight) healthBits() mav.MAV_SYS_STATUS_SENSOR {
	healthy := mav.MAV_SYS_STATUS_SENSOR(sensorsHealthy) | mav.MAV_SYS_STATUS_PREARM_CHECK | f.mode.controls()
	for _, x := range [...]struct {
		ill bool
		bit mav.MAV_SYS_STATUS_SENSOR
	}{
		{!f.armed && f.prearm() != "", mav.MAV_SYS_STATUS_PREARM_CHECK}, // as ArduPilot: well while armed
		{!f.hasFix(), mav.MAV_SYS_STATUS_SENSOR_GPS},
		{f.faults.compass[0], mav.MAV_SYS_STATUS_SENSOR_3D_MAG},
		{f.age() < readyAfter/2 || f.failsafe.ekf, mav.MAV_SYS_STATUS_AHRS},
		{f.failsafe.radio, mav.MAV_SYS_STATUS_SENSOR_RC_RECEIVER},
		{f.failsafe.low || f.failsafe.critical, mav.MAV_SYS_STATUS_SENSOR_BATTERY},
		{f.fence.breached != 0, mav.MAV_SYS_STATUS_GEOFENCE},
	} {
		if x.ill {
			healthy &^= x.bit
		}
	}
	return healthy
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
	f.trail.begin(f)
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
	f.failsafe.low, f.failsafe.critical, f.failsafe.ekf = false, false, false
	f.say(mav.MAV_SEVERITY_INFO, "Disarming motors")
}
