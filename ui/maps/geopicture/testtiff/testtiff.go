// Package testtiff makes GeoTIFF pictures for tests of what reads them: classic and BigTIFF in both byte orders, in strips and tiles,
// in all ways of storing points that the reader knows.
package testtiff

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Picture is what to make. The zero value of a field is the plainest choice.
type Picture struct {
	Width, Height int
	Big           bool // BigTIFF
	Motorola      bool // the most significant byte first
	Tile          int  // side of a tile; 0: strips
	StripRows     int  // of a strip; 0: all
	Compression   int  // TIFF's number; 0: none
	Predictor     int
	Planar        bool // bands apart
	Bits          int  // of a sample; 0: 8
	Samples       int  // bands; 0: 3
	Photometric   int  // TIFF's number; 0 with three bands or more: RGB
	Extra         []int
	Format        int // sample format; 0: the tag is left out
	NoData        string
	Palette       [][3]uint8
	Copyright     string
	JPEGTables    bool // apart from the parts, in the directory

	// At is a sample; all 0 where it is nil.
	At func(x, y, band int) int
	// Mask says what is seen; nil: no mask.
	Mask func(x, y int) bool
	// Overviews are by how much each is smaller.
	Overviews []int
	// Missing says which parts of the picture are left out (of length 0); nil: none.
	Missing func(part int) bool
	// Hollow leaves out all parts of all rasters, so that a large file takes no time.
	Hollow bool

	// EPSG is the number of the coordinate system; 0: the file does not say.
	EPSG int
	// X and Y are the place of the upper left corner, StepX and StepY the size of a point. StepX 0: the file does not say.
	X, Y, StepX, StepY float64
	Matrix             []float64 // 16 numbers instead
	Point              bool      // places are of points' middles
	Unit               int       // EPSG's number of a unit of length or angle; 0: the file does not say
	More               []Tag     // these, instead of those of the same number
}

// Tag is one of a directory.
type Tag struct {
	Number, Kind int // Kind: 1 byte, 2 ASCII, 3 short, 4 long, 12 double
	Values       []float64
}

// Make gives the file.
func (p Picture) Make() ([]byte, error) {
	w := writer{order: binary.LittleEndian, big: p.Big}
	w.begin(p.Motorola)
	p = p.plain()
	for i, factor := range append([]int{1}, p.Overviews...) {
		small := p
		small.Width, small.Height = (p.Width+factor-1)/factor, (p.Height+factor-1)/factor
		at, mask := p.At, p.Mask
		small.At = func(x, y, band int) int {
			return at(min(x*factor+factor/2, p.Width-1), min(y*factor+factor/2, p.Height-1), band)
		}
		kind := 0
		if i > 0 {
			kind, small.Missing = 1, nil
		}
		if err := small.write(&w, kind, i == 0); err != nil {
			return nil, err
		}
		if mask == nil {
			continue
		}
		hidden := Picture{Width: small.Width, Height: small.Height, Bits: 1, Samples: 1, Photometric: 4, Compression: 8, StripRows: 7, At: func(x, y, _ int) int {
			if mask(min(x*factor, p.Width-1), min(y*factor, p.Height-1)) {
				return 1
			}
			return 0
		}}
		if err := hidden.write(&w, kind|4, false); err != nil {
			return nil, err
		}
	}
	return w.b, nil
}

func (p Picture) plain() Picture {
	if p.Bits == 0 {
		p.Bits = 8
	}
	if p.Samples == 0 {
		p.Samples = 3
	}
	if p.Compression == 0 {
		p.Compression = 1
	}
	if p.Photometric == 0 && p.Samples >= 3 {
		p.Photometric = 2
	}
	if p.StripRows == 0 {
		p.StripRows = p.Height
	}
	if p.At == nil {
		p.At = func(int, int, int) int { return 0 }
	}
	return p
}

// write appends a raster: its parts, then its directory.
func (p Picture) write(w *writer, kind int, first bool) error {
	var parts [][]byte
	var err error
	if p.Hollow {
		parts = make([][]byte, p.count())
	} else if parts, err = p.parts(w.order); err != nil {
		return err
	}
	var offsets, lengths []float64
	for i, part := range parts {
		if p.Missing != nil && p.Missing(i) {
			part = nil
		}
		at := len(w.b)
		if part == nil {
			at = 0
		}
		offsets, lengths = append(offsets, float64(at)), append(lengths, float64(len(part)))
		w.b = append(w.b, part...)
	}
	where := 4
	if w.big {
		where = 16
	}
	tags := []Tag{
		{254, 4, []float64{float64(kind)}},
		{256, 4, []float64{float64(p.Width)}}, {257, 4, []float64{float64(p.Height)}},
		{258, 3, slices.Repeat([]float64{float64(p.Bits)}, p.Samples)},
		{259, 3, []float64{float64(p.Compression)}}, {262, 3, []float64{float64(p.Photometric)}},
		{277, 3, []float64{float64(p.Samples)}},
	}
	if p.Tile > 0 {
		tags = append(tags, Tag{322, 3, []float64{float64(p.Tile)}}, Tag{323, 3, []float64{float64(p.Tile)}}, Tag{324, where, offsets}, Tag{325, 4, lengths})
	} else {
		tags = append(tags, Tag{273, where, offsets}, Tag{278, 4, []float64{float64(p.StripRows)}}, Tag{279, 4, lengths})
	}
	if p.Planar {
		tags = append(tags, Tag{284, 3, []float64{2}})
	}
	if p.Predictor > 0 {
		tags = append(tags, Tag{317, 3, []float64{float64(p.Predictor)}})
	}
	if p.Format > 0 {
		tags = append(tags, Tag{339, 3, slices.Repeat([]float64{float64(p.Format)}, p.Samples)})
	}
	if len(p.Extra) > 0 {
		tags = append(tags, Tag{338, 3, reals(p.Extra)})
	}
	if p.NoData != "" {
		tags = append(tags, Tag{42113, 2, text(p.NoData)})
	}
	if p.Palette != nil {
		tags = append(tags, p.paletteTag())
	}
	if p.JPEGTables {
		tags = append(tags, Tag{347, 7, bytesOf(jpegTables())})
	}
	if first {
		tags = append(tags, p.placeTags()...)
		for _, more := range p.More {
			tags = append(slices.DeleteFunc(tags, func(t Tag) bool { return t.Number == more.Number }), more)
		}
	}
	w.directory(tags)
	return nil
}

