package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

// command is COMMAND_LONG or COMMAND_INT.
type command struct {
	id                common.MAV_CMD
	target            uint8 // component
	system, component uint8 // sender
	frame             mav.MAV_FRAME
	p                 [4]float64
	lat, lon          float64 // parameters 5 and 6 as degrees
	raw               [2]float64
	z                 float64
}

func (c command) place() geo.LatLon { return geo.LatLon{Lat: c.lat, Lon: c.lon} }

// forceMagic in parameter 2 skips the checks of arming and of disarming in the air.
const forceMagic = 21196

func fromLong(k packet, m *mav.MessageCommandLong) command {
	return command{
		id: m.Command, target: m.TargetComponent, system: k.system, component: k.component,
		frame: mav.MAV_FRAME_GLOBAL_RELATIVE_ALT, // ArduPilot takes the height in a COMMAND_LONG as relative to home
		p:     [4]float64{float64(m.Param1), float64(m.Param2), float64(m.Param3), float64(m.Param4)},
		lat:   float64(m.Param5), lon: float64(m.Param6), raw: [2]float64{float64(m.Param5), float64(m.Param6)}, z: float64(m.Param7),
	}
}

func fromInt(k packet, m *mav.MessageCommandInt) command {
	return command{
		id: m.Command, target: m.TargetComponent, system: k.system, component: k.component, frame: m.Frame,
		p:   [4]float64{float64(m.Param1), float64(m.Param2), float64(m.Param3), float64(m.Param4)},
		lat: float64(m.X) / 1e7, lon: float64(m.Y) / 1e7, raw: [2]float64{float64(m.X), float64(m.Y)}, z: float64(m.Z),
	}
}

// handleCommand executes a command and acknowledges it from the component that it was meant for.
func (c *Copter) handleCommand(p *peer, cmd command) {
	component := uint8(autopilotComponent)
	var result mav.MAV_RESULT
	switch {
	case cmd.target == cameraComponent, cmd.target == 0 && cmd.forCamera():
		component, result = cameraComponent, c.cameraCommand(p, cmd)
	case cmd.target == gimbalComponent:
		component, result = gimbalComponent, c.gimbalCommand(p, cmd)
	case cmd.target == autopilotComponent || cmd.target == 0:
		result = c.autopilotCommand(p, cmd)
	default:
		return // for a component that this vehicle does not have
	}
	p.send(component, &mav.MessageCommandAck{
		Command: cmd.id, Result: result, TargetSystem: cmd.system, TargetComponent: cmd.component,
	})
}

// forCamera tells whether a command to all components is the camera's business.
func (c command) forCamera() bool {
	switch c.id {
	case common.MAV_CMD_REQUEST_MESSAGE:
		return c.p[0] == 259 || c.p[0] == 269 || c.p[0] == 270
	case common.MAV_CMD_REQUEST_CAMERA_INFORMATION, common.MAV_CMD_REQUEST_VIDEO_STREAM_INFORMATION, common.MAV_CMD_REQUEST_VIDEO_STREAM_STATUS,
		common.MAV_CMD_VIDEO_START_STREAMING, common.MAV_CMD_VIDEO_STOP_STREAMING:
		return true
	}
	return false
}

// gimbalCommand handles what is addressed to the gimbal device.
func (c *Copter) gimbalCommand(p *peer, cmd command) mav.MAV_RESULT {
	id := uint32(clamp(cmd.p[0], 0, math.MaxUint32))
	switch cmd.id {
	case common.MAV_CMD_REQUEST_MESSAGE:
		if id != 283 && id != 285 {
			return mav.MAV_RESULT_FAILED
		}
		p.send(gimbalComponent, c.build(id))
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_SET_MESSAGE_INTERVAL:
		return c.setInterval(p, id, cmd.p[1])
	}
	return mav.MAV_RESULT_UNSUPPORTED
}

func accepted(ok bool) mav.MAV_RESULT {
	if ok {
		return mav.MAV_RESULT_ACCEPTED
	}
	return mav.MAV_RESULT_FAILED
}

