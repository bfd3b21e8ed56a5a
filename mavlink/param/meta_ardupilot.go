package param

// ardupilotMeta is what a crew touches on an ArduCopter or ArduPlane, in our own words. Distances of the older parameters are in
// centimetres.
func ardupilotMeta(name string) (Meta, bool) {
	for _, part := range []map[string]Meta{ardupilotReturn, ardupilotFailsafe, ardupilotFlight, ardupilotSystem} {
		if m, ok := part[name]; ok {
			return m, true
		}
	}
	if _, group, ok := portOf(name, "MAV"); ok {
		return about("Messages a second of the group "+group+" on this port, unless a station asks otherwise", "Hz", 0, 50), true
	}
	return Meta{}, false
}

var batteryActions = choices("warn only", "land", "return", "smart return or return", "smart return or land", "terminate", "start a landing sequence or return", "brake or land")

var ardupilotReturn = map[string]Meta{
	"RTL_ALT":        about("Least height above home of the way back; 0 keeps the present height", "cm", 0, 300000),
	"RTL_ALT_M":      about("Least height above home of the way back; 0 keeps the present height", "m", 0, 3000),
	"RTL_ALT_FINAL":  about("Height at which the vehicle stays above home after its return; 0 lands", "cm", 0, 1000),
	"RTL_LOIT_TIME":  about("Time that the vehicle waits above home before it comes down", "ms", 0, 60000),
	"RTL_SPEED":      about("Ground speed of the way back; 0 takes WPNAV_SPEED", "cm/s", 0, 2000),
	"RTL_CLIMB_MIN":  about("Least climb at the beginning of a return", "cm", 0, 3000),
	"RTL_ALTITUDE":   about("Height above home of a plane's return; -1 keeps the present height", "m", -1, 3000),
	"RTL_RADIUS":     about("Radius of the circle above home; negative turns left", "m", -32767, 32767),
	"LAND_SPEED":     about("Descent in the last metres", "cm/s", 30, 200),
	"LAND_ALT_LOW":   about("Height below which the last, slow part of a landing begins", "cm", 100, 10000),
	"WPNAV_SPEED":    about("Ground speed between waypoints", "cm/s", 10, 2000),
	"WPNAV_SPEED_UP": about("Climb between waypoints", "cm/s", 10, 1000),
	"WPNAV_SPEED_DN": about("Descent between waypoints", "cm/s", 10, 500),
	"WPNAV_RADIUS":   about("Distance at which a waypoint counts as reached", "cm", 5, 1000),
	"WPNAV_ACCEL":    about("Acceleration along the way", "cm/s²", 50, 500),
	"LOIT_SPEED":     about("Most ground speed while loitering by hand", "cm/s", 20, 3500),
	"WP_YAW_BEHAVIOR": choose("Where the nose points on the way", choices(
		"stays as it is", "to the next waypoint", "to the next waypoint, not during a return", "along the course over ground")),
}

