// Package param is the MAVLink parameter protocol as state machines (PARAM_REQUEST_READ 20, PARAM_REQUEST_LIST 21, PARAM_VALUE 22,
// PARAM_SET 23, PARAM_ERROR 345, PARAM_EXT 320 to 324), the packed list that ArduPilot serves over MAVFTP, the files in which
// Mission Planner and QGroundControl keep parameters, and what is known about single parameters.
package param

import (
	"fmt"
	"math"
	"strings"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// Type is the MAV_PARAM_TYPE in which a vehicle keeps a parameter.
type Type = common.MAV_PARAM_TYPE

// MaxName is the length of param_id. A name of that length has no zero behind it.
const MaxName = 16

// Parameter is one setting of a vehicle.
type Parameter struct {
	Name string
	// Value is the number whatever its type is.
	Value float64
	Type  Type
	// Default is what the firmware sets, nil where the vehicle did not tell.
	Default *float64
}

// Integer tells that the vehicle keeps whole numbers only.
func (p Parameter) Integer() bool { return whole(p.Type) }

func whole(t Type) bool {
	return t >= common.MAV_PARAM_TYPE_UINT8 && t <= common.MAV_PARAM_TYPE_INT64
}

// ValidName tells whether a name can be one: 1 to 16 printable characters of ASCII without space and comma.
func ValidName(name string) bool {
	return name != "" && len(name) <= MaxName && strings.IndexFunc(name, func(r rune) bool {
		return r <= ' ' || r > '~' || r == ',' || r == '"'
	}) < 0
}

// Encoding is how numbers travel in the float of PARAM_VALUE and PARAM_SET. The capability bits do not tell: ArduPilot announces
// neither and casts.
type Encoding int

// The encodings.
const (
	// Cast sends the number as a float, which is exact up to 2^24 (ArduPilot).
	Cast Encoding = iota
	// Bytewise sends whole numbers in the bytes of the float (PX4).
	Bytewise
)

// Decode reads the number of a PARAM_VALUE.
func (e Encoding) Decode(v float32, t Type) float64 {
	if e == Cast {
		return float64(v)
	}
	bits := math.Float32bits(v)
	switch t {
	case common.MAV_PARAM_TYPE_UINT8:
		return float64(uint8(bits))
	case common.MAV_PARAM_TYPE_INT8:
		return float64(int8(bits))
	case common.MAV_PARAM_TYPE_UINT16:
		return float64(uint16(bits))
	case common.MAV_PARAM_TYPE_INT16:
		return float64(int16(bits))
	case common.MAV_PARAM_TYPE_UINT32:
		return float64(bits)
	case common.MAV_PARAM_TYPE_INT32:
		return float64(int32(bits))
	default:
		return float64(v)
	}
}

// Encode makes the float of a PARAM_SET. Check must have allowed the value.
func (e Encoding) Encode(v float64, t Type) float32 {
	if e == Cast || !whole(t) {
		return float32(v)
	}
	switch t {
	case common.MAV_PARAM_TYPE_UINT8, common.MAV_PARAM_TYPE_INT8:
		return math.Float32frombits(uint32(uint8(int64(v))))
	case common.MAV_PARAM_TYPE_UINT16, common.MAV_PARAM_TYPE_INT16:
		return math.Float32frombits(uint32(uint16(int64(v))))
	default:
		return math.Float32frombits(uint32(int64(v)))
	}
}

// Exact tells whether a value survives the way to the vehicle.
func (e Encoding) Exact(v float64, t Type) bool {
	return !whole(t) || e == Bytewise || float64(float32(v)) == v
}

// limits of the whole types.
var limits = map[Type][2]float64{
	common.MAV_PARAM_TYPE_UINT8: {0, math.MaxUint8}, common.MAV_PARAM_TYPE_INT8: {math.MinInt8, math.MaxInt8},
	common.MAV_PARAM_TYPE_UINT16: {0, math.MaxUint16}, common.MAV_PARAM_TYPE_INT16: {math.MinInt16, math.MaxInt16},
	common.MAV_PARAM_TYPE_UINT32: {0, math.MaxUint32}, common.MAV_PARAM_TYPE_INT32: {math.MinInt32, math.MaxInt32},
}

// Check says why a parameter of a type cannot have a value; nil where it can.
func Check(v float64, t Type) error {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Errorf("%v is no number that can be set", v)
	case !whole(t):
		if math.Abs(v) > math.MaxFloat32 {
			return fmt.Errorf("%v is too large", v)
		}
		return nil
	case v != math.Trunc(v):
		return fmt.Errorf("%v is no whole number, and the vehicle keeps only these", v)
	}
	if l, ok := limits[t]; ok && (v < l[0] || v > l[1]) {
		return fmt.Errorf("%v is not from %.0f to %.0f, which is what the vehicle can keep", v, l[0], l[1])
	}
	return nil
}

// Same compares two values: whole numbers exactly, others as a float of 32 bits and a printed file hold them.
func Same(a, b float64, t Type) bool {
	if whole(t) || a == b {
		return a == b
	}
	return float32(a) == float32(b) || math.Abs(a-b) <= 1e-6*max(math.Abs(a), math.Abs(b))
}
