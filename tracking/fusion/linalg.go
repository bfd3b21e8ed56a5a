package fusion

import "math"

type vec2 [2]float64

type vec4 [4]float64

// sym2 is a symmetric 2x2 matrix.
type sym2 struct{ ee, en, nn float64 }

// mat2 is a 2x2 matrix, row by row.
type mat2 [2]vec2

func (a sym2) full() mat2 { return mat2{{a.ee, a.en}, {a.en, a.nn}} }

type mat4 [4][4]float64

// mat42 is a 4x2 matrix: a gain, or how an error of position acts on the state.
type mat42 [4]vec2

func (a sym2) add(b sym2) sym2 { return sym2{a.ee + b.ee, a.en + b.en, a.nn + b.nn} }

func (a sym2) scaled(k float64) sym2 { return sym2{a.ee * k, a.en * k, a.nn * k} }

func (a sym2) det() float64 { return a.ee*a.nn - a.en*a.en }

// inverse needs a positive determinant.
func (a sym2) inverse() sym2 {
	d := 1 / a.det()
	return sym2{a.nn * d, -a.en * d, a.ee * d}
}

func (a sym2) times(v vec2) vec2 { return vec2{a.ee*v[0] + a.en*v[1], a.en*v[0] + a.nn*v[1]} }

// form is v' A v.
func (a sym2) form(v vec2) float64 {
	return a.ee*v[0]*v[0] + 2*a.en*v[0]*v[1] + a.nn*v[1]*v[1]
}

// meanSigma is the standard deviation of one axis, both axes averaged.
func (a sym2) meanSigma() float64 { return math.Sqrt(max(0, (a.ee+a.nn)/2)) }

// axes are the two principal half-axes as vectors of one sigma.
func (a sym2) axes() (vec2, vec2) {
	mean, diff := (a.ee+a.nn)/2, (a.ee-a.nn)/2
	root := math.Hypot(diff, a.en)
	s, c := math.Sincos(math.Atan2(a.en, diff) / 2)
	la, lb := math.Sqrt(max(0, mean+root)), math.Sqrt(max(0, mean-root))
	return vec2{la * c, la * s}, vec2{-lb * s, lb * c}
}

// rotated is the covariance with sigmas along a unit vector and across it.
func rotated(u vec2, along, across float64) sym2 {
	a, c := along*along, across*across
	return sym2{
		ee: a*u[0]*u[0] + c*u[1]*u[1],
		en: (a - c) * u[0] * u[1],
		nn: a*u[1]*u[1] + c*u[0]*u[0],
	}
}

func (p *mat4) pos() sym2 { return sym2{p[0][0], p[0][1], p[1][1]} }

// addOuter adds k d d'.
func (p *mat4) addOuter(k float64, d vec4) {
	for i := range 4 {
		kd, row := k*d[i], &p[i]
		row[0] += kd * d[0]
		row[1] += kd * d[1]
		row[2] += kd * d[2]
		row[3] += kd * d[3]
	}
}

func (p *mat4) addScaled(k float64, q *mat4) {
	for i := range 4 {
		row, add := &p[i], &q[i]
		row[0] += k * add[0]
		row[1] += k * add[1]
		row[2] += k * add[2]
		row[3] += k * add[3]
	}
}

// times is the 4x2 product of a gain-like matrix with a symmetric 2x2 one.
func (a *mat42) times(c sym2) mat42 {
	var out mat42
	for i := range 4 {
		out[i][0] = a[i][0]*c.ee + a[i][1]*c.en
		out[i][1] = a[i][0]*c.en + a[i][1]*c.nn
	}
	return out
}

// by is the 4x2 product with any 2x2 one.
func (a *mat42) by(c *mat2) mat42 {
	var out mat42
	for i := range 4 {
		out[i][0] = a[i][0]*c[0][0] + a[i][1]*c[1][0]
		out[i][1] = a[i][0]*c[0][1] + a[i][1]*c[1][1]
	}
	return out
}

func (a *mat42) apply(v vec2) vec4 {
	var out vec4
	for i := range 4 {
		out[i] = a[i][0]*v[0] + a[i][1]*v[1]
	}
	return out
}

// joseph is (I-KH) P (I-KH)' + K R K' for H that takes the position; it stays positive for any gain.
func joseph(p *mat4, k *mat42, r sym2) mat4 {
	var m, out mat4
	for i := range 4 {
		row, from, a, b := &m[i], &p[i], k[i][0], k[i][1]
		row[0] = from[0] - a*p[0][0] - b*p[1][0]
		row[1] = from[1] - a*p[0][1] - b*p[1][1]
		row[2] = from[2] - a*p[0][2] - b*p[1][2]
		row[3] = from[3] - a*p[0][3] - b*p[1][3]
	}
	kr := k.times(r)
	for i := range 4 {
		row, s := &m[i], kr[i]
		for j := 0; j <= i; j++ {
			v := row[j] - row[0]*k[j][0] - row[1]*k[j][1] + s[0]*k[j][0] + s[1]*k[j][1]
			out[i][j], out[j][i] = v, v
		}
	}
	return out
}
