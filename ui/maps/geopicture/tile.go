package geopicture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
)

// canvas is a tile: red, green, blue and opacity, the colours multiplied by it.
type canvas [4 * tileSize * tileSize]uint8

// Tile draws a tile as PNG, by the scheme that web maps use: y counts from the north. It is empty where the picture has nothing.
func (p *Picture) Tile(ctx context.Context, z, x, y int) ([]byte, error) {
	if z < p.MinZoom || z > p.MaxZoom {
		return nil, nil
	}
	var c *canvas
	side := math.Exp2(-float64(z))
	for _, round := range []float64{0, -1, 1} { // a picture may lie over the edge of the map
		left, top := float64(x)*side+round, float64(y)*side
		if left >= p.world[2] || left+side <= p.world[0] || top >= p.world[3] || top+side <= p.world[1] {
			continue
		}
		if c == nil {
			select {
			case p.reader.turns <- struct{}{}:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			defer func() { <-p.reader.turns }()
			c = new(canvas)
		}
		if err := p.draw(ctx, c, z, left, top); err != nil {
			return nil, err
		}
	}
	return c.encode()
}

// mesh is where the picture's points are under the corners of the square cells of a tile; within a cell they are interpolated.
type mesh struct {
	cell, cells int // pixels along a cell, cells along the tile
	at          [][2]float64
}

// Pixels along a cell: interpolation is off by less than a third of a pixel (TestTheMeshIsFineEnough).
func cellOf(z int) int {
	if z < 6 {
		return 4
	}
	return 16
}

func (p *Picture) mesh(z int, left, top float64) mesh {
	m := mesh{cell: cellOf(z)}
	m.cells = tileSize / m.cell
	step := math.Exp2(-float64(z)) / float64(m.cells)
	for row := range m.cells + 1 {
		for col := range m.cells + 1 {
			u, v := p.point(left+float64(col)*step, top+float64(row)*step)
			m.at = append(m.at, [2]float64{u, v})
		}
	}
	return m
}

// patch is a cell: its corner in the picture and how the picture's point changes from pixel to pixel, along both and each.
type patch struct {
	u, v           float64
	ux, vx, uy, vy float64
	uxy, vxy       float64
	x, y           int // its first pixel
}

// patches are the cells that the picture lies in.
func (m mesh) patches(width, height float64) (all []patch) {
	n := m.cells + 1
	f := 1 / float64(m.cell)
	for i := range m.cells * m.cells {
		col, row := i%m.cells, i/m.cells
		a, b, c, d := m.at[row*n+col], m.at[row*n+col+1], m.at[(row+1)*n+col], m.at[(row+1)*n+col+1]
		west, east := min(a[0], b[0], c[0], d[0]), max(a[0], b[0], c[0], d[0]) // NaN if one is
		north, south := min(a[1], b[1], c[1], d[1]), max(a[1], b[1], c[1], d[1])
		if !(east > 0 && west < width && south > 0 && north < height) {
			continue
		}
		all = append(all, patch{
			u: a[0], v: a[1], ux: (b[0] - a[0]) * f, vx: (b[1] - a[1]) * f, uy: (c[0] - a[0]) * f, vy: (c[1] - a[1]) * f,
			uxy: (a[0] - b[0] - c[0] + d[0]) * f * f, vxy: (a[1] - b[1] - c[1] + d[1]) * f * f, x: col * m.cell, y: row * m.cell,
		})
	}
	return all
}

// at is the picture's point under a place in the cell, in pixels from its corner.
func (a *patch) at(x, y float64) (u, v float64) {
	return a.u + a.ux*x + a.uy*y + a.uxy*x*y, a.v + a.vx*x + a.vy*y + a.vxy*x*y
}

// draw draws the picture where the tile is still empty.
func (p *Picture) draw(ctx context.Context, c *canvas, z int, left, top float64) error {
	full := p.layers[0]
	m := p.mesh(z, left, top)
	all := m.patches(float64(full.width), float64(full.height))
	if len(all) == 0 {
		return nil
	}
	var detail float64
	for i := range all {
		a := &all[i]
		detail += math.Sqrt(math.Abs(a.ux*a.vy - a.uy*a.vx))
	}
	w := newWindow(ctx, p, p.layerFor(detail/float64(len(all))))
	for i := range all {
		a := all[i].scaled(w.l, full)
		across, down := taps(a.ux, a.vx), taps(a.uy, a.vy)
		for k := range m.cell * m.cell {
			x, y := k%m.cell, k/m.cell
			to := c[4*((a.y+y)*tileSize+a.x+x):][:4]
			if to[3] == 0 {
				w.paint(to, &a, float64(x), float64(y), across, down)
			}
		}
		if w.err != nil {
			return w.err
		}
	}
	return nil
}

// scaled is the cell in the points of a layer.
func (a patch) scaled(l, full *layer) patch {
	fu, fv := float64(l.width)/float64(full.width), float64(l.height)/float64(full.height)
	a.u, a.ux, a.uy, a.uxy = a.u*fu, a.ux*fu, a.uy*fu, a.uxy*fu
	a.v, a.vx, a.vy, a.vxy = a.v*fv, a.vx*fv, a.vy*fv, a.vxy*fv
	return a
}

// taps is at how many places along a pixel the picture is looked at, by how far it changes there.
func taps(du, dv float64) int {
	const most = 32
	return int(max(1, min(math.Ceil(math.Hypot(du, dv)-0.25), most)))
}

// encode gives the PNG of a tile, nothing for one in which nothing is seen.
func (c *canvas) encode() ([]byte, error) {
	if c == nil {
		return nil, nil
	}
	m := image.NewNRGBA(image.Rect(0, 0, tileSize, tileSize))
	seen := false
	for i := 0; i < len(c); i += 4 {
		a := uint32(c[i+3])
		if a == 0 {
			continue
		}
		seen = true
		for k := range 3 {
			m.Pix[i+k] = uint8(min((uint32(c[i+k])*255+a/2)/a, 255))
		}
		m.Pix[i+3] = uint8(a)
	}
	if !seen {
		return nil, nil
	}
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&b, m); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return b.Bytes(), nil
}

var errTooMuch = errors.New("the tile takes too much of the file: gdaladdo makes overviews")
