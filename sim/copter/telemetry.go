package copter

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
)

// Sensor bits of SYS_STATUS as the recorded autopilot has them.
const (
	sensorsPresent = 1399979055
	sensorsEnabled = 1398905903
	sensorsHealthy = 1467063343
)

const toRad = math.Pi / 180

var nan32 = float32(math.NaN())

// build makes a message from the present state; nil for one that it does not have.
func (c *Copter) build(id uint32) message.Message {
	switch id {
	case 24, 33, 136, 242, 49:
		return c.buildPosition(id)
	case 1, 147, 125, 162, 245, 42, 2, 148:
		return c.buildStatus(id)
	case 26, 27, 29, 116, 129, 137:
		return c.buildRaw(id)
	case 31, 35, 36, 46, 65, 83, 85, 87, 152, 163, 165, 178, 230:
		return c.buildMore(id)
	case 280, 281, 283, 285:
		return c.buildGimbal(id)
	case 259, 260, 261, 262, 270, 271, 275, 276, 277:
		return c.buildCamera(id)
	}
	f, e := c.flight, &c.flight.est
	boot := f.bootMs()
	switch id {
	case 0:
		return c.heartbeat()
	case 235:
		return c.highLatency()
	case 300:
		return &mav.MessageProtocolVersion{Version: 200, MinVersion: 100, MaxVersion: 200}
	case 30:
		return &mav.MessageAttitude{
			TimeBootMs: boot, Roll: float32(e.rollDeg * toRad), Pitch: float32(e.pitchDeg * toRad),
			Yaw:       float32(geo.DiffDeg(0, e.yawDeg) * toRad),
			Rollspeed: float32(e.rollRate * toRad), Pitchspeed: float32(e.pitchRate * toRad), Yawspeed: float32(e.yawRate * toRad),
		}
	case 32:
		d := e.pos.sub(f.origin)
		return &mav.MessageLocalPositionNed{
			TimeBootMs: boot, X: float32(d[1]), Y: float32(d[0]), Z: float32(-d[2]),
			Vx: float32(e.vel[1]), Vy: float32(e.vel[0]), Vz: float32(-e.vel[2]),
		}
	case 62:
		to := f.wanted()
		d := to.sub(e.pos)
		return &mav.MessageNavControllerOutput{
			NavRoll: float32(f.body.rollDeg), NavPitch: float32(f.body.pitchDeg), NavBearing: int16(e.yawDeg),
			TargetBearing: int16(d.courseDeg()), WpDist: uint16(clamp(d.horizontal(), 0, math.MaxUint16)), AltError: float32(d[2]),
		}
	case 74:
		_, amsl := f.position(e.pos)
		speed := float32(e.vel.horizontal())
		return &mav.MessageVfrHud{
			Airspeed: speed, Groundspeed: speed, Heading: int16(e.yawDeg), Throttle: f.throttle(),
			Alt: float32(amsl), Climb: float32(e.vel[2]),
		}
	case 168:
		w := f.wind()
		we, wn, wu := w[0], w[1], w[2]
		return &mav.MessageWind{
			Direction: float32(geo.DiffDeg(0, math.Atan2(-we, -wn)/toRad)), Speed: float32(math.Hypot(we, wn)), SpeedZ: float32(-wu),
		}
	case 193:
		return &mav.MessageEkfStatusReport{
			Flags: f.ekfFlags(), VelocityVariance: float32(f.ekf.velocity), PosHorizVariance: float32(f.ekf.horizontal),
			PosVertVariance: float32(f.ekf.vertical), CompassVariance: float32(f.ekf.heading),
		}
	case 241:
		shake := float32(0.003)
		if f.armed {
			shake = 6 + 40*float32(1-f.faults.engine) + float32(f.faults.gustM)
		}
		return &mav.MessageVibration{TimeUsec: uint64(f.age() * 1e6), VibrationX: shake, VibrationY: shake, VibrationZ: shake * 1.4}
	}
	return nil
}

