package follow

import "math"

// planeBlocks is how many blocks must agree before eight numbers are drawn through them.
const planeBlocks = 12

// plane measures how the ground, taken as a plane, goes from the picture before to the one now: x' = (h0 x + h1 y + h2) / z and
// y' = (h3 x + h4 y + h5) / z with z = h6 x + h7 y + 1, in pixels.
func (e *estimator) plane() (h [8]float64, ok bool) {
	if !e.before.like(&e.now) || e.now.small.w < 3*blockSide || e.now.small.h < 3*blockSide {
		return h, false
	}
	cx, cy := wholeStep(&e.before.coarse, &e.now.coarse, 0, 0, reachX, reachY, 1)
	dx, dy := wholeStep(&e.before.small, &e.now.small, cx*coarseStep, cy*coarseStep, nearCoarse, nearCoarse, 2)
	e.follow(dx, dy)
	if e.count < planeBlocks {
		return h, false
	}
	w, t := float64(e.now.small.w)/2, float64(e.now.small.h)/2 // places are taken about the middle, in its lengths, so that the sums stay even
	scale := 1 / w
	h = [8]float64{0: 1, 4: 1}
	for round := range 2 * fitRounds {
		var s normal
		for _, b := range e.blocks[:e.count] {
			x, y := (b.x-w)*scale, (b.y-t)*scale
			u, v := (b.x+b.dx-w)*scale, (b.y+b.dy-t)*scale
			weight := min(b.weight, 4)
			if round > 0 {
				r := away(h, x, y, u, v) / (scale * tolerance)
				weight /= 1 + r*r
			}
			s.add([8]float64{x, y, 1, 0, 0, 0, -u * x, -u * y}, u, weight)
			s.add([8]float64{0, 0, 0, x, y, 1, -v * x, -v * y}, v, weight)
		}
		if h, ok = s.solve(); !ok {
			return h, false
		}
	}
	agreeing := 0
	for _, b := range e.blocks[:e.count] {
		if away(h, (b.x-w)*scale, (b.y-t)*scale, (b.x+b.dx-w)*scale, (b.y+b.dy-t)*scale) < 3*tolerance*scale {
			agreeing++
		}
	}
	if agreeing < planeBlocks || 3*agreeing < 2*e.count {
		return h, false
	}
	return inPixels(h, w*smallStep, t*smallStep), true
}

// away is how far a place is from where it went.
func away(h [8]float64, x, y, u, v float64) float64 {
	z := h[6]*x + h[7]*y + 1
	return math.Hypot((h[0]*x+h[1]*y+h[2])/z-u, (h[3]*x+h[4]*y+h[5])/z-v)
}

// inPixels turns a map of lengths w about the middle (w, t) into one of pixels.
func inPixels(h [8]float64, w, t float64) [8]float64 {
	// m = P h Q, where Q brings pixels to lengths about the middle and P lengths to pixels.
	hm := [3][3]float64{{h[0], h[1], h[2]}, {h[3], h[4], h[5]}, {h[6], h[7], 1}}
	q := [3][3]float64{{1 / w, 0, -1}, {0, 1 / w, -t / w}, {0, 0, 1}}
	p := [3][3]float64{{w, 0, w}, {0, w, t}, {0, 0, 1}}
	m := times(p, times(hm, q))
	var out [8]float64
	for i := range out {
		out[i] = m[i/3][i%3] / m[2][2]
	}
	return out
}

func times(a, b [3][3]float64) (c [3][3]float64) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				c[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return c
}

// normal holds the sums of a weighted least squares fit of eight numbers.
type normal [8][9]float64

func (n *normal) add(row [8]float64, value, weight float64) {
	for i, a := range row {
		for j, b := range row {
			n[i][j] += weight * a * b
		}
		n[i][8] += weight * a * value
	}
}

// solve reports false where the blocks lie so that there is no one answer.
func (n *normal) solve() (h [8]float64, ok bool) {
	for i := range 8 {
		best := i
		for r := i + 1; r < 8; r++ {
			if math.Abs(n[r][i]) > math.Abs(n[best][i]) {
				best = r
			}
		}
		n[i], n[best] = n[best], n[i]
		if math.Abs(n[i][i]) < 1e-9 {
			return h, false
		}
		for r := range 8 {
			if r == i {
				continue
			}
			f := n[r][i] / n[i][i]
			for c := i; c < 9; c++ {
				n[r][c] -= f * n[i][c]
			}
		}
	}
	for i := range h {
		h[i] = n[i][8] / n[i][i]
	}
	return h, true
}
