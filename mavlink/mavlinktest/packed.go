package mavlinktest

import (
	"bytes"
	"encoding/binary"
	"math"
)

// PackedParameter is an entry of a packed list.
type PackedParameter struct {
	Name string
	// Kind is 1 for int8, 2 for int16, 3 for int32 and 4 for float.
	Kind    byte
	Value   float64
	Default float64
}

// Pack makes param.pck as ArduPilot does for reads of blockSize bytes: no value lies across the end of a block. The order is
// that of the list.
func Pack(list []PackedParameter, blockSize int, defaults bool) []byte {
	var out bytes.Buffer
	magic := uint16(0x671b)
	if defaults {
		magic = 0x671c
	}
	for _, v := range []uint16{magic, uint16(len(list)), uint16(len(list))} {
		_ = binary.Write(&out, binary.LittleEndian, v) // a buffer takes everything
	}
	before := ""
	for _, p := range list {
		same := 0
		for same < len(before) && same < len(p.Name) && before[same] == p.Name[same] {
			same++
		}
		if same == len(p.Name) || same > 15 {
			same = min(len(p.Name)-1, 15)
		}
		value := packNumber(p.Kind, p.Value)
		flags := byte(0)
		if defaults && p.Default != p.Value {
			flags = 1
			value = append(value, packNumber(p.Kind, p.Default)...)
		}
		entry := append([]byte{p.Kind | flags<<4, byte(same) | byte(len(p.Name)-same-1)<<4}, p.Name[same:]...)
		if past := (out.Len() + len(entry) + len(value)) % blockSize; past > 0 && past < len(value) && len(value) > 1 {
			out.Write(make([]byte, len(value)-past))
		}
		out.Write(entry)
		out.Write(value)
		before = p.Name
	}
	return out.Bytes()
}

func packNumber(kind byte, v float64) []byte {
	switch kind {
	case 1:
		return []byte{byte(int8(v))}
	case 2:
		return binary.LittleEndian.AppendUint16(nil, uint16(int16(v)))
	case 3:
		return binary.LittleEndian.AppendUint32(nil, uint32(int32(v)))
	default:
		return binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(v)))
	}
}
