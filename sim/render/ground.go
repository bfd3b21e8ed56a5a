package render

import "math"

// The ground is drawn at half size in cells: its exact place is computed at their corners and interpolated between.
const (
	cellPx    = 16         // pixels a side
	cellHalf  = cellPx / 2 // half pixels a side
	smallest  = 1          // half pixel a side of the smallest part of a cell that spans an edge
	edgeRatio = 2.0        // depths that differ by more lie on two sides of an edge
	slopeBase = 10.0       // metres over which slope is taken
)

// corner is what a ray through a corner of a cell met.
type corner struct {
	sky         bool
	depth       float64
	e, n        float64 // of the ground
	luma        float32 // of the sky, or what relief adds to the ground
	plant, tone float32
	fog         float32 // 0 clear to 1 haze only
	road        bool
	x, y        float64 // full pixels
}

func (r *Renderer) drawGround() {
	for row := r.rows - 1; row >= 0; row-- {
		for col := range r.cols {
			hint := 0.0
			if row < r.rows-1 {
				if below := &r.corners[(row+1)*r.cols+col]; below.sky {
					hint = farthest * 0.5
				} else {
					hint = below.depth * 0.92 // ground rises from below in the picture; ridges may bend that a little
				}
			}
			r.probe(&r.corners[row*r.cols+col], float64(col*cellPx), float64(row*cellPx), hint)
		}
	}
	for row := range r.rows - 1 {
		for col := range r.cols - 1 {
			i := row*r.cols + col
			r.cell(&r.corners[i], &r.corners[i+1], &r.corners[i+r.cols], &r.corners[i+r.cols+1],
				col*cellHalf, row*cellHalf, cellHalf)
		}
	}
}

// probe finds what a pixel sees.
func (r *Renderer) probe(c *corner, x, y, hint float64) {
	c.x, c.y = x, y
	ray := r.view.ray(x, y)
	depth, ok := r.meet(ray, hint)
	length := math.Sqrt(ray.dot(ray))
	if !ok {
		*c = corner{sky: true, depth: farthest * 2, x: x, y: y, luma: r.skyLuma(ray[2] / length)}
		return
	}
	c.sky, c.depth = false, depth
	c.e, c.n = r.view.eye[0]+depth*ray[0], r.view.eye[1]+depth*ray[1]
	s := r.cfg.Scene
	de := (s.GroundU(c.e+slopeBase, c.n) - s.GroundU(c.e-slopeBase, c.n)) / (2 * slopeBase)
	dn := (s.GroundU(c.e, c.n+slopeBase) - s.GroundU(c.e, c.n-slopeBase)) / (2 * slopeBase)
	facing := (sun[2]-de*sun[0]-dn*sun[1])/math.Sqrt(1+de*de+dn*dn) - sun[2]
	tone, plant := r.textures.broad.at(c.e, c.n)
	c.luma = r.look.relief * float32(facing)
	c.tone = r.look.broad * float32(tone)
	c.plant = r.look.broad*float32(plant) + float32(150*(s.Vegetation(c.e, c.n)-0.4))
	c.road = s.OnRoad(c.e, c.n)
	c.fog = float32(1 - math.Exp(-depth*length/r.look.fogM))
}

func (r *Renderer) skyLuma(up float64) float32 {
	k := float32(math.Sqrt(math.Max(up, 0)))
	return r.look.skyLow + (r.look.skyHigh-r.look.skyLow)*k
}

// cell draws the part of the half picture between four corners (a b above, c d below), in parts where it spans an edge.
func (r *Renderer) cell(a, b, c, d *corner, x, y, size int) {
	if x >= r.half.width || y >= r.half.height {
		return
	}
	sky := a.sky && b.sky && c.sky && d.sky
	low, high := min(a.depth, b.depth, c.depth, d.depth), max(a.depth, b.depth, c.depth, d.depth)
	if sky || high < edgeRatio*low {
		if sky {
			r.fillSky(a, b, c, d, x, y, size)
			return
		}
		r.fillGround(a, b, c, d, x, y, size)
		return
	}
	if size <= smallest {
		if a.sky {
			r.fillSky(a, a, a, a, x, y, size)
		} else {
			r.fillGround(a, a, a, a, x, y, size)
		}
		return
	}
	var top, left, mid, right, bottom corner
	xm, ym := (a.x+d.x)/2, (a.y+d.y)/2
	hint := low * 0.92
	r.probe(&bottom, xm, d.y, hint)
	r.probe(&mid, xm, ym, hint)
	r.probe(&top, xm, a.y, hint)
	r.probe(&left, a.x, ym, hint)
	r.probe(&right, d.x, ym, hint)
	h := size / 2
	r.cell(a, &top, &left, &mid, x, y, h)
	r.cell(&top, b, &mid, &right, x+h, y, h)
	r.cell(&left, &mid, c, &bottom, x, y+h, h)
	r.cell(&mid, &right, &bottom, d, x+h, y+h, h)
}

func (r *Renderer) fillSky(a, b, c, d *corner, x, y, size int) {
	k := 1 / float32(size)
	for j := range min(size, r.half.height-y) {
		w := (float32(j) + 0.5) * k
		left, right := a.luma+w*(c.luma-a.luma), b.luma+w*(d.luma-b.luma)
		at := r.half.index(x, y+j)
		for i := range min(size, r.half.width-x) {
			v := left + (float32(i)+0.5)*k*(right-left)
			r.half.luma[at+i] = uint16(v * lumaOne)
			if r.look.colour {
				r.half.setChroma(x+i, y+j, r.look.skyCb, r.look.skyCr)
			}
		}
	}
}