// autopilotCommand handles requests; commands that fly are in flyCommand.
func (c *Copter) autopilotCommand(p *peer, cmd command) mav.MAV_RESULT {
	id := uint32(clamp(cmd.p[0], 0, math.MaxUint32))
	switch cmd.id {
	case common.MAV_CMD_SET_MESSAGE_INTERVAL:
		return c.setInterval(p, id, cmd.p[1])
	case common.MAV_CMD_GET_MESSAGE_INTERVAL:
		us := -1.0
		if s := c.interval(p, id); s > 0 {
			us = s * 1e6
		}
		p.send(autopilotComponent, &mav.MessageMessageInterval{MessageId: uint16(id), IntervalUs: int32(us)})
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_REQUEST_MESSAGE:
		if id == 259 || id == 269 || id == 270 {
			return mav.MAV_RESULT_FAILED // the camera component's
		}
		msg := c.build(id)
		if msg == nil {
			return mav.MAV_RESULT_FAILED // as ArduPilot answers for an unknown message
		}
		component := uint8(autopilotComponent)
		if s, ok := streamed[id]; ok {
			component = s.component
		}
		p.send(component, msg)
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES:
		p.send(autopilotComponent, c.version())
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_GET_HOME_POSITION:
		msg := c.build(242)
		if msg == nil {
			return mav.MAV_RESULT_FAILED
		}
		p.send(autopilotComponent, msg)
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_RUN_PREARM_CHECKS:
		if reason := c.flight.prearm(); reason != "" {
			c.flight.say(mav.MAV_SEVERITY_CRITICAL, "PreArm: %s", reason)
		}
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_DO_SET_ROI_LOCATION, common.MAV_CMD_DO_SET_ROI:
		return c.lookAt(cmd)
	case common.MAV_CMD_DO_SET_ROI_NONE:
		c.flight.gimbal.release()
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW:
		return c.pointGimbal(cmd.p[0], cmd.p[1], cmd.p[2], cmd.p[3], uint32(clamp(cmd.raw[0], 0, math.MaxUint32)))
	case common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE:
		return c.configureGimbal(cmd)
	}
	return c.flyCommand(p, cmd)
}

// flyCommand handles commands that change the flight.
func (c *Copter) flyCommand(p *peer, cmd command) mav.MAV_RESULT {
	f := c.flight
	switch cmd.id {
	case common.MAV_CMD_COMPONENT_ARM_DISARM:
		f.crew.operatorActs()
		switch force := cmd.p[1] == forceMagic; cmd.p[0] {
		case 1:
			return accepted(f.arm(force))
		case 0:
			if !f.body.onGround && !force {
				return mav.MAV_RESULT_FAILED
			}
			f.disarm()
			return mav.MAV_RESULT_ACCEPTED
		}
		return mav.MAV_RESULT_UNSUPPORTED
	case common.MAV_CMD_NAV_TAKEOFF:
		f.crew.operatorActs()
		return accepted(f.takeoff(cmd.z))
	case common.MAV_CMD_DO_REPOSITION:
		return c.reposition(cmd)
	case common.MAV_CMD_NAV_RETURN_TO_LAUNCH:
		return c.changeMode(RTL)
	case common.MAV_CMD_NAV_LAND:
		return c.changeMode(Land)
	case common.MAV_CMD_NAV_LOITER_UNLIM:
		return c.changeMode(Loiter)
	case common.MAV_CMD_DO_SET_MODE:
		if uint32(clamp(cmd.p[0], 0, 255))&uint32(mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED) == 0 {
			return mav.MAV_RESULT_DENIED
		}
		return c.changeMode(Mode(clamp(cmd.p[1], 0, math.MaxUint32)))
	case common.MAV_CMD_MISSION_START:
		if cmd.p[0] != 0 || cmd.p[1] != 0 { // a first or a last item
			return mav.MAV_RESULT_DENIED
		}
		if r := c.changeMode(Auto); r != mav.MAV_RESULT_ACCEPTED {
			return r
		}
		f.auto.started = true
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_DO_SET_MISSION_CURRENT:
		ok := f.setCurrent(int(clamp(cmd.p[0], -1, math.MaxUint16)))
		if ok {
			p.send(autopilotComponent, c.build(42))
		}
		return accepted(ok)
	case common.MAV_CMD_DO_FENCE_ENABLE:
		return accepted(f.enableFence(cmd.p[0]))
	case common.MAV_CMD_DO_CHANGE_SPEED:
		return accepted(f.changeSpeed(cmd.p[0], cmd.p[1]))
	case common.MAV_CMD_CONDITION_YAW:
		return c.turnTo(cmd)
	case common.MAV_CMD_DO_PAUSE_CONTINUE:
		return c.pause(cmd.p[0] == 1)
	}
	return mav.MAV_RESULT_UNSUPPORTED
}

func (c *Copter) changeMode(m Mode) mav.MAV_RESULT {
	c.flight.crew.operatorActs()
	return accepted(c.flight.setMode(m))
}

