package copter

import (
	"encoding/binary"
	"math"
	"net/url"
	"strconv"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/sim/mavftp"
)

// The packed list of parameters, as ArduPilot serves it: a header, and for each parameter its type and flags, how many
// characters of the name it shares with the one before, the rest of the name, and the value.
const (
	paramPack     = "@PARAM/param.pck"
	packMagic     = 0x671B
	packDefaults  = 0x671C // a default follows the value where it differs
	flagDefault   = 1
	packHeader    = 6
	guessedBytes  = 12 // the size is announced as so many for each: too many, as measured
	longestCommon = 15
)

// packTypes are the numbers of the types in the pack.
var packTypes = map[mav.MAV_PARAM_TYPE]byte{i8: 1, i16: 2, i32: 3, f32: 4}

// packParams makes the list; the query may name start, count and withdefaults.
func (c *Copter) packParams(query string) (mavftp.Virtual, bool) {
	q, err := url.ParseQuery(query)
	if err != nil {
		return mavftp.Virtual{}, false
	}
	list := c.flight.params.list
	number := func(key string, otherwise int) int {
		n, err := strconv.ParseUint(q.Get(key), 10, 16)
		if err != nil {
			return otherwise
		}
		return int(n)
	}
	start := min(number("start", 0), len(list))
	count := min(number("count", len(list)), len(list)-start)
	defaults := number("withdefaults", 0) != 0
	magic := uint16(packMagic)
	if defaults {
		magic = packDefaults
	}
	var b []byte
	b = binary.LittleEndian.AppendUint16(b, magic)
	b = binary.LittleEndian.AppendUint16(b, uint16(count))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(list)))
	before := ""
	for _, p := range list[start : start+count] {
		b = p.pack(b, before, defaults)
		before = p.name
	}
	return mavftp.Virtual{Data: b, Size: uint32(count * guessedBytes)}, true
}

func (p parameter) pack(b []byte, before string, defaults bool) []byte {
	common := 0
	for common < min(len(p.name)-1, len(before), longestCommon) && p.name[common] == before[common] {
		common++
	}
	flags := byte(0)
	if defaults && p.value != p.standard {
		flags = flagDefault
	}
	b = append(b, packTypes[p.kind]|flags<<4, byte(common)|byte(len(p.name)-common-1)<<4)
	b = append(b, p.name[common:]...)
	b = p.packValue(b, p.value)
	if flags != 0 {
		b = p.packValue(b, p.standard)
	}
	return b
}

func (p parameter) packValue(b []byte, v float64) []byte {
	switch p.kind {
	case i8:
		return append(b, byte(int8(v)))
	case i16:
		return binary.LittleEndian.AppendUint16(b, uint16(int16(v)))
	case i32:
		return binary.LittleEndian.AppendUint32(b, uint32(int32(v)))
	}
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
}

// unpackParams sets what a station wrote to the pack. It stops at the first thing that makes no sense, and says so.
func (c *Copter) unpackParams(b []byte) {
	done, ok := 0, len(b) >= packHeader && binary.LittleEndian.Uint16(b) == packMagic
	if ok {
		count := int(binary.LittleEndian.Uint16(b[2:]))
		name := ""
		for b = b[packHeader:]; done < count; done++ {
			var value float64
			if name, value, b, ok = unpack(b, name); !ok {
				break
			}
			if c.flight.params.settable(name) {
				c.setParam(name, value)
			}
		}
	}
	if !ok {
		c.flight.say(mav.MAV_SEVERITY_WARNING, "Param upload failed after %d", done)
	}
}

// unpack reads one parameter of a pack; zero bytes before it are padding.
func unpack(b []byte, before string) (name string, value float64, rest []byte, ok bool) {
	for len(b) > 0 && b[0] == 0 {
		b = b[1:]
	}
	if len(b) < 2 {
		return "", 0, nil, false
	}
	kind, common, own := b[0]&15, int(b[1]&15), int(b[1]>>4)+1
	size, known := map[byte]int{1: 1, 2: 2, 3: 4, 4: 4}[kind]
	if !known || b[0]>>4 != 0 || common > len(before) || len(b) < 2+own+size {
		return "", 0, nil, false
	}
	name = before[:common] + string(b[2:2+own])
	v := b[2+own : 2+own+size]
	switch kind {
	case 1:
		value = float64(int8(v[0]))
	case 2:
		value = float64(int16(binary.LittleEndian.Uint16(v)))
	case 3:
		value = float64(int32(binary.LittleEndian.Uint32(v)))
	default:
		value = float64(math.Float32frombits(binary.LittleEndian.Uint32(v)))
	}
	return name, value, b[2+own+size:], true
}
