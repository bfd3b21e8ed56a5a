package mavlink

import (
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// ardupilot is ArduCopter, ArduPlane, Rover and Sub: modes by number, heights of takeoff above home, home as item 0 of the
// mission, parameters as float values although it announces otherwise.
type ardupilot struct{ airframe string }

func (ardupilot) name() string         { return "ardupilot" }
func (ardupilot) homeItem() bool       { return true }
func (ardupilot) bytewise(uint64) bool { return false }
func (ardupilot) followMode() string   { return "FOLLOW" }
func (ardupilot) takesPlaces() string  { return "GUIDED" }

func (ardupilot) setMode(m mode) order {
	return long(common.MAV_CMD_DO_SET_MODE, customModeEnabled, float64(m.custom))
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