func (c *Copter) buildPosition(id uint32) message.Message {
	f := c.flight
	p, amsl := f.position(f.est.pos)
	boot := f.bootMs()
	switch id {
	case 24:
		return f.rawGPS()
	case 33:
		m := &mav.MessageGlobalPositionInt{
			TimeBootMs: boot, RelativeAlt: int32(math.Round(f.height() * 1000)),
			Vx: int16(math.Round(f.est.vel[1] * 100)), Vy: int16(math.Round(f.est.vel[0] * 100)), Vz: int16(math.Round(-f.est.vel[2] * 100)),
			Hdg: uint16(math.Round(f.est.yawDeg*100)) % 36000,
		}
		if f.age() > readyAfter { // before that, a real one reports zeros
			m.Lat, m.Lon, m.Alt = e7(p.Lat), e7(p.Lon), int32(math.Round(float64(amsl)*1000))
		}
		return m
	case 136:
		return f.terrainReport(p)
	}
	if !f.ready() {
		return nil
	}
	if id == 49 {
		origin, amsl := f.position(f.origin)
		return &mav.MessageGpsGlobalOrigin{
			Latitude: e7(origin.Lat), Longitude: e7(origin.Lon), Altitude: int32(math.Round(float64(amsl) * 1000)), TimeUsec: uint64(f.age() * 1e6),
		}
	}
	d := f.home.sub(f.origin)
	return &mav.MessageHomePosition{
		Latitude: e7(f.homePos.Lat), Longitude: e7(f.homePos.Lon), Altitude: int32(math.Round(float64(f.homeAMSL) * 1000)),
		X: float32(d[1]), Y: float32(d[0]), Z: float32(-d[2]),
		Q: [4]float32{nan32, nan32, nan32, nan32}, TimeUsec: uint64(f.age() * 1e6),
	}
}

func (c *Copter) buildStatus(id uint32) message.Message {
	f := c.flight
	percent := int8(math.Round(f.remainingPct()))
	switch id {
	case 1:
		healthy := f.healthBits()
		enabled := mav.MAV_SYS_STATUS_SENSOR(sensorsEnabled) | f.mode.controls()
		if f.params.get("ARMING_CHECK") == 0 {
			enabled &^= mav.MAV_SYS_STATUS_PREARM_CHECK
		}
		if f.params.get("FENCE_ENABLE") != 0 {
			enabled |= mav.MAV_SYS_STATUS_GEOFENCE
		}
		return &mav.MessageSysStatus{
			OnboardControlSensorsPresent: sensorsPresent, OnboardControlSensorsEnabled: enabled, OnboardControlSensorsHealth: healthy,
			Load: 180, VoltageBattery: uint16(f.batt.volts * 1000), CurrentBattery: int16(f.batt.amps * 100), BatteryRemaining: percent,
		}
	case 147:
		m := &mav.MessageBatteryStatus{
			Temperature: math.MaxInt16, CurrentBattery: int16(f.batt.amps * 100), CurrentConsumed: int32(f.batt.usedMAh),
			EnergyConsumed: int32(f.batt.wattH * 36), BatteryRemaining: percent, ChargeState: mav.MAV_BATTERY_CHARGE_STATE_OK,
			TimeRemaining: int32(f.remainingMAh() * 3.6 / max(f.batt.amps, 0.1)),
		}
		for i := range m.Voltages {
			m.Voltages[i] = math.MaxUint16
		}
		m.Voltages[0] = uint16(f.batt.volts * 1000)
		if f.failsafe.critical {
			m.ChargeState = mav.MAV_BATTERY_CHARGE_STATE_CRITICAL
		} else if f.failsafe.low {
			m.ChargeState = mav.MAV_BATTERY_CHARGE_STATE_LOW
		}
		return m
	case 162:
		return f.fenceStatus()
	case 125:
		return &mav.MessagePowerStatus{Vcc: 5000}
	case 245:
		return &mav.MessageExtendedSysState{VtolState: mav.MAV_VTOL_STATE_MC, LandedState: f.landedState()}
	case 42:
		return &mav.MessageMissionCurrent{
			Seq: uint16(f.auto.index), Total: uint16(max(0, len(f.mission)-1)), MissionState: f.auto.state(f), MissionMode: missionMode(f),
			MissionId: planID(mav.MAV_MISSION_TYPE_MISSION, f.mission), FenceId: planID(mav.MAV_MISSION_TYPE_FENCE, f.fence.items),
			RallyPointsId: planID(mav.MAV_MISSION_TYPE_RALLY, f.rally),
		}
	case 2:
		return &mav.MessageSystemTime{TimeUnixUsec: uint64(f.now().UnixMicro()), TimeBootMs: f.bootMs()}
	}
	return c.version()
}

// missionMode is 1 while the mode is one that flies the mission.
func missionMode(f *flight) uint8 {
	if f.mode == Auto {
		return 1
	}
	return 0
}

