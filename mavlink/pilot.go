package mavlink

import (
	"fmt"

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

func (generic) homeItem() bool { return false }

func (generic) bytewise(capabilities uint64) bool {
	return capabilities&uint64(common.MAV_PROTOCOL_CAPABILITY_PARAM_ENCODE_BYTEWISE) != 0
}

const (
	customModeEnabled = float64(common.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED)
	// changeMode lets DO_REPOSITION change to the mode in which the autopilot takes places.
	changeMode = float64(common.MAV_DO_REPOSITION_FLAGS_CHANGE_MODE)
	keepSpeed  = -1
)

// commonPlan holds the commands that every autopilot understands in the same way.
func commonPlan(p pilot, c Command, v Vehicle, modes *modeTable) ([]order, error) {
	switch c := c.(type) {
	case Arm:
		return []order{long(common.MAV_CMD_COMPONENT_ARM_DISARM, 1)}, nil
	case Disarm:
		return []order{long(common.MAV_CMD_COMPONENT_ARM_DISARM, 0)}, nil
	case Return:
		return []order{long(common.MAV_CMD_NAV_RETURN_TO_LAUNCH)}, nil
	case Land:
		return []order{long(common.MAV_CMD_NAV_LAND)}, nil
	case StartMission:
		return []order{long(common.MAV_CMD_MISSION_START)}, nil
	case ChangeSpeed:
		return []order{groundSpeed(c.SpeedMS)}, nil
	case Goto:
		speed := c.SpeedMS
		if speed == 0 {
			speed = keepSpeed
		}
		return []order{reposition(c.Lat, c.Lon, c.AltAMSL, speed)}, nil
	case SetMode:
		m, ok := modes.find(c.Name)
		if !ok {
			return nil, fmt.Errorf("%w: vehicle %d has no mode %q", ErrInvalid, v.ID, c.Name)
		}
		return []order{p.setMode(m)}, nil
	default:
		return nil, fmt.Errorf("%w: %s is not known for a %s %s", ErrInvalid, c.word(), p.name(), v.Type)
	}
}

func groundSpeed(speed float64) order {
	const kindGroundSpeed, keepThrottle = 1, -1
	return long(common.MAV_CMD_DO_CHANGE_SPEED, kindGroundSpeed, speed, keepThrottle)
}

func reposition(lat, lon, altAMSL, speed float64) order {
	return place(common.MAV_CMD_DO_REPOSITION, lat, lon, altAMSL, speed, changeMode, 0, unset)
}