// reposition is DO_REPOSITION: flag 1 in parameter 2 allows the change to GUIDED.
func (c *Copter) reposition(cmd command) mav.MAV_RESULT {
	f, p := c.flight, cmd.place()
	u, ok := f.heightIn(cmd.frame, p, cmd.z)
	if !ok || !p.Valid() || math.IsNaN(cmd.z) || !f.ready() || cmd.lat == 0 && cmd.lon == 0 {
		return mav.MAV_RESULT_DENIED
	}
	if f.mode != Guided {
		if uint32(clamp(cmd.p[1], 0, math.MaxUint32))&uint32(mav.MAV_DO_REPOSITION_FLAGS_CHANGE_MODE) == 0 {
			return mav.MAV_RESULT_DENIED
		}
		if r := c.changeMode(Guided); r != mav.MAV_RESULT_ACCEPTED {
			return r
		}
	}
	f.crew.operatorActs()
	if cmd.p[0] > 0 {
		f.speedMS = min(cmd.p[0], 20)
	}
	at := f.place(p, f.homeAMSL)
	at[2] = u
	if !f.mayGo(at) {
		return mav.MAV_RESULT_FAILED
	}
	f.goTo(at)
	return mav.MAV_RESULT_ACCEPTED
}

// turnTo is CONDITION_YAW in GUIDED: parameter 4 nonzero = relative to the heading.
func (c *Copter) turnTo(cmd command) mav.MAV_RESULT {
	f := c.flight
	if f.mode != Guided || math.IsNaN(cmd.p[0]) || math.Abs(cmd.p[0]) > 360 {
		return mav.MAV_RESULT_FAILED
	}
	yaw := wrap360(cmd.p[0])
	if cmd.p[3] != 0 {
		yaw = wrap360(f.est.yawDeg + math.Copysign(cmd.p[0], cmd.p[2]))
	}
	f.guided.yaw = &yaw
	return mav.MAV_RESULT_ACCEPTED
}

// pause is DO_PAUSE_CONTINUE: it stops on the spot in GUIDED, and holds or resumes a mission through BRAKE and AUTO.
func (c *Copter) pause(resume bool) mav.MAV_RESULT {
	f := c.flight
	switch {
	case f.mode == Guided && !resume:
		f.goTo(f.stopPoint())
		return mav.MAV_RESULT_ACCEPTED
	case f.mode == Auto && !resume:
		return c.changeMode(Brake)
	case f.mode == Brake && resume:
		return c.changeMode(Auto)
	}
	return mav.MAV_RESULT_FAILED
}

// setCurrent makes a mission item the next one.
func (f *flight) setCurrent(i int) bool {
	if i < 1 || i >= len(f.mission) {
		return i == 0 && len(f.mission) > 1 && f.setCurrent(1)
	}
	f.auto.index, f.auto.done, f.auto.running = i, false, false
	return true
}

// handleTarget is SET_POSITION_TARGET_GLOBAL_INT, obeyed in GUIDED only. ArduPilot acknowledges nothing here.
func (c *Copter) handleTarget(m *mav.MessageSetPositionTargetGlobalInt) {
	f := c.flight
	if f.mode != Guided {
		return
	}
	f.crew.operatorActs()
	ignores := func(bits mav.POSITION_TARGET_TYPEMASK) bool { return m.TypeMask&bits == bits }
	const place = mav.POSITION_TARGET_TYPEMASK_X_IGNORE | mav.POSITION_TARGET_TYPEMASK_Y_IGNORE | mav.POSITION_TARGET_TYPEMASK_Z_IGNORE
	const speed = mav.POSITION_TARGET_TYPEMASK_VX_IGNORE | mav.POSITION_TARGET_TYPEMASK_VY_IGNORE | mav.POSITION_TARGET_TYPEMASK_VZ_IGNORE
	usesYaw, usesRate := !ignores(mav.POSITION_TARGET_TYPEMASK_YAW_IGNORE), !ignores(mav.POSITION_TARGET_TYPEMASK_YAW_RATE_IGNORE)
	for _, v := range []float32{m.Alt, m.Vx, m.Vy, m.Vz, m.Yaw, m.YawRate} {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return
		}
	}
	switch {
	case !ignores(place):
		p := geo.LatLon{Lat: float64(m.LatInt) / 1e7, Lon: float64(m.LonInt) / 1e7}
		u, ok := f.heightIn(m.CoordinateFrame, p, float64(m.Alt))
		if !ok || !p.Valid() {
			return
		}
		at := f.place(p, f.homeAMSL)
		at[2] = u
		if !f.mayGo(at) {
			return
		}
		f.goTo(at)
	case !ignores(speed):
		f.flyAt(vec{float64(m.Vy), float64(m.Vx), -float64(m.Vz)})
	default:
		return
	}
	if usesYaw {
		yaw := wrap360(float64(m.Yaw) / toRad)
		f.guided.yaw = &yaw
	} else if usesRate {
		f.guided.hasRate, f.guided.yawRate = true, float64(m.YawRate)/toRad
	}
}
