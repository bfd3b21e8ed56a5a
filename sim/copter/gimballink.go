package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// gimbalCaps are the abilities, the same bits in the manager's and in the device's enumeration.
const gimbalCaps = 2 + 4 + 16 + 32 + 128 + 256 + 512 + 1024 + 2048 // neutral, roll, pitch and yaw with their locks, yaw follow, endless yaw

func (c *Copter) buildGimbal(id uint32) message.Message {
	f, g := c.flight, &c.flight.gimbal
	boot := f.bootMs()
	const low, high = gimbalPitchMin * toRad, gimbalPitchMax * toRad
	switch id {
	case 280:
		return &mav.MessageGimbalManagerInformation{
			TimeBootMs: boot, GimbalDeviceId: gimbalComponent, PitchMin: low, PitchMax: high, YawMin: -math.Pi, YawMax: math.Pi,
			CapFlags: gimbalCaps | mav.GIMBAL_MANAGER_CAP_FLAGS_CAN_POINT_LOCATION_GLOBAL,
		}
	case 281:
		return &mav.MessageGimbalManagerStatus{
			TimeBootMs: boot, GimbalDeviceId: gimbalComponent, Flags: mav.GIMBAL_MANAGER_FLAGS(g.flags()),
			PrimaryControlSysid: g.control[0][0], PrimaryControlCompid: g.control[0][1],
			SecondaryControlSysid: g.control[1][0], SecondaryControlCompid: g.control[1][1],
		}
	case 283:
		return &mav.MessageGimbalDeviceInformation{
			TimeBootMs: boot, VendorName: "Vedette", ModelName: "Simulated 3-axis gimbal", FirmwareVersion: 1, HardwareVersion: 1,
			Uid: uint64(c.cfg.Drone.ID), CapFlags: gimbalCaps, PitchMin: low, PitchMax: high, YawMin: -math.Pi, YawMax: math.Pi,
		}
	}
	return &mav.MessageGimbalDeviceAttitudeStatus{
		TimeBootMs: boot, Flags: mav.GIMBAL_DEVICE_FLAGS(g.flags()) | mav.GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME,
		Q:                quaternion(0, g.truePitch, g.relYaw),
		AngularVelocityX: 0, AngularVelocityY: float32(g.rateUp * toRad), AngularVelocityZ: float32(g.ratePan * toRad),
		// As ArduPilot: it does not tell the heading here.
		DeltaYaw: nan32, DeltaYawVelocity: nan32,
	}
}

// flags are those common to manager and device: roll and pitch are always locked to the horizon.
func (g *gimbal) flags() uint32 {
	flags := uint32(mav.GIMBAL_DEVICE_FLAGS_ROLL_LOCK | mav.GIMBAL_DEVICE_FLAGS_PITCH_LOCK)
	if g.neutral {
		flags |= uint32(mav.GIMBAL_DEVICE_FLAGS_NEUTRAL)
	}
	if g.yawLock || g.mode == gimbalROI {
		flags |= uint32(mav.GIMBAL_DEVICE_FLAGS_YAW_LOCK)
	}
	return flags
}

// quaternion is the rotation by yaw, then pitch, then roll (degrees), w first.
func quaternion(rollDeg, pitchDeg, yawDeg float64) [4]float32 {
	sr, cr := math.Sincos(rollDeg * toRad / 2)
	sp, cp := math.Sincos(pitchDeg * toRad / 2)
	sy, cy := math.Sincos(yawDeg * toRad / 2)
	return [4]float32{
		float32(cr*cp*cy + sr*sp*sy), float32(sr*cp*cy - cr*sp*sy),
		float32(cr*sp*cy + sr*cp*sy), float32(cr*cp*sy - sr*sp*cy),
	}
}

// pointGimbal is DO_GIMBAL_MANAGER_PITCHYAW and its message: degrees and degrees a second, NaN = leave.
func (c *Copter) pointGimbal(pitch, yaw, pitchRate, yawRate float64, flags uint32) mav.MAV_RESULT {
	g := &c.flight.gimbal
	lock := flags&(uint32(mav.GIMBAL_MANAGER_FLAGS_YAW_LOCK)|uint32(mav.GIMBAL_MANAGER_FLAGS_YAW_IN_EARTH_FRAME)) != 0
	g.neutral = flags&uint32(mav.GIMBAL_MANAGER_FLAGS_NEUTRAL) != 0
	if g.neutral {
		g.release()
		return mav.MAV_RESULT_ACCEPTED
	}
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	switch {
	case finite(pitch) || finite(yaw):
		if finite(pitch) && math.Abs(pitch) > 90 || finite(yaw) && math.Abs(yaw) > 360 {
			return mav.MAV_RESULT_DENIED
		}
		if g.mode != gimbalAngles || g.yawLock != lock {
			g.yawLock = lock
			g.hold(c.flight.est)
		}
		g.point(pitch, yaw, lock)
	case finite(pitchRate) || finite(yawRate):
		if !finite(pitchRate) {
			pitchRate = 0
		}
		if !finite(yawRate) {
			yawRate = 0
		}
		if g.mode != gimbalRates || g.yawLock != lock {
			g.yawLock = lock
			g.hold(c.flight.est)
		}
		g.turn(pitchRate, yawRate, lock)
	default:
		return mav.MAV_RESULT_DENIED
	}
	return mav.MAV_RESULT_ACCEPTED
}

// configureGimbal is DO_GIMBAL_MANAGER_CONFIGURE: who is in control. -1 leaves, -2 means the sender, -3 gives up.
func (c *Copter) configureGimbal(cmd command) mav.MAV_RESULT {
	g := &c.flight.gimbal
	for i := range g.control {
		system, component := cmd.p[2*i], cmd.p[2*i+1]
		switch {
		case system == -2:
			g.control[i] = [2]uint8{cmd.system, cmd.component}
		case system == -3 && g.control[i] == [2]uint8{cmd.system, cmd.component}:
			g.control[i] = [2]uint8{}
		case system >= 0 && system <= 255 && component >= 0 && component <= 255:
			g.control[i] = [2]uint8{uint8(system), uint8(component)}
		}
	}
	return mav.MAV_RESULT_ACCEPTED
}

// lookAt points the camera at a place until told otherwise.
func (c *Copter) lookAt(cmd command) mav.MAV_RESULT {
	p := cmd.place()
	if !p.Valid() || cmd.lat == 0 && cmd.lon == 0 {
		c.flight.gimbal.release()
		return mav.MAV_RESULT_ACCEPTED
	}
	f := c.flight
	u, ok := f.heightIn(cmd.frame, p, cmd.z)
	if !ok || math.IsNaN(cmd.z) {
		return mav.MAV_RESULT_DENIED
	}
	at := f.place(p, f.homeAMSL)
	at[2] = u
	f.gimbal.lookAt(at)
	return mav.MAV_RESULT_ACCEPTED
}
