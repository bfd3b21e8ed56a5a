package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// action is what a failsafe does, with the numbers of BATT_FS_LOW_ACT and BATT_FS_CRT_ACT.
type action int

const (
	actNone action = iota
	actLand
	actRTL
	actSmartOrRTL
	actSmartOrLand
	actTerminate
	actAutoRTL
	actBrakeOrLand
)

// What the other parameters choose by their values.
var (
	stationActions = [...]action{actNone, actRTL, actRTL, actSmartOrRTL, actSmartOrLand, actLand, actAutoRTL, actBrakeOrLand} // FS_GCS_ENABLE
	radioActions   = [...]action{actNone, actRTL, actRTL, actLand, actSmartOrRTL, actSmartOrLand, actAutoRTL, actBrakeOrLand} // FS_THR_ENABLE
)

// choice is the action of a parameter's value; RTL where it has none, as ArduCopter does.
func choice(value float64, of [8]action) action {
	if i := int(value); i >= 0 && i < len(of) {
		return of[i]
	}
	return actRTL
}

// Bits of FS_OPTIONS.
const (
	radioContinueAuto = 1 << iota
	stationContinueAuto
	radioContinueGuided
	continueLanding
	stationContinuePilot
)

func (f *flight) option(bit int) bool { return int(f.params.get("FS_OPTIONS"))&bit != 0 }

const (
	cleared = "Cleared"
	// failsafePause is how long a landing by failsafe hovers first, so that a pilot can take over, in seconds.
	failsafePause = 4.0
)

// announce says that a failsafe acts, what it does other than its parameter says, or that it is over.
func (f *flight) announce(what, instead string) {
	switch instead {
	case "":
		f.say(mav.MAV_SEVERITY_WARNING, "%s Failsafe", what)
	case cleared:
		f.say(mav.MAV_SEVERITY_WARNING, "%s Failsafe Cleared", what)
	default:
		f.say(mav.MAV_SEVERITY_WARNING, "%s Failsafe - %s", what, instead)
	}
}

// disarmsOnFailsafe tells whether stopping the motors is the safest: it stands on the ground.
func (f *flight) disarmsOnFailsafe() bool {
	if !f.body.onGround {
		return false
	}
	return f.mode != Auto || !f.auto.takingOff(f)
}

// byItself tells whether the mode flies without a pilot's sticks.
func (m Mode) byItself() bool {
	switch m {
	case Auto, Guided, RTL, Land, Circle, GuidedNoGPS, SmartRTL, Follow:
		return true
	}
	return false
}

// act does what a failsafe wants.
func (f *flight) act(a action) {
	switch a {
	case actLand:
		f.landWithPause()
	case actRTL:
		f.orLand(RTL)
	case actSmartOrRTL:
		if !f.setMode(SmartRTL) {
			f.say(mav.MAV_SEVERITY_WARNING, "SmartRTL Unavailable, Using RTL Mode")
			f.orLand(RTL)
		}
	case actSmartOrLand:
		if !f.setMode(SmartRTL) {
			f.say(mav.MAV_SEVERITY_WARNING, "SmartRTL Unavailable, Using Land Mode")
			f.landWithPause()
		}
	case actTerminate:
		f.say(mav.MAV_SEVERITY_EMERGENCY, "Terminating")
		f.disarm()
	case actAutoRTL:
		if f.landStart() == 0 || !f.setMode(AutoRTL) {
			f.orLand(RTL)
		}
	case actBrakeOrLand:
		f.orLand(Brake)
	}
}

// orLand changes the mode, or lands where that cannot be.
func (f *flight) orLand(m Mode) {
	if f.mode != m && !f.setMode(m) {
		f.landWithPause()
	}
}

// landWithPause lands here, after a moment in which a pilot can take over.
func (f *flight) landWithPause() {
	if f.mode != Land && f.setMode(Land) {
		f.rtl.until = f.age() + failsafePause
	}
}
