package follow

import (
	"math"

	"vedette/video/thermal"
)

// Motion maps a place in one picture, in pixels, to the same place on the ground in the next:
// x' = XX x + XY y + X, y' = YX x + YY y + Y.
type Motion struct{ XX, XY, X, YX, YY, Y float64 }

// still is a camera that does not move.
var still = Motion{XX: 1, YY: 1}

// at maps a place.
func (m Motion) at(x, y float64) (float64, float64) {
	return m.XX*x + m.XY*y + m.X, m.YX*x + m.YY*y + m.Y
}

const (
	reachX, reachY = 12, 10 // furthest step that is looked for, in pixels of the coarse picture
	nearCoarse     = 3      // pixels of the small picture about the coarse answer
	blockSide      = 16     // pixels of the small picture
	blockReach     = 4      // how far a block's own step may be from that of the whole
	maxBlocks      = 64
	leastBlocks    = 6 // that must agree before turn and scale are believed
	fitRounds      = 4
	tolerance      = 0.35 // pixels of the small picture by which a block may be off before it counts for half
)

// block is a piece of the earlier picture that was found again.
type block struct {
	x, y   float64 // its middle in the small picture
	dx, dy float64 // where it went
	weight float64
}

// estimator measures motion from one picture to the next.
type estimator struct {
	now, before pyramid
	blocks      [maxBlocks]block
	count       int
}

// step takes the next picture and returns the motion to it from the one before; false where nothing can be told, as in the
// first picture and where there is nothing to hold on to.
func (e *estimator) step(g *thermal.Gray) (Motion, bool) {
	e.now, e.before = e.before, e.now
	e.now.build(g)
	if !e.before.like(&e.now) || e.now.small.w < 3*blockSide || e.now.small.h < 3*blockSide {
		return still, false
	}
	cx, cy := wholeStep(&e.before.coarse, &e.now.coarse, 0, 0, reachX, reachY, 1)
	dx, dy := wholeStep(&e.before.small, &e.now.small, cx*coarseStep, cy*coarseStep, nearCoarse, nearCoarse, 2)
	e.follow(dx, dy)
	return e.fit()
}

// wholeStep is the step about a first guess at which two pictures agree best, every so many pixels being compared. Where
// several are as good the shortest is taken.
func wholeStep(a, b *plane, x0, y0, reachX, reachY, every int) (dx, dy int) {
	best := math.Inf(1)
	for y := y0 - reachY; y <= y0+reachY; y++ {
		for x := x0 - reachX; x <= x0+reachX; x++ {
			left, right := max(0, -x), min(a.w, b.w-x)
			top, bottom := max(0, -y), min(a.h, b.h-y)
			if 2*(right-left) < a.w || 2*(bottom-top) < a.h {
				continue
			}
			ox, oy := x-x0, y-y0
			cost := difference(a, b, left, top, right, bottom, x, y, every) * (1 + 0.002*float64(ox*ox+oy*oy))
			if cost < best {
				best, dx, dy = cost, x, y
			}
		}
	}
	return dx, dy
}

// difference is the variance of the difference of a part of a and the same part of b a step away: a change of brightness
// does not count.
func difference(a, b *plane, left, top, right, bottom, dx, dy, every int) float64 {
	var sum, square int64
	for y := top; y < bottom; y += every {
		rowA := a.pix[y*a.w+left : y*a.w+right]
		rowB := b.pix[(y+dy)*b.w+left+dx:][:len(rowA)]
		for x := 0; x < len(rowA); x += every {
			d := int64(rowA[x] - rowB[x])
			sum += d
			square += d * d
		}
	}
	n := ((bottom - top + every - 1) / every) * ((right - left + every - 1) / every)
	mean := float64(sum) / float64(n)
	return max(float64(square)/float64(n)-mean*mean, 0)
}

// follow finds blocks of the earlier picture in the later one, near a common step.
func (e *estimator) follow(dx, dy int) {
	a, b := &e.before.small, &e.now.small
	e.count = 0
	stepX, stepY := spacing(a.w), spacing(a.h)
	for y := blockSide / 2; y+blockSide <= a.h && e.count < maxBlocks; y += stepY {
		for x := blockSide / 2; x+blockSide <= a.w && e.count < maxBlocks; x += stepX {
			if found, ok := findBlock(a, b, x, y, dx, dy); ok {
				e.blocks[e.count] = found
				e.count++
			}
		}
	}
}

