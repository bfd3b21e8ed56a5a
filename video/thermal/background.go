package thermal

import "math"

// integral holds running sums of values and of their squares, so that the sums over any rectangle take four look-ups.
// The sums wrap around; differences are right as long as a rectangle's own sum fits, which ring sizes see to.
type integral struct {
	stride  int
	sum, sq []uint32
}

func (t *integral) resize(w, h int) {
	t.stride = w + 1
	t.sum, t.sq = make([]uint32, (w+1)*(h+1)), make([]uint32, (w+1)*(h+1))
}

// build sums values of up to 1020.
func (t *integral) build(v []uint16, w, h int) {
	for y := range h {
		var sum, sq uint32
		row := v[y*w : (y+1)*w]
		above, here := t.sum[y*t.stride+1:][:w], t.sum[(y+1)*t.stride+1:][:w]
		aboveSq, hereSq := t.sq[y*t.stride+1:][:w], t.sq[(y+1)*t.stride+1:][:w]
		for x, p := range row {
			n := uint32(p)
			sum += n
			sq += n * n
			here[x] = above[x] + sum
			hereSq[x] = aboveSq[x] + sq
		}
	}
}

// area returns the sums over [x0,x1) x [y0,y1).
func (t *integral) area(x0, y0, x1, y1 int) (sum, sq uint32) {
	a, b := y0*t.stride, y1*t.stride
	return t.sum[b+x1] - t.sum[b+x0] - t.sum[a+x1] + t.sum[a+x0],
		t.sq[b+x1] - t.sq[b+x0] - t.sq[a+x1] + t.sq[a+x0]
}

// cellSize is the side of the squares that share one background, in pixels of the half picture.
const cellSize = 4

// cell is the background of one square.
type cell struct {
	mean, spread float32
	grow, seed   uint16
}

// grid holds the background of a picture.
type grid struct {
	w, h int
	c    []cell
}

func (g *grid) resize(w, h int) {
	g.w, g.h = (w+cellSize-1)/cellSize, (h+cellSize-1)/cellSize
	g.c = make([]cell, g.w*g.h)
}

func (g *grid) at(x, y int) *cell { return &g.c[y/cellSize*g.w+x/cellSize] }

func (g *grid) row(y int) []cell { return g.c[y/cellSize*g.w:][:g.w] }

// measure finds the mean and the spread of the ring around each cell. inner 0 takes the whole square.
func (g *grid) measure(t *integral, w, h, inner, outer int) {
	for cy := range g.h {
		for cx := range g.w {
			x, y := cx*cellSize+cellSize/2, cy*cellSize+cellSize/2
			sum, sq, n := t.square(x, y, outer, w, h)
			if inner > 0 {
				s, q, m := t.square(x, y, inner, w, h)
				sum, sq, n = sum-s, sq-q, n-m
			}
			c := &g.c[cy*g.w+cx]
			mean := sum / n
			c.mean = float32(mean)
			// Half a grey level keeps a flat synthetic picture from having no spread at all.
			c.spread = float32(math.Sqrt(max(sq/n-mean*mean, 0)) + scale/2)
		}
	}
}

// square returns the sums over the square of half side r around x, y, as far as it lies in the picture, and the number
// of pixels in it. It adds up bands, since the squares of 97 x 97 values are more than 32 bits hold.
func (t *integral) square(x, y, r, w, h int) (sum, sq, n float64) {
	x0, x1 := max(x-r, 0), min(x+r+1, w)
	y0, y1 := max(y-r, 0), min(y+r+1, h)
	for y := y0; y < y1; y += bandRows {
		end := min(y+bandRows, y1)
		s, q := t.area(x0, y, x1, end)
		sum += float64(s)
		sq += float64(q)
	}
	return sum, sq, float64((x1 - x0) * (y1 - y0))
}

// bandRows rows of 97 values of up to 1020 have a sum of squares below 2^32.
const bandRows = 40
