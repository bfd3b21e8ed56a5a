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

// whole is a parameter as a number without sign; NaN and what is out of range give one that nothing has.
func whole(v float64) uint32 {
	if !(v >= 0 && v <= math.MaxUint32) {
		return math.MaxUint32
	}
	return uint32(v)
}

func fromLong(k packet, m *mav.MessageCommandLong) command {
	frame := mav.MAV_FRAME_GLOBAL_RELATIVE_ALT // ArduPilot takes the height in a COMMAND_LONG as relative to home
	if m.Command == common.MAV_CMD_DO_SET_HOME {
		frame = mav.MAV_FRAME_GLOBAL
	}
	return command{
		id: m.Command, target: m.TargetComponent, system: k.system, component: k.component, frame: frame,
		p:   [4]float64{float64(m.Param1), float64(m.Param2), float64(m.Param3), float64(m.Param4)},
		lat: float64(m.Param5), lon: float64(m.Param6), raw: [2]float64{float64(m.Param5), float64(m.Param6)}, z: float64(m.Param7),
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
	if c.id == common.MAV_CMD_REQUEST_MESSAGE || c.id == common.MAV_CMD_SET_MESSAGE_INTERVAL {
		id := whole(c.p[0])
		return id == 269 || streamed[id].component == cameraComponent
	}
	_, ok := cameraCommands[c.id]
	return ok
}

// gimbalCommand handles what is addressed to the gimbal device.
func (c *Copter) gimbalCommand(p *peer, cmd command) mav.MAV_RESULT {
	id := whole(cmd.p[0])
	switch cmd.id {
	case common.MAV_CMD_REQUEST_MESSAGE:
		if id != 283 && id != 285 {
			return mav.MAV_RESULT_FAILED
		}
		p.send(gimbalComponent, c.build(id))
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_SET_MESSAGE_INTERVAL:
		if streamed[id].component != gimbalComponent {
			return mav.MAV_RESULT_FAILED
		}
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

// autopilotCommands are those that the autopilot has; it answers UNSUPPORTED to all others.
var autopilotCommands = map[common.MAV_CMD]func(c *Copter, p *peer, cmd command) mav.MAV_RESULT{
	common.MAV_CMD_SET_MESSAGE_INTERVAL:           (*Copter).commandInterval,
	common.MAV_CMD_GET_MESSAGE_INTERVAL:           (*Copter).tellInterval,
	common.MAV_CMD_REQUEST_MESSAGE:                (*Copter).requestMessage,
	common.MAV_CMD_REQUEST_PROTOCOL_VERSION:       (*Copter).requestVersion,
	common.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES: (*Copter).requestVersion,
	common.MAV_CMD_GET_HOME_POSITION:              (*Copter).tellHome,
	42428:                                         (*Copter).banner, // MAV_CMD_DO_SEND_BANNER

	common.MAV_CMD_RUN_PREARM_CHECKS:      (*Copter).runChecks,
	common.MAV_CMD_COMPONENT_ARM_DISARM:   (*Copter).armDisarm,
	common.MAV_CMD_DO_SET_MODE:            (*Copter).commandMode,
	common.MAV_CMD_NAV_TAKEOFF:            (*Copter).commandTakeoff,
	common.MAV_CMD_NAV_VTOL_TAKEOFF:       (*Copter).commandTakeoff,
	common.MAV_CMD_NAV_RETURN_TO_LAUNCH:   enter(RTL),
	common.MAV_CMD_NAV_LAND:               enter(Land),
	common.MAV_CMD_NAV_VTOL_LAND:          enter(Land),
	common.MAV_CMD_NAV_LOITER_UNLIM:       enter(Loiter),
	common.MAV_CMD_DO_LAND_START:          enter(AutoRTL),
	common.MAV_CMD_DO_RETURN_PATH_START:   enter(AutoRTL),
	common.MAV_CMD_DO_REPOSITION:          (*Copter).reposition,
	common.MAV_CMD_MISSION_START:          (*Copter).startMission,
	common.MAV_CMD_DO_SET_MISSION_CURRENT: (*Copter).commandCurrent,
	common.MAV_CMD_DO_JUMP_TAG:            (*Copter).jumpToTag,
	common.MAV_CMD_DO_CHANGE_SPEED:        (*Copter).commandSpeed,
	common.MAV_CMD_CONDITION_YAW:          (*Copter).commandYaw,
	common.MAV_CMD_DO_PAUSE_CONTINUE:      (*Copter).pause,
	common.MAV_CMD_DO_SET_HOME:            (*Copter).commandHome,
	common.MAV_CMD_DO_FENCE_ENABLE:        (*Copter).commandFence,
	common.MAV_CMD_DO_FLIGHTTERMINATION:   (*Copter).terminate,
	common.MAV_CMD_DO_SET_SERVO:           (*Copter).setServo,
	common.MAV_CMD_DO_SET_RELAY:           (*Copter).setRelay,
	common.MAV_CMD_DO_MOTOR_TEST:          (*Copter).motorTest,
	218:                                   (*Copter).auxFunction, // MAV_CMD_DO_AUX_FUNCTION

	common.MAV_CMD_CONTROL_HIGH_LATENCY: (*Copter).controlHighLatency,

	common.MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN: (*Copter).reboot,
	common.MAV_CMD_PREFLIGHT_CALIBRATION:     (*Copter).calibrate,
	common.MAV_CMD_PREFLIGHT_STORAGE:         (*Copter).resetParameters,
	common.MAV_CMD_STORAGE_FORMAT:            (*Copter).formatCard,

	common.MAV_CMD_DO_SET_ROI_LOCATION:         (*Copter).lookAtCommand,
	common.MAV_CMD_DO_SET_ROI:                  (*Copter).lookAtCommand,
	common.MAV_CMD_DO_SET_ROI_SYSID:            (*Copter).lookAtVehicle,
	common.MAV_CMD_DO_SET_ROI_NONE:             (*Copter).lookAhead,
	common.MAV_CMD_DO_MOUNT_CONFIGURE:          (*Copter).mountConfigure,
	common.MAV_CMD_DO_MOUNT_CONTROL:            (*Copter).mountControl,
	common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW:  (*Copter).gimbalPitchYaw,
	common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE: (*Copter).gimbalConfigure,
}

// autopilotCommand executes what is addressed to the autopilot.
func (c *Copter) autopilotCommand(p *peer, cmd command) mav.MAV_RESULT {
	if run, known := autopilotCommands[cmd.id]; known {
		return run(c, p, cmd)
	}
	return mav.MAV_RESULT_UNSUPPORTED
}

// enter is a command that only changes the mode.
func enter(m Mode) func(c *Copter, p *peer, cmd command) mav.MAV_RESULT {
	return func(c *Copter, _ *peer, _ command) mav.MAV_RESULT { return c.changeMode(m) }
}

func (c *Copter) changeMode(m Mode) mav.MAV_RESULT {
	f := c.flight
	f.crew.operatorActs()
	if f.blocked(m) {
		f.refuseMode(m, "GCS entry disabled (FLTMODE_GCSBLOCK)")
		return mav.MAV_RESULT_FAILED
	}
	return accepted(f.setMode(m))
}
