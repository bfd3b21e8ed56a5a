package geopicture

import (
	"context"
	"math"
)

const (
	mostHeld = 64 << 20 // bytes of blocks that a tile has in hand
	tooMuch  = 4 * mostRead
)

// window is a layer as a tile looks at it. After an error nothing is seen.
type window struct {
	ctx  context.Context //nolint:containedctx // lives as long as the drawing of a tile
	p    *Picture
	l    *layer
	held map[int]pixels
	size int // bytes held
	read int // points taken out of the file
	err  error

	b                        pixels // the block that was looked at last, and where it lies
	left, top, width, height int
}

func newWindow(ctx context.Context, p *Picture, l *layer) *window {
	return &window{ctx: ctx, p: p, l: l, held: map[int]pixels{}}
}

// at is a point of the layer; it must lie in it.
func (w *window) at(x, y int) (r, g, b, a uint32) {
	dx, dy := x-w.left, y-w.top
	if uint(dx) >= uint(w.width) || uint(dy) >= uint(w.height) {
		w.turn(x/w.l.blockW, y/w.l.blockH)
		dx, dy = x-w.left, y-w.top
	}
	if w.err != nil {
		return 0, 0, 0, 0
	}
	q := w.b[4*(dy*w.width+dx):][:4]
	return uint32(q[0]), uint32(q[1]), uint32(q[2]), uint32(q[3])
}

// turn takes another block in hand.
func (w *window) turn(x, y int) {
	if w.err != nil {
		return
	}
	id := y*w.l.across() + x
	b, ok := w.held[id]
	if !ok {
		if w.err = w.ctx.Err(); w.err != nil {
			return
		}
		var read int
		if b, read, w.err = w.p.block(w.l, x, y); w.err != nil {
			return
		}
		if w.read += read; w.read > tooMuch {
			w.err = errTooMuch
			return
		}
		if w.size += len(b); w.size > mostHeld {
			clear(w.held)
			w.size = len(b)
		}
		w.held[id] = b
	}
	w.b, w.left, w.top, w.width, w.height = b, x*w.l.blockW, y*w.l.blockH, w.l.blockW, w.l.rows(y)
}

// paint draws the pixel of a cell: the mean of what is seen at places spread over it.
func (w *window) paint(to []uint8, cell *patch, x, y float64, across, down int) {
	if u, v := cell.at(x+0.5, y+0.5); !w.has(u, v) {
		return
	}
	smooth := across <= 2 && down <= 2
	var r, g, b, a, n uint32
	for i := range down {
		for k := range across {
			u, v := cell.at(x+(float64(k)+0.5)/float64(across), y+(float64(i)+0.5)/float64(down))
			if !w.has(u, v) {
				continue
			}
			var pr, pg, pb, pa uint32
			if smooth {
				pr, pg, pb, pa = w.between(u, v)
			} else {
				pr, pg, pb, pa = w.at(int(u), int(v))
			}
			r, g, b, a, n = r+pr, g+pg, b+pb, a+pa, n+1
		}
	}
	if n > 0 {
		to[0], to[1], to[2], to[3] = uint8((r+n/2)/n), uint8((g+n/2)/n), uint8((b+n/2)/n), uint8((a+n/2)/n)
	}
}

func (w *window) has(u, v float64) bool {
	return u >= 0 && v >= 0 && u < float64(w.l.width) && v < float64(w.l.height)
}

// between is the layer's colour at a place, bilinear from the middles of the four points around it.
func (w *window) between(u, v float64) (r, g, b, a uint32) {
	u, v = u-0.5, v-0.5
	left, top := math.Floor(u), math.Floor(v)
	fx, fy := uint32((u-left)*256), uint32((v-top)*256)
	x0, y0 := max(int(left), 0), max(int(top), 0)
	x1, y1 := min(int(left)+1, w.l.width-1), min(int(top)+1, w.l.height-1)
	for _, c := range [4]struct {
		x, y   int
		weight uint32
	}{{x0, y0, (256 - fx) * (256 - fy)}, {x1, y0, fx * (256 - fy)}, {x0, y1, (256 - fx) * fy}, {x1, y1, fx * fy}} {
		if c.weight == 0 {
			continue
		}
		pr, pg, pb, pa := w.at(c.x, c.y)
		r, g, b, a = r+pr*c.weight, g+pg*c.weight, b+pb*c.weight, a+pa*c.weight
	}
	const half = 1 << 15
	return (r + half) >> 16, (g + half) >> 16, (b + half) >> 16, (a + half) >> 16
}
