package copter

import (
	_ "embed" // for the recorded parameters
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

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
	list   []parameter
	index  map[string]int
	hidden []parameter // of the group that is switched off
}

const (
	i8  = mav.MAV_PARAM_TYPE_INT8
	i16 = mav.MAV_PARAM_TYPE_INT16
	i32 = mav.MAV_PARAM_TYPE_INT32
	f32 = mav.MAV_PARAM_TYPE_REAL32
)

// recorded is every parameter of a recorded ArduCopter 4.7: name, value, type, in the order in which it numbers them.
//
//go:embed parameters.txt
var recorded string

// own are the values that differ from the recorded ones: this airframe, its battery, and the failsafes that it flies with.
var own = map[string]float64{
	"FRAME_TYPE": 1, "CAM1_TYPE": 6, "MNT1_TYPE": 6, "MNT1_PITCH_MIN": gimbalPitchMin, "MNT1_PITCH_MAX": gimbalPitchMax,
	"RTL_ALT": 6000, "FS_GCS_ENABLE": 1, "FS_OPTIONS": stationContinueAuto | stationContinuePilot, "FENCE_ALT_MAX": 120, "FENCE_RADIUS": 1500, "STAT_BOOTCNT": 14, "MIS_TOTAL": 0,
	"BATT_CAPACITY": capacityMAh, "BATT_LOW_VOLT": 13.6, "BATT_LOW_MAH": 0.22 * capacityMAh, "BATT_CRT_VOLT": 13.0,
	"BATT_CRT_MAH": 0.08 * capacityMAh, "BATT_FS_LOW_ACT": float64(actRTL), "BATT_FS_CRT_ACT": float64(actLand), "BATT_ARM_VOLT": 14.0,
	"BATT_ARM_MAH": 0.3 * capacityMAh, "SIM_BATT_VOLTAGE": 16.72, "SIM_BATT_CAP_AH": capacityMAh / 1000, "SIM_GPS1_LAG_MS": 200,
}

// table is what all vehicles have in common; nobody writes to it.
var table = sync.OnceValue(func() *parameters {
	kinds := map[string]mav.MAV_PARAM_TYPE{"INT8": i8, "INT16": i16, "INT32": i32, "REAL32": f32}
	p := &parameters{index: map[string]int{}}
	for line := range strings.Lines(recorded) {
		f := strings.Fields(line)
		value, err := strconv.ParseFloat(f[1], 64)
		if v, ok := own[f[0]]; ok {
			value = v
		}
		if err != nil {
			continue // cannot be: a test counts them
		}
		p.index[f[0]] = len(p.list)
		p.list = append(p.list, parameter{f[0], value, kinds[f[2]], value})
	}
	return p
})

// newParameters are those of one vehicle, all at their defaults.
func newParameters(system int) *parameters {
	p := &parameters{index: table().index, list: slices.Clone(table().list)}
	p.set("MAV_SYSID", float64(system))
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
	if name == followSwitch {
		p.regroup()
	}
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
