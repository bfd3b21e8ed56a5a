package thermal

import (
	"cmp"
	"slices"

	"vedette/video/thermal/network"
)

// largeSide is the longer side of a box, in pixels, from which on a look at the picture at half its size is believed: it is
// about as long as anything that the network was trained on.
const largeSide = 112

// large looks at pictures at half their size for what is larger than anything the network was trained on, such as a car from
// 30 m.
type large struct {
	net  *network.Network
	half Gray
}

// shrink averages each 2 x 2 pixels.
func (l *large) shrink(g *Gray) *Gray {
	w, h := g.Width/2, g.Height/2
	if cap(l.half.Pix) < w*h {
		l.half.Pix = make([]byte, w*h)
	}
	l.half = Gray{Pix: l.half.Pix[:w*h], Stride: w, Width: w, Height: h}
	for y := range h {
		a, b := g.Pix[2*y*g.Stride:][:2*w], g.Pix[(2*y+1)*g.Stride:][:2*w]
		row := l.half.Pix[y*w:][:w]
		for x := range row {
			row[x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
		}
	}
	return &l.half
}

// addLarge adds the large things of the picture to what was found in it. Of two that overlap the surer stays.
func (d *Learned) addLarge(g *Gray) {
	if g.Width < largeSide || g.Height < largeSide {
		return
	}
	half := d.large.shrink(g)
	o := d.large.net.Run(half.Pix, half.Stride, half.Width, half.Height)
	d.collect(o)
	for _, p := range d.peaks {
		b, ok := d.box(o, p, half)
		b.X, b.Y, b.W, b.H = 2*b.X, 2*b.Y, 2*b.W, 2*b.H
		if !ok || max(b.W, b.H) < largeSide {
			continue
		}
		rival := slices.IndexFunc(d.out, func(kept Box) bool { return overlap(kept, b) >= maxOverlap })
		switch {
		case rival < 0 && len(d.out) < maxPeaks:
			d.out = append(d.out, b)
		case rival >= 0 && d.out[rival].Score < b.Score:
			d.out[rival] = b
		}
	}
	slices.SortStableFunc(d.out, func(a, b Box) int { return cmp.Compare(b.Score, a.Score) })
}
