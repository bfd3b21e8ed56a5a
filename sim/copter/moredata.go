package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
)

// buildMore makes messages about what the autopilot does and wants.
func (c *Copter) buildMore(id uint32) message.Message {
	f, e := c.flight, &c.flight.est
	boot := f.bootMs()
	switch id {
	case 31:
		q := quaternion(e.rollDeg, e.pitchDeg, e.yawDeg)
		return &mav.MessageAttitudeQuaternion{
			TimeBootMs: boot, Q1: q[0], Q2: q[1], Q3: q[2], Q4: q[3],
			Rollspeed: float32(e.rollRate * toRad), Pitchspeed: float32(e.pitchRate * toRad), Yawspeed: float32(e.yawRate * toRad),
		}
	case 35, 65:
		return c.buildChannels(id)
	case 36:
		return c.buildServos()
	case 46:
		if f.lastReached < 1 {
			return nil
		}
		return &mav.MessageMissionItemReached{Seq: uint16(f.lastReached)}
	case 83:
		return &mav.MessageAttitudeTarget{
			TimeBootMs: boot, TypeMask: 7, Q: quaternion(f.body.rollDeg, f.body.pitchDeg, e.yawDeg), Thrust: float32(f.throttle()) / 100,
		}
	case 85, 87:
		return c.buildTarget(id)
	case 152:
		return &mav.MessageMeminfo{Freemem: math.MaxUint16, Freemem32: 131072}
	case 163:
		return &mav.MessageAhrs{ErrorRp: 0.003, ErrorYaw: 0.002}
	case 165:
		return &mav.MessageHwstatus{Vcc: 5000}
	case 178:
		p, amsl := f.position(e.pos)
		return &mav.MessageAhrs2{
			Roll: float32(e.rollDeg * toRad), Pitch: float32(e.pitchDeg * toRad), Yaw: float32(geo.DiffDeg(0, e.yawDeg) * toRad),
			Altitude: float32(amsl), Lat: e7(p.Lat), Lng: e7(p.Lon),
		}
	}
	flags := mav.ESTIMATOR_ATTITUDE | mav.ESTIMATOR_VELOCITY_VERT | mav.ESTIMATOR_POS_VERT_ABS
	if f.ready() {
		flags |= mav.ESTIMATOR_VELOCITY_HORIZ | mav.ESTIMATOR_POS_HORIZ_REL | mav.ESTIMATOR_POS_HORIZ_ABS |
			mav.ESTIMATOR_PRED_POS_HORIZ_REL | mav.ESTIMATOR_PRED_POS_HORIZ_ABS
	} else {
		flags |= mav.ESTIMATOR_CONST_POS_MODE
	}
	return &mav.MessageEstimatorStatus{
		TimeUsec: f.bootUs(), Flags: flags, VelRatio: float32(f.ekf.velocity), PosHorizRatio: float32(f.ekf.horizontal),
		PosVertRatio: float32(f.ekf.vertical), MagRatio: float32(f.ekf.heading),
		PosHorizAccuracy: 0.6, PosVertAccuracy: 0.9,
	}
}

func (c *Copter) buildChannels(id uint32) message.Message {
	f := c.flight
	ch := f.channel
	if id == 35 {
		return &mav.MessageRcChannelsRaw{
			TimeBootMs: f.bootMs(), Chan1Raw: ch(0), Chan2Raw: ch(1), Chan3Raw: ch(2), Chan4Raw: ch(3),
			Chan5Raw: ch(4), Chan6Raw: ch(5), Chan7Raw: ch(6), Chan8Raw: ch(7), Rssi: math.MaxUint8,
		}
	}
	return &mav.MessageRcChannels{
		TimeBootMs: f.bootMs(), Chancount: 8, Chan1Raw: ch(0), Chan2Raw: ch(1), Chan3Raw: ch(2), Chan4Raw: ch(3), Chan5Raw: ch(4),
		Chan6Raw: ch(5), Chan7Raw: ch(6), Chan8Raw: ch(7), Chan9Raw: ch(8), Chan10Raw: ch(9), Chan11Raw: ch(10), Chan12Raw: ch(11),
		Chan13Raw: ch(12), Chan14Raw: ch(13), Chan15Raw: ch(14), Chan16Raw: ch(15), Chan17Raw: ch(16), Chan18Raw: ch(17), Rssi: math.MaxUint8,
	}
}

// buildServos is SERVO_OUTPUT_RAW: four motors, the mount on 9 to 11, the shutter on 12.
func (c *Copter) buildServos() message.Message {
	f := c.flight
	motor := uint16(1000)
	if f.armed {
		motor = 1100 + 8*f.throttle()
	}
	axis := func(deg, most float64) uint16 { return uint16(1500 + 400*clamp(deg/most, -1, 1)) }
	out := func(i int, otherwise uint16) uint16 {
		if v := f.servos[i]; v != 0 {
			return v
		}
		return otherwise
	}
	return &mav.MessageServoOutputRaw{
		TimeUsec: uint32(f.bootUs()), Servo1Raw: motor, Servo2Raw: motor, Servo3Raw: motor, Servo4Raw: motor,
		Servo5Raw: out(4, 0), Servo6Raw: out(5, 0), Servo7Raw: out(6, 0), Servo8Raw: out(7, 0),
		Servo9Raw: axis(f.gimbal.relYaw, 180), Servo10Raw: axis(f.gimbal.truePitch, 90), Servo11Raw: 1500, Servo12Raw: 1100,
		Servo13Raw: out(12, 0), Servo14Raw: out(13, 0), Servo15Raw: out(14, 0), Servo16Raw: out(15, 0),
	}
}

// buildTarget is where the autopilot wants to be; nil where the mode wants no place.
func (c *Copter) buildTarget(id uint32) message.Message {
	f := c.flight
	switch f.mode {
	case Guided, Auto, RTL, Loiter, PosHold, Brake, Circle, Land:
	default:
		return nil
	}
	const onlyPlace = mav.POSITION_TARGET_TYPEMASK(0xFF8) // velocity, acceleration, yaw and its rate are left out
	at := f.wanted()
	if id == 85 {
		d := at.sub(f.origin)
		return &mav.MessagePositionTargetLocalNed{
			TimeBootMs: f.bootMs(), CoordinateFrame: mav.MAV_FRAME_LOCAL_NED, TypeMask: onlyPlace, X: float32(d[1]), Y: float32(d[0]), Z: float32(-d[2]),
		}
	}
	p, amsl := f.position(at)
	return &mav.MessagePositionTargetGlobalInt{
		TimeBootMs: f.bootMs(), CoordinateFrame: mav.MAV_FRAME_GLOBAL, TypeMask: onlyPlace,
		LatInt: e7(p.Lat), LonInt: e7(p.Lon), Alt: float32(amsl),
	}
}
