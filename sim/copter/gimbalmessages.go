package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// handleGimbal obeys the messages for the manager, which is the autopilot, and for the device. None is acknowledged: what the
// gimbal cannot do it does as far as it can.
func (c *Copter) handleGimbal(k packet, mine func(system, component uint8) bool) bool {
	f := c.flight
	switch m := k.msg.(type) {
	case *mav.MessageGimbalManagerSetPitchyaw:
		if mine(m.TargetSystem, m.TargetComponent) && knownGimbal(float64(m.GimbalDeviceId)) {
			f.bestGimbal(gimbalOrder{float64(m.Pitch) / toRad, float64(m.Yaw) / toRad, float64(m.PitchRate) / toRad, float64(m.YawRate) / toRad, uint32(m.Flags)})
		}
	case *mav.MessageGimbalManagerSetAttitude:
		if mine(m.TargetSystem, m.TargetComponent) && knownGimbal(float64(m.GimbalDeviceId)) {
			f.turnGimbal(m.Q, m.AngularVelocityY, m.AngularVelocityZ, uint32(m.Flags))
		}
	case *mav.MessageGimbalManagerSetManualControl:
		if mine(m.TargetSystem, m.TargetComponent) && knownGimbal(float64(m.GimbalDeviceId)) {
			f.steerGimbal(m)
		}
	case *mav.MessageGimbalDeviceSetAttitude:
		if m.TargetSystem == 0 || m.TargetSystem == c.link.system {
			if m.TargetComponent == 0 || m.TargetComponent == gimbalComponent {
				f.turnGimbal(m.Q, m.AngularVelocityY, m.AngularVelocityZ, uint32(m.Flags))
			}
		}
	case *mav.MessageGlobalPositionInt:
		f.heardVehicle(k.system, m)
		f.heardLead(k.system, m)
	case *mav.MessageFollowTarget:
		f.heardTarget(k.system, m)
	default:
		return false
	}
	return true
}

// bestGimbal obeys as far as the limits let it.
func (f *flight) bestGimbal(o gimbalOrder) {
	if !math.IsNaN(o.pitch) {
		o.pitch = clamp(o.pitch, gimbalPitchMin, gimbalPitchMax)
	}
	f.orderGimbal(o)
}

// turnGimbal takes an attitude, or, where that is left out, rates in rad/s. Roll stays level.
func (f *flight) turnGimbal(q [4]float32, up, pan float32, flags uint32) {
	o := gimbalOrder{math.NaN(), math.NaN(), float64(up) / toRad, float64(pan) / toRad, flags}
	w, x, y, z := float64(q[0]), float64(q[1]), float64(q[2]), float64(q[3])
	if n := math.Sqrt(w*w + x*x + y*y + z*z); n > 0.5 && n < 2 { // false for NaN
		w, x, y, z = w/n, x/n, y/n, z/n
		o.pitch = math.Asin(clamp(2*(w*y-z*x), -1, 1)) / toRad
		o.yaw = math.Atan2(2*(w*z+x*y), 1-2*(y*y+z*z)) / toRad
	}
	f.bestGimbal(o)
}

// steerGimbal is GIMBAL_MANAGER_SET_MANUAL_CONTROL: shares of the limits, from -1 to 1.
func (f *flight) steerGimbal(m *mav.MessageGimbalManagerSetManualControl) {
	share := func(v float32, low, high float64) float64 {
		x := clamp(float64(v), -1, 1) // NaN stays NaN
		if x < 0 {
			return -x * low
		}
		return x * high
	}
	f.bestGimbal(gimbalOrder{
		share(m.Pitch, gimbalPitchMin, gimbalPitchMax), share(m.Yaw, -180, 180),
		share(m.PitchRate, -gimbalRate, gimbalRate), share(m.YawRate, -gimbalRate, gimbalRate), uint32(m.Flags),
	})
}
