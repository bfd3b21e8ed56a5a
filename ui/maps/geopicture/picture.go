// Package geopicture draws map tiles of GeoTIFF pictures: orthophotos and scanned maps. It reads classic TIFF and BigTIFF by parts,
// never a file as a whole, so that a picture may be much larger than memory; overviews in the file are used where a tile shows
// much of it.
//
// A Reader bounds what all its pictures take together: 64 MB of unpacked parts that are kept, and two tiles that are drawn at a
// time, each with at most 64 MB more of such parts in hand and one being unpacked (64 MB at most, and as much again packed).
package geopicture

import (
	"cmp"
	"errors"
	"io"
	"math"
	"slices"

	"container/list"
)

const atOnce = 2

// Reader opens pictures and draws their tiles. Its methods may be called from many goroutines.
type Reader struct {
	shelf shelf
	turns chan struct{}
}

// NewReader makes a reader.
func NewReader() *Reader {
	return &Reader{shelf: shelf{by: map[blockID]*list.Element{}}, turns: make(chan struct{}, atOnce)}
}

// Picture is an open file. Its methods may be called from many goroutines.
type Picture struct {
	// MinZoom is the least zoom at which no tile has to read too much of the file, MaxZoom that at which all its detail is seen.
	MinZoom, MaxZoom int
	// Bounds are west, south, east and north in degrees.
	Bounds [4]float64
	// Copyright is what the file says, empty where it says nothing.
	Copyright string

	reader *Reader
	layers []*layer // the picture itself and its overviews, each smaller than the one before
	place  *place
	round  float64 // degrees that the file counts more than from -180 to 180
	world  [4]float64
}

// Open reads what the file says of itself; the file must stay readable as long as the picture is used. An error says in words of a
// user why the picture cannot be shown.
func (r *Reader) Open(file io.ReaderAt, size int64, mostZoom int) (*Picture, error) {
	t, err := readTIFF(file, size)
	if err != nil {
		return nil, err
	}
	p := &Picture{reader: r}
	if err := p.readLayers(t); err != nil {
		return nil, err
	}
	if p.place, err = readPlace(t, t.directories[0]); err != nil {
		return nil, err
	}
	if p.Copyright, err = t.text(t.directories[0], tagCopyright); err != nil {
		return nil, err
	}
	if err := p.survey(mostZoom); err != nil {
		return nil, err
	}
	return p, p.stretch()
}

// Close lets go of what is kept of the picture; no tile may be drawn any more.
func (p *Picture) Close() { p.reader.shelf.forget(p) }

// readLayers finds the picture, its overviews and their masks among the directories.
func (p *Picture) readLayers(t *tiff) error {
	const reduced, mask = 1, 4
	first, err := readLayer(t, 0)
	if err != nil {
		return err
	}
	p.layers = []*layer{first}
	masks := map[[2]int]*layer{}
	blocks := first.offsets.count
	for id := 1; id < len(t.directories); id++ {
		kind, err := t.number(t.directories[id], tagSubfile, 0)
		if err != nil {
			return err
		}
		if kind&(reduced|mask) == 0 {
			continue // another page
		}
		l, err := readLayer(t, id)
		if errors.Is(err, errCut) {
			return err
		}
		if err != nil {
			continue // the picture can do without
		}
		if blocks += l.offsets.count; blocks > mostBlocks {
			return errLargeParts
		}
		switch {
		case kind&mask != 0:
			if l.samples == 1 {
				masks[[2]int{l.width, l.height}] = l
			}
		case l.width <= first.width && l.height <= first.height && l.bits == first.bits && l.colours() == first.colours() && (l.palette == nil) == (first.palette == nil):
			if l.noData < 0 {
				l.noData = first.noData
			}
			p.layers = append(p.layers, l)
		}
	}
	slices.SortStableFunc(p.layers[1:], func(a, b *layer) int { return cmp.Compare(b.width*b.height, a.width*a.height) })
	for _, l := range p.layers {
		l.mask = masks[[2]int{l.width, l.height}]
	}
	return nil
}

// stretch sets the brightness of a picture of 16 bits by the values that its smallest overview has.
func (p *Picture) stretch() error {
	if p.layers[0].bits != 16 {
		return nil
	}
	from, to, err := p.layers[len(p.layers)-1].spread()
	if err != nil {
		return err
	}
	for _, l := range p.layers {
		l.tone = stretchedTone(from, to, l.photometric == photoWhiteIsZero && l.colours() == 1)
	}
	return nil
}

// block gives the points of a block, those that the mask hides without opacity.
func (p *Picture) block(l *layer, x, y int) (b pixels, read int, err error) {
	id := blockID{p, l.id, y*l.across() + x}
	if b, ok := p.reader.shelf.get(id); ok {
		return b, 0, nil
	}
	if b, err = l.pixelsOf(x, y); err != nil {
		return nil, 0, err
	}
	read = len(b) / 4
	if l.mask != nil {
		n, err := p.hide(l, x, y, b)
		if err != nil {
			return nil, 0, err
		}
		read += n
	}
	p.reader.shelf.put(id, b)
	return b, read, nil
}

// hide takes the opacity of what the layer's mask hides in a block.
func (p *Picture) hide(l *layer, x, y int, b pixels) (read int, err error) {
	m := l.mask
	left, top := x*l.blockW, y*l.blockH
	right, bottom := min(left+l.blockW, l.width), min(top+l.rows(y), l.height)
	for my := top / m.blockH; my*m.blockH < bottom; my++ {
		for mx := left / m.blockW; mx*m.blockW < right; mx++ {
			seen, n, err := p.block(m, mx, my)
			if err != nil {
				return 0, err
			}
			read += n
			for py := max(top, my*m.blockH); py < min(bottom, (my+1)*m.blockH); py++ {
				for px := max(left, mx*m.blockW); px < min(right, (mx+1)*m.blockW); px++ {
					if seen[4*((py-my*m.blockH)*m.blockW+px-mx*m.blockW)] < 128 {
						clear(b[4*((py-top)*l.blockW+px-left):][:4])
					}
				}
			}
		}
	}
	return read, nil
}

// detail is how the picture's points change with the place in web mercator, whose square has the side 1.
type detail struct{ colX, rowX, colY, rowY float64 }

// mean is how many points lie along 1.
func (d detail) mean() float64 { return math.Sqrt(math.Abs(d.colX*d.rowY - d.colY*d.rowX)) }

func (p *Picture) detailAt(x, y, step float64) detail {
	c, r := p.point(x, y)
	cx, rx := p.point(x+step, y)
	cy, ry := p.point(x, y+step)
	return detail{(cx - c) / step, (rx - r) / step, (cy - c) / step, (ry - r) / step}
}

// point is the picture's point at a place in web mercator.
func (p *Picture) point(x, y float64) (col, row float64) {
	return p.place.from(x*360-180+p.round, math.Atan(math.Sinh(math.Pi*(1-2*y)))/degree)
}

// worldPlace is a place in the square of web mercator.
func worldPlace(lon, lat float64) (x, y float64) {
	lat = max(-mercatorLat, min(lat, mercatorLat))
	return (lon + 180) / 360, (1 - math.Asinh(math.Tan(lat*degree))/math.Pi) / 2
}
