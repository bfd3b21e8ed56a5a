package thermal

import (
	"cmp"
	"math"
	"slices"
)

// candidate is a spot on its way to becoming a box.
type candidate struct {
	root           int32
	x0, y0, x1, y1 int // half picture while collecting, then full; x1 and y1 are one past the end
	area           int // marked pixels of the half picture
	seeds          int
	peak           int     // brightest value, summed over four pixels
	sum            int     // of the marked values
	contrast       float64 // grey levels above the background
	sigma          float64 // contrast in local standard deviations
}

const maxCandidates = 1024

// collect turns groups of marked pixels into candidates with boxes on the full picture.
func (d *HotSpots) collect(g *Gray) {
	d.boxes = d.boxes[:0]
	if !d.runs.label(d.mask, d.w, d.h) {
		return
	}
	for i := range d.runs.runs {
		r := &d.runs.runs[i]
		root := d.runs.find(int32(i))
		var c *candidate
		switch {
		case root != int32(i):
			c = d.candidate(root)
		case len(d.boxes) == maxCandidates:
			c = &d.spare
		default:
			d.boxes = append(d.boxes, candidate{root: root, x0: d.w, y0: d.h})
			c = &d.boxes[len(d.boxes)-1]
		}
		d.take(c, r)
	}
	kept := d.boxes[:0]
	for i := range d.boxes {
		c := d.boxes[i]
		if d.plausible(&c) {
			d.fit(g, &c)
			kept = append(kept, c)
		}
	}
	d.boxes = kept
}

// candidate finds the candidate of a root. Candidates are in the order of their roots.
func (d *HotSpots) candidate(root int32) *candidate {
	i, ok := slices.BinarySearchFunc(d.boxes, root, func(c candidate, r int32) int { return cmp.Compare(c.root, r) })
	if !ok {
		return &d.spare
	}
	return &d.boxes[i]
}

// take adds a run to its candidate.
func (d *HotSpots) take(c *candidate, r *run) {
	c.x0, c.x1 = min(c.x0, int(r.x0)), max(c.x1, int(r.x1))
	c.y0, c.y1 = min(c.y0, int(r.y)), max(c.y1, int(r.y)+1)
	c.area += int(r.x1 - r.x0)
	row := int(r.y) * d.w
	for x := row + int(r.x0); x < row+int(r.x1); x++ {
		if d.mask[x] == seed {
			c.seeds++
		}
		c.peak = max(c.peak, int(d.half[x]))
		c.sum += int(d.half[x])
	}
}

// plausible measures a candidate against the ground around it, and sorts out what no person, animal or vehicle looks
// like: single pixels, ridges, and regions too large.
func (d *HotSpots) plausible(c *candidate) bool {
	w, h := c.x1-c.x0, c.y1-c.y0
	long, short := max(w, h), min(w, h)
	switch {
	case c.seeds < 2 || c.area < 3,
		2*long > d.cfg.MaxSide,
		long > 16 && long > 5*short,
		float64(c.area) < 0.25*float64(w*h):
		return false
	}
	margin := max(long/2, 6)
	mean, spread := d.around(c, margin)
	inside := float64(c.sum) / float64(c.area)
	c.contrast = (inside - mean) / scale
	c.sigma = (inside - mean) / spread
	return c.contrast >= 0.6*d.cfg.MinContrast && c.sigma >= d.cfg.GrowSigma
}

// around returns the mean and spread of the frame of a margin around a candidate, from the picture with its warm
// things cut down.
func (d *HotSpots) around(c *candidate, margin int) (mean, spread float64) {
	gap := 2
	sum, sq, n := d.rect(c.x0-margin, c.y0-margin, c.x1+margin, c.y1+margin)
	s, q, m := d.rect(c.x0-gap, c.y0-gap, c.x1+gap, c.y1+gap)
	sum, sq, n = sum-s, sq-q, n-m
	if n < 1 {
		return 0, math.Inf(1) // it fills the picture
	}
	mean = sum / n
	return mean, math.Sqrt(max(sq/n-mean*mean, 0)) + scale
}

func (d *HotSpots) rect(x0, y0, x1, y1 int) (sum, sq, n float64) {
	x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, d.w), min(y1, d.h)
	// Strips are narrow enough that their squares do not overflow.
	for x := x0; x < x1; x += 96 {
		xe := min(x+96, x1)
		for y := y0; y < y1; y += bandRows {
			s, q := d.sums.area(x, y, xe, min(y+bandRows, y1))
			sum += float64(s)
			sq += float64(q)
		}
	}
	return sum, sq, float64((x1 - x0) * (y1 - y0))
}

