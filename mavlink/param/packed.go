package param

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// PackedFile is where ArduPilot, and PX4 since 2026, serve all parameters over MAVFTP. It exists only while it is
// read; its announced size is wrong, and it must be read with requests of one size.
const PackedFile = "@PARAM/param.pck"

// PackedWithDefaults is the same with the defaults of the firmware.
const PackedWithDefaults = PackedFile + "?withdefaults=1"

const (
	packedMagic    = 0x671B
	packedDefaults = 0x671C
	packedHeader   = 6
	// hasDefault is the flag of an entry whose default differs from its value.
	hasDefault = 1
	// MaxPacked bounds a packed list; 65535 entries of the largest kind fit.
	MaxPacked = 2 << 20
)

// packedTypes are the sizes of the types in a packed list, by their number there.
var packedTypes = map[byte]struct {
	size int
	kind Type
}{
	1: {1, common.MAV_PARAM_TYPE_INT8}, 2: {2, common.MAV_PARAM_TYPE_INT16},
	3: {4, common.MAV_PARAM_TYPE_INT32}, 4: {4, common.MAV_PARAM_TYPE_REAL32},
}

// DecodePacked reads a packed list: a header of magic, number of entries and number of parameters in all, then the entries. An
// entry has its type and flags in one byte, the number of characters in common with the name before it and of its own
// ones less one in the next, those characters, the value, and the default where flagged. Zeros before an entry are
// padding, by which no value lies across two packets.
func DecodePacked(b []byte) ([]Parameter, error) {
	if len(b) < packedHeader {
		return nil, errors.New("a packed list without a header")
	}
	magic, count, total := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:])), int(binary.LittleEndian.Uint16(b[4:]))
	if magic != packedMagic && magic != packedDefaults {
		return nil, fmt.Errorf("a packed list with magic %04x", magic)
	}
	if count != total {
		return nil, fmt.Errorf("a packed list of %d of %d parameters", count, total)
	}
	d := packedReader{rest: b[packedHeader:], defaults: magic == packedDefaults}
	var all []Parameter
	for d.skipPadding(); len(d.rest) > 0; d.skipPadding() {
		p, err := d.next()
		if err != nil {
			return nil, fmt.Errorf("entry %d of a packed list: %w", len(all), err)
		}
		all = append(all, p)
	}
	if len(all) != count {
		return nil, fmt.Errorf("a packed list of %d parameters has %d", count, len(all))
	}
	return sorted(all), nil
}

type packedReader struct {
	rest     []byte
	defaults bool
	last     string
}

func (d *packedReader) skipPadding() {
	for len(d.rest) > 0 && d.rest[0] == 0 {
		d.rest = d.rest[1:]
	}
}

func (d *packedReader) next() (Parameter, error) {
	if len(d.rest) < 2 {
		return Parameter{}, errors.New("cut")
	}
	kind, flags := d.rest[0]&0x0F, d.rest[0]>>4
	shared, own := int(d.rest[1]&0x0F), int(d.rest[1]>>4)+1
	t, ok := packedTypes[kind]
	if !ok {
		return Parameter{}, fmt.Errorf("type %d", kind)
	}
	values := 1
	if d.defaults && flags&hasDefault != 0 {
		values = 2
	}
	size := 2 + own + values*t.size
	if len(d.rest) < size {
		return Parameter{}, errors.New("cut")
	}
	if shared > len(d.last) {
		return Parameter{}, fmt.Errorf("%d characters in common with %q", shared, d.last)
	}
	p := Parameter{Name: d.last[:shared] + string(d.rest[2:2+own]), Type: t.kind}
	if !ValidName(p.Name) {
		return Parameter{}, fmt.Errorf("the name %q", p.Name)
	}
	data := d.rest[2+own : size]
	p.Value = packedValue(data[:t.size], t.kind)
	if d.defaults {
		standard := packedValue(data[(values-1)*t.size:], t.kind)
		p.Default = &standard
	}
	d.last, d.rest = p.Name, d.rest[size:]
	return p, nil
}

func packedValue(b []byte, t Type) float64 {
	switch {
	case len(b) == 1:
		return float64(int8(b[0]))
	case len(b) == 2:
		return float64(int16(binary.LittleEndian.Uint16(b)))
	case t == common.MAV_PARAM_TYPE_INT32:
		return float64(int32(binary.LittleEndian.Uint32(b)))
	default:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
}

// EncodePacked makes the list that ArduPilot takes when it is written to PackedFile. Unlike PARAM_SET that keeps all 32 bits of
// whole numbers. In place of the number of parameters the header has the length of the file.
func EncodePacked(all []Parameter) ([]byte, error) {
	b := make([]byte, packedHeader)
	last := ""
	for _, p := range sorted(slices.Clone(all)) {
		if err := Check(p.Value, p.Type); err != nil || !ValidName(p.Name) {
			return nil, fmt.Errorf("%q cannot be packed: %w", p.Name, err)
		}
		shared := 0
		for shared < min(len(last), len(p.Name)-1, 15) && last[shared] == p.Name[shared] {
			shared++
		}
		own := p.Name[shared:]
		head := func(kind byte) { b = append(append(b, kind, byte(shared)|byte(len(own)-1)<<4), own...) }
		switch p.Type {
		case common.MAV_PARAM_TYPE_INT8:
			head(1)
			b = append(b, byte(int8(p.Value)))
		case common.MAV_PARAM_TYPE_INT16:
			head(2)
			b = binary.LittleEndian.AppendUint16(b, uint16(int16(p.Value)))
		case common.MAV_PARAM_TYPE_INT32:
			head(3)
			b = binary.LittleEndian.AppendUint32(b, uint32(int32(p.Value)))
		case common.MAV_PARAM_TYPE_REAL32:
			head(4)
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(p.Value)))
		default:
			return nil, fmt.Errorf("%s has a type that cannot be packed", p.Name)
		}
		last = p.Name
	}
	if len(b) > math.MaxUint16 {
		return nil, fmt.Errorf("%d parameters are too many to be packed at once", len(all))
	}
	binary.LittleEndian.PutUint16(b, packedMagic)
	binary.LittleEndian.PutUint16(b[2:], uint16(len(sorted(slices.Clone(all)))))
	binary.LittleEndian.PutUint16(b[4:], uint16(len(b)))
	return b, nil
}
