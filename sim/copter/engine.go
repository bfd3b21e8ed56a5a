package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

const (
	motors      = 4
	leastEngine = 0.2   // of its thrust that one motor must keep, or the attitude cannot be held
	spinBelow   = 0.6   // of its thrust: the opposite pair cannot balance the torque any more
	spinMost    = 300.0 // deg/s
	tumbleRate  = 240.0 // deg/s
	crashAfter  = 2.0   // s, as ArduCopter's check
)

// limp takes from the wanted thrust what a failed motor, or an empty battery, does not give.
func (f *flight) limp(want thrust) thrust {
	want.most = maxLift
	if k := f.faults.engine; k < 1 {
		// The motor opposite has to give as little, so that it stays level.
		want.most = (gravity+maxLift)*(1+k)/2 - gravity
		want.spin = clamp((spinBelow-k)/spinBelow, 0, 1) * spinMost
		want.tumble = k < leastEngine
	}
	if f.batt.capMAh > 0 && f.batt.charge() <= 0 {
		want.most = min(want.most, -1.5)
	}
	return want
}

// watchCrash tells of a lack of thrust, and stops the motors of a vehicle that lies on its side.
func (f *flight) watchCrash() {
	lean := max(math.Abs(f.body.rollDeg), math.Abs(f.body.pitchDeg))
	if !f.armed {
		f.weakFor, f.crashFor = 0, 0
		if f.faults.engine == 1 {
			f.body.tumbled = 0 // set upright again
		}
		return
	}
	before := f.weakFor
	if f.faults.engine < 0.9 && f.airborne {
		f.weakFor += dt
	} else {
		f.weakFor = 0
	}
	if f.weakFor >= 1 && before < 1 {
		f.say(mav.MAV_SEVERITY_EMERGENCY, "Potential Thrust Loss (%d)", f.faults.motor)
	}
	if f.params.get("FS_CRASH_CHECK") == 0 || lean < maxLeanDeg+5 || f.body.vel.length() > 0.5 || !f.body.onGround {
		f.crashFor = 0
		return
	}
	if f.crashFor += dt; f.crashFor > crashAfter {
		f.say(mav.MAV_SEVERITY_EMERGENCY, "Crash: Disarming: AngErr=%.0f>%.0f, Accel=%.1f<%.1f", lean, maxLeanDeg, f.body.acc.length(), 3.0)
		f.disarm()
	}
}
