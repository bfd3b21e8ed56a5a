package render

import (
	"hash/fnv"
	"math"
	"slices"

	"vedette/sim/world"
)

type seenObject struct {
	index int
	depth float64
}

// drawObjects draws the objects over the finished ground, the farthest first.
func (r *Renderer) drawObjects(objects []world.Object) {
	r.order = r.order[:0]
	for i := range objects {
		o := &objects[i]
		at := r.view.project(vec3{o.E, o.N, o.U + o.HeightM/2})
		if at.depth <= 0 {
			continue
		}
		size := 2 * (o.LengthM + o.WidthM + o.HeightM) * r.focal / at.depth
		if at.x < -size || at.y < -size || at.x > float64(r.cfg.Width)+size || at.y > float64(r.cfg.Height)+size || size < 0.5 {
			continue
		}
		r.order = append(r.order, seenObject{i, at.depth})
	}
	slices.SortFunc(r.order, func(a, b seenObject) int { return cmpFloat(b.depth, a.depth) })
	for _, s := range r.order {
		r.drawObject(&objects[s.index], s.depth)
	}
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (r *Renderer) drawObject(o *world.Object, depth float64) {
	foot := vec3{o.E, o.N, o.U}
	hidden := r.hiddenBelow(foot, o.HeightM)
	if hidden >= o.HeightM {
		return
	}
	b := brush{r: r, depth: depth, bottom: math.Inf(1)}
	if hidden > 0 {
		b.bottom = r.view.project(foot.plus(vec3{0, 0, 1}, hidden)).y
	}
	body := r.newBody(&b, o, foot)
	body.castShadow()
	switch o.Class {
	case world.Vehicle:
		body.vehicle()
	case world.Animal:
		body.animal()
	default:
		body.person()
	}
}

// body is an object in its own axes: ahead along its heading, right, up.
type body struct {
	*brush
	o            *world.Object
	foot         vec3
	ahead, right vec3
	scale        float64 // pixels per metre
	clear        float32 // what haze leaves of its contrast
	stride       float64 // phase of the gait, radians, one step in pi
	look         uint32  // by its name: clothes, paint
}

func (r *Renderer) newBody(b *brush, o *world.Object, foot vec3) *body {
	h := fnv.New32a()
	_, _ = h.Write([]byte(o.ID)) // never fails
	s, c := math.Sincos(o.HeadingDeg * degToRad)
	v := &body{
		brush: b, o: o, foot: foot,
		ahead: vec3{s, c, 0}, right: vec3{c, -s, 0},
		scale: r.focal / b.depth,
		clear: float32(math.Exp(-b.depth / r.look.fogM)),
		look:  h.Sum32(),
	}
	if o.GaitHz > 0 {
		v.stride = math.Mod(r.clock*o.GaitHz*math.Pi+float64(v.look%628)/100, 2*math.Pi)
	}
	return v
}

// at is a point of the body in the picture.
func (v *body) at(ahead, right, up float64) spot {
	return v.r.view.project(v.foot.plus(v.ahead, ahead).plus(v.right, right).plus(vec3{0, 0, 1}, up))
}

// heat is the paint of a surface so many degrees above the ground.
func (v *body) heat(above float64) paint {
	l := &v.r.look
	luma := l.base + v.clear*l.degreeGain*float32(above)
	if luma > 225 { // the sensor's response bends before it saturates
		luma = 225 + (luma-225)*0.3
	}
	return paint{luma: min(max(luma, 8), 252), cb: 128, cr: 128, opacity: 1}
}

// skin is the paint of a part: its share of the body's warmth in thermal, its colour by daylight.
func (v *body) skin(share float64, luma, cb, cr float32) paint {
	l := &v.r.look
	if !l.colour {
		return v.heat(share * (v.o.TempC - v.r.cfg.Scene.AmbientC()))
	}
	luma *= l.dim
	k := v.clear
	return paint{
		luma: l.fogLuma + k*(luma-l.fogLuma), cb: l.fogCb + k*(128+l.dim*(cb-128)-l.fogCb), cr: l.fogCr + k*(128+l.dim*(cr-128)-l.fogCr),
		opacity: 1,
	}
}

// limb draws a rod between two points of the body with radii in metres.
func (v *body) limb(p, q spot, rp, rq float64, colour paint) {
	v.rod(p, q, rp*v.scale, rq*v.scale, colour)
}

// castShadow draws the shadow on the ground, taken as level.
func (v *body) castShadow() {
	l := &v.r.look
	if l.shadow == 0 {
		return
	}
	colour := paint{luma: 20, cb: 128, cr: 128, opacity: l.shadow}
	long := v.o.HeightM / sun[2]
	tip := v.r.view.project(v.foot.plus(vec3{-sun[0], -sun[1], 0}, long))
	if v.o.Class == world.Person {
		v.limb(v.at(0, 0, 0), tip, v.o.WidthM*0.35, v.o.WidthM*0.3, colour)
		return
	}
	a, w := v.o.LengthM/2, v.o.WidthM/2
	if v.o.Class == world.Animal {
		shift := v.foot.plus(vec3{-sun[0], -sun[1], 0}, long*0.45)
		v.limb(v.r.view.project(shift.plus(v.ahead, a)), v.r.view.project(shift.plus(v.ahead, -a)), w, w, colour)
		return
	}
	back := vec3{-sun[0] * long * 0.8, -sun[1] * long * 0.8, 0}
	var outline [8]spot
	points := outline[:0]
	for _, c := range [4][2]float64{{a, w}, {a, -w}, {-a, -w}, {-a, w}} {
		p := v.foot.plus(v.ahead, c[0]).plus(v.right, c[1])
		points = append(points, v.r.view.project(p), v.r.view.project(p.plus(back, 1)))
	}
	for _, p := range points {
		if p.depth <= 0 {
			return
		}
	}
	v.face(hull(points), colour)
}

// hull keeps the corners of the convex hull, in order (Andrew's monotone chain).
func hull(p []spot) []spot {
	slices.SortFunc(p, func(a, b spot) int {
		if c := cmpFloat(a.x, b.x); c != 0 {
			return c
		}
		return cmpFloat(a.y, b.y)
	})
	turn := func(a, b, c spot) float64 { return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x) }
	chain := func(out []spot, p spot, base int) []spot {
		for len(out) >= base+2 && turn(out[len(out)-2], out[len(out)-1], p) <= 0 {
			out = out[:len(out)-1]
		}
		return append(out, p)
	}
	out := make([]spot, 0, 2*len(p))
	for _, q := range p {
		out = chain(out, q, 0)
	}
	base := len(out) - 1
	for i := len(p) - 2; i >= 0; i-- {
		out = chain(out, p[i], base)
	}
	return out[:len(out)-1]
}
