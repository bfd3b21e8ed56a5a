package fleet

import (
	"math"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// mix is the order in which telemetry goes round: two in five are attitudes and positions, the rest is what an ArduCopter sends
// besides.
var mix = [...]kind{
	attitude, position, hud, attitude, status, attitude, position, gps, attitude, ekf, attitude, position, battery, attitude, imu,
	attitude, position, vibration, attitude, navigation, attitude, position, clock, attitude, servos, attitude, position, rc, attitude, pressure,
}

type kind int

const (
	attitude kind = iota
	position
	hud
	status
	gps
	ekf
	battery
	imu
	vibration
	navigation
	clock
	servos
	rc
	pressure
)

// telemetry makes the next message of the mix.
func (v *vehicle) telemetry(now time.Time) message.Message {
	what := mix[v.next%uint64(len(mix))]
	v.next++
	boot := now.Sub(v.born)
	ms := uint32(boot.Milliseconds())
	s := v.state(now)
	wave := math.Sin(boot.Seconds())
	switch what {
	case attitude:
		return &mav.MessageAttitude{TimeBootMs: ms, Roll: float32(0.05 * wave), Pitch: -0.06, Yaw: float32((s.headingDeg - 180) * math.Pi / 180), Yawspeed: 0.07}
	case position:
		return &mav.MessageGlobalPositionInt{
			TimeBootMs: ms, Lat: int32(s.place.Lat * 1e7), Lon: int32(s.place.Lon * 1e7), Alt: int32((homeAMSL + heightM) * 1e3),
			RelativeAlt: int32(heightM * 1e3), Vx: int16(s.north * 100), Vy: int16(s.east * 100), Hdg: uint16(s.headingDeg * 100),
		}
	case hud:
		return &mav.MessageVfrHud{Airspeed: 10.4, Groundspeed: float32(math.Hypot(s.north, s.east)), Heading: int16(s.headingDeg), Throttle: 41, Alt: homeAMSL + heightM, Climb: float32(0.1 * wave)}
	case status:
		return &mav.MessageSysStatus{
			OnboardControlSensorsPresent: 0x5761fc2f, OnboardControlSensorsEnabled: 0x5761fc2f, OnboardControlSensorsHealth: 0x5761fc2f,
			Load: 240, VoltageBattery: 15_400, CurrentBattery: 1_650, BatteryRemaining: 71,
		}
	case gps:
		return &mav.MessageGpsRawInt{TimeUsec: uint64(boot.Microseconds()), FixType: mav.GPS_FIX_TYPE_3D_FIX, Lat: int32(s.place.Lat * 1e7), Lon: int32(s.place.Lon * 1e7), Alt: int32((homeAMSL + heightM) * 1e3), Eph: 80, Epv: 120, Vel: 1047, SatellitesVisible: 17}
	case ekf:
		return &mav.MessageEkfStatusReport{Flags: 831, VelocityVariance: 0.02, PosHorizVariance: 0.03, PosVertVariance: 0.01, CompassVariance: 0.04}
	case battery:
		return &mav.MessageBatteryStatus{Voltages: cells(), CurrentBattery: 1650, CurrentConsumed: 1320, BatteryRemaining: 71, Temperature: math.MaxInt16}
	case imu:
		return &mav.MessageScaledImu2{TimeBootMs: ms, Xacc: 12, Yacc: -8, Zacc: -1001, Xgyro: 3, Ygyro: -2, Zgyro: 70}
	case vibration:
		return &mav.MessageVibration{TimeUsec: uint64(boot.Microseconds()), VibrationX: 4.1, VibrationY: 3.8, VibrationZ: 6.2}
	case navigation:
		return &mav.MessageNavControllerOutput{NavRoll: 3, NavPitch: -3, NavBearing: int16(s.headingDeg), TargetBearing: int16(s.headingDeg), WpDist: 84}
	case clock:
		return &mav.MessageSystemTime{TimeUnixUsec: uint64(now.UnixMicro()), TimeBootMs: ms}
	case servos:
		return &mav.MessageServoOutputRaw{TimeUsec: uint32(boot.Microseconds()), Servo1Raw: 1510, Servo2Raw: 1495, Servo3Raw: 1502, Servo4Raw: 1507}
	case rc:
		return &mav.MessageRcChannels{TimeBootMs: ms, Chancount: 8, Chan1Raw: 1500, Chan2Raw: 1500, Chan3Raw: 1420, Chan4Raw: 1500, Rssi: 210}
	default:
		return &mav.MessageScaledPressure{TimeBootMs: ms, PressAbs: 938.2, PressDiff: 0.01, Temperature: 2980}
	}
}

// cells is a battery of four cells; the other places are unused.
func cells() [10]uint16 {
	all := [10]uint16{3850, 3850, 3850, 3850}
	for i := 4; i < len(all); i++ {
		all[i] = math.MaxUint16
	}
	return all
}
