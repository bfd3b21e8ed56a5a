package maps

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"sync"
)

// Of the PMTiles specification, version 3.
const (
	pmHeader    = 127
	pmNone      = 1 // compression
	pmGzip      = 2
	pmDepth     = 4 // directories on the way to a tile; the specification has two
	pmDirectory = 16 << 20
	pmKept      = 64 // directories in memory
)

var pmFormats = map[byte]Format{1: Vector, 2: PNG, 3: JPEG, 4: WebP, 5: AVIF}

// span is a part of a file.
type span struct{ offset, length uint64 }

// pmTiles is an open PMTiles file.
type pmTiles struct {
	file     *os.File
	root     []pmEntry
	leaves   span
	data     span
	internal byte
	gzipped  bool
	about    Map

	mu   sync.Mutex
	kept map[uint64][]pmEntry // leaf directories by their offset
}

// pmEntry is an entry of a directory: a run of tiles with the same content, or, where run is 0, a directory further down.
type pmEntry struct {
	id, offset  uint64
	length, run uint32
}

func openPMTiles(path string) (p *pmTiles, err error) {
	file, err := os.Open(path) //nolint:gosec // a file in the folder that the configuration names
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	defer func() {
		if err != nil {
			_ = file.Close() // nothing was written
		}
	}()
	p = &pmTiles{file: file, kept: map[uint64][]pmEntry{}}
	head := make([]byte, pmHeader)
	if _, err := file.ReadAt(head, 0); err != nil {
		return nil, errors.New("it is cut short or no PMTiles file")
	}
	if string(head[:7]) != "PMTiles" || head[7] != 3 {
		return nil, errors.New("it is no PMTiles file of version 3")
	}
	part := func(at int) span {
		return span{binary.LittleEndian.Uint64(head[at:]), binary.LittleEndian.Uint64(head[at+8:])}
	}
	p.leaves, p.data, p.internal = part(40), part(56), head[97]
	format, known := pmFormats[head[99]]
	if !known {
		return nil, fmt.Errorf("tiles of type %d are not known", head[99])
	}
	switch head[98] {
	case 0, pmNone:
	case pmGzip:
		p.gzipped = true
	default:
		return nil, fmt.Errorf("its tiles are compressed by method %d: only gzip is read", head[98])
	}
	root, err := p.read(part(8), pmDirectory)
	if err != nil {
		return nil, fmt.Errorf("its root directory: %w", err)
	}
	if p.root, err = readDirectory(root); err != nil {
		return nil, fmt.Errorf("its root directory: %w", err)
	}
	text, err := p.read(part(24), mostMetadata)
	if err != nil {
		return nil, fmt.Errorf("its metadata: %w", err)
	}
	meta, err := readMetadata(text)
	if err != nil {
		return nil, err
	}
	degrees := func(at int) float64 { return float64(int32(binary.LittleEndian.Uint32(head[at:]))) / 1e7 } //nolint:gosec // two's complement is meant
	p.about = Map{
		Name: meta.Name, Attribution: meta.Attribution, Layers: meta.layers(), Format: format,
		MinZoom: int(head[100]), MaxZoom: int(head[101]),
		Bounds: [4]float64{degrees(102), degrees(106), degrees(110), degrees(114)},
	}
	return p, p.about.sane()
}

func (p *pmTiles) describe() Map { return p.about }

func (p *pmTiles) close() error { return p.file.Close() }

// read reads a part that is compressed as directories are, of at most so many bytes.
func (p *pmTiles) read(s span, most int64) ([]byte, error) {
	raw, err := p.raw(s, most)
	if err != nil || len(raw) == 0 {
		return nil, err
	}
	switch p.internal {
	case 0, pmNone:
		return raw, nil
	case pmGzip:
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		text, err := io.ReadAll(io.LimitReader(z, most+1))
		if err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		if int64(len(text)) > most {
			return nil, fmt.Errorf("it unpacks to more than %d bytes", most)
		}
		return text, nil
	}
	return nil, fmt.Errorf("it is compressed by method %d: only gzip is read", p.internal)
}

