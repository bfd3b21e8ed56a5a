package fusion

import "math"

const (
	// How fast those who turn do so, one sigma, and how long they keep at it: a car in a bend of 10 degrees a second is one and a half sigma out.
	turnSigma = 0.12 // rad/s
	turnS     = 8.0  // s
)

// turnRate is the fifth state of the turning model: its rate, counter-clockwise, and how that hangs together with the other four. It stands
// apart from them, so that the models that go straight need not carry it.
type turnRate struct {
	rate float64 // rad/s
	v    float64 // its variance
	c    vec4    // its covariance with the state of the turning model
}

func newTurnRate() turnRate { return turnRate{v: turnSigma * turnSigma} }

// moveTurning predicts the turning model by dt seconds: a coordinated turn, linearised about its state.
func (t *track) moveTurning(dt float64) {
	x, p, u, m := &t.x[turning], &t.p[turning], &t.turn, &models[turning]
	keep := decay(dt / turnS)
	lasts := turnS * (1 - keep) // how far a rate carries the heading
	sn, cs := math.Sincos(u.rate * lasts / 2)
	// Half of the turn comes before the way and half after it.
	x.rotate(sn, cs)
	p.rotate(sn, cs)
	u.c.rotate(sn, cs)
	phi := decay(dt / m.velocityTau)
	reach := m.velocityTau * (1 - phi)
	u.c[0] += reach * u.c[2]
	u.c[1] += reach * u.c[3]
	u.c[2] *= phi
	u.c[3] *= phi
	he, hn := x[2], x[3]
	m.move(x, p, dt)
	x.rotate(sn, cs)
	p.rotate(sn, cs)
	u.c.rotate(sn, cs)
	// What a rate that is greater by one would make of the state.
	g := vec4{-reach * lasts / 2 * hn, reach * lasts / 2 * he, -lasts * x[3], lasts * x[2]}
	for i := range 4 {
		for j := range 4 {
			p[i][j] += u.c[i]*g[j] + g[i]*u.c[j] + u.v*g[i]*g[j]
		}
	}
	for i := range 4 {
		u.c[i] = keep * (u.c[i] + g[i]*u.v)
	}
	u.rate *= keep
	u.v = keep*keep*u.v + (1-keep*keep)*turnSigma*turnSigma
}

// rotate turns the velocity counter-clockwise by an angle of this sine and cosine.
func (x *vec4) rotate(sn, cs float64) { x[2], x[3] = cs*x[2]-sn*x[3], sn*x[2]+cs*x[3] }

// rotate is the same for a covariance.
func (p *mat4) rotate(sn, cs float64) {
	for j := range 4 {
		p[2][j], p[3][j] = cs*p[2][j]-sn*p[3][j], sn*p[2][j]+cs*p[3][j]
	}
	for i := range 4 {
		p[i][2], p[i][3] = cs*p[i][2]-sn*p[i][3], sn*p[i][2]+cs*p[i][3]
	}
}

// joined is the turn rate when a share of the turning model comes from itself, moved from its own mean by d, and the rest from models that
// know nothing of a rate.
func (u turnRate) joined(share float64, d vec4) turnRate {
	out := turnRate{rate: share * u.rate}
	out.v = share*(u.v+u.rate*u.rate) + (1-share)*turnSigma*turnSigma - out.rate*out.rate
	for i := range 4 {
		out.c[i] = share * (u.c[i] + u.rate*d[i])
	}
	return out
}

// turned is the turn rate after an update of the turning model, whose state was x and p before it: the same mixture of fixes as for the
// other four states. weights and total are as in absorb.
func (u turnRate) turned(x *vec4, p *mat4, effects []fixEffect, fixes []fixOf, w [][numModels]float64, total float64) turnRate {
	var out turnRate
	var dx vec4
	var second vec4
	var step, square float64
	known, used := 0.0, 0
	for j := range effects {
		b := w[j][turning] / total
		if b < leastShare || used == maxFixes {
			continue
		}
		known += b
		used++
		k := effects[j].gain(p)
		si := p.pos().add(effects[j].s).inverse()
		k5 := si.times(vec2{u.c[0], u.c[1]})
		nu := vec2{fixes[j].z[0] - x[0], fixes[j].z[1] - x[1]}
		d, d5 := k.apply(nu), k5[0]*nu[0]+k5[1]*nu[1]
		r := fixes[j].r
		out.v += b * (u.v - 2*(k5[0]*u.c[0]+k5[1]*u.c[1]) + p.pos().add(r).form(k5))
		rk := r.times(k5)
		var y vec4
		for i := range 4 {
			y[i] = u.c[i] - p[i][0]*k5[0] - p[i][1]*k5[1]
		}
		for i := range 4 {
			out.c[i] += b * (y[i] - k[i][0]*y[0] - k[i][1]*y[1] + k[i][0]*rk[0] + k[i][1]*rk[1])
			dx[i] += b * d[i]
			second[i] += b * d[i] * d5
		}
		step += b * d5
		square += b * d5 * d5
	}
	out.rate = u.rate + step
	out.v += (1-known)*u.v + square - step*step
	for i := range 4 {
		out.c[i] += (1-known)*u.c[i] + second[i] - dx[i]*step
	}
	return out
}
