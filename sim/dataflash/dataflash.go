// Package dataflash writes onboard logs in ArduPilot's dataflash format: FMT messages that describe the others, then records
// of fixed length. A Writer grows a log in memory up to a limit; it belongs to one goroutine, and what Bytes gave stays as it
// was while the log grows.
package dataflash

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	head1, head2 = 0xA3, 0x95
	fmtType      = 128
	fmtLength    = 89 // of a FMT record with its head
	headLength   = 3
)

// Format describes one kind of record.
type Format struct {
	Type   uint8
	Name   string // up to 4 characters
	Fields string // one character for each column: Q u64, I u32, i i32, L i32 degrees e7, H u16, h i16, B u8, b i8, f float32, C u16 hundredths, c i16 hundredths, M mode, n 4, N 16, Z 64 characters
	Labels string // names of the columns, separated by commas
}

// sizes are the bytes of each kind of column.
var sizes = map[rune]int{'Q': 8, 'I': 4, 'i': 4, 'L': 4, 'H': 2, 'h': 2, 'B': 1, 'b': 1, 'M': 1, 'f': 4, 'C': 2, 'c': 2, 'n': 4, 'N': 16, 'Z': 64}

// length of a record with its head.
func (f Format) length() int {
	n := headLength
	for _, c := range f.Fields {
		n += sizes[c]
	}
	return n
}

func (f Format) check() error {
	if f.Type >= fmtType {
		return fmt.Errorf("format %s: type %d is not below %d", f.Name, f.Type, fmtType)
	}
	for _, c := range f.Fields {
		if sizes[c] == 0 {
			return fmt.Errorf("format %s: no such column kind %q", f.Name, c)
		}
	}
	if want := strings.Count(f.Labels, ",") + 1; want != len(f.Fields) || len(f.Name) > 4 || len(f.Fields) > 16 || len(f.Labels) > 64 {
		return fmt.Errorf("format %s: %d columns with %d names, or too long", f.Name, len(f.Fields), want)
	}
	return nil
}

// Writer is a log that grows.
type Writer struct {
	most    int
	buf     []byte
	formats map[string]Format
}

// NewWriter begins a log of at most so many bytes with the FMT records of its formats.
func NewWriter(most int, formats []Format) (*Writer, error) {
	w := &Writer{most: most, formats: map[string]Format{}}
	w.describe(Format{Type: fmtType, Name: "FMT", Fields: "BBnNZ", Labels: "Type,Length,Name,Format,Columns"})
	for _, f := range formats {
		if err := f.check(); err != nil {
			return nil, err
		}
		w.formats[f.Name] = f
		w.describe(f)
	}
	return w, nil
}

func (w *Writer) describe(f Format) {
	w.buf = append(w.buf, head1, head2, fmtType, f.Type, uint8(f.length()))
	w.text(f.Name, 4)
	w.text(f.Fields, 16)
	w.text(f.Labels, 64)
}

func (w *Writer) text(s string, n int) {
	b := make([]byte, n)
	copy(b, s)
	w.buf = append(w.buf, b...)
}

// Bytes is the log so far.
func (w *Writer) Bytes() []byte { return slices.Clip(w.buf) }

// Size is its length.
func (w *Writer) Size() int { return len(w.buf) }

// Record adds one record: a number for every column, and the texts for its n, N and Z columns, in order. It gives false
// when the log is full, the format unknown, or the columns do not fit.
func (w *Writer) Record(name string, numbers []float64, texts ...string) bool {
	f, known := w.formats[name]
	if !known || len(w.buf)+f.length() > w.most || len(numbers)+len(texts) != len(f.Fields) {
		return false
	}
	before := len(w.buf)
	w.buf = append(w.buf, head1, head2, f.Type)
	for _, c := range f.Fields {
		switch c {
		case 'n', 'N', 'Z':
			if len(texts) == 0 {
				w.buf = w.buf[:before]
				return false
			}
			w.text(texts[0], sizes[c])
			texts = texts[1:]
		default:
			if len(numbers) == 0 {
				w.buf = w.buf[:before]
				return false
			}
			w.number(c, numbers[0])
			numbers = numbers[1:]
		}
	}
	return true
}

func (w *Writer) number(kind rune, v float64) {
	if kind == 'f' {
		w.buf = binary.LittleEndian.AppendUint32(w.buf, math.Float32bits(float32(v)))
		return
	}
	if math.IsNaN(v) {
		v = 0
	}
	within := func(low, high float64) int64 { return int64(math.Round(min(max(v, low), high))) }
	switch kind {
	case 'Q':
		w.buf = binary.LittleEndian.AppendUint64(w.buf, uint64(max(0, v)))
	case 'I':
		w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(within(0, math.MaxUint32)))
	case 'i', 'L':
		w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(within(math.MinInt32, math.MaxInt32)))
	case 'C':
		v *= 100
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(within(0, math.MaxUint16)))
	case 'H':
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(within(0, math.MaxUint16)))
	case 'c':
		v *= 100
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(within(math.MinInt16, math.MaxInt16)))
	case 'h':
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(within(math.MinInt16, math.MaxInt16)))
	case 'b':
		w.buf = append(w.buf, uint8(within(math.MinInt8, math.MaxInt8)))
	default:
		w.buf = append(w.buf, uint8(within(0, math.MaxUint8)))
	}
}
