package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// failsafes remembers which have acted.
type failsafes struct {
	low, critical, station bool
}

// Actions of BATT_FS_LOW_ACT and BATT_FS_CRT_ACT.
const (
	actLand = 1
	actRTL  = 2
)

// watchFailsafes returns or lands on a low battery, and on a silent station while it guides.
func (f *flight) watchFailsafes() {
	if !f.armed {
		return
	}
	below := func(volt, mah string, since *float64) bool {
		v, m := f.params.get(volt), f.params.get(mah)
		if v > 0 && f.batt.volts < v || m > 0 && capacityMAh-f.batt.usedMAh < m {
			*since += dt
		} else {
			*since = 0
		}
		return *since > f.params.get("BATT_LOW_TIMER")
	}
	if below("BATT_CRT_VOLT", "BATT_CRT_MAH", &f.batt.critFor) && !f.failsafe.critical {
		f.failsafe.critical = true
		f.say(mav.MAV_SEVERITY_CRITICAL, "Battery 1 is critical %.2fV used %.0f mAh", f.batt.volts, f.batt.usedMAh)
		f.act(int(f.params.get("BATT_FS_CRT_ACT")), "Battery Failsafe")
	}
	if below("BATT_LOW_VOLT", "BATT_LOW_MAH", &f.batt.lowFor) && !f.failsafe.low {
		f.failsafe.low = true
		f.say(mav.MAV_SEVERITY_WARNING, "Battery 1 is low %.2fV used %.0f mAh", f.batt.volts, f.batt.usedMAh)
		f.crew.lowBattery(f)
		f.act(int(f.params.get("BATT_FS_LOW_ACT")), "Battery Failsafe")
	}

	if f.mode != Guided || f.params.get("FS_GCS_ENABLE") == 0 || f.heardStation < 0 {
		return
	}
	lost := f.age()-f.heardStation > f.params.get("FS_GCS_TIMEOUT")
	switch {
	case lost && !f.failsafe.station:
		f.failsafe.station = true
		f.act(actRTL, "GCS Failsafe")
	case !lost && f.failsafe.station:
		f.failsafe.station = false
	}
}

func (f *flight) act(action int, why string) {
	if f.body.onGround {
		if action != 0 {
			f.say(mav.MAV_SEVERITY_WARNING, "%s - Disarming", why)
			f.disarm()
		}
		return
	}
	switch action {
	case actLand:
		f.say(mav.MAV_SEVERITY_CRITICAL, "%s - Landing", why)
		f.setMode(Land)
	case actRTL:
		// A vehicle that already lands is left to it.
		if f.mode == Land || f.mode == RTL {
			return
		}
		f.say(mav.MAV_SEVERITY_WARNING, "%s - RTL", why)
		f.setMode(RTL)
	}
}

// stationBack clears the station failsafe once heartbeats come again.
func (f *flight) stationBack() {
	if f.failsafe.station && f.mode != Guided {
		f.failsafe.station = false
		f.say(mav.MAV_SEVERITY_WARNING, "GCS Failsafe Cleared")
	}
	f.heardStation = f.age()
}
