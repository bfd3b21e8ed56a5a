package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

const (
	estimateChecks = 10   // bad ones in a row, ten a second, until it is a failsafe
	warnEvery      = 30.0 // s, of the text
)

// Values of FS_EKF_ACTION.
const (
	ekfReport = iota
	ekfLand
	ekfAltHold
	ekfLandAlways // also in modes that need no position
)

// watchEstimate checks ten times a second whether the estimate can be flown by; only armed.
func (f *flight) watchEstimate() {
	limit := f.params.get("FS_EKF_THRESH")
	e := &f.ekf
	if !f.armed || limit <= 0 || f.age() < readyAfter+1 {
		e.badFor, e.bad = 0, false
		f.estimateBack()
		return
	}
	if f.steps%10 != 0 {
		return
	}
	switch ok := f.ready() && !e.over(limit); {
	case ok && e.badFor > 0:
		if e.badFor--; e.badFor == 0 && e.bad {
			e.bad = false
			f.estimateBack()
		}
	case !ok && !e.bad:
		if e.badFor++; e.badFor >= estimateChecks {
			e.bad = true
			if f.age()-e.warnedAt > warnEvery {
				e.warnedAt = f.age()
				f.say(mav.MAV_SEVERITY_CRITICAL, "EKF variance")
			}
			f.estimateLost()
		}
	}
}

// over tells whether two of velocity, position and heading fit worse than the limit, or the velocity twice as badly.
func (e *estimate) over(limit float64) bool {
	n := 0
	if e.heading >= limit {
		n++
	}
	switch {
	case e.velocity >= 2*limit:
		n += 2
	case e.velocity >= limit:
		n++
	}
	return n >= 2 || n == 1 && e.horizontal >= limit
}

func (f *flight) estimateLost() {
	f.failsafe.ekf = true
	info, _ := f.mode.info()
	what := f.params.get("FS_EKF_ACTION")
	if f.mode == Land || !info.place && what != ekfLandAlways {
		return // LAND goes on without a position
	}
	switch {
	case f.body.onGround:
		f.disarm()
		return
	case what == ekfReport:
		return
	case what == ekfAltHold && !f.failsafe.radio && f.setMode(AltHold):
	default:
		f.landWithPause()
	}
	f.ekf.acted = true
	f.say(mav.MAV_SEVERITY_CRITICAL, "EKF Failsafe: changed to %s Mode", f.mode)
}

func (f *flight) estimateBack() {
	f.failsafe.ekf = false
	if f.ekf.acted {
		f.ekf.acted = false
		f.say(mav.MAV_SEVERITY_CRITICAL, "EKF Failsafe Cleared")
	}
}
