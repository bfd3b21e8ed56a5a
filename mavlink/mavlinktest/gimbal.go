package mavlinktest

import (
	"math"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// stationSystem is the id of the station under test.
const stationSystem = 255

// Control gives a gimbal to a component of some system.
func (a *Autopilot) Control(device, system, component uint8) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.control[device] = [2]uint8{system, component}
}

// Controller tells who controls a gimbal.
func (a *Autopilot) Controller(device uint8) (system, component uint8) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.control[device][0], a.control[device][1]
}

// gimbalCommand answers what is for a gimbal as PX4 does, which obeys only whoever is in control; mu must be held.
func (a *Autopilot) gimbalCommand(m *common.MessageCommandLong) common.MAV_RESULT {
	device := uint8(m.Param7)
	switch m.Command {
	case common.MAV_CMD_DO_MOUNT_CONTROL:
		if !a.cfg.Mount {
			return common.MAV_RESULT_UNSUPPORTED
		}
		return common.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_DO_SET_ROI_NONE:
		device = uint8(m.Param1)
	case common.MAV_CMD_DO_SET_ROI_SYSID:
		device = uint8(m.Param2)
	}
	if a.cfg.Mount {
		return common.MAV_RESULT_UNSUPPORTED
	}
	if m.Command == common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE {
		switch {
		case m.Param1 == -3:
			delete(a.control, device)
		case m.Param1 >= 0:
			a.control[device] = [2]uint8{uint8(m.Param1), uint8(m.Param2)}
		}
		return common.MAV_RESULT_ACCEPTED
	}
	return a.allowed(device)
}

func (a *Autopilot) allowed(device uint8) common.MAV_RESULT {
	if a.control[device][0] != stationSystem && !a.cfg.Mount {
		return common.MAV_RESULT_DENIED
	}
	return common.MAV_RESULT_ACCEPTED
}

// gimbals report attitudes with yaw in the vehicle's frame, as ArduPilot does.
func (a *Autopilot) gimbals(millis uint32) {
	sp, cp := math.Sincos(a.cfg.GimbalPitch * degToRad / 2)
	sy, cy := math.Sincos(a.cfg.GimbalYaw * degToRad / 2)
	nan := float32(math.NaN())
	for i := range a.cfg.Gimbals {
		a.send(autopilotComponent, &common.MessageGimbalDeviceAttitudeStatus{
			TimeBootMs: millis, GimbalDeviceId: a.cfg.Gimbals[i].GimbalDeviceId,
			Flags: common.GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME | common.GIMBAL_DEVICE_FLAGS_ROLL_LOCK | common.GIMBAL_DEVICE_FLAGS_PITCH_LOCK,
			Q:     [4]float32{float32(cp * cy), float32(-sp * sy), float32(sp * cy), float32(cp * sy)},
			// As ArduPilot sends them.
			AngularVelocityX: nan, AngularVelocityY: nan, AngularVelocityZ: nan, DeltaYaw: nan, DeltaYawVelocity: nan,
		})
	}
}
