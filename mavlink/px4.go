package mavlink

import (
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// px4 has modes in two numbers, takes off to heights above mean sea level, counts the first item of a mission as 0, and
// sends whole-number parameters as bytes.
type px4 struct{}

func (px4) name() string         { return "px4" }
func (px4) homeItem() bool       { return false }
func (px4) bytewise(uint64) bool { return true }
func (px4) followMode() string   { return "AUTO.FOLLOW_TARGET" }
func (px4) takesPlaces() string  { return "AUTO.LOITER" }

// px4Mode is main mode in the third byte and sub mode in the fourth (px4_custom_mode.h).
func px4Mode(main, sub uint32, name string) mode { return mode{main<<16 | sub<<24, name} }

func (px4) modes() []mode {
	return []mode{
		px4Mode(px4Manual, 0, "MANUAL"), px4Mode(px4Altitude, 0, "ALTCTL"), px4Mode(px4AltCruise, 0, "ALTITUDE_CRUISE"),
		px4Mode(px4Position, 0, "POSCTL"), px4Mode(px4Position, 1, "POSCTL.ORBIT"), px4Mode(px4Position, 2, "POSCTL.SLOW"),
		px4Mode(px4Auto, 1, "AUTO.READY"), px4Mode(px4Auto, 2, "AUTO.TAKEOFF"), px4Mode(px4Auto, 3, "AUTO.LOITER"),
		px4Mode(px4Auto, 4, "AUTO.MISSION"), px4Mode(px4Auto, 5, "AUTO.RTL"), px4Mode(px4Auto, 6, "AUTO.LAND"),
		px4Mode(px4Auto, 8, "AUTO.FOLLOW_TARGET"), px4Mode(px4Auto, 9, "AUTO.PRECLAND"), px4Mode(px4Auto, 10, "AUTO.VTOL_TAKEOFF"),
		px4Mode(px4Acro, 0, "ACRO"), px4Mode(px4Offboard, 0, "OFFBOARD"), px4Mode(px4Stabilized, 0, "STABILIZED"),
		px4Mode(px4Termination, 0, "TERMINATION"),
	}
}

func (px4) setMode(m mode) order {
	return long(common.MAV_CMD_DO_SET_MODE, customModeEnabled, float64(m.custom>>16&0xFF), float64(m.custom>>24))
}

func groundAMSL(v Vehicle) (float64, bool) {
	switch {
	case v.Home != nil:
		return v.Home.AltAMSL, true
	case v.Position != nil:
		return v.Position.AltAMSL - v.Position.AltRelative, true
	default:
		return 0, false
	}
}
