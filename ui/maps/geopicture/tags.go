package geopicture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
)

// The tags that are read (TIFF 6.0, TIFF technical note 2 on JPEG, GeoTIFF 1.1, GDAL).
const (
	tagSubfile, tagWidth, tagHeight, tagBits, tagCompression = 254, 256, 257, 258, 259
	tagPhotometric, tagFillOrder, tagStripOffsets            = 262, 266, 273
	tagSamples, tagRowsPerStrip, tagStripBytes, tagPlanar    = 277, 278, 279, 284
	tagPredictor, tagPalette, tagTileWidth, tagTileHeight    = 317, 320, 322, 323
	tagTileOffsets, tagTileBytes, tagExtraSamples            = 324, 325, 338
	tagSampleFormat, tagJPEGTables, tagCopyright             = 339, 347, 33432
	tagPixelScale, tagTiePoint, tagTransformation            = 33550, 33922, 34264
	tagGeoKeys, tagNoData                                    = 34735, 42113
)

const (
	mostDirectories = 64
	mostTags        = 4096
)

// tiff is a file: its directories, and how its numbers are written.
type tiff struct {
	r           io.ReaderAt
	size        int64
	order       binary.ByteOrder
	big         bool
	directories []directory
}

// directory is an image file directory: where the values of its tags lie.
type directory map[uint16]values

// values are those of a tag. They stay in the file, as there can be millions of them.
type values struct {
	kind  uint16
	count uint64
	at    int64
}

// sizes of a value by its kind: byte, ASCII, short, long, undefined, double, IFD, and the three of BigTIFF.
var sizes = map[uint16]int64{1: 1, 2: 1, 3: 2, 4: 4, 7: 1, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// readTIFF reads the chain of directories.
func readTIFF(r io.ReaderAt, size int64) (*tiff, error) {
	t := &tiff{r: r, size: size}
	head := make([]byte, 16)
	if n, err := r.ReadAt(head, 0); err != nil && n < 8 {
		return nil, errNoTIFF
	}
	switch string(head[:2]) {
	case "II":
		t.order = binary.LittleEndian
	case "MM":
		t.order = binary.BigEndian
	default:
		return nil, errNoTIFF
	}
	at := uint64(t.order.Uint32(head[4:]))
	switch t.order.Uint16(head[2:]) {
	case 42:
	case 43:
		t.big = true
		if t.order.Uint16(head[4:]) != 8 {
			return nil, errNoTIFF
		}
		at = t.order.Uint64(head[8:])
	default:
		return nil, errNoTIFF
	}
	seen := map[uint64]bool{}
	for at != 0 && !seen[at] && len(t.directories) < mostDirectories {
		seen[at] = true
		d, next, err := t.directory(at)
		if err != nil {
			return nil, err
		}
		t.directories = append(t.directories, d)
		at = next
	}
	if len(t.directories) == 0 {
		return nil, errNoTIFF
	}
	return t, nil
}

// directory reads one directory and where the next one lies.
func (t *tiff) directory(at uint64) (d directory, next uint64, err error) {
	countBytes, entryBytes, wordBytes := 2, 12, 4
	if t.big {
		countBytes, entryBytes, wordBytes = 8, 20, 8
	}
	if at > uint64(t.size) {
		return nil, 0, errCut
	}
	head := make([]byte, countBytes)
	if _, err := t.r.ReadAt(head, int64(at)); err != nil {
		return nil, 0, errCut
	}
	n := t.word(head)
	if n == 0 || n > mostTags {
		return nil, 0, fmt.Errorf("it is damaged: a directory of %d tags", n)
	}
	body := make([]byte, int(n)*entryBytes+wordBytes)
	start := int64(at) + int64(countBytes)
	if _, err := t.r.ReadAt(body, start); err != nil {
		return nil, 0, errCut
	}
	d = directory{}
	for i := range int(n) {
		e := body[i*entryBytes:]
		v := values{kind: t.order.Uint16(e[2:]), count: t.word(e[4 : 4+wordBytes]), at: start + int64(i*entryBytes+4+wordBytes)}
		size := sizes[v.kind]
		if size == 0 || v.count > uint64(t.size) {
			continue // a kind of value that no tag of ours has, or one that cannot be
		}
		if size*int64(v.count) > int64(wordBytes) {
			away := t.word(e[4+wordBytes : 4+2*wordBytes])
			if away > uint64(t.size) || int64(away)+size*int64(v.count) > t.size {
				return nil, 0, errCut
			}
			v.at = int64(away)
		}
		d[t.order.Uint16(e)] = v
	}
	return d, t.word(body[int(n)*entryBytes:]), nil
}

// word reads a count or an offset: 2, 4 or 8 bytes.
func (t *tiff) word(b []byte) uint64 {
	switch len(b) {
	case 2:
		return uint64(t.order.Uint16(b))
	case 4:
		return uint64(t.order.Uint32(b))
	default:
		return t.order.Uint64(b)
	}
}

// bytes are the first values of a tag as they lie in the file, at most so many.
func (t *tiff) bytes(v values, from, most uint64) ([]byte, error) {
	if from >= v.count {
		return nil, nil
	}
	n, size := min(v.count-from, most), sizes[v.kind]
	b := make([]byte, int64(n)*size)
	if _, err := t.r.ReadAt(b, v.at+int64(from)*size); err != nil {
		return nil, errCut
	}
	return b, nil
}

// whole are values of a tag that are whole numbers; negative ones count as none.
func (t *tiff) whole(v values, from, most uint64) ([]uint64, error) {
	b, err := t.bytes(v, from, most)
	if err != nil {
		return nil, err
	}
	size := int(sizes[v.kind])
	out := make([]uint64, 0, len(b)/max(1, size))
	for ; len(b) > 0; b = b[size:] {
		switch v.kind {
		case 1, 2, 7:
			out = append(out, uint64(b[0]))
		case 12:
			return nil, nil
		default:
			out = append(out, t.word(b[:size]))
		}
	}
	return out, nil
}

// number is the first value of a tag, or what is said where there is none.
func (t *tiff) number(d directory, tag uint16, missing uint64) (uint64, error) {
	all, err := t.whole(d[tag], 0, 1)
	if err != nil || len(all) == 0 {
		return missing, err
	}
	return all[0], nil
}

// reals are values of a tag that are doubles.
func (t *tiff) reals(v values, most uint64) ([]float64, error) {
	if v.kind != 12 {
		return nil, nil
	}
	b, err := t.bytes(v, 0, most)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(b)/8)
	for i := range out {
		out[i] = math.Float64frombits(t.order.Uint64(b[8*i:]))
	}
	return out, nil
}

// text is a tag's text, cut to a length.
func (t *tiff) text(d directory, tag uint16) (string, error) {
	if d[tag].kind != 2 {
		return "", nil
	}
	const most = 400
	b, err := t.bytes(d[tag], 0, most)
	if err != nil {
		return "", err
	}
	s, _, _ := strings.Cut(string(b), "\x00")
	return strings.ToValidUTF8(strings.TrimSpace(s), "?"), nil
}
