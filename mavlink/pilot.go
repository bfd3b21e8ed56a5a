package mavlink

import (
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// pilot is what differs between autopilots.
type pilot interface {
	// name is "ardupilot", "px4" or "generic".
	name() string
	// modes are the flight modes known for the airframe.
	modes() []mode
	// setMode is the command that changes to a mode.
	setMode(mode) order
	// plan gives the commands, in order, that make a vehicle in this state do something.
	plan(c Command, v Vehicle, modes *modeTable) ([]order, error)
	// takesPlaces is the mode in which the vehicle goes to places that it is told one by one, "" where there is no one mode.
	takesPlaces() string
	// followMode is the mode in which the vehicle follows a target, "" where there is none.
	followMode() string
	// homeItem tells that item 0 of a mission is home and not the first item.
	homeItem() bool
	// bytewise tells that parameters of whole numbers travel as bytes and not as a float's value.
	bytewise(capabilities uint64) bool
}

func pilotOf(a common.MAV_AUTOPILOT, airframe string) pilot {
	switch a {
	case common.MAV_AUTOPILOT_ARDUPILOTMEGA:
		return ardupilot{airframe}
	case common.MAV_AUTOPILOT_PX4:
		return px4{}
	default:
		return generic{}
	}
}

// generic is an autopilot of which only the common messages are known.
type generic struct{}

func (generic) name() string  { return "generic" }
func (generic) modes() []mode { return nil }

func (generic) setMode(m mode) order {
	return long(common.MAV_CMD_DO_SET_MODE, customModeEnabled, float64(m.custom))
}

func (generic) plan(c Command, v Vehicle, modes *modeTable) ([]order, error) {
	return commonPlan(generic{}, c, v, modes)
}

func (generic) takesPlaces() string { return "" }
func (generic) followMode() string  { return "" }

func (generic) homeItem() bool { return false }

func (generic) bytewise(capabilities uint64) bool {
	return capabilities&uint64(common.MAV_PROTOCOL_CAPABILITY_PARAM_ENCODE_BYTEWISE) != 0
}