func (c *Copter) version() *mav.MessageAutopilotVersion {
	m := &mav.MessageAutopilotVersion{
		// PARAM_FLOAT, as ArduPilot still says it, and C_CAST, which is what it means.
		Capabilities: mav.MAV_PROTOCOL_CAPABILITY_MISSION_FLOAT | mav.MAV_PROTOCOL_CAPABILITY_PARAM_FLOAT |
			mav.MAV_PROTOCOL_CAPABILITY_PARAM_ENCODE_C_CAST | mav.MAV_PROTOCOL_CAPABILITY_MISSION_INT |
			mav.MAV_PROTOCOL_CAPABILITY_COMMAND_INT | mav.MAV_PROTOCOL_CAPABILITY_FTP | mav.MAV_PROTOCOL_CAPABILITY_SET_ATTITUDE_TARGET |
			mav.MAV_PROTOCOL_CAPABILITY_SET_POSITION_TARGET_LOCAL_NED | mav.MAV_PROTOCOL_CAPABILITY_SET_POSITION_TARGET_GLOBAL_INT |
			mav.MAV_PROTOCOL_CAPABILITY_FLIGHT_TERMINATION | mav.MAV_PROTOCOL_CAPABILITY_MAVLINK2 |
			mav.MAV_PROTOCOL_CAPABILITY_MISSION_FENCE | mav.MAV_PROTOCOL_CAPABILITY_MISSION_RALLY,
		FlightSwVersion: 67567616, // 4.7.0-dev, as the recorded one
	}
	copy(m.FlightCustomVersion[:], "vedette")
	id := fmt.Sprintf("vedette/%d/%d", c.cfg.Seed, c.cfg.Drone.ID)
	sum := sha256.Sum256([]byte(id)) // the same after a restart, another for another vehicle
	copy(m.Uid2[:], sum[:])
	m.Uid = binary.LittleEndian.Uint64(sum[:])
	return m
}

func (c *Copter) heartbeat() *mav.MessageHeartbeat {
	f := c.flight
	base := mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED | mav.MAV_MODE_FLAG_MANUAL_INPUT_ENABLED | mav.MAV_MODE_FLAG_STABILIZE_ENABLED
	if f.mode == Guided || f.mode == Auto {
		base |= mav.MAV_MODE_FLAG_GUIDED_ENABLED
	}
	status := mav.MAV_STATE_STANDBY // also armed, as long as it stands
	switch {
	case f.age() < 3:
		status = mav.MAV_STATE_BOOT
	case f.failsafe.any():
		status = mav.MAV_STATE_CRITICAL
	case f.armed && !f.body.onGround:
		status = mav.MAV_STATE_ACTIVE
	}
	if f.armed {
		base |= mav.MAV_MODE_FLAG_SAFETY_ARMED
	}
	return &mav.MessageHeartbeat{
		Type: mav.MAV_TYPE_QUADROTOR, Autopilot: mav.MAV_AUTOPILOT_ARDUPILOTMEGA, BaseMode: base,
		CustomMode: uint32(f.mode), SystemStatus: status, MavlinkVersion: 3,
	}
}

func (f *flight) bootMs() uint32 { return uint32(f.age() * 1000) }

// throttle in percent.
func (f *flight) throttle() uint16 {
	if !f.armed || f.body.onGround {
		return 0
	}
	return uint16(clamp(45*(gravity+f.body.lift)/gravity, 0, 100))
}

// landedState is EXTENDED_SYS_STATE's.
func (f *flight) landedState() mav.MAV_LANDED_STATE {
	switch {
	case f.body.onGround:
		return mav.MAV_LANDED_STATE_ON_GROUND
	case f.mode == Guided && f.guided.takingOff, f.mode == Auto && f.aboveGround() < 3 && f.est.vel[2] > 0.3:
		return mav.MAV_LANDED_STATE_TAKEOFF
	case f.landing():
		return mav.MAV_LANDED_STATE_LANDING
	}
	return mav.MAV_LANDED_STATE_IN_AIR
}

// wanted is the place that the mode flies to, for display.
func (f *flight) wanted() vec {
	switch f.mode {
	case Guided:
		return f.guided.at
	case Auto:
		if it, ok := f.auto.current(f); ok && it.nav() {
			return f.auto.to
		}
	case RTL, Land:
		return f.rtl.at
	case SmartRTL:
		if f.smart.to != nil {
			return *f.smart.to
		}
	case Follow:
		if at, ok := f.lead.now(f); ok {
			return f.lead.place(f, at)
		}
	}
	return f.hold
}

// nanos is the vehicle's clock for TIMESYNC.
func (f *flight) nanos() int64 { return int64(f.age() * float64(time.Second)) }
