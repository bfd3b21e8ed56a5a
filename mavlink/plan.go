package mavlink

import (
	"fmt"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const (
	customModeEnabled = float64(common.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED)
	// changeMode lets DO_REPOSITION change to the mode in which the autopilot takes places.
	changeMode = float64(common.MAV_DO_REPOSITION_FLAGS_CHANGE_MODE)
	keepSpeed  = -1
	// forceDisarm is the number that both autopilots ask for to stop the motors of a flying vehicle.
	forceDisarm = 21196
)

// calibrations are the places in PREFLIGHT_CALIBRATION (241) and what is put there.
var calibrations = map[string]struct {
	param int
	value float64
}{
	"gyro": {1, 1}, "barometer": {3, 1}, "level": {5, 2}, "accelerometer": {5, 4},
}

// commonPlan holds the commands that every autopilot understands in the same way.
func commonPlan(p pilot, c Command, v Vehicle, modes *modeTable) ([]order, error) {
	switch c := c.(type) {
	case Arm:
		return []order{long(common.MAV_CMD_COMPONENT_ARM_DISARM, 1)}, nil
	case Disarm:
		if c.Force {
			return []order{long(common.MAV_CMD_COMPONENT_ARM_DISARM, 0, forceDisarm)}, nil
		}
		return []order{long(common.MAV_CMD_COMPONENT_ARM_DISARM, 0)}, nil
	case Return:
		return []order{long(common.MAV_CMD_NAV_RETURN_TO_LAUNCH)}, nil
	case Land:
		return []order{long(common.MAV_CMD_NAV_LAND)}, nil
	case StartMission:
		return []order{long(common.MAV_CMD_MISSION_START)}, nil
	case ChangeSpeed:
		return []order{speed(v, c.SpeedMS)}, nil
	case Goto:
		wanted := c.SpeedMS
		if wanted == 0 {
			wanted = keepSpeed
		}
		return []order{reposition(c.Lat, c.Lon, c.AltAMSL, wanted)}, nil
	case SetMode:
		return modeOrders(p, v, modes, c.Name)
	case SetMissionItem:
		item := c.Item
		if !p.homeItem() {
			item-- // the vehicle counts from 0
		}
		return []order{long(common.MAV_CMD_DO_SET_MISSION_CURRENT, float64(item))}, nil
	case SetHome:
		if c.Here {
			return []order{long(common.MAV_CMD_DO_SET_HOME, 1)}, nil
		}
		return []order{place(common.MAV_CMD_DO_SET_HOME, c.Lat, c.Lon, c.AltAMSL)}, nil
	case Terminate:
		return []order{long(common.MAV_CMD_DO_FLIGHTTERMINATION, 1)}, nil
	case HighLatency:
		on := 0.0
		if c.On {
			on = 1
		}
		return []order{long(common.MAV_CMD_CONTROL_HIGH_LATENCY, on)}, nil
	default:
		return maintenance(p, c, v)
	}
}

// maintenance holds what is done to a vehicle that stands, and what is asked of its autopilot.
func maintenance(p pilot, c Command, v Vehicle) ([]order, error) {
	switch c := c.(type) {
	case Reboot:
		if v.Armed || v.Landed != "onGround" && v.Landed != "" {
			return nil, fmt.Errorf("%w: vehicle %d is %s: only one that stands disarmed is started anew", ErrInvalid, v.ID, condition(v))
		}
		const autopilot = 1
		return []order{long(common.MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN, autopilot).onlyOnce()}, nil
	case Calibrate:
		if v.Armed {
			return nil, fmt.Errorf("%w: vehicle %d is armed: it is calibrated disarmed and standing still", ErrInvalid, v.ID)
		}
		o := long(common.MAV_CMD_PREFLIGHT_CALIBRATION).onlyOnce()
		what := calibrations[c.Sensor]
		o.params[what.param-1] = what.value
		return []order{o}, nil
	case PreflightCheck:
		return []order{long(common.MAV_CMD_RUN_PREARM_CHECKS)}, nil
	case MessageInterval:
		const never = -1
		if c.RateHz == 0 {
			return []order{long(common.MAV_CMD_SET_MESSAGE_INTERVAL, float64(c.Message), never)}, nil
		}
		return []order{interval(uint32(c.Message), c.RateHz)}, nil
	case RequestMessage:
		return []order{long(common.MAV_CMD_REQUEST_MESSAGE, float64(c.Message))}, nil
	default:
		return nil, fmt.Errorf("%w: %s is not known for a %s %s", ErrInvalid, c.word(), p.name(), v.Type)
	}
}

// modeOrders changes the mode by name.
func modeOrders(p pilot, v Vehicle, modes *modeTable, name string) ([]order, error) {
	m, ok := modes.find(name)
	if !ok {
		return nil, fmt.Errorf("%w: vehicle %d has no mode %q", ErrInvalid, v.ID, name)
	}
	return []order{p.setMode(m)}, nil
}

// speed changes the speed over ground, of a plane the speed through the air.
func speed(v Vehicle, metresPerSecond float64) order {
	const air, ground, keepThrottle = 0, 1, -1
	kind := float64(ground)
	if classOf(v.Type) == plane {
		kind = air
	}
	return long(common.MAV_CMD_DO_CHANGE_SPEED, kind, metresPerSecond, keepThrottle)
}

func reposition(lat, lon, altAMSL, speed float64) order {
	return place(common.MAV_CMD_DO_REPOSITION, lat, lon, altAMSL, speed, changeMode, 0, unset)
}

// senseless refuses what an airframe cannot do.
func senseless(c Command, v Vehicle, instead string) error {
	return fmt.Errorf("%w: %s makes no sense for a %s: %s", ErrInvalid, c.word(), v.Type, instead)
}