// spacing puts at most six or seven blocks on a side.
func spacing(side int) int { return max(blockSide, (side-blockSide)/6+1) }

func findBlock(a, b *plane, x, y, dx, dy int) (block, bool) {
	const side = 2*blockReach + 1
	if x+dx-blockReach < 0 || y+dy-blockReach < 0 || x+dx+blockReach+blockSide > b.w || y+dy+blockReach+blockSide > b.h {
		return block{}, false
	}
	cost := func(i, j, every int) float64 {
		return difference(a, b, x, y, x+blockSide, y+blockSide, dx+i-blockReach, dy+j-blockReach, every)
	}
	best, bx, by, total := math.Inf(1), 0, 0, 0.0
	for j := range side {
		for i := range side {
			c := cost(i, j, 2)
			total += c
			if c < best {
				best, bx, by = c, i, j
			}
		}
	}
	mean := total / (side * side)
	// A block without texture agrees as well anywhere, and one at the rim of the search has its match beyond it.
	if bx == 0 || by == 0 || bx == side-1 || by == side-1 || mean < 2*best+4 {
		return block{}, false
	}
	best = cost(bx, by, 1)
	fx, wx := vertex(cost(bx-1, by, 1), best, cost(bx+1, by, 1))
	fy, wy := vertex(cost(bx, by-1, 1), best, cost(bx, by+1, 1))
	return block{
		x: float64(x) + blockSide/2, y: float64(y) + blockSide/2,
		dx: float64(dx+bx-blockReach) + fx, dy: float64(dy+by-blockReach) + fy,
		weight: min(wx, wy) / (best + 4),
	}, min(wx, wy) > 0
}

// vertex is the lowest point of the parabola through three costs, from the middle one, and how sharply it bends there.
func vertex(left, middle, right float64) (at, bend float64) {
	bend = left + right - 2*middle
	if bend <= 0 {
		return 0, 0
	}
	return min(max((left-right)/(2*bend), -0.5), 0.5), bend
}

// fit draws an even motion through the blocks; those that went another way, because something moves there, lose weight.
func (e *estimator) fit() (Motion, bool) {
	if e.count < leastBlocks {
		return still, false
	}
	blocks := e.blocks[:e.count]
	m := still
	for round := range fitRounds {
		var s sums
		for _, b := range blocks {
			w := min(b.weight, 4)
			if round > 0 {
				px, py := m.at(b.x, b.y)
				r := math.Hypot(px-b.x-b.dx, py-b.y-b.dy) / tolerance
				w /= 1 + r*r
			}
			s.add(b, w)
		}
		next, ok := s.solve(round == 0)
		if !ok {
			return still, false
		}
		m = next
	}
	agreeing := 0
	for _, b := range blocks {
		if px, py := m.at(b.x, b.y); math.Hypot(px-b.x-b.dx, py-b.y-b.dy) < 3*tolerance {
			agreeing++
		}
	}
	if agreeing < leastBlocks || 2*agreeing < len(blocks) {
		return still, false
	}
	m.X *= smallStep
	m.Y *= smallStep
	return m, true
}

// sums are those of a weighted least squares fit of a turn with scale and a step: u = p x - q y + s, v = q x + p y + t.
type sums struct{ w, x, y, u, v, xx, xu, xv float64 }

func (s *sums) add(b block, w float64) {
	u, v := b.x+b.dx, b.y+b.dy
	s.w += w
	s.x += w * b.x
	s.y += w * b.y
	s.u += w * u
	s.v += w * v
	s.xx += w * (b.x*b.x + b.y*b.y)
	s.xu += w * (b.x*u + b.y*v)
	s.xv += w * (b.x*v - b.y*u)
}

// solve gives the motion, or only its step.
func (s *sums) solve(stepOnly bool) (Motion, bool) {
	if s.w <= 0 {
		return still, false
	}
	mx, my, mu, mv := s.x/s.w, s.y/s.w, s.u/s.w, s.v/s.w
	p, q := 1.0, 0.0
	if spread := s.xx - s.w*(mx*mx+my*my); !stepOnly && spread > s.w {
		p = (s.xu - s.w*(mx*mu+my*mv)) / spread
		q = (s.xv - s.w*(mx*mv-my*mu)) / spread
	}
	return Motion{XX: p, XY: -q, X: mu - p*mx + q*my, YX: q, YY: p, Y: mv - q*mx - p*my}, true
}
