package mavlink

import (
	"math"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// unset marks a parameter of a command that shall stay as the vehicle has it.
var unset = math.NaN()

// order is one command of the MAVLink command protocol, to a component of a vehicle.
type order struct {
	command common.MAV_CMD
	params  [7]float64
	// place says that params 5 to 7 are a WGS 84 position and a height above mean sea level. It goes as
	// COMMAND_INT, because COMMAND_LONG holds degrees only to about a metre.
	place bool
	// component is the addressee; 0 is the autopilot.
	component uint8
}

// long makes a command without a place.
func long(command common.MAV_CMD, params ...float64) order {
	o := order{command: command}
	copy(o.params[:], params)
	return o
}

// place makes a command with a place; params are its first four parameters.
func place(command common.MAV_CMD, lat, lon, altAMSL float64, params ...float64) order {
	o := order{command: command, place: true}
	copy(o.params[:4], params)
	o.params[4], o.params[5], o.params[6] = lat, lon, altAMSL
	return o
}

// to addresses a component other than the autopilot.
func (o order) to(component uint8) order {
	o.component = component
	return o
}

// message makes the frame's content; confirmation counts repetitions.
func (o order) message(system, component, confirmation uint8) message.Message {
	var p [7]float32
	for i, v := range o.params {
		p[i] = float32(v)
	}
	if o.place {
		return &common.MessageCommandInt{
			TargetSystem: system, TargetComponent: component, Frame: common.MAV_FRAME_GLOBAL, Command: o.command,
			Param1: p[0], Param2: p[1], Param3: p[2], Param4: p[3],
			X: int32(math.Round(o.params[4] * perDegree)), Y: int32(math.Round(o.params[5] * perDegree)), Z: p[6],
		}
	}
	return &common.MessageCommandLong{
		TargetSystem: system, TargetComponent: component, Command: o.command, Confirmation: confirmation,
		Param1: p[0], Param2: p[1], Param3: p[2], Param4: p[3], Param5: p[4], Param6: p[5], Param7: p[6],
	}
}

func resultName(r common.MAV_RESULT) string {
	switch r {
	case common.MAV_RESULT_ACCEPTED:
		return "accepted"
	case common.MAV_RESULT_TEMPORARILY_REJECTED:
		return "temporarilyRejected"
	case common.MAV_RESULT_DENIED:
		return "denied"
	case common.MAV_RESULT_UNSUPPORTED:
		return "unsupported"
	case common.MAV_RESULT_FAILED:
		return "failed"
	case common.MAV_RESULT_IN_PROGRESS:
		return "inProgress"
	case common.MAV_RESULT_CANCELLED:
		return "cancelled"
	case common.MAV_RESULT_COMMAND_LONG_ONLY:
		return "commandLongOnly"
	case common.MAV_RESULT_COMMAND_INT_ONLY:
		return "commandIntOnly"
	case common.MAV_RESULT_COMMAND_UNSUPPORTED_MAV_FRAME:
		return "unsupportedFrame"
	case common.MAV_RESULT_NOT_IN_CONTROL:
		return "notInControl"
	default:
		return "unknown"
	}
}
