package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// failsafes tells which are active.
type failsafes struct {
	low, critical bool // battery, until it is disarmed
	station       bool // the heartbeats of MAV_GCS_SYSID stay away
	radio         bool // the transmitter does not come in
	ekf           bool // the estimate is not good enough
}

func (s failsafes) any() bool { return s.low || s.critical || s.station || s.radio || s.ekf }

// watchFailsafes notices what was lost, and acts as the parameters say.
func (f *flight) watchFailsafes() {
	f.watchBattery()
	f.watchStation()
	f.watchRadio()
	f.watchEstimate()
}

// watchBattery tells once in a flight that the battery is low, and once that it is critical.
func (f *flight) watchBattery() {
	if !f.armed {
		f.batt.lowFor, f.batt.critFor = 0, 0
		return
	}
	below := func(volt, mah string, since *float64) bool {
		v, m := f.params.get(volt), f.params.get(mah)
		if v > 0 && f.batt.volts < v || m > 0 && f.remainingMAh() < m {
			*since += dt
		} else {
			*since = 0
		}
		return *since > f.params.get("BATT_LOW_TIMER")
	}
	if below("BATT_CRT_VOLT", "BATT_CRT_MAH", &f.batt.critFor) && !f.failsafe.critical {
		f.failsafe.critical = true
		f.batteryFails("critical", action(f.params.get("BATT_FS_CRT_ACT")))
	}
	// What has become critical is not low any more.
	if below("BATT_LOW_VOLT", "BATT_LOW_MAH", &f.batt.lowFor) && !f.failsafe.low && !f.failsafe.critical {
		f.failsafe.low = true
		f.crew.lowBattery(f)
		f.batteryFails("low", action(f.params.get("BATT_FS_LOW_ACT")))
	}
}

func (f *flight) batteryFails(how string, a action) {
	f.say(mav.MAV_SEVERITY_WARNING, "Battery 1 is %s %.2fV used %.0f mAh", how, f.batt.volts, f.batt.usedMAh)
	switch {
	case f.disarmsOnFailsafe():
		f.announce("Battery", "Disarming")
		f.disarm()
	case f.landing() && f.option(continueLanding) && a != actNone:
		f.announce("Battery", "Continuing Landing")
	default:
		f.announce("Battery", "")
		f.act(a)
	}
}

// watchStation counts only the heartbeats of the station MAV_GCS_SYSID, and only once it has been heard.
func (f *flight) watchStation() {
	enable := f.params.get("FS_GCS_ENABLE")
	if enable == 0 {
		f.failsafe.station = false
		return
	}
	if f.heardStation < 0 {
		return
	}
	// A station beats once a second of its own, however fast the simulation runs.
	lost := f.age()-f.heardStation > f.params.get("FS_GCS_TIMEOUT")*f.pace
	switch {
	case !lost && f.failsafe.station:
		f.failsafe.station = false
		f.announce("GCS", cleared)
	case lost && !f.failsafe.station:
		f.failsafe.station = true
		f.sticks = sticks{} // the sticks of a station that is gone count no more
		f.stationLost(choice(enable, stationActions))
	}
}

func (f *flight) stationLost(a action) {
	switch {
	case !f.armed:
		f.announce("GCS", "")
	case f.disarmsOnFailsafe():
		f.announce("GCS", "Disarming")
		f.disarm()
	case f.landing() && f.failsafe.critical:
		f.announce("GCS + Battery", "Continuing Landing")
		f.act(actLand)
	case f.landing() && f.option(continueLanding):
		f.announce("GCS", "Continuing Landing")
		f.act(actLand)
	case f.mode == Auto && f.option(stationContinueAuto):
		f.announce("GCS", "Continuing Auto Mode")
	case f.option(stationContinuePilot) && !f.mode.byItself():
		f.announce("GCS", "Continuing Pilot Control")
	default:
		f.announce("GCS", "")
		f.act(a)
	}
}

// Values of SIM_RC_FAIL.
const (
	noPulses    = 1
	lowThrottle = 2 // the rest in the middle
)

// lowThrottleUS is what the throttle channel falls to, in microseconds.
const lowThrottleUS = 950

// watchRadio acts on a receiver without a transmitter, unless a station gives the sticks.
func (f *flight) watchRadio() {
	enable := f.params.get("FS_THR_ENABLE")
	fail := f.faults.radio
	bad := fail == noPulses || fail == lowThrottle && lowThrottleUS < f.params.get("FS_THR_VALUE")
	if enable == 0 || !bad || f.sticks.raw[2] != 0 && f.sticks.held(f) {
		f.badRadioFor = 0
		if f.failsafe.radio {
			f.failsafe.radio = false
			f.announce("Radio", cleared)
		}
		return
	}
	limit := 0.1 // three readings of a low throttle
	if fail == noPulses {
		limit = f.params.get("RC_FS_TIMEOUT")
	}
	if f.badRadioFor += dt; f.badRadioFor > limit && !f.failsafe.radio {
		f.failsafe.radio = true
		f.radioLost(choice(enable, radioActions))
	}
}

func (f *flight) radioLost(a action) {
	switch {
	case f.disarmsOnFailsafe():
		f.announce("Radio", "Disarming")
		f.disarm()
	case f.landing() && f.failsafe.critical:
		f.announce("Radio + Battery", "Continuing Landing")
		f.act(actLand)
	case f.landing() && f.option(continueLanding):
		f.announce("Radio", "Continuing Landing")
	case f.mode == Auto && f.option(radioContinueAuto):
		f.announce("Radio", "Continuing Auto")
	case (f.mode == Guided || f.mode == GuidedNoGPS) && f.option(radioContinueGuided):
		f.announce("Radio", "Continuing Guided Mode")
	default:
		f.announce("Radio", "")
		f.act(a)
	}
}

// stationBack notes a heartbeat of the station whose silence counts.
func (f *flight) stationBack() { f.heardStation = f.age() }
