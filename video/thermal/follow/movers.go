package follow

import (
	"cmp"
	"math"
	"slices"
	"time"

	"vedette/video/thermal"
)

const (
	// moversNear and moversFar are how old the two pictures are that the present one is compared with: a walker has left its
	// place by then.
	moversNear, moversFar = 600 * time.Millisecond, 1200 * time.Millisecond
	// moversSlack is how much older than that they may be.
	moversSlack = 400 * time.Millisecond
	// moversKept bounds the pictures that are kept, moversEvery is the least time between two.
	moversKept, moversEvery = 24, 80 * time.Millisecond
	// moversReach is how far the ground may be from where the camera's motion has it, in pixels of the half picture.
	moversReach = 2
	// moversLeast is the least difference in grey levels, moversSpread how many times that of the whole picture's it must be.
	moversLeast, moversSpread = 12, 6
	// moversPixels is how many pixels of the half picture make a thing, moversSide how long it may be.
	moversPixels, moversSide = 5, 80
	// moversMost bounds the boxes. A picture with more moves as a whole: a flash, rain, a motion that was measured wrong.
	moversMost = 24
)

// Movement is what makes an object of the boxes of Movers, whose scores are no probabilities.
var Movement = Config{Born: 0.3, Told: 0.3}

// Movers finds what moves against the ground in pictures of any kind: what differs from the ground of a little earlier and from
// that of earlier still, both brought to where the camera looks now. It does not know what moves.
type Movers struct {
	motion estimator
	kept   []moversView // oldest first
	spare  []moversView
	near   []uint8 // differences
	far    []uint8
	mask   []uint8
	blobs  blobs
	out    []thermal.Box
}

// moversView is a picture of half the size with what it has about each pixel.
type moversView struct {
	at        time.Time
	pyramid   pyramid
	w, h      int
	pix       []uint8
	low, high []uint8 // within moversReach
	tmp       []uint8
}

// NewMovers makes a detector.
func NewMovers() *Movers { return &Movers{} }

// Detect returns the boxes of what moves in the next picture, best first; none before there are pictures to compare with, and
// where the camera's motion cannot be told. The slice belongs to the detector and is valid until the next call.
func (d *Movers) Detect(g *thermal.Gray, at time.Time) []thermal.Box {
	d.out = d.out[:0]
	if g == nil || g.Width < 128 || g.Height < 128 || g.Width*g.Height > thermal.MaxPixels || g.Stride < g.Width ||
		len(g.Pix) < (g.Height-1)*g.Stride+g.Width {
		return d.out
	}
	if n := len(d.kept); n > 0 {
		last := &d.kept[n-1]
		if gap := at.Sub(last.at); gap < 0 || gap > maxGap || last.w != g.Width/2 || last.h != g.Height/2 {
			d.kept, d.spare = d.kept[:0], d.spare[:0]
		}
	}
	now := d.view(g, at)
	near, okNear := d.before(at.Add(-moversNear))
	far, okFar := d.before(at.Add(-moversFar))
	if okNear && okFar && near != far {
		d.compare(&now, near, far)
	}
	if n := len(d.kept); n == 0 || at.Sub(d.kept[n-1].at) >= moversEvery {
		d.keep(now)
	} else {
		d.spare = append(d.spare, now)
	}
	return d.out
}

// view takes a picture down to half its size.
func (d *Movers) view(g *thermal.Gray, at time.Time) moversView {
	var v moversView
	if n := len(d.spare); n > 0 {
		v, d.spare = d.spare[n-1], d.spare[:n-1]
	}
	w, h := g.Width/2, g.Height/2
	if v.w != w || v.h != h {
		v = moversView{w: w, h: h, pix: make([]uint8, w*h), low: make([]uint8, w*h), high: make([]uint8, w*h), tmp: make([]uint8, w*h)}
	}
	v.at = at
	v.pyramid.build(g)
	for y := range h {
		a, b, out := g.Pix[2*y*g.Stride:][:2*w], g.Pix[(2*y+1)*g.Stride:][:2*w], v.pix[y*w:][:w]
		for x := range out {
			out[x] = uint8((uint(a[2*x]) + uint(a[2*x+1]) + uint(b[2*x]) + uint(b[2*x+1])) / 4)
		}
	}
	v.extremes(v.low, func(a, b uint8) uint8 { return min(a, b) })
	v.extremes(v.high, func(a, b uint8) uint8 { return max(a, b) })
	return v
}