func (p Picture) placeTags() []Tag {
	var tags []Tag
	if p.Copyright != "" {
		tags = append(tags, Tag{33432, 2, text(p.Copyright)})
	}
	if p.StepX != 0 {
		tags = append(tags, Tag{33550, 12, []float64{p.StepX, p.StepY, 0}}, Tag{33922, 12, []float64{0, 0, 0, p.X, p.Y, 0}})
	}
	if p.Matrix != nil {
		tags = append(tags, Tag{34264, 12, p.Matrix})
	}
	if p.EPSG == 0 {
		return tags
	}
	model, key, unit := 1, 3072, 3076
	if p.EPSG >= 4000 && p.EPSG < 5000 || p.EPSG == 7844 {
		model, key, unit = 2, 2048, 2054
	}
	raster := 1
	if p.Point {
		raster = 2
	}
	keys := []float64{1, 1, 0, 3, 1024, 0, 1, float64(model), 1025, 0, 1, float64(raster), float64(key), 0, 1, float64(p.EPSG)}
	if p.Unit != 0 {
		keys[3]++
		keys = append(keys, float64(unit), 0, 1, float64(p.Unit))
	}
	return append(tags, Tag{34735, 3, keys})
}

func (p Picture) paletteTag() Tag {
	n := 1 << p.Bits
	table := make([]float64, 3*n)
	for i, c := range p.Palette {
		for k := range c {
			table[k*n+i] = float64(c[k]) * 257
		}
	}
	return Tag{320, 3, table}
}

func reals(v []int) (out []float64) {
	for _, i := range v {
		out = append(out, float64(i))
	}
	return out
}

func bytesOf(b []byte) (out []float64) {
	for _, v := range b {
		out = append(out, float64(v))
	}
	return out
}

func text(s string) []float64 { return append(bytesOf([]byte(s)), 0) }

// writer makes the file's frame.
type writer struct {
	b     []byte
	order interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}
	big  bool
	next int // where the place of the next directory is written
}

func (w *writer) begin(motorola bool) {
	w.b = []byte("II")
	if motorola {
		w.b, w.order = []byte("MM"), binary.BigEndian
	}
	if w.big {
		w.b = w.order.AppendUint16(w.b, 43)
		w.b = w.order.AppendUint32(w.b, uint32(8)<<w.shift(motorola))
	} else {
		w.b = w.order.AppendUint16(w.b, 42)
	}
	w.next = len(w.b)
	w.word(0)
}

// shift puts the 16 bits of BigTIFF's offset size before those that are 0.
func (w *writer) shift(motorola bool) int {
	if motorola {
		return 16
	}
	return 0
}

func (w *writer) word(v int) {
	if w.big {
		w.b = w.order.AppendUint64(w.b, uint64(v)) //nolint:gosec // never negative
		return
	}
	w.b = w.order.AppendUint32(w.b, uint32(v)) //nolint:gosec // a small file
}

func (w *writer) directory(tags []Tag) {
	slices.SortFunc(tags, func(a, b Tag) int { return a.Number - b.Number })
	room := 4
	if w.big {
		room = 8
	}
	fields := make([][]byte, len(tags))
	for i, t := range tags {
		field := w.values(t)
		if len(field) > room {
			at := len(w.b)
			w.b = append(w.b, field...)
			field = nil
			if w.big {
				field = w.order.AppendUint64(field, uint64(at))
			} else {
				field = w.order.AppendUint32(field, uint32(at))
			}
		}
		fields[i] = append(field, make([]byte, room-len(field))...)
	}
	if w.big {
		w.order.PutUint64(w.b[w.next:], uint64(len(w.b)))
		w.b = w.order.AppendUint64(w.b, uint64(len(tags)))
	} else {
		w.order.PutUint32(w.b[w.next:], uint32(len(w.b)))
		w.b = w.order.AppendUint16(w.b, uint16(len(tags)))
	}
	for i, t := range tags {
		w.b = w.order.AppendUint16(w.order.AppendUint16(w.b, uint16(t.Number)), uint16(t.Kind))
		w.word(len(t.Values))
		w.b = append(w.b, fields[i]...)
	}
	w.next = len(w.b)
	w.word(0)
}

func (w *writer) values(t Tag) (b []byte) {
	for _, v := range t.Values {
		switch t.Kind {
		case 1, 2, 7:
			b = append(b, byte(v))
		case 3:
			b = w.order.AppendUint16(b, uint16(v))
		case 4:
			b = w.order.AppendUint32(b, uint32(v))
		case 12:
			b = w.order.AppendUint64(b, math.Float64bits(v))
		case 16:
			b = w.order.AppendUint64(b, uint64(v))
		default:
			panic(fmt.Sprintf("a tag of kind %d", t.Kind))
		}
	}
	return b
}
