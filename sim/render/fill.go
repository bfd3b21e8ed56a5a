package render

import "math"

const (
	fixed     = 16 // binary places of texture coordinates
	fixedOne  = 1 << fixed
	roadParts = 4 // a cell with a road in it is asked at so many places a side
)

// fillGround draws a square of half pixels whose corners lie on the ground.
func (r *Renderer) fillGround(a, b, c, d *corner, x, y, size int) {
	width, height := min(size, r.half.width-x), min(size, r.half.height-y)
	if width <= 0 || height <= 0 {
		return
	}
	f := r.newFiller(a, b, c, d, size)
	k := 1 / float64(size)
	k32 := float32(k)
	for j := range height {
		w := (float64(j) + 0.5) * k
		w32 := float32(w)
		e0, n0 := a.e+w*(c.e-a.e), a.n+w*(c.n-a.n)
		e1, n1 := b.e+w*(d.e-b.e), b.n+w*(d.n-b.n)
		du, dv := (e1-e0)*k, (n1-n0)*k
		f.start(e0+du/2, n0+dv/2, du, dv)
		t0, t1 := a.tone+w32*(c.tone-a.tone), b.tone+w32*(d.tone-b.tone)
		p0, p1 := a.plant+w32*(c.plant-a.plant), b.plant+w32*(d.plant-b.plant)
		l0, l1 := a.luma+w32*(c.luma-a.luma), b.luma+w32*(d.luma-b.luma)
		dt, dp, dl := (t1-t0)*k32, (p1-p0)*k32, (l1-l0)*k32
		tone, plant, relief := t0+dt/2, p0+dp/2, l0+dl/2
		f.row(r.half.luma[r.half.index(x, y+j):][:width], x, y+j, w32, tone, dt, plant, dp, relief, dl)
	}
}

// filler draws rows of one cell.
type filler struct {
	r            *Renderer
	near         []uint16 // texels about as large as a half pixel
	nearMask     uint32
	nearBits     uint
	nearScale    float64  // texels per metre, fixed point
	nearGain     float32  // how much of it is seen
	wide         []uint16 // larger texels, read between; nil where near is of the coarse tile already
	wideMask     uint32
	wideBits     uint
	wideScale    float64
	u, v, du, dv uint32
	s, t, ds, dt uint32

	fog0, fog1, fog2, fog3 float32
	hazy                   bool
	road                   *roadMap
	inv                    float32
}

// roadMap is how much of a road lies at places of a cell.
type roadMap [(roadParts + 1) * (roadParts + 1)]float32

func (r *Renderer) newFiller(a, b, c, d *corner, size int) filler {
	f := filler{
		r: r, fog0: a.fog, fog1: b.fog, fog2: c.fog, fog3: d.fog, inv: 1 / float32(size),
		hazy: max(a.fog, b.fog, c.fog, d.fog) > 0.02,
	}
	// The area on the ground of the cell, from its diagonals, says how large a half pixel is there.
	area := math.Abs((d.e-a.e)*(c.n-b.n)-(d.n-a.n)*(c.e-b.e)) / 2
	footprint := math.Max(math.Sqrt(area)/float64(size), fineTexelM/2)
	level := 0
	if ratio := footprint / fineTexelM; ratio > 1 {
		level = int(math.Log2(ratio))
	}
	tile, m := r.textures.fine, level
	f.nearGain = r.look.fine
	if level >= levelStep {
		tile, m = r.textures.coarse, level-levelStep
		f.nearGain = r.look.coarse
	} else {
		wide := r.textures.coarse
		f.wide, f.wideMask, f.wideBits = wide.levels[0], uint32(wide.size-1), bits(wide.size)
		f.wideScale = fixedOne / wide.texelM
	}
	m = min(m, len(tile.levels)-1)
	size2 := tile.size >> m
	f.near, f.nearMask, f.nearBits = tile.levels[m], uint32(size2-1), bits(size2)
	f.nearScale = fixedOne / (tile.texelM * float64(int(1)<<m))
	if a.road || b.road || c.road || d.road || footprint*float64(size) > 2 {
		f.road = r.findRoad(a, b, c, d)
	}
	return f
}

func bits(size int) uint { return uint(math.Log2(float64(size)) + 0.5) }

