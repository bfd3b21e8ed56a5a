package copter

import (
	"math"
	"slices"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// parameter is one named number of the autopilot.
type parameter struct {
	name  string
	value float64
	kind  mav.MAV_PARAM_TYPE

	standard float64 // the default
}

// parameters are the autopilot's, in the order in which it numbers them.
type parameters struct {
	list  []parameter
	index map[string]int
}

const (
	i8  = mav.MAV_PARAM_TYPE_INT8
	i16 = mav.MAV_PARAM_TYPE_INT16
	i32 = mav.MAV_PARAM_TYPE_INT32
	f32 = mav.MAV_PARAM_TYPE_REAL32
)

// newParameters are the names, types and (where the airframe does not differ) values of a recorded ArduCopter 4.7.
func newParameters(system int) *parameters {
	p := &parameters{index: map[string]int{}}
	for _, d := range []struct {
		name  string
		value float64
		kind  mav.MAV_PARAM_TYPE
	}{
		{"FORMAT_VERSION", 120, i16},
		{"MAV_SYSID", float64(system), i16},
		{"MAV_GCS_SYSID", 255, i16},
		{"PILOT_THR_FILT", 0, f32},
		{"PILOT_TKOFF_ALT", 0, f32},
		{"RTL_ALT", 6000, i32},
		{"RTL_SPEED", 0, i16},
		{"RTL_ALT_FINAL", 0, i16},
		{"RTL_LOIT_TIME", 5000, i32},
		{"FS_GCS_ENABLE", 1, i8},
		{"FS_GCS_TIMEOUT", 5, f32},
		{"WP_YAW_BEHAVIOR", 2, i8},
		{"LAND_SPEED", 50, i16},
		{"LAND_SPEED_HIGH", 0, i16},
		{"LAND_ALT_LOW", 1000, i16},
		{"PILOT_SPEED_UP", 250, i16},
		{"PILOT_ACCEL_Z", 250, i16},
		{"FS_THR_ENABLE", 1, i8},
		{"FS_THR_VALUE", 975, i16},
		{"FS_EKF_ACTION", 1, i8},
		{"FS_EKF_THRESH", 0.8, f32},
		{"FS_OPTIONS", 16, i32},
		{"LOG_BITMASK", 180222, i32},
		{"FRAME_TYPE", 1, i8},
		{"FRAME_CLASS", 1, i8},
		{"ARMING_CHECK", 1, i32},
		{"ARMING_RUDDER", 2, i8},
		{"DISARM_DELAY", 10, i8},
		{"ANGLE_MAX", 3000, i16},
		{"GUID_TIMEOUT", 3, f32},
		{"GUID_OPTIONS", 0, i32},
		{"CAM1_TYPE", 6, i8},
		{"COMPASS_USE", 1, i8},
		{"WPNAV_SPEED", 1000, f32},
		{"WPNAV_RADIUS", 200, f32},
		{"WPNAV_SPEED_UP", 250, f32},
		{"WPNAV_SPEED_DN", 150, f32},
		{"WPNAV_ACCEL", 250, f32},
		{"WPNAV_ACCEL_Z", 100, f32},
		{"LOIT_SPEED", 1250, f32},
		{"ATC_ANG_RLL_P", 4.5, f32},
		{"ATC_ANG_PIT_P", 4.5, f32},
		{"ATC_ANG_YAW_P", 4.5, f32},
		{"PSC_POSXY_P", 1, f32},
		{"PSC_VELXY_P", 2, f32},
		{"PSC_POSZ_P", 1, f32},
		{"AHRS_EKF_TYPE", 3, i8},
		{"EK3_ENABLE", 1, i8},
		{"GPS1_TYPE", 1, i8},
		{"MNT1_TYPE", 6, i8},
		{"MNT1_DEFLT_MODE", 3, i8},
		{"MNT1_PITCH_MIN", gimbalPitchMin, i16},
		{"MNT1_PITCH_MAX", gimbalPitchMax, i16},
		{"MNT1_YAW_MIN", -180, i16},
		{"MNT1_YAW_MAX", 180, i16},
		{"BATT_MONITOR", 4, i8},
		{"BATT_CAPACITY", capacityMAh, i32},
		{"BATT_LOW_TIMER", 10, i8},
		{"BATT_LOW_VOLT", 13.6, f32},
		{"BATT_LOW_MAH", 0.22 * capacityMAh, f32},
		{"BATT_CRT_VOLT", 13.0, f32},
		{"BATT_CRT_MAH", 0.08 * capacityMAh, f32},
		{"BATT_FS_LOW_ACT", actRTL, i8},
		{"BATT_FS_CRT_ACT", actLand, i8},
		{"BATT_ARM_VOLT", 14.0, f32},
		{"BATT_ARM_MAH", 0.3 * capacityMAh, i32},
		{"FENCE_ENABLE", 0, i8},
		{"FENCE_TYPE", 7, i8},
		{"FENCE_ACTION", 1, i8},
		{"FENCE_ALT_MAX", 120, f32},
		{"FENCE_ALT_MIN", -10, f32},
		{"FENCE_RADIUS", 1500, f32},
		{"FENCE_MARGIN", 2, f32},
		{"FENCE_TOTAL", 0, i8},
		{"FENCE_OPTIONS", 0, i16},
		{"RALLY_TOTAL", 0, i8},
		{"RALLY_LIMIT_KM", 0.3, f32},
		{"RALLY_INCL_HOME", 1, i8},
		{"AUTO_OPTIONS", 0, i32},
		{"CIRCLE_RADIUS", 1000, f32},
		{"CIRCLE_RATE", 20, f32},
		{"MIS_TOTAL", 0, i16},
		{"MIS_RESTART", 0, i8},
		{"MAV1_RAW_SENS", 0, i16},
		{"MAV1_EXT_STAT", 0, i16},
		{"MAV1_RC_CHAN", 0, i16},
		{"MAV1_POSITION", 0, i16},
		{"MAV1_EXTRA1", 0, i16},
		{"MAV1_EXTRA2", 0, i16},
		{"MAV1_EXTRA3", 0, i16},
		{"MAV1_PARAMS", 0, i16},
		{"SERIAL0_BAUD", 115, i32},
		{"SERIAL0_PROTOCOL", 2, i8},
		{"STAT_BOOTCNT", 14, i16},
		{"STAT_FLTTIME", 0, i32},
		{"STAT_RUNTIME", 0, i32},
	} {
		p.index[d.name] = len(p.list)
		p.list = append(p.list, parameter{d.name, d.value, d.kind, d.value})
	}
	return p
}

// readOnly cannot be set by a station.
var readOnly = []string{"FORMAT_VERSION", "MIS_TOTAL", "FENCE_TOTAL", "RALLY_TOTAL", "STAT_BOOTCNT", "STAT_FLTTIME", "STAT_RUNTIME", "MAV_SYSID"}

func (p *parameters) get(name string) float64 {
	if i, ok := p.index[name]; ok {
		return p.list[i].value
	}
	return 0
}

// set stores a value as the parameter's type can hold it; false for an unknown name or a value that is no number.
func (p *parameters) set(name string, value float64) bool {
	i, ok := p.index[name]
	if !ok || math.IsNaN(value) || math.IsInf(value, 0) {
		return false
	}
	x := &p.list[i]
	switch x.kind {
	case i8:
		value = clamp(math.Round(value), math.MinInt8, math.MaxInt8)
	case i16:
		value = clamp(math.Round(value), math.MinInt16, math.MaxInt16)
	case i32:
		value = clamp(math.Round(value), math.MinInt32, math.MaxInt32)
	}
	x.value = value
	return true
}

func (p *parameters) settable(name string) bool {
	_, ok := p.index[name]
	return ok && !slices.Contains(readOnly, name)
}

// message is PARAM_VALUE; index 65535 says that it was not asked by its number, as ArduPilot does.
func (p *parameters) message(i int, asked bool) *mav.MessageParamValue {
	x := p.list[i]
	index := uint16(math.MaxUint16)
	if asked {
		index = uint16(i)
	}
	return &mav.MessageParamValue{
		ParamId: x.name, ParamValue: float32(x.value), ParamType: x.kind,
		ParamCount: uint16(len(p.list)), ParamIndex: index,
	}
}
