package klv

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxText bounds a text in bytes; the standards allow 127 for most.
const maxText = 1024

// form is how the value of a tag is written.
type form interface {
	// read fills in what the item's raw bytes say; false: they do not fit. budget bounds nested items.
	read(it *Item, b *budget) bool
	// write appends the value of an item.
	write(to []byte, it *Item) ([]byte, error)
}

// field is what a dictionary knows of a tag.
type field struct {
	name string
	form form
}

// dictionary describes a set by its tags.
type dictionary map[uint32]field

var errRange = errors.New("the value is outside of the range that the tag can hold")

// linear maps a range onto all values of a fixed number of bytes. A signed one is symmetric, and its most negative value means
// an error.
type linear struct {
	bytes    int
	signed   bool
	min, max float64
}

func unsignedOver(bytes int, low, high float64) linear {
	return linear{bytes: bytes, min: low, max: high}
}

func signedOver(bytes int, most float64) linear {
	return linear{bytes: bytes, signed: true, min: -most, max: most}
}

func (f linear) steps() float64 {
	if f.signed {
		return math.Exp2(float64(8*f.bytes)) - 2
	}
	return math.Exp2(float64(8*f.bytes)) - 1
}

func (f linear) read(it *Item, _ *budget) bool {
	if len(it.Raw) != f.bytes {
		return false
	}
	raw := bigEndian(it.Raw)
	if f.signed {
		v := signExtend(raw, f.bytes)
		if v == -1<<(8*f.bytes-1) {
			it.Kind = Absent
			return true
		}
		it.Kind, it.Number = Number, float64(v)*(f.max-f.min)/f.steps()
		return true
	}
	it.Kind, it.Number = Number, float64(raw)*(f.max-f.min)/f.steps()+f.min
	return true
}

func (f linear) write(to []byte, it *Item) ([]byte, error) {
	// Half a step more than the range is what rounding may have made of its ends.
	half := (f.max - f.min) / f.steps() / 2
	if !(it.Number >= f.min-half && it.Number <= f.max+half) {
		return nil, errRange
	}
	v := min(max(it.Number, f.min), f.max)
	if f.signed {
		return appendBigEndian(to, uint64(int64(math.Round(v*f.steps()/(f.max-f.min)))), f.bytes), nil
	}
	return appendBigEndian(to, uint64(math.Round((v-f.min)*f.steps()/(f.max-f.min))), f.bytes), nil
}

// mapped is a number by MISB ST 1201 in any number of bytes; bytes is what is written.
type mapped struct {
	bytes int
	imapb
}

func (f mapped) read(it *Item, _ *budget) bool {
	n := len(it.Raw)
	if n > 8 {
		return false
	}
	v, ok := f.value(bigEndian(it.Raw), n)
	if !ok {
		it.Kind = Absent
		return true
	}
	it.Kind, it.Number = Number, v
	return true
}

func (f mapped) write(to []byte, it *Item) ([]byte, error) {
	if !(it.Number >= f.min && it.Number <= f.max) {
		return nil, errRange
	}
	n := f.bytes
	if l := len(it.Raw); l > 0 && l <= 8 {
		n = l
	}
	return appendBigEndian(to, f.integer(it.Number, n), n), nil
}

// whole is an unsigned integer of a fixed number of bytes; 0: as many as it takes, up to eight.
type whole struct{ bytes int }

func (f whole) read(it *Item, _ *budget) bool {
	if len(it.Raw) > 8 || f.bytes != 0 && len(it.Raw) != f.bytes {
		return false
	}
	it.Kind, it.Integer = Integer, bigEndian(it.Raw)
	return true
}

func (f whole) write(to []byte, it *Item) ([]byte, error) {
	n := f.bytes
	if n == 0 {
		n = bytesFor(it.Integer)
	}
	if n < bytesFor(it.Integer) {
		return nil, errRange
	}
	return appendBigEndian(to, it.Integer, n), nil
}

// times is an unsigned integer of a fixed number of bytes that counts in units of so much.
type times struct {
	bytes int
	unit  float64
}

func (f times) read(it *Item, _ *budget) bool {
	if len(it.Raw) != f.bytes {
		return false
	}
	it.Kind, it.Number = Number, float64(bigEndian(it.Raw))*f.unit
	return true
}

func (f times) write(to []byte, it *Item) ([]byte, error) {
	v := math.Round(it.Number / f.unit)
	if !(v >= 0 && v < math.Exp2(float64(8*f.bytes))) {
		return nil, errRange
	}
	return appendBigEndian(to, uint64(v), f.bytes), nil
}

// signed is a two's complement integer of up to eight bytes; bytes is what is written.
type signed struct{ bytes int }

func (f signed) read(it *Item, _ *budget) bool {
	if len(it.Raw) > 8 {
		return false
	}
	it.Kind, it.Number = Number, float64(signExtend(bigEndian(it.Raw), len(it.Raw)))
	return true
}

func (f signed) write(to []byte, it *Item) ([]byte, error) {
	n := f.bytes
	if l := len(it.Raw); l > 0 && l <= 8 {
		n = l
	}
	if most := math.Exp2(float64(8*n - 1)); !(it.Number >= -most && it.Number < most) {
		return nil, errRange
	}
	return appendBigEndian(to, uint64(int64(math.Round(it.Number))), n), nil
}

// text is UTF-8, or UTF-16 in big-endian order. What is not printable comes as U+FFFD.
type text struct{ wide bool }

func (f text) read(it *Item, _ *budget) bool {
	raw := it.Raw
	if len(raw) > maxText || f.wide && len(raw)%2 != 0 {
		return false
	}
	s := string(raw)
	if f.wide {
		units := make([]uint16, len(raw)/2)
		for i := range units {
			units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
		}
		s = string(utf16.Decode(units))
	}
	if s = strings.TrimRight(s, "\x00"); s == "" {
		it.Kind = Absent
		return true
	}
	it.Kind, it.Text = Text, strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, s)
	return true
}

func (f text) write(to []byte, it *Item) ([]byte, error) {
	before := len(to)
	if f.wide {
		for _, u := range utf16.Encode([]rune(it.Text)) {
			to = append(to, byte(u>>8), byte(u))
		}
	} else {
		to = append(to, it.Text...)
	}
	if n := len(to) - before; n > maxText {
		return nil, fmt.Errorf("a text of %d bytes is longer than %d", n, maxText)
	}
	return to, nil
}

// opaque is kept as it came.
type opaque struct{}

func (opaque) read(it *Item, _ *budget) bool {
	it.Kind = Bytes
	return true
}

func (opaque) write(to []byte, it *Item) ([]byte, error) { return append(to, it.Raw...), nil }
