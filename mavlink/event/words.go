package event

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// ID is the id of a PX4 event by its name: the lower 24 bits of FNV-1a, and the autopilot's component in the upper byte.
func ID(name string) uint32 {
	const offset, prime, autopilot = 0x811c9dc5, 0x01000193, 1 << 24
	h := uint32(offset)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * prime
	}
	return h&0xFFFFFF | autopilot
}

// meaning is what an event says: words in which %1 is the first argument that is its own, and the types of those arguments: b
// and B a signed and an unsigned byte, h and H of two bytes, f a float.
type meaning struct{ name, words, args string }

// meanings are the events by which PX4 tells what is wrong, by the names in its sources and in words of our own.
var meanings = index([]meaning{
	{"check_accel_missing", "accelerometer %1 is missing", "B"}, {"check_accel_no_data", "accelerometer %1 gives no valid data", "B"},
	{"check_accel_not_calibrated", "accelerometer %1 is not calibrated", "B"},
	{"check_gyro_missing", "gyroscope %1 is missing", "B"}, {"check_gyro_no_data", "gyroscope %1 gives no valid data", "B"},
	{"check_gyro_not_calibrated", "gyroscope %1 is not calibrated", "B"},
	{"check_mag_missing", "compass %1 is missing", "B"}, {"check_mag_no_data", "compass %1 gives no valid data", "B"},
	{"check_mag_not_calibrated", "compass %1 is not calibrated", "B"}, {"check_mag_fault", "compass %1 disturbs the estimate: calibrate it", "B"},
	{"check_mag_sys_has_mag_missing", "%1 compasses work, %2 are required", "BB"},
	{"check_mag_consistency", "the compasses differ by %1 degrees", "h"},
	{"check_estimator_missing_data", "the estimator has not started yet", ""},
	{"check_estimator_heading_not_stable", "the heading is not reliable: calibrate the compass", ""},
	{"check_estimator_heading_no_source", "nothing gives a heading", ""},
	{"check_estimator_hor_vel_not_stable", "the horizontal speed is not stable", ""},
	{"check_estimator_vert_vel_not_stable", "the vertical speed is not stable", ""},
	{"check_estimator_hor_pos_not_stable", "the horizontal position is not stable", ""},
	{"check_estimator_hgt_not_stable", "the height is not stable", ""},
	{"check_estimator_mag_interference", "the magnetic field is disturbed", ""}, {"check_estimator_mag_fault", "the compass is not used any more: land and calibrate it", ""},
	{"check_estimator_gnss_fault", "the GPS heading is not reliable: land", ""},
	{"check_estimator_gps_fix_too_low", "the GPS has no sufficient fix", ""}, {"check_estimator_gps_num_sats_too_low", "the GPS sees too few satellites", ""},
	{"check_estimator_gps_pdop_too_high", "the satellites stand badly (PDOP too high)", ""},
	{"check_estimator_gps_hor_pos_err_too_high", "the GPS position is not accurate enough", ""},
	{"check_estimator_gps_vert_pos_err_too_high", "the GPS height is not accurate enough", ""},
	{"check_estimator_gps_speed_acc_too_low", "the GPS speed is not accurate enough", ""},
	{"check_estimator_gps_hor_pos_drift_too_high", "the GPS position drifts", ""}, {"check_estimator_gps_vert_pos_drift_too_high", "the GPS height drifts", ""},
	{"check_estimator_gps_hor_speed_drift_too_high", "the horizontal GPS speed drifts", ""},
	{"check_estimator_gps_vert_speed_drift_too_high", "the vertical GPS speed drifts", ""},
	{"check_estimator_gps_spoofed", "the GPS signal is spoofed", ""}, {"check_estimator_gps_jammed", "the GPS signal is jammed", ""},
	{"check_estimator_gps_jamming_critical", "GPS jamming is detected", ""},
	{"check_estimator_gps_not_fusing", "the estimator does not use the GPS", ""}, {"check_estimator_gps_generic", "the GPS is not good enough", ""},
	{"check_estimator_high_accel_bias", "the accelerometer is off (axis %1): calibrate it", "B"},
	{"check_estimator_high_gyro_bias", "the gyroscope is off (axis %1): calibrate it", "B"},
	{"check_estimator_low_position_accuracy", "the position is not accurate", ""},
	{"check_battery_missing", "battery %1 is missing", "B"}, {"check_battery_disconnected", "battery %1 has been disconnected", "B"},
	{"check_battery_fault", "battery %1 reports a fault", "B"}, {"check_battery_low", "the battery is low", ""},
	{"check_battery_critical", "the battery is critically low", ""}, {"check_battery_emergency", "the battery is almost empty", ""},
	{"check_battery_unhealthy", "the battery is not in order", ""},
	{"check_battery_rem_flight_time_low", "the battery reaches home only just", ""},
	{"check_modes_cannot_takeoff", "the mode does not suit a takeoff: choose another", ""},
	{"check_modes_angular_velocity", "the rates of turn are not known", ""}, {"check_modes_attitude", "the attitude is not known", ""},
	{"check_modes_local_pos", "the position is not known well enough for the mode", ""},
	{"check_modes_global_pos", "the position on the globe is not known well enough for the mode", ""},
	{"check_modes_local_alt", "the height is not known well enough for the mode", ""},
	{"check_modes_mission", "there is no valid mission: upload one", ""}, {"check_modes_home_position", "the home position is not set", ""},
	{"check_modes_manual_control", "there is no manual control: connect sticks, or choose an automatic mode", ""},
	{"check_modes_not_supported", "the vehicle cannot do the mode", ""},
	{"check_system_flight_term_active", "the flight is terminated", ""}, {"check_system_usb_connected", "USB is connected: take it off and restart", ""},
	{"check_system_no_global_pos", "a position on the globe is required", ""}, {"check_system_no_home_pos", "a home position is required", ""},
	{"check_system_safety_button", "press the safety button", ""}, {"check_system_avoidance_not_ready", "the avoidance system is not ready", ""},
	{"check_system_vtol_in_transition", "the vehicle is between hovering and forward flight", ""},
	{"check_system_vtol_in_fw_mode", "the vehicle is set for forward flight", ""},
	{"check_system_arm_auth_failed", "arming was not authorised", ""},
	{"check_rc_dl_no_dllink", "the vehicle does not hear a ground station", ""},
	{"check_failure_detector_roll", "the vehicle rolled too far", ""}, {"check_failure_detector_pitch", "the vehicle pitched too far", ""},
	{"check_failure_detector_alt", "the vehicle lost height", ""}, {"check_failure_detector_ext", "an outside system reports a failure", ""},
	{"check_failure_detector_imbalanced_prop", "a propeller is out of balance", ""},
	{"check_avionics_power_missing", "the power module is not connected", ""},
	{"check_avionics_power_low", "the electronics get too little voltage: %1 V", "f"}, {"check_avionics_power_high", "the electronics get too much voltage: %1 V", "f"},
	{"check_avionics_power_redundancy", "%1 power supplies work, %2 are required", "BB"}, {"check_missing_system_power", "the supply voltage is not known", ""},
})

