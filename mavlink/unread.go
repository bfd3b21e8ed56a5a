package mavlink

// unread names the messages that vehicles send often and that nothing here reads: they are counted and recorded, and only
// decoded while somebody waits for messages of the vehicle. A test sees to it that no name stands here of a message that is read.
func unread(id uint32) bool {
	switch id {
	case 26, 116, 129, // SCALED_IMU, SCALED_IMU2, SCALED_IMU3
		27, 105, // RAW_IMU, HIGHRES_IMU
		28, 29, 137, 143, // RAW_PRESSURE, SCALED_PRESSURE and its further ones
		31,  // ATTITUDE_QUATERNION
		32,  // LOCAL_POSITION_NED
		36,  // SERVO_OUTPUT_RAW
		62,  // NAV_CONTROLLER_OUTPUT
		83,  // ATTITUDE_TARGET
		85,  // POSITION_TARGET_LOCAL_NED
		87,  // POSITION_TARGET_GLOBAL_INT
		125, // POWER_STATUS
		140, // ACTUATOR_CONTROL_TARGET
		152, // MEMINFO
		163, // AHRS
		165, // HWSTATUS
		178, // AHRS2
		182, // AHRS3
		331, // ODOMETRY
		375: // ACTUATOR_OUTPUT_STATUS
		return true
	default:
		return false
	}
}
