package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// How the estimate treats what it is given, resembling EKF3 with its defaults.
const (
	gateM      = 3.5  // difference of a satellite position that is no longer believed
	baroGateM  = 12.0 // of the height
	blindAfter = 5.0  // s without satellites until the position is given up
	againAfter = 2.0  // s with them until it is believed again
	believes   = 7.0  // s of refused positions until they are taken as they are
	pullTau    = 1.0  // s
	baroTau    = 3.0  // s
	compassTau = 4.0  // s, how fast an estimate without a compass loses its heading
)

// estimate is what has become of the estimate by faults: how far it is off beyond its ordinary errors, and how well it fits.
type estimate struct {
	off      vec
	drifting [2]drift // m/s, without satellites
	yawOff   float64  // degrees
	aided    bool     // by satellites
	blindFor float64
	goodFor  float64
	refused  float64 // s that the satellite position was refused
	glitch   bool
	highFor  float64 // s that the height was refused
	compass  int     // in use

	velocity, horizontal, vertical, heading float64 // test ratios: 1 is where a measurement is refused
	badFor                                  int     // tenths of a second
	bad                                     bool
	acted                                   bool // the failsafe changed the mode
	warnedAt                                float64
}

func newEstimate() estimate {
	e := estimate{aided: true, warnedAt: math.Inf(-1)}
	for i := range e.drifting {
		e.drifting[i] = drift{sigma: 1.2, tau: 8}
	}
	return e
}

// stepEstimate lets the faults work on what the autopilot believes.
func (f *flight) stepEstimate() {
	e := &f.ekf
	if f.gps.good() {
		e.blindFor = 0
		e.goodFor += dt
	} else {
		e.goodFor = 0
		e.blindFor += dt
	}
	switch {
	case e.aided && e.blindFor > blindAfter:
		e.aided = false
		f.sayAiding("EKF3 IMU%d stopped aiding")
	case !e.aided && e.goodFor > againAfter:
		e.aided = true
		e.off[0], e.off[1] = f.gps.off[0], f.gps.off[1]
		f.sayAiding("EKF3 IMU%d is using GPS")
	}
	f.fuseSatellites()
	f.fuseHeight()
	f.fuseCompass()
	f.est.pos = f.est.pos.add(e.off)
	f.est.yawDeg = wrap360(f.est.yawDeg + e.yawOff)
}

// sayAiding tells it for both filters, once it has begun.
func (f *flight) sayAiding(format string) {
	for i := range 2 {
		if f.age() > readyAfter {
			f.say(mav.MAV_SEVERITY_INFO, format, i)
		}
	}
}

// fuseSatellites follows the satellite position, refuses one that is too far off, and drifts without.
func (f *flight) fuseSatellites() {
	e := &f.ekf
	if !f.gps.good() {
		share := clamp(e.blindFor/blindAfter, 0, 1) // at first the inertial sensors are still good
		for i := range e.drifting {
			if !f.body.onGround {
				e.off[i] += share * e.drifting[i].step(dt, f.faults.rng) * dt
			}
		}
		e.horizontal, e.velocity = 0.03+0.5*share, 0.02+0.3*share
		return
	}
	gap := vec{f.gps.off[0] - e.off[0], f.gps.off[1] - e.off[1]}
	e.velocity = 0.02
	e.horizontal = max(0.03, gap.horizontal()/gateM)
	if e.horizontal <= 1 || e.refused > believes {
		k := 1 - math.Exp(-dt/pullTau)
		if e.refused > believes {
			k = 1 // taken as it is
		}
		e.off[0], e.off[1], e.refused = e.off[0]+k*gap[0], e.off[1]+k*gap[1], 0
	} else {
		e.refused += dt
	}
	if glitch := e.refused > 1; glitch != e.glitch {
		e.glitch = glitch
		if glitch {
			f.say(mav.MAV_SEVERITY_CRITICAL, "GPS Glitch or Compass error")
		} else {
			f.say(mav.MAV_SEVERITY_CRITICAL, "Glitch cleared")
		}
	}
}

// fuseHeight follows the barometer: a small step slowly, a great one after a while.
func (f *flight) fuseHeight() {
	e := &f.ekf
	gap := f.faults.baroM - e.off[2]
	e.vertical = max(0.01, math.Abs(gap)/baroGateM)
	switch {
	case e.vertical <= 1:
		e.off[2] += (1 - math.Exp(-dt/baroTau)) * gap
		e.highFor = 0
	case e.highFor > believes:
		e.off[2], e.highFor = f.faults.baroM, 0
	default:
		e.highFor += dt
	}
}

// fuseCompass takes the next compass for one that failed; without any the heading wanders off.
func (f *flight) fuseCompass() {
	e, failed := &f.ekf, &f.faults.compass
	use := e.compass
	if failed[use%len(failed)] {
		for i := range failed {
			if !failed[i] {
				use = i
				break
			}
		}
	} else if !failed[0] {
		use = 0
	}
	if use != e.compass {
		e.compass = use
		if !f.body.onGround {
			for i := range 2 {
				f.say(mav.MAV_SEVERITY_INFO, "EKF3 IMU%d switching to compass %d", i, use)
			}
		}
	}
	if failed[use] {
		e.yawOff = clamp(e.yawOff+1.5*dt, -40, 40)
		e.heading += (1 - math.Exp(-dt/compassTau)) * (1.4 - e.heading)
		return
	}
	e.yawOff *= math.Exp(-dt / compassTau)
	e.heading += (1 - math.Exp(-dt/compassTau)) * (0.02 - e.heading)
}

// flags are those of EKF_STATUS_REPORT.
func (f *flight) ekfFlags() mav.EKF_STATUS_FLAGS {
	flags := mav.EKF_ATTITUDE | mav.EKF_VELOCITY_HORIZ | mav.EKF_VELOCITY_VERT | mav.EKF_POS_VERT_ABS // 167 and 831, as recorded
	if f.age() < readyAfter/2 {
		return flags | mav.EKF_UNINITIALIZED | mav.EKF_CONST_POS_MODE
	}
	if !f.ready() {
		return flags | mav.EKF_CONST_POS_MODE
	}
	flags |= mav.EKF_POS_HORIZ_REL | mav.EKF_POS_HORIZ_ABS | mav.EKF_PRED_POS_HORIZ_REL | mav.EKF_PRED_POS_HORIZ_ABS
	if f.ekf.glitch {
		flags |= mav.EKF_GPS_GLITCHING
	}
	return flags
}