// findRoad asks for a road inside a cell; nil where there is none.
func (r *Renderer) findRoad(a, b, c, d *corner) *roadMap {
	any := a.road || b.road || c.road || d.road
	if !any {
		e, n := (a.e+b.e+c.e+d.e)/4, (a.n+b.n+c.n+d.n)/4
		if !r.cfg.Scene.OnRoad(e, n) {
			return nil
		}
	} else if a.road && b.road && c.road && d.road {
		return &r.allRoad
	}
	m := &r.someRoad
	for j := range roadParts + 1 {
		w := float64(j) / roadParts
		for i := range roadParts + 1 {
			q := float64(i) / roadParts
			e := (1-w)*((1-q)*a.e+q*b.e) + w*((1-q)*c.e+q*d.e)
			n := (1-w)*((1-q)*a.n+q*b.n) + w*((1-q)*c.n+q*d.n)
			m[j*(roadParts+1)+i] = 0
			if r.cfg.Scene.OnRoad(e, n) {
				m[j*(roadParts+1)+i] = 1
			}
		}
	}
	return m
}

func (m *roadMap) at(x, y float32) float32 {
	x, y = x*roadParts, y*roadParts
	i, j := int(x), int(y)
	fx, fy := x-float32(i), y-float32(j)
	p := m[j*(roadParts+1)+i:]
	top, bottom := p[0]+fx*(p[1]-p[0]), p[roadParts+1]+fx*(p[roadParts+2]-p[roadParts+1])
	return top + fy*(bottom-top)
}

func (f *filler) start(e, n, de, dn float64) {
	f.u, f.v = wrap(e*f.nearScale), wrap(n*f.nearScale)
	f.du, f.dv = wrap(de*f.nearScale), wrap(dn*f.nearScale)
	if f.wide != nil {
		f.s, f.t = wrap(e*f.wideScale-fixedOne/2), wrap(n*f.wideScale-fixedOne/2)
		f.ds, f.dt = wrap(de*f.wideScale), wrap(dn*f.wideScale)
	}
}

// wrap keeps the low 32 bits: tiles repeat with a period that divides them.
func wrap(v float64) uint32 { return uint32(int64(v)) }

func (f *filler) row(out []uint16, x, y int, w, tone, dt, plant, dp, relief, dl float32) {
	look := &f.r.look
	for i := range out {
		v := f.near[(f.v>>fixed&f.nearMask)<<f.nearBits|f.u>>fixed&f.nearMask]
		f.u += f.du
		f.v += f.dv
		t, p := tone+f.nearGain*float32(int(v>>8)-128), plant+f.nearGain*float32(int(v&0xff)-128)
		if f.wide != nil {
			wt, wp := f.between()
			t += look.coarse * wt
			p += look.coarse * wp
		}
		luma := look.base + relief + look.toneGain*t
		p = min(max(p, -60), 140)
		if f.road != nil {
			if on := f.road.at((float32(i)+0.5)*f.inv, w); on > 0 {
				on = min(max(2.5*on-0.75+0.02*t, 0), 1) // worn edges
				luma += on * (look.roadLuma + 0.35*look.toneGain*t + relief - luma)
				p -= on * (p + 60)
			}
		}
		luma += look.plantGain * p
		cb, cr := look.cb+look.cbPlant*p, look.cr+look.crPlant*p
		if f.hazy {
			q := (float32(i) + 0.5) * f.inv
			fog := (1-w)*((1-q)*f.fog0+q*f.fog1) + w*((1-q)*f.fog2+q*f.fog3)
			luma += fog * (look.fogLuma - luma)
			cb += fog * (look.fogCb - cb)
			cr += fog * (look.fogCr - cr)
		}
		out[i] = uint16(min(max(luma, 4), 251) * lumaOne)
		if look.colour {
			f.r.half.setChroma(x+i, y, cb, cr)
		}
		tone += dt
		plant += dp
		relief += dl
	}
}

// between reads the wide tile between its four nearest texels, both halves of a texel at once.
func (f *filler) between() (tone, plant float32) {
	x0, y0 := f.s>>fixed&f.wideMask, f.t>>fixed&f.wideMask
	x1, y1 := (x0+1)&f.wideMask, (y0+1)&f.wideMask
	wx, wy := f.s>>(fixed-8)&0xff, f.t>>(fixed-8)&0xff
	f.s += f.ds
	f.t += f.dt
	top := spread(f.wide[y0<<f.wideBits|x0])*(256-wx) + spread(f.wide[y0<<f.wideBits|x1])*wx
	bottom := spread(f.wide[y1<<f.wideBits|x0])*(256-wx) + spread(f.wide[y1<<f.wideBits|x1])*wx
	top, bottom = top>>8&0xff00ff, bottom>>8&0xff00ff
	v := top*(256-wy) + bottom*wy
	return float32(v>>16)/256 - 128, float32(v&0xffff)/256 - 128
}

func spread(v uint16) uint32 { return uint32(v>>8)<<16 | uint32(v&0xff) }
