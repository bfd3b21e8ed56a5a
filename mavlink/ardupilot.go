package mavlink

import (
	"fmt"
	"math"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

// ardupilot is ArduCopter, ArduPlane, Rover and Sub: modes by number, heights of takeoff above home, home as item 0 of the
// mission, parameters as float values although it announces otherwise.
type ardupilot struct{ airframe string }

func (ardupilot) name() string         { return "ardupilot" }
func (ardupilot) homeItem() bool       { return true }
func (ardupilot) bytewise(uint64) bool { return false }

func (ardupilot) setMode(m mode) order {
	return long(common.MAV_CMD_DO_SET_MODE, customModeEnabled, float64(m.custom))
}

func (a ardupilot) plan(c Command, v Vehicle, modes *modeTable) ([]order, error) {
	switch c := c.(type) {
	case Takeoff:
		return a.takeoff(c, v, modes)
	case Arm:
		return a.arm(v, modes), nil
	case Goto:
		orders := []order{a.reposition(c.Lat, c.Lon, c.AltAMSL)}
		if c.SpeedMS > 0 {
			// The speed in DO_REPOSITION came late to ArduPilot; older ones ignore it.
			orders = append(orders, groundSpeed(c.SpeedMS))
		}
		return orders, nil
	case Hold:
		return a.hold(v)
	default:
		return commonPlan(a, c, v, modes)
	}
}

// reposition leaves the yaw at 0, since ArduPilot refuses what is not a number.
func (ardupilot) reposition(lat, lon, altAMSL float64) order {
	return place(common.MAV_CMD_DO_REPOSITION, lat, lon, altAMSL, keepSpeed, changeMode)
}

func (a ardupilot) takeoff(c Takeoff, v Vehicle, modes *modeTable) ([]order, error) {
	guided, ok := modes.find("GUIDED")
	if !ok || a.airframe == "fixedWing" {
		return nil, fmt.Errorf("%w: a %s cannot be told to take off to a height", ErrInvalid, v.Type)
	}
	var orders []order
	if v.Mode != guided.name {
		orders = append(orders, a.setMode(guided))
	}
	if !v.Armed {
		// It disarms again after ten seconds on the ground.
		orders = append(orders, long(common.MAV_CMD_COMPONENT_ARM_DISARM, 1))
	}
	return append(orders, long(common.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, c.AltRelativeM)), nil
}

// arm leaves LAND and RTL first, in which a copter stands after a landing and which refuse to arm.
func (a ardupilot) arm(v Vehicle, modes *modeTable) []order {
	orders := []order{long(common.MAV_CMD_COMPONENT_ARM_DISARM, 1)}
	guided, ok := modes.find("GUIDED")
	if ok && !v.Armed && (v.Mode == "LAND" || v.Mode == "RTL") {
		orders = append([]order{a.setMode(guided)}, orders...)
	}
	return orders
}

// hold stops by going to the place where the vehicle can stop. LOITER would read the throttle stick, which nobody may
// hold, and a paused GUIDED flight may not hear the next place.
func (a ardupilot) hold(v Vehicle) ([]order, error) {
	if v.Position == nil || v.Velocity == nil {
		return nil, fmt.Errorf("%w: vehicle %d has not told its position", ErrInvalid, v.ID)
	}
	const deceleration = 2.5 // m/s², ArduCopter's default for waypoints
	speed := math.Hypot(v.Velocity.North, v.Velocity.East)
	course := math.Atan2(v.Velocity.East, v.Velocity.North) * radToDeg
	stop := geo.Offset(geo.LatLon{Lat: v.Position.Lat, Lon: v.Position.Lon}, course, speed*speed/(2*deceleration))
	return []order{a.reposition(stop.Lat, stop.Lon, v.Position.AltAMSL)}, nil
}

func (a ardupilot) modes() []mode {
	switch a.airframe {
	case "fixedWing", "vtol":
		return []mode{
			{0, "MANUAL"}, {1, "CIRCLE"}, {2, "STABILIZE"}, {3, "TRAINING"}, {4, "ACRO"}, {5, "FBWA"}, {6, "FBWB"},
			{7, "CRUISE"}, {8, "AUTOTUNE"}, {10, "AUTO"}, {11, "RTL"}, {12, "LOITER"}, {13, "TAKEOFF"}, {14, "AVOID_ADSB"},
			{15, "GUIDED"}, {17, "QSTABILIZE"}, {18, "QHOVER"}, {19, "QLOITER"}, {20, "QLAND"}, {21, "QRTL"},
			{22, "QAUTOTUNE"}, {23, "QACRO"}, {24, "THERMAL"}, {25, "LOITER_ALT_QLAND"}, {26, "AUTOLAND"},
		}
	case "groundRover", "surfaceBoat":
		return []mode{
			{0, "MANUAL"}, {1, "ACRO"}, {3, "STEERING"}, {4, "HOLD"}, {5, "LOITER"}, {6, "FOLLOW"}, {7, "SIMPLE"}, {8, "DOCK"},
			{9, "CIRCLE"}, {10, "AUTO"}, {11, "RTL"}, {12, "SMART_RTL"}, {15, "GUIDED"},
		}
	case "submarine":
		return []mode{
			{0, "STABILIZE"}, {1, "ACRO"}, {2, "ALT_HOLD"}, {3, "AUTO"}, {4, "GUIDED"}, {7, "CIRCLE"}, {9, "SURFACE"},
			{16, "POSHOLD"}, {19, "MANUAL"}, {20, "MOTOR_DETECT"}, {21, "SURFTRAK"},
		}
	default:
		return []mode{
			{0, "STABILIZE"}, {1, "ACRO"}, {2, "ALT_HOLD"}, {3, "AUTO"}, {4, "GUIDED"}, {5, "LOITER"}, {6, "RTL"}, {7, "CIRCLE"},
			{9, "LAND"}, {11, "DRIFT"}, {13, "SPORT"}, {14, "FLIP"}, {15, "AUTOTUNE"}, {16, "POSHOLD"}, {17, "BRAKE"},
			{18, "THROW"}, {19, "AVOID_ADSB"}, {20, "GUIDED_NOGPS"}, {21, "SMART_RTL"}, {22, "FLOWHOLD"}, {23, "FOLLOW"},
			{24, "ZIGZAG"}, {25, "SYSTEMID"}, {26, "AUTOROTATE"}, {27, "AUTO_RTL"}, {28, "TURTLE"},
		}
	}
}