// extremes writes the lowest or highest value about each pixel.
func (v *moversView) extremes(out []uint8, pick func(a, b uint8) uint8) {
	for y := range v.h {
		row, to := v.pix[y*v.w:][:v.w], v.tmp[y*v.w:][:v.w]
		for x := range row {
			best := row[x]
			for _, n := range row[max(0, x-moversReach):min(v.w, x+moversReach+1)] {
				best = pick(best, n)
			}
			to[x] = best
		}
	}
	for y := range v.h {
		to := out[y*v.w:][:v.w]
		copy(to, v.tmp[y*v.w:])
		for n := max(0, y-moversReach); n < min(v.h, y+moversReach+1); n++ {
			for x, value := range v.tmp[n*v.w:][:v.w] {
				to[x] = pick(to[x], value)
			}
		}
	}
}

// before is the newest picture that is kept and not younger than an instant.
func (d *Movers) before(at time.Time) (*moversView, bool) {
	for i := len(d.kept) - 1; i >= 0; i-- {
		if v := &d.kept[i]; !v.at.After(at) {
			return v, at.Sub(v.at) <= moversSlack
		}
	}
	return nil, false
}

func (d *Movers) keep(v moversView) {
	d.kept = append(d.kept, v)
	if len(d.kept) > moversKept || v.at.Sub(d.kept[0].at) > moversFar+moversSlack {
		d.spare = append(d.spare, d.kept[0])
		d.kept = slices.Delete(d.kept, 0, 1)
	}
}

func (d *Movers) compare(now, near, far *moversView) {
	n := now.w * now.h
	if len(d.mask) != n {
		d.near, d.far, d.mask = make([]uint8, n), make([]uint8, n), make([]uint8, n)
	}
	if !d.against(now, near, d.near) || !d.against(now, far, d.far) {
		return
	}
	var counts [256]int
	total := 0
	for i, v := range d.near {
		v = min(v, d.far[i])
		d.near[i] = v
		counts[v]++
		total++
	}
	// The spread of what the ground differs by from itself: what 19 of 20 pixels stay below.
	beyond, level := total, 0
	for level < 255 {
		if beyond -= counts[level]; beyond*20 < total {
			break
		}
		level++
	}
	least := uint8(min(moversLeast+moversSpread*level, 250))
	for i, v := range d.near {
		d.mask[i] = 0
		if v >= least {
			d.mask[i] = 1
		}
	}
	d.collect(now, least)
}

// against writes by how much each pixel is outside of what an earlier picture has at its place; 0 beyond its edge. It reports
// false where the camera's motion cannot be told.
func (d *Movers) against(now, old *moversView, out []uint8) bool {
	d.motion.before, d.motion.now = now.pyramid, old.pyramid // the way back: where a place of now was
	h, ok := d.motion.plane()
	if !ok {
		return false
	}
	for y := range now.h {
		row := out[y*now.w:][:now.w]
		fy := float64(2*y + 1)
		for x := range row {
			fx := float64(2*x + 1)
			z := 1 / (h[6]*fx + h[7]*fy + 1)
			u, v := int((h[0]*fx+h[1]*fy+h[2])*z/2), int((h[3]*fx+h[4]*fy+h[5])*z/2)
			if u < moversReach || v < moversReach || u >= old.w-moversReach || v >= old.h-moversReach {
				row[x] = 0
				continue
			}
			p, i := now.pix[y*now.w+x], v*old.w+u
			row[x] = max(subtract(p, old.high[i]), subtract(old.low[i], p))
		}
	}
	return true
}

// subtract is a less b, and 0 where that is below.
func subtract(a, b uint8) uint8 {
	if a < b {
		return 0
	}
	return a - b
}

// collect makes boxes of the marked pixels.
func (d *Movers) collect(v *moversView, least uint8) {
	found := d.blobs.label(d.mask, d.near, v.w, v.h)
	found = slices.DeleteFunc(found, func(b blob) bool {
		return b.pixels < moversPixels || max(b.x1-b.x0, b.y1-b.y0) > moversSide || b.pixels*6 < (b.x1-b.x0)*(b.y1-b.y0)
	})
	if len(found) > moversMost {
		return
	}
	for _, b := range found {
		mean := float64(b.sum) / float64(b.pixels)
		d.out = append(d.out, thermal.Box{
			X: float64(2*b.x0 - 1), Y: float64(2*b.y0 - 1), W: float64(2*(b.x1-b.x0) + 2), H: float64(2*(b.y1-b.y0) + 2),
			Score: 1 - math.Exp(-mean/float64(least)*math.Sqrt(float64(b.pixels))/6), Class: thermal.Classes{Other: 1},
		})
	}
	slices.SortFunc(d.out, func(a, b thermal.Box) int { return cmp.Compare(b.Score, a.Score) })
}