// notices are events outside the reports, of which the arguments begin at once.
var notices = index([]meaning{
	{"commander_rc_lost", "manual control is lost", ""}, {"commander_rc_regained", "manual control is back after %1 s", "f"},
	{"check_estimator_gnss_fusion_stopped", "the GPS is not used any more", ""}, {"check_estimator_gnss_fusion_started", "the GPS is used", ""},
	{"check_estimator_gnss_warning_spoofing", "the GPS signal is spoofed", ""}, {"check_estimator_gnss_warning_jamming", "the GPS signal is jammed", ""},
	{"check_estimator_position_failure_imminent", "the position is about to be lost", ""},
})

func index(all []meaning) map[uint32]meaning {
	m := make(map[uint32]meaning, len(all))
	for _, w := range all {
		m[ID(w.name)] = w
	}
	return m
}

// checkHeader is what stands before the arguments of a check: the modes that it concerns and the number of a component.
const checkHeader = 5

// Check says what a check in a report found; an event that is not known is given by number with its arguments.
func (e Event) Check() string {
	if m, ok := meanings[e.ID]; ok {
		return m.say(e.Arguments[checkHeader:])
	}
	return e.raw()
}

// Notice says what an event outside a report tells; false for one that is not known.
func (e Event) Notice() (string, bool) {
	if m, ok := notices[e.ID]; ok {
		return m.say(e.Arguments[:]), true
	}
	return e.raw(), false
}

func (e Event) raw() string {
	end := len(e.Arguments)
	for end > 0 && e.Arguments[end-1] == 0 {
		end--
	}
	text := fmt.Sprintf("event %d of component %d", e.ID&0xFFFFFF, e.ID>>24)
	if end > 0 {
		text += fmt.Sprintf(", arguments % x", e.Arguments[:end])
	}
	return text
}

func (m meaning) say(args []byte) string {
	text := m.words
	for i, kind := range m.args {
		var v any
		switch kind {
		case 'b':
			v, args = int8(args[0]), args[1:]
		case 'B':
			v, args = args[0], args[1:]
		case 'h':
			v, args = int16(binary.LittleEndian.Uint16(args)), args[2:]
		case 'H':
			v, args = binary.LittleEndian.Uint16(args), args[2:]
		case 'f':
			v, args = fmt.Sprintf("%.2f", math.Float32frombits(binary.LittleEndian.Uint32(args))), args[4:]
		}
		text = strings.ReplaceAll(text, fmt.Sprintf("%%%d", i+1), fmt.Sprint(v))
	}
	return text
}
