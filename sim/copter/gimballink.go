package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// gimbalCaps are the abilities, the same bits in the manager's and in the device's enumeration: retracted, neutral, roll, pitch
// and yaw with their locks, yaw follow, endless yaw, yaw from north.
const gimbalCaps = 1 + 2 + 4 + 16 + 32 + 128 + 256 + 512 + 1024 + 2048 + 4096

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
	if g.stowed {
		flags |= uint32(mav.GIMBAL_DEVICE_FLAGS_RETRACT)
	}
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