func (p *pmTiles) raw(s span, most int64) ([]byte, error) {
	if s.length > uint64(most) || s.offset > 1<<62 { //nolint:gosec // most is a positive constant
		return nil, fmt.Errorf("a part of %d bytes at %d is not believed", s.length, s.offset)
	}
	raw := make([]byte, s.length)
	if _, err := p.file.ReadAt(raw, int64(s.offset)); err != nil { //nolint:gosec // bounded above
		return nil, fmt.Errorf("read %d bytes at %d: %w", s.length, s.offset, err)
	}
	return raw, nil
}

// tile looks a tile up, from the root directory down.
func (p *pmTiles) tile(_ context.Context, z, x, y int) (Tile, error) {
	id := tileID(z, x, y)
	entries := p.root
	for range pmDepth {
		i := sort.Search(len(entries), func(i int) bool { return entries[i].id > id }) - 1
		if i < 0 {
			return Tile{}, nil
		}
		e := entries[i]
		if e.run > 0 {
			if id-e.id >= uint64(e.run) {
				return Tile{}, nil
			}
			data, err := p.raw(span{p.data.offset + e.offset, uint64(e.length)}, mostTile)
			return Tile{Data: data, Gzip: p.gzipped}, err
		}
		var err error
		if entries, err = p.leaf(e); err != nil {
			return Tile{}, err
		}
	}
	return Tile{}, errors.New("its directories lead nowhere")
}

// leaf reads a directory, or has it in memory.
func (p *pmTiles) leaf(e pmEntry) ([]pmEntry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if kept, ok := p.kept[e.offset]; ok {
		return kept, nil
	}
	text, err := p.read(span{p.leaves.offset + e.offset, uint64(e.length)}, pmDirectory)
	if err != nil {
		return nil, err
	}
	entries, err := readDirectory(text)
	if err != nil {
		return nil, err
	}
	if len(p.kept) >= pmKept {
		clear(p.kept)
	}
	p.kept[e.offset] = entries
	return entries, nil
}

// readDirectory unpacks a directory: the number of entries, then the steps of the ids, the runs, the lengths and the offsets,
// all as variable-length numbers.
func readDirectory(text []byte) ([]pmEntry, error) {
	cut := errors.New("a directory is cut short")
	next := func() (uint64, error) {
		v, n := binary.Uvarint(text)
		if n <= 0 {
			return 0, cut
		}
		text = text[n:]
		return v, nil
	}
	count, err := next()
	if err != nil || count > uint64(len(text)/4) { // each entry takes four bytes at least
		return nil, cut
	}
	entries := make([]pmEntry, count)
	for column := range 4 {
		var last uint64
		for i := range entries {
			v, err := next()
			if err != nil {
				return nil, err
			}
			e := &entries[i]
			switch column {
			case 0:
				if i > 0 && v == 0 || v > 1<<62-last {
					return nil, errors.New("a directory is out of order")
				}
				last += v
				e.id = last
			case 1:
				e.run = uint32(min(v, 1<<32-1)) //nolint:gosec // bounded
			case 2:
				e.length = uint32(min(v, 1<<32-1)) //nolint:gosec // bounded
			default:
				if v > 0 {
					e.offset = v - 1
				} else if i > 0 { // right behind the one before
					e.offset = entries[i-1].offset + uint64(entries[i-1].length)
				}
			}
		}
	}
	return entries, nil
}

// tileID numbers tiles zoom by zoom along a Hilbert curve.
func tileID(z, x, y int) uint64 {
	id := (uint64(1)<<(2*z) - 1) / 3 //nolint:gosec // a zoom is small
	for s := 1 << z >> 1; s > 0; s >>= 1 {
		rx, ry := 0, 0
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		id += uint64(s) * uint64(s) * uint64((3*rx)^ry) //nolint:gosec // never negative
		if ry == 0 {
			if rx == 1 {
				x, y = s-1-x&(s-1), s-1-y&(s-1)
			}
			x, y = y, x
		}
	}
	return id
}
