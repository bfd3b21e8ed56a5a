package mavlinktest

import (
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const degToRad = math.Pi / 180

// report sends one message of an id with the present state; mu must be held.
func (a *Autopilot) report(id uint32) bool {
	up := time.Since(a.born)
	millis := uint32(up.Milliseconds())
	s := float64(millis) / 1000
	const metresPerDegree = 111195
	switch id {
	case (&common.MessageHeartbeat{}).GetID():
		a.heartbeats()
	case (&common.MessageAttitude{}).GetID():
		yaw := math.Mod(a.cfg.YawRate*s, 360) * degToRad
		a.send(autopilotComponent, &common.MessageAttitude{TimeBootMs: millis, Yaw: float32(math.Remainder(yaw, 2*math.Pi)), Yawspeed: float32(a.cfg.YawRate * degToRad)})
	case (&common.MessageGlobalPositionInt{}).GetID():
		a.send(autopilotComponent, &common.MessageGlobalPositionInt{
			TimeBootMs: millis, Lat: int32(math.Round((a.cfg.Lat + a.cfg.North*s/metresPerDegree) * 1e7)),
			Lon: int32(math.Round((a.cfg.Lon + a.cfg.East*s/(metresPerDegree*math.Cos(a.cfg.Lat*degToRad))) * 1e7)),
			Alt: int32((a.cfg.GroundAMSL + a.height) * 1000), RelativeAlt: int32(a.height * 1000),
			Vx: int16(a.cfg.North * 100), Vy: int16(a.cfg.East * 100), Hdg: uint16(math.Mod(a.cfg.YawRate*s, 360) * 100),
		})
	case (&common.MessageGimbalDeviceAttitudeStatus{}).GetID():
		if a.cfg.Mount {
			return false
		}
		a.gimbals(millis)
	case (&common.MessageMountOrientation{}).GetID():
		if !a.cfg.Mount {
			return false
		}
		a.send(autopilotComponent, &common.MessageMountOrientation{TimeBootMs: millis, Pitch: float32(a.cfg.GimbalPitch), Yaw: float32(a.cfg.GimbalYaw)})
	case (&common.MessageGimbalManagerStatus{}).GetID():
		for i := 0; i < len(a.cfg.Gimbals) && !a.cfg.Mount; i++ {
			device := a.cfg.Gimbals[i].GimbalDeviceId
			a.send(autopilotComponent, &common.MessageGimbalManagerStatus{
				TimeBootMs: millis, GimbalDeviceId: device, PrimaryControlSysid: a.control[device][0], PrimaryControlCompid: a.control[device][1],
			})
		}
	case (&common.MessageGimbalManagerInformation{}).GetID():
		// Without a mount ArduPilot grants the request and sends nothing.
		for i := 0; i < len(a.cfg.Gimbals) && !a.cfg.Mount; i++ {
			m := a.cfg.Gimbals[i]
			m.TimeBootMs = millis
			a.send(autopilotComponent, &m)
		}
	case (&common.MessageHomePosition{}).GetID():
		a.send(autopilotComponent, &common.MessageHomePosition{Latitude: int32(a.cfg.Lat * 1e7), Longitude: int32(a.cfg.Lon * 1e7), Altitude: int32(a.cfg.GroundAMSL * 1000)})
	case (&common.MessageExtendedSysState{}).GetID():
		a.send(autopilotComponent, &common.MessageExtendedSysState{LandedState: a.landed})
	case (&common.MessageSystemTime{}).GetID():
		a.send(autopilotComponent, &common.MessageSystemTime{TimeUnixUsec: uint64(time.Now().UnixMicro()), TimeBootMs: millis})
	case (&common.MessageAutopilotVersion{}).GetID():
		version := &common.MessageAutopilotVersion{FlightSwVersion: 0x040601FF, Uid2: [18]uint8{1, 2, 3}}
		if a.cfg.Files != nil {
			version.Capabilities |= common.MAV_PROTOCOL_CAPABILITY_FTP
		}
		a.send(autopilotComponent, version)
	case (&common.MessageSysStatus{}).GetID():
		a.send(autopilotComponent, &common.MessageSysStatus{VoltageBattery: 12600, CurrentBattery: -1, BatteryRemaining: 97})
	default:
		return false
	}
	return true
}

func (a *Autopilot) heartbeats() {
	hb := &common.MessageHeartbeat{
		Type: common.MAV_TYPE_QUADROTOR, Autopilot: common.MAV_AUTOPILOT_ARDUPILOTMEGA, CustomMode: a.mode,
		BaseMode: common.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED, SystemStatus: common.MAV_STATE_ACTIVE, MavlinkVersion: 3,
	}
	if a.cfg.PX4 {
		hb.Autopilot = common.MAV_AUTOPILOT_PX4
	}
	if a.armed {
		hb.BaseMode |= common.MAV_MODE_FLAG_SAFETY_ARMED
	}
	a.send(autopilotComponent, hb)
	if !a.cfg.Mount {
		a.send(gimbalComponent, &common.MessageHeartbeat{Type: common.MAV_TYPE_GIMBAL, Autopilot: common.MAV_AUTOPILOT_INVALID, MavlinkVersion: 3})
	}
	if len(a.cfg.Streams) > 0 {
		a.send(cameraComponent, &common.MessageHeartbeat{Type: common.MAV_TYPE_CAMERA, Autopilot: common.MAV_AUTOPILOT_INVALID, MavlinkVersion: 3})
	}
}
