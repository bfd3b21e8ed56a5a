package render

import "math"

// paint is a colour; opacity below 1 lets the ground shine through.
type paint struct {
	luma, cb, cr float32
	opacity      float32
}

// brush draws shapes into the full picture, blurred as the optics blur, and not where a nearer tree stands.
type brush struct {
	r      *Renderer
	depth  float64 // of the object, metres
	bottom float64 // rows below are hidden by terrain
}

// gauss is the cumulative normal distribution from -4 to 4 in steps of 1/32.
var gauss = func() (t [257]float32) {
	for i := range t {
		t[i] = float32(0.5 * math.Erfc(-float64(i-128)/32/math.Sqrt2))
	}
	return t
}()

func cumulative(x float32) float32 {
	i := int(x*32 + 128.5)
	return gauss[min(max(i, 0), 256)]
}

// rod draws a round rod between two points with radii in pixels at each. How much of a pixel it covers is what a blurred
// bar of that width covers, which stays right for rods much thinner than a pixel.
func (b *brush) rod(p, q spot, rp, rq float64, colour paint) {
	if p.depth <= 0 || q.depth <= 0 {
		return
	}
	sigma := float64(b.r.look.blur)
	reach := math.Max(rp, rq) + 3*sigma
	x0, x1, y0, y1 := b.clip(math.Min(p.x, q.x)-reach, math.Max(p.x, q.x)+reach, math.Min(p.y, q.y)-reach, math.Max(p.y, q.y)+reach)
	dx, dy := float32(q.x-p.x), float32(q.y-p.y)
	length2 := dx*dx + dy*dy
	inv := float32(0)
	if length2 > 1e-6 {
		inv = 1 / length2
	}
	k := float32(1 / sigma)
	for y := y0; y < y1; y++ {
		py := float32(float64(y) + 0.5 - p.y)
		for x := x0; x < x1; x++ {
			px := float32(float64(x) + 0.5 - p.x)
			t := min(max((px*dx+py*dy)*inv, 0), 1)
			ex, ey := px-t*dx, py-t*dy
			d := float32(math.Sqrt(float64(ex*ex + ey*ey)))
			radius := float32(rp) + t*float32(rq-rp)
			cover := cumulative((radius-d)*k) - cumulative((-radius-d)*k)
			if cover > 0.004 {
				b.blend(x, y, cover, colour)
			}
		}
	}
}

// face draws a flat convex face; its corners may run either way round.
func (b *brush) face(corners []spot, colour paint) {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	area := 0.0
	for i, c := range corners {
		if c.depth <= 0 {
			return
		}
		x0, x1 = math.Min(x0, c.x), math.Max(x1, c.x)
		y0, y1 = math.Min(y0, c.y), math.Max(y1, c.y)
		next := corners[(i+1)%len(corners)]
		area += c.x*next.y - next.x*c.y
	}
	if math.Abs(area) < 0.02 || len(corners) > 8 {
		return
	}
	sigma := float64(b.r.look.blur)
	sign := math.Copysign(1, area) / sigma
	var edges [8][3]float32 // distance inside, in blur widths: a x + b y + c
	n := 0
	for i, c := range corners {
		next := corners[(i+1)%len(corners)]
		ex, ey := next.x-c.x, next.y-c.y
		length := math.Hypot(ex, ey)
		if length < 1e-3 {
			continue
		}
		a, bb := -ey/length*sign, ex/length*sign
		edges[n] = [3]float32{float32(a), float32(bb), float32(-a*c.x - bb*c.y)}
		n++
	}
	px0, px1, py0, py1 := b.clip(x0-2*sigma, x1+2*sigma, y0-2*sigma, y1+2*sigma)
	for y := py0; y < py1; y++ {
		fy := float32(y) + 0.5
		for x := px0; x < px1; x++ {
			fx := float32(x) + 0.5
			cover := float32(1)
			for _, e := range edges[:n] {
				if d := e[0]*fx + e[1]*fy + e[2]; d < 4 {
					cover -= 1 - cumulative(d) // two sides of a thin bar then leave what a blurred bar leaves
				}
			}
			if cover > 0.004 {
				b.blend(x, y, cover, colour)
			}
		}
	}
}

func (b *brush) clip(x0, x1, y0, y1 float64) (px0, px1, py0, py1 int) {
	w, h := float64(b.r.cfg.Width), math.Min(float64(b.r.cfg.Height), b.bottom)
	at := func(v, limit float64) int { return int(math.Min(math.Max(v, 0), limit)) }
	return at(x0, w), at(x1+1, w), at(y0, h), at(y1+1, h)
}

func (b *brush) blend(x, y int, cover float32, colour paint) {
	r := b.r
	if r.crownsDrawn {
		if crown := r.crownDepth[y/2*r.half.width+x/2]; crown > 0 && float64(crown) < b.depth-0.3 {
			return
		}
	}
	cover *= colour.opacity
	i := y*r.dst.YStride + x
	old := float32(r.dst.Y[i])
	r.dst.Y[i] = uint8(min(max(old+cover*(colour.luma-old)+0.5, 0), 255))
	if r.look.colour && (x|y)&1 == 0 {
		i := y/2*r.dst.CStride + x/2
		cb, cr := float32(r.dst.Cb[i]), float32(r.dst.Cr[i])
		r.dst.Cb[i], r.dst.Cr[i] = uint8(cb+cover*(colour.cb-cb)+0.5), uint8(cr+cover*(colour.cr-cr)+0.5)
	}
}