var ardupilotFailsafe = map[string]Meta{
	"FS_GCS_ENABLE": choose("What happens when the ground station is not heard any more", choices(
		"nothing", "return", "go on with the mission (old)", "smart return or return", "smart return or land", "land", "landing sequence or return", "brake or land")),
	"FS_GCS_TIMEOUT":  about("Silence of the ground station after which the failsafe acts", "s", 2, 120),
	"FS_THR_ENABLE":   choose("What happens when the remote control is lost", choices("nothing", "return", "go on with the mission", "land", "smart return or return", "smart return or land", "landing sequence or return", "brake or land")),
	"FS_THR_VALUE":    about("Throttle pulse below which the remote control counts as lost", "µs", 910, 1100),
	"FS_EKF_ACTION":   choose("What happens when the position estimate fails", choices("report only", "land", "altitude hold", "land, also from modes without position")),
	"FS_EKF_THRESH":   about("Variance at which the position estimate counts as failed; 0 never", "", 0, 1),
	"FS_OPTIONS":      flags("When failsafes act differently", "go on with a mission when the remote control is lost", "go on with a mission when the station is lost", "go on in guided mode when the remote control is lost", "go on landing", "go on under pilot control when the station is lost", "release the gripper"),
	"FS_DR_ENABLE":    choose("What happens after a time without a position source", choices("nothing", "land", "return", "smart return or return", "smart return or land", "terminate", "landing sequence or return")),
	"FS_VIBE_ENABLE":  choose("Hold the height by other means when vibration spoils the estimate", choices("off", "on")),
	"FS_CRASH_CHECK":  choose("Stop the motors after a crash", choices("off", "on")),
	"BATT_FS_LOW_ACT": choose("What happens at a low battery", batteryActions),
	"BATT_FS_CRT_ACT": choose("What happens at a critical battery", batteryActions),
	"BATT_LOW_VOLT":   about("Voltage of a low battery; 0 does not watch it", "V", 0, 120),
	"BATT_CRT_VOLT":   about("Voltage of a critical battery; 0 does not watch it", "V", 0, 120),
	"BATT_LOW_MAH":    about("Remaining charge of a low battery; 0 does not watch it", "mAh", 0, 100000),
	"BATT_CRT_MAH":    about("Remaining charge of a critical battery; 0 does not watch it", "mAh", 0, 100000),
	"BATT_LOW_TIMER":  about("Time for which the voltage must be low", "s", 0, 120),
	"BATT_ARM_VOLT":   about("Least voltage for arming; 0 does not ask", "V", 0, 120),
	"BATT_ARM_MAH":    about("Least remaining charge for arming; 0 does not ask", "mAh", 0, 100000),
	"BATT_CAPACITY":   about("Charge of a full battery", "mAh", 0, 100000),
	"BATT_MONITOR":    Meta{Description: "How the battery is measured", Values: []Choice{{0, "not at all"}, {3, "voltage"}, {4, "voltage and current"}, {5, "Solo"}, {7, "SMBus"}, {8, "DroneCAN"}, {9, "ESC telemetry"}, {10, "sum of others"}}}.afterReboot(),
	"FENCE_ENABLE":    choose("Watch the fence", choices("off", "on")),
	"FENCE_TYPE":      flags("Which parts of the fence are watched", "greatest height", "circle around home", "polygons and circles", "least height"),
	"FENCE_ACTION":    choose("What happens at the fence", choices("report only", "return or land", "always land", "smart return, return or land", "brake or land", "smart return or land")),
	"FENCE_ALT_MAX":   about("Greatest height above home", "m", 10, 1000),
	"FENCE_ALT_MIN":   about("Least height above home", "m", -100, 100),
	"FENCE_RADIUS":    about("Radius of the circle around home", "m", 30, 10000),
	"FENCE_MARGIN":    about("Distance that is kept from the fence", "m", 1, 10),
}

var ardupilotFlight = map[string]Meta{
	"ARMING_CHECK":    flags("What is checked before arming (up to 4.6); 1 is everything", "all", "barometer", "compass", "GPS lock", "inertial sensors", "parameters", "remote control", "board voltage", "battery", "airspeed", "logging", "safety switch", "GPS configuration", "system", "mission", "rangefinder", "camera", "authorisation", "visual odometry", "FFT"),
	"ARMING_SKIPCHK":  flags("What is not checked before arming (from 4.7)", "", "barometer", "compass", "GPS lock", "inertial sensors", "parameters", "remote control", "board voltage", "battery", "airspeed", "logging", "safety switch", "GPS configuration", "system", "mission", "rangefinder", "camera"),
	"ARMING_RUDDER":   choose("Arming and disarming by the yaw stick", choices("off", "arm only", "arm and disarm")),
	"DISARM_DELAY":    about("Time on the ground after which the vehicle disarms itself; 0 never", "s", 0, 127),
	"ANGLE_MAX":       about("Greatest lean in all flight modes", "cdeg", 1000, 8000),
	"GUID_TIMEOUT":    about("Time without new targets after which a guided vehicle stops", "s", 0.1, 5),
	"GUID_OPTIONS":    flags("Behaviour in guided mode", "allow arming by the transmitter", "", "ignore the pilot's yaw", "attitude targets are thrust", "do not stabilise the position", "do not stabilise the velocity", "waypoint navigation for places", "allow weathervaning"),
	"PILOT_SPEED_UP":  about("Most climb by the pilot's stick", "cm/s", 50, 500),
	"MIS_RESTART":     choose("Where a mission begins when AUTO is entered", choices("where it was", "at its start")),
	"AVOID_ENABLE":    flags("What is avoided", "the fence", "obstacles by proximity sensors", "beacon fence"),
	"ADSB_TYPE":       choose("Receiver of other aircraft", choices("none", "uAvionix MAVLink", "Sagetech", "uAvionix UCP", "Sagetech MX")).afterReboot(),
	"SIMPLE":          flags("Flight mode switch positions in simple mode", "1", "2", "3", "4", "5", "6"),
	"MNT_TYPE":        choose("Gimbal", choices("none", "servo", "Solo", "Alexmos", "SToRM32 MAVLink", "SToRM32 serial", "MAVLink gimbal v2", "brushless PWM", "Siyi", "scripting", "Xacti", "Viewpro")).afterReboot(),
	"MNT_DEFLT_MODE":  choose("What the gimbal does after the start", choices("fold in", "neutral", "MAVLink targets", "remote control", "look at a place", "look at a vehicle", "look at home")),
	"MNT_PITCH_MIN":   about("Lowest pitch of the gimbal", "deg", -90, 90),
	"MNT_PITCH_MAX":   about("Highest pitch of the gimbal", "deg", -90, 90),
	"CAM_TYPE":        choose("How the camera is triggered", choices("none", "servo", "relay", "GoPro in a Solo", "mount", "MAVLink", "MAVLink camera v2", "scripting", "RunCam")).afterReboot(),
	"TERRAIN_ENABLE":  choose("Use heights of the ground from the station or card", choices("off", "on")),
	"RALLY_LIMIT_KM":  about("Greatest distance of a rally point that is used; 0 any", "km", 0, 1000),
	"WP_LOITER_RAD":   about("Radius of a plane's circles; negative turns left", "m", -32767, 32767),
	"AIRSPEED_CRUISE": about("Airspeed that a plane flies by itself", "m/s", 5, 100),
}

