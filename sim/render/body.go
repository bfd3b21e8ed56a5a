package render

import "math"

// cloth are colours of clothes, paints of cars and coats of animals: luma, Cb, Cr.
var (
	cloth = [...][3]float32{{66, 134, 122}, {54, 120, 130}, {92, 118, 134}, {140, 124, 132}, {48, 128, 128}, {84, 120, 126}}
	cars  = [...][3]float32{{205, 128, 128}, {120, 128, 126}, {60, 130, 126}, {92, 118, 138}, {84, 138, 120}}
	coats = [...][3]float32{{96, 116, 142}, {120, 118, 138}, {70, 120, 136}}
)

// person is about seven and a half heads tall; one leg swings against the other and the arms against the legs.
func (v *body) person() {
	h := v.o.HeightM
	c := cloth[v.look%uint32(len(cloth))]
	shirt, trousers := v.skin(0.95, c[0], c[1], c[2]), v.skin(0.85, 50, 130, 126)
	head := v.skin(1.12, 132, 114, 146)
	hands := v.skin(1.05, 132, 114, 146)
	swing := 0.0
	if v.o.GaitHz > 0 {
		swing = 0.17 * h * math.Sin(v.stride)
	}
	hip, shoulder := 0.51*h, 0.80*h
	for _, side := range [2]float64{-1, 1} {
		lift := 0.03*h + math.Max(0, 0.05*h*math.Sin(v.stride*1+side*math.Pi/2))*boolTo(v.o.GaitHz > 0)
		v.limb(v.at(0, side*0.055*h, hip), v.at(side*swing, side*0.06*h, lift), 0.052*h, 0.036*h, trousers)
	}
	v.limb(v.at(0, 0, hip), v.at(0.01*h, 0, shoulder), 0.085*h, 0.105*h, shirt)
	for _, side := range [2]float64{-1, 1} {
		v.limb(v.at(0, side*0.115*h, shoulder), v.at(-side*0.7*swing, side*0.14*h, 0.5*h), 0.034*h, 0.026*h, shirt)
		hand := v.at(-side*0.75*swing, side*0.14*h, 0.47*h)
		v.limb(hand, hand, 0.024*h, 0.024*h, hands)
	}
	v.limb(v.at(0.02*h, 0, 0.915*h), v.at(0.02*h, 0, 0.945*h), 0.058*h, 0.055*h, head)
}

func boolTo(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// animal walks on four legs, head up ahead.
func (v *body) animal() {
	l, w, h := v.o.LengthM, v.o.WidthM, v.o.HeightM
	c := coats[v.look%uint32(len(coats))]
	coat := v.skin(1, c[0], c[1], c[2])
	legs := v.skin(0.8, c[0]*0.8, c[1], c[2])
	head := v.skin(1.15, c[0]*1.1, c[1], c[2])
	swing := 0.0
	if v.o.GaitHz > 0 {
		swing = 0.14 * h * math.Sin(v.stride)
	}
	for i, at := range [4][2]float64{{0.3, -1}, {0.3, 1}, {-0.38, -1}, {-0.38, 1}} {
		s := swing
		if i == 1 || i == 2 {
			s = -swing
		}
		v.limb(v.at(at[0]*l, at[1]*0.25*w, 0.5*h), v.at(at[0]*l+s, at[1]*0.25*w, 0.03*h), 0.05*h, 0.035*h, legs)
	}
	v.limb(v.at(-0.36*l, 0, 0.58*h), v.at(0.3*l, 0, 0.6*h), 0.42*w, 0.45*w, coat)
	v.limb(v.at(0.32*l, 0, 0.66*h), v.at(0.45*l, 0, 0.9*h), 0.2*w, 0.16*w, coat)
	v.limb(v.at(0.45*l, 0, 0.93*h), v.at(0.56*l, 0, 0.88*h), 0.17*w, 0.1*w, head)
}

// vehicle is a car: a lower box with a hot bonnet and wheels, and a cabin whose panes mirror the cold sky.
func (v *body) vehicle() {
	l, w, h := v.o.LengthM, v.o.WidthM, v.o.HeightM
	c := cars[v.look%uint32(len(cars))]
	side := v.skin(0.45, c[0]*0.8, c[1], c[2])
	top := v.skin(0.38, c[0], c[1], c[2])
	bonnet := v.skin(1.0, c[0], c[1], c[2])
	panes := v.skin(-0.1, 40, 132, 126)
	tyres := v.skin(0.75, 28, 128, 128)
	for _, at := range [4][2]float64{{0.31, -0.5}, {0.31, 0.5}, {-0.31, -0.5}, {-0.31, 0.5}} {
		v.limb(v.at(at[0]*l-0.08*h, at[1]*w, 0.18*h), v.at(at[0]*l+0.08*h, at[1]*w, 0.18*h), 0.19*h, 0.19*h, tyres)
	}
	v.box(-l/2, l/2, w/2, 0.2*h, 0.58*h, side, top)
	v.face([]spot{
		v.at(0.2*l, -w/2.1, 0.58*h), v.at(0.48*l, -w/2.1, 0.55*h), v.at(0.48*l, w/2.1, 0.55*h), v.at(0.2*l, w/2.1, 0.58*h),
	}, bonnet)
	v.box(-0.4*l, 0.18*l, 0.43*w, 0.58*h, h, panes, top)
	if v.r.cfg.Mode == Dusk {
		lamp := paint{luma: 250, cb: 120, cr: 132, opacity: 1}
		for _, right := range [2]float64{-0.35, 0.35} {
			p := v.at(l/2, right*w, 0.45*h)
			v.limb(p, p, 0.12, 0.12, lamp)
		}
	}
}

// box draws the top and those sides of an upright box that face the camera, over a base in the sides' colour that closes
// the seams between them.
func (v *body) box(back, front, right, low, high float64, side, top paint) {
	corner := func(i int) (ahead, across float64) {
		return [4]float64{front, front, back, back}[i&3], [4]float64{-right, right, right, -right}[i&3]
	}
	var lower, upper [4]spot
	for i := range 4 {
		a, r := corner(i)
		lower[i], upper[i] = v.at(a, r, low), v.at(a, r, high)
		if lower[i].depth <= 0 || upper[i].depth <= 0 {
			return
		}
	}
	outline := append(append(make([]spot, 0, 8), lower[:]...), upper[:]...)
	v.face(hull(outline), side)
	eye := v.r.view.eye.plus(v.foot, -1)
	for i := range 4 {
		a0, r0 := corner(i)
		a1, r1 := corner(i + 1)
		// Outward normal of the side in the body's axes.
		na, nr := r1-r0, a0-a1
		mid := vec3{}.plus(v.ahead, (a0+a1)/2).plus(v.right, (r0+r1)/2)
		outward := vec3{}.plus(v.ahead, na).plus(v.right, nr)
		if outward.dot(mid) < 0 {
			outward = vec3{}.plus(outward, -1)
		}
		facing := outward.dot(eye.plus(mid, -1))
		if facing <= 0 {
			continue
		}
		shade := side
		if v.r.look.colour {
			lit := outward.dot(sun) / math.Sqrt(outward.dot(outward))
			shade.luma *= float32(0.75 + 0.35*lit)
		} else if i%2 == 1 {
			shade.luma -= 6
		}
		j := (i + 1) & 3
		v.face([]spot{lower[i], lower[j], upper[j], upper[i]}, shade)
	}
	if eye[2] > high {
		v.face(upper[:], top)
	}
}
