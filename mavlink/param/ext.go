package param

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// ExtType is the MAV_PARAM_EXT_TYPE in which a camera or gimbal keeps a setting. Its numbers are those of Type, and CUSTOM.
type ExtType = common.MAV_PARAM_EXT_TYPE

// ExtSize is the length of param_value in PARAM_EXT.
const ExtSize = 128

// exact is the largest whole number up to which every one is exact in a float64.
const exact = 1 << 53

// Ext is one setting of a camera or gimbal that offers PARAM_EXT. There a value travels as the little-endian bytes of its type, or
// as text.
type Ext struct {
	Name string
	Type ExtType
	// Number is the value of every type but CUSTOM.
	Number float64
	// Text is the value of type CUSTOM, and all digits of a whole number of 64 bits.
	Text string
}

// IsText tells that the value is Text and no number.
func (e Ext) IsText() bool { return e.Type == common.MAV_PARAM_EXT_TYPE_CUSTOM }

// DecodeExt reads a value from the bytes of param_value. What is cut off counts as zero, as MAVLink 2 cuts zeros off.
func DecodeExt(name string, t ExtType, raw string) Ext {
	e := Ext{Name: name, Type: t}
	var full [ExtSize]byte
	copy(full[:], raw)
	b := full[:8]
	switch t {
	case common.MAV_PARAM_EXT_TYPE_UINT8:
		e.Number = float64(b[0])
	case common.MAV_PARAM_EXT_TYPE_INT8:
		e.Number = float64(int8(b[0]))
	case common.MAV_PARAM_EXT_TYPE_UINT16:
		e.Number = float64(binary.LittleEndian.Uint16(b))
	case common.MAV_PARAM_EXT_TYPE_INT16:
		e.Number = float64(int16(binary.LittleEndian.Uint16(b)))
	case common.MAV_PARAM_EXT_TYPE_UINT32:
		e.Number = float64(binary.LittleEndian.Uint32(b))
	case common.MAV_PARAM_EXT_TYPE_INT32:
		e.Number = float64(int32(binary.LittleEndian.Uint32(b)))
	case common.MAV_PARAM_EXT_TYPE_UINT64:
		v := binary.LittleEndian.Uint64(b)
		e.Number, e.Text = float64(v), strconv.FormatUint(v, 10)
	case common.MAV_PARAM_EXT_TYPE_INT64:
		v := int64(binary.LittleEndian.Uint64(b))
		e.Number, e.Text = float64(v), strconv.FormatInt(v, 10)
	case common.MAV_PARAM_EXT_TYPE_REAL32:
		e.Number = float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case common.MAV_PARAM_EXT_TYPE_REAL64:
		e.Number = math.Float64frombits(binary.LittleEndian.Uint64(b))
	case common.MAV_PARAM_EXT_TYPE_CUSTOM:
		text, _, _ := strings.Cut(string(full[:]), "\x00")
		e.Text = strings.ToValidUTF8(text, "\uFFFD")
	default:
		e.Number = math.NaN()
	}
	return e
}

// EncodeExt makes the bytes of param_value from a number, or from text: that of a CUSTOM, or the digits of a whole number. The
// other one is nil.
func EncodeExt(t ExtType, number *float64, text *string) (string, error) {
	if t == common.MAV_PARAM_EXT_TYPE_CUSTOM {
		switch {
		case text == nil:
			return "", fmt.Errorf("it is a text, and a number was given")
		case len(*text) > ExtSize || strings.Contains(*text, "\x00"):
			return "", fmt.Errorf("a text has up to %d bytes, none of them zero", ExtSize)
		}
		return *text, nil
	}
	long := t == common.MAV_PARAM_EXT_TYPE_UINT64 || t == common.MAV_PARAM_EXT_TYPE_INT64
	switch {
	case long && text != nil:
		return encodeDigits(t, *text)
	case number == nil:
		return "", fmt.Errorf("it is a number, and a text was given")
	case t == common.MAV_PARAM_EXT_TYPE_REAL64:
		if math.IsNaN(*number) || math.IsInf(*number, 0) {
			return "", fmt.Errorf("%v is no number that can be set", *number)
		}
		return string(binary.LittleEndian.AppendUint64(nil, math.Float64bits(*number))), nil
	case t < common.MAV_PARAM_EXT_TYPE_UINT8 || t > common.MAV_PARAM_EXT_TYPE_CUSTOM:
		return "", fmt.Errorf("the type %d is not known", uint64(t))
	}
	if err := Check(*number, Type(t)); err != nil {
		return "", err
	}
	if long {
		if math.Abs(*number) > exact {
			return "", fmt.Errorf("%v has too many digits for a number: give them as text", *number)
		}
		return encodeDigits(t, strconv.FormatInt(int64(*number), 10))
	}
	return string(binary.LittleEndian.AppendUint32(nil, math.Float32bits(Bytewise.Encode(*number, Type(t))))[:width(t)]), nil
}

// width is how many bytes a type of at most 32 bits has.
func width(t ExtType) int {
	switch t {
	case common.MAV_PARAM_EXT_TYPE_UINT8, common.MAV_PARAM_EXT_TYPE_INT8:
		return 1
	case common.MAV_PARAM_EXT_TYPE_UINT16, common.MAV_PARAM_EXT_TYPE_INT16:
		return 2
	default:
		return 4
	}
}

func encodeDigits(t ExtType, digits string) (string, error) {
	var bits uint64
	var err error
	if t == common.MAV_PARAM_EXT_TYPE_UINT64 {
		bits, err = strconv.ParseUint(digits, 10, 64)
	} else {
		var v int64
		v, err = strconv.ParseInt(digits, 10, 64)
		bits = uint64(v)
	}
	if err != nil {
		return "", fmt.Errorf("%.40q is no whole number of 64 bits that it can keep", digits)
	}
	return string(binary.LittleEndian.AppendUint64(nil, bits)), nil
}