// fit turns a candidate's box into one on the full picture, drawn where the brightness falls to half of the way from
// the spot's peak to the ground: that is the edge of a blurred thing.
func (d *HotSpots) fit(g *Gray, c *candidate) {
	const reach = 3
	x0, y0 := max(2*c.x0-reach, 0), max(2*c.y0-reach, 0)
	x1, y1 := min(2*c.x1+reach, g.Width), min(2*c.y1+reach, g.Height)
	ground := float64(c.sum)/float64(c.area)/scale - c.contrast
	half := ground + 0.45*(float64(c.peak)/scale-ground)
	fx0, fy0, fx1, fy1 := x1, y1, x0, y0
	for y := y0; y < y1; y++ {
		row := g.Pix[y*g.Stride:]
		for x := x0; x < x1; x++ {
			// A pixel counts when a neighbour in its row does too: single noisy ones would stretch the box.
			if float64(row[x]) > half && (x+1 < x1 && float64(row[x+1]) > half || x > x0 && float64(row[x-1]) > half) {
				fx0, fy0, fx1, fy1 = min(fx0, x), min(fy0, y), max(fx1, x+1), max(fy1, y+1)
			}
		}
	}
	c.x0, c.y0, c.x1, c.y1 = 2*c.x0, 2*c.y0, 2*c.x1, 2*c.y1
	if fx1-fx0 >= 2 && fy1-fy0 >= 2 {
		c.x0, c.y0, c.x1, c.y1 = fx0, fy0, fx1, fy1
	}
}

// merge joins candidates whose boxes overlap or nearly touch, where the joint box is not much larger than the two: one
// person whose head and legs show apart.
func (d *HotSpots) merge() {
	slices.SortFunc(d.boxes, func(a, b candidate) int { return cmp.Compare(b.sigma, a.sigma) })
	for i := 0; i < len(d.boxes); i++ {
		a := &d.boxes[i]
		for j := i + 1; j < len(d.boxes); {
			if b := &d.boxes[j]; !belong(a, b) {
				j++
				continue
			}
			b := d.boxes[j]
			a.x0, a.y0, a.x1, a.y1 = min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1)
			a.area += b.area
			d.boxes = slices.Delete(d.boxes, j, j+1)
			j = i + 1 // the grown box may now touch others
		}
	}
}

func belong(a, b *candidate) bool {
	const gap = 3
	if a.x0 > b.x1+gap || b.x0 > a.x1+gap || a.y0 > b.y1+gap || b.y0 > a.y1+gap {
		return false
	}
	joint := (max(a.x1, b.x1) - min(a.x0, b.x0)) * (max(a.y1, b.y1) - min(a.y0, b.y0))
	each := (a.x1-a.x0)*(a.y1-a.y0) + (b.x1-b.x0)*(b.y1-b.y0)
	return float64(joint) <= 1.35*float64(each)
}

// emit scores the candidates, surest first.
func (d *HotSpots) emit() {
	for i := range d.boxes {
		c := &d.boxes[i]
		w, h := c.x1-c.x0, c.y1-c.y0
		// 0 at the threshold of growth, 0.5 three deviations above it.
		score := 1 - math.Exp(-(c.sigma-d.cfg.GrowSigma)/4.3)
		score *= min(c.contrast/(2*d.cfg.MinContrast), 1)
		if len(d.out) == d.cfg.MaxBoxes {
			break
		}
		d.out = append(d.out, Box{
			X: float64(c.x0), Y: float64(c.y0), W: float64(w), H: float64(h),
			Score: min(max(score, 0.01), 0.99), Class: guess(w, h),
		})
	}
	slices.SortFunc(d.out, func(a, b Box) int { return cmp.Compare(b.Score, a.Score) })
}

// guess leans a little by shape alone; nothing is known of the scale.
func guess(w, h int) Classes {
	aspect := float64(h) / float64(w)
	switch {
	case w*h >= 900 && w >= 24:
		return Classes{Person: 0.15, Vehicle: 0.55, Animal: 0.1, Other: 0.2}
	case aspect >= 1.2 && h <= 60:
		return Classes{Person: 0.55, Vehicle: 0.1, Animal: 0.2, Other: 0.15}
	case aspect <= 0.7 && w <= 40:
		return Classes{Person: 0.25, Vehicle: 0.2, Animal: 0.35, Other: 0.2}
	default:
		return Classes{Person: 0.4, Vehicle: 0.15, Animal: 0.25, Other: 0.2}
	}
}
