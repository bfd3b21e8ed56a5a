package param

// px4Meta is what a crew touches on a PX4 multicopter, in our own words.
func px4Meta(name string) (Meta, bool) {
	for _, part := range []map[string]Meta{px4Commander, px4Flight, px4System} {
		if m, ok := part[name]; ok {
			return m, true
		}
	}
	return Meta{}, false
}

var px4Commander = map[string]Meta{
	"NAV_RCL_ACT":      choose("What happens when the remote control is lost", choices("", "hold", "return", "land", "", "terminate", "disarm")),
	"NAV_DLL_ACT":      choose("What happens when the ground station is lost", choices("nothing", "hold", "return", "land", "", "terminate", "disarm")),
	"COM_DL_LOSS_T":    about("Silence of the ground station after which it counts as lost", "s", 5, 300),
	"COM_RC_LOSS_T":    about("Silence of the remote control after which it counts as lost", "s", 0, 35),
	"COM_LOW_BAT_ACT":  choose("What happens at a low battery", choices("warn only", "", "land", "return at critical, land at emergency level")),
	"BAT_LOW_THR":      about("Remaining charge at which a warning is given", "", 0.12, 0.5),
	"BAT_CRIT_THR":     about("Remaining charge at which the battery is critical", "", 0.05, 0.5),
	"BAT_EMERGEN_THR":  about("Remaining charge at which the vehicle must land at once", "", 0.03, 0.5),
	"BAT_N_CELLS":      about("Cells in series", "", 0, 16).afterReboot(),
	"BAT_CAPACITY":     about("Charge of a full battery; -1 unknown", "mAh", -1, 100000).afterReboot(),
	"COM_OBL_RC_ACT":   choose("What happens when offboard control is lost", choices("position", "altitude", "manual", "return", "land", "hold", "terminate", "disarm")),
	"COM_OF_LOSS_T":    about("Time without setpoints after which offboard control counts as lost", "s", 0, 60),
	"COM_POSCTL_NAVL":  choose("What happens without a position", choices("altitude or manual", "land or terminate")),
	"COM_DISARM_LAND":  about("Time on the ground after which the vehicle disarms itself; negative never", "s", -1, 20),
	"COM_DISARM_PRFLT": about("Time after arming without a take-off after which it disarms; negative never", "s", -1, 30),
	"COM_ARM_WO_GPS":   choose("Arming without a position", choices("refused", "allowed with a warning", "allowed")),
	"COM_RC_IN_MODE":   choose("Where stick commands come from", choices("remote control", "joystick", "either, switching back", "either, first one stays", "disabled")),
	"COM_PREARM_MODE":  choose("When actuators may move before arming", choices("never", "by the safety button", "always")),
	"COM_OBS_AVOID":    choose("Obstacle avoidance in automatic modes", choices("off", "on")),
	"COM_FLTMODE1":     about("Flight mode of the first switch position", ""),
	"GF_ACTION":        choose("What happens at the fence", choices("nothing", "warn", "hold", "return", "terminate", "land")),
	"GF_MAX_HOR_DIST":  about("Greatest distance from home; 0 any", "m", 0, 10000),
	"GF_MAX_VER_DIST":  about("Greatest height above home; 0 any", "m", 0, 10000),
}

var px4Flight = map[string]Meta{
	"RTL_RETURN_ALT":   about("Height above home of the way back", "m", 0, 1000),
	"RTL_DESCEND_ALT":  about("Height above home at which the vehicle waits before it lands", "m", 0, 1000),
	"RTL_LAND_DELAY":   about("Time above home before landing; -1 stays", "s", -1, 3600),
	"RTL_MIN_DIST":     about("Distance within which a return does not climb first", "m", 0.5, 100),
	"RTL_TYPE":         choose("Where a return leads", choices("home or rally point", "rally or mission landing", "mission landing", "nearest of them", "back along the mission")),
	"MPC_XY_CRUISE":    about("Ground speed in missions", "m/s", 3, 20),
	"MPC_XY_VEL_MAX":   about("Greatest ground speed in all modes", "m/s", 0, 20),
	"MPC_Z_VEL_MAX_UP": about("Greatest climb", "m/s", 0.5, 8),
	"MPC_Z_VEL_MAX_DN": about("Greatest descent", "m/s", 0.5, 4),
	"MPC_VEL_MANUAL":   about("Greatest ground speed by the pilot's stick", "m/s", 3, 20),
	"MPC_LAND_SPEED":   about("Descent in the last metres", "m/s", 0.6, 10),
	"MPC_TKO_SPEED":    about("Climb of a take-off", "m/s", 1, 5),
	"MPC_TILTMAX_AIR":  about("Greatest lean", "deg", 20, 89),
	"MPC_ACC_HOR":      about("Acceleration in automatic modes", "m/s²", 2, 15),
	"MIS_TAKEOFF_ALT":  about("Height of a take-off without one", "m", 0, 80),
	"MIS_DIST_1WP":     about("Greatest distance of the first waypoint from home; 0 any", "m", -1, 100000),
	"NAV_ACC_RAD":      about("Distance at which a waypoint counts as reached", "m", 0.05, 200),
	"NAV_LOITER_RAD":   about("Radius of circles of a plane", "m", 25, 1000),
	"NAV_TRAFF_AVOID":  choose("What happens near other aircraft", choices("nothing", "warn", "return", "land", "hold")),
	"MNT_MODE_IN":      choose("What moves the gimbal", choices("automatic", "remote control", "MAVLink ROI", "MAVLink mount (old)", "MAVLink gimbal v2")).afterReboot(),
	"MNT_MODE_OUT":     choose("How the gimbal is driven", choices("servo outputs", "MAVLink mount (old)", "MAVLink gimbal v2")).afterReboot(),
}

var px4System = map[string]Meta{
	"MAV_SYS_ID":      about("MAVLink system id of the vehicle; each vehicle needs its own", "", 1, 250).afterReboot(),
	"MAV_COMP_ID":     about("MAVLink component id of the autopilot", "", 1, 250).afterReboot(),
	"MAV_0_RATE":      about("Most bytes a second on the first link; 0 is half of what the port can", "B/s", 0, 1000000).afterReboot(),
	"SDLOG_MODE":      choose("When the log is written", choices("while armed", "from the start to disarming", "from the start to the end", "by a switch")).afterReboot(),
	"SDLOG_PROFILE":   flags("What is written to the log", "default", "estimator replay", "thermal calibration", "system identification", "high rate", "debug", "sensor comparison", "computer vision").afterReboot(),
	"SYS_AUTOSTART":   about("Number of the airframe", "").afterReboot(),
	"SYS_HAS_GPS":     choose("The vehicle has a GPS", choices("no", "yes")).afterReboot(),
	"CBRK_SUPPLY_CHK": about("894281 switches the check of the power supply off", "").afterReboot(),
	"EKF2_GPS_CHECK":  flags("What a GPS must fulfil", "satellites", "PDOP", "horizontal error", "vertical error", "speed error", "horizontal drift", "vertical drift", "horizontal speed", "vertical speed", "no spoofing"),
	"EKF2_HGT_REF":    choose("What heights are measured by", choices("barometer", "GPS", "rangefinder", "vision")).afterReboot(),
}