var ardupilotSystem = map[string]Meta{
	"MAV_SYSID":        about("MAVLink system id of the vehicle; each vehicle needs its own", "", 1, 255).afterReboot(),
	"MAV_GCS_SYSID":    about("System id of the ground station whose silence counts, and whose stick commands are taken", "", 1, 255),
	"MAV_TELEM_DELAY":  about("Time after the start in which nothing is sent by radio", "s", 0, 30),
	"SERIAL_BAUD":      about("Speed of the port in thousands; 57 is 57,600", "kbaud", 1, 2000).afterReboot(),
	"SERIAL_PROTOCOL":  Meta{Description: "What the port speaks", Values: []Choice{{-1, "nothing"}, {1, "MAVLink 1"}, {2, "MAVLink 2"}, {3, "FrSky D"}, {4, "FrSky SPort"}, {5, "GPS"}, {8, "Alexmos gimbal"}, {9, "rangefinder"}, {23, "remote control input"}, {28, "scripting"}}}.afterReboot(),
	"GPS_TYPE":         choose("Receiver", choices("none", "automatic", "u-blox", "", "", "NMEA", "SiRF", "HIL", "SwiftNav", "DroneCAN", "SBF")).afterReboot(),
	"LOG_BITMASK":      about("What is written to the onboard log, as a bit mask", ""),
	"LOG_DISARMED":     choose("Write the log while disarmed", choices("no", "yes", "yes, not on USB power", "yes, and erase it when nothing was flown")),
	"LOG_BACKEND_TYPE": flags("Where the log is written", "card", "MAVLink", "flash").afterReboot(),
	"BRD_SAFETY_DEFLT": choose("Safety switch at the start", choices("off", "on")).afterReboot(),
	"FRAME_CLASS":      choose("Airframe", choices("undefined", "quad", "hexa", "octa", "octa quad", "Y6", "heli", "tri", "single", "coax", "bicopter", "heli dual", "dodecahexa", "heli quad")).afterReboot(),
	"FRAME_TYPE":       choose("Arrangement of the arms", choices("plus", "X", "V", "H", "V tail", "A tail")).afterReboot(),
	"COMPASS_USE":      choose("Use the compass for the heading", choices("no", "yes")),
	"DID_ENABLE":       choose("Open Drone ID", choices("off", "on")),
	"BRD_SD_MISSION":   about("Room on the card for long missions", "kB", 0, 64).afterReboot(),
	"BRD_SD_FENCE":     about("Room on the card for long fences", "kB", 0, 64).afterReboot(),
}
