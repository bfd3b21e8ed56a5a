package follow

import "vedette/video/thermal"

const (
	smallStep  = 4 // pixels a side that make one of the small picture
	coarseStep = 4 // pixels of the small picture a side that make one of the coarse one
)

// plane is a picture of sums.
type plane struct {
	w, h int
	pix  []int32
}

func (p *plane) resize(w, h int) {
	if n := w * h; cap(p.pix) < n {
		p.pix = make([]int32, n)
	}
	p.w, p.h, p.pix = w, h, p.pix[:w*h]
}

// pyramid is a picture in two smaller sizes.
type pyramid struct {
	small  plane // sums of 4 x 4 pixels
	coarse plane // means of 4 x 4 of these; what is far warmer than the rest is cut down, for it may move by itself
}

func (p *pyramid) like(o *pyramid) bool {
	return p.small.w == o.small.w && p.small.h == o.small.h && p.small.w > 0
}

// build takes a picture; one whose fields contradict one another leaves nothing.
func (p *pyramid) build(g *thermal.Gray) {
	s := &p.small
	if g == nil || g.Width < 1 || g.Height < 1 || g.Stride < g.Width || len(g.Pix) < (g.Height-1)*g.Stride+g.Width {
		s.resize(0, 0)
		return
	}
	s.resize(g.Width/smallStep, g.Height/smallStep)
	clear(s.pix)
	for y := range s.h * smallStep {
		row, out := g.Pix[y*g.Stride:], s.pix[y/smallStep*s.w:][:s.w]
		for x := range out {
			q := row[x*smallStep : x*smallStep+smallStep : x*smallStep+smallStep]
			out[x] += int32(q[0]) + int32(q[1]) + int32(q[2]) + int32(q[3])
		}
	}
	var sum int64
	for _, v := range s.pix {
		sum += int64(v)
	}
	mean := int32(sum / int64(max(len(s.pix), 1)))
	var off int64
	for _, v := range s.pix {
		off += int64(max(v-mean, mean-v))
	}
	limit := 3 * int32(off/int64(max(len(s.pix), 1))) / 2
	c := &p.coarse
	c.resize(s.w/coarseStep, s.h/coarseStep)
	clear(c.pix)
	for y := range c.h * coarseStep {
		row, out := s.pix[y*s.w:][:s.w], c.pix[y/coarseStep*c.w:][:c.w]
		for x := range c.w * coarseStep {
			out[x/coarseStep] += min(max(row[x], mean-limit), mean+limit)
		}
	}
	for i := range c.pix {
		c.pix[i] /= coarseStep * coarseStep
	}
}
