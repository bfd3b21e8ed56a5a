package mavlink

import (
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/command"
	"vedette/mavlink/link"
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
	// via is the way that it must go; nil is the one in use.
	via *link.Peer
	// once forbids repetition, strict demands an answer that cannot be another's; see command.Order. What people order is
	// strict, unless it is quick: rates that are told again and again, of which no answer is worth waiting for.
	once, strict, quick bool
	// parameter is set to params[0] instead of any command being given, where an autopilot takes a number only so.
	parameter string
	// notAfter is when it must have left at the latest; the zero time is never.
	notAfter time.Time
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

// onlyOnce is an order that must not be repeated.
func (o order) onlyOnce() order {
	o.once = true
	return o
}

// wire is the order as the protocol has it; an autopilot that says that it does not know COMMAND_INT gets COMMAND_LONG.
func (o order) wire(capabilities uint64) command.Order {
	w := command.Order{Command: o.command, Params: o.params, Once: o.once, Strict: o.strict, Frame: common.MAV_FRAME_GLOBAL}
	if o.place && (capabilities == 0 || capabilities&uint64(common.MAV_PROTOCOL_CAPABILITY_COMMAND_INT) != 0) {
		w.Form = command.Int
	}
	return w
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
