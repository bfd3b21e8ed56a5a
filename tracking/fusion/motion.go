package fusion

import "math"

// model is one way to move. All share the state east, north, velocity east, velocity north; they differ in how long a
// velocity lasts and in how hard it is pushed.
type model struct {
	velocityTau float64 // s; velocity decays towards zero with it
	accelPSD    float64 // m^2/s^3, white acceleration
	wanderPSD   float64 // m^2/s, white velocity on top: sway of a standing person, pixels of the box that breathe
	dwell       float64 // s, mean time until the target changes its way to move
	birthSigmaV float64 // m/s, standard deviation of the velocity of a new track
}

// The ways to move, in the order of models.
const (
	standing = iota
	walking
	driving
	turning
	numModels
)

var models = [numModels]model{
	standing: {velocityTau: 0.7, accelPSD: 0.01, wanderPSD: 0.01, dwell: 15, birthSigmaV: 0.1},
	walking:  {velocityTau: 1000, accelPSD: 0.02, wanderPSD: 0.01, dwell: 40, birthSigmaV: 1.1},
	driving:  {velocityTau: 2000, accelPSD: 0.15, wanderPSD: 0.05, dwell: 15, birthSigmaV: 9},
	turning:  {velocityTau: 300, accelPSD: 3, wanderPSD: 0.05, dwell: 4, birthSigmaV: 5},
}

// habits is how often a class moves in each of the ways.
var habits = [numClasses][numModels]float64{
	Person:  {0.15, 0.82, 0.005, 0.025},
	Vehicle: {0.08, 0.02, 0.65, 0.25},
	Animal:  {0.20, 0.75, 0.01, 0.04},
}

// habit is the mix of habits for uncertain class.
func habit(class ClassProbs) (out [numModels]float64) {
	for c, pc := range class {
		for m := range out {
			out[m] += pc * habits[c][m]
		}
	}
	return out
}

// move predicts one model's state by dt seconds (dt >= 0).
func (m *model) move(x *vec4, p *mat4, dt float64) {
	phi := decay(dt / m.velocityTau)
	reach := m.velocityTau * (1 - phi) // how far a velocity carries
	x[0] += reach * x[2]
	x[1] += reach * x[3]
	x[2] *= phi
	x[3] *= phi
	// F = [I reach; 0 phi], worked out by blocks.
	for i := range 4 {
		p[i][0] += reach * p[i][2]
		p[i][1] += reach * p[i][3]
		p[i][2] *= phi
		p[i][3] *= phi
	}
	for j := range 4 {
		p[0][j] += reach * p[2][j]
		p[1][j] += reach * p[3][j]
		p[2][j] *= phi
		p[3][j] *= phi
	}
	// The discretised white acceleration of a velocity that lasts; for one that decays it is a close upper bound while
	// dt is short, and is held at the stationary value when dt is long.
	q := m.accelPSD
	h := min(dt, m.velocityTau)
	qv := q * h
	qpv := q * h * h / 2
	qp := q*h*h*h/3 + q*m.velocityTau*m.velocityTau*(dt-h) + m.wanderPSD*dt
	for k := range 2 {
		p[k][k] += qp
		p[k][k+2] += qpv
		p[k+2][k] += qpv
		p[k+2][k+2] += qv
	}
}

// decay is exp(-x) for x >= 0. Steps are short as a rule, and then three terms are as good as the function.
func decay(x float64) float64 {
	if x < 1e-3 {
		return 1 - x*(1-x/2*(1-x/3))
	}
	return math.Exp(-x)
}

// mixModels is the interaction step of the IMM filter over dt seconds: probabilities flow between the models and their states
// are blended accordingly.
func (t *track) mixModels(dt float64) {
	var flow [numModels][numModels]float64
	var next [numModels]float64
	aim := habit(t.class)
	for i := range numModels {
		leave := 1 - decay(dt/models[i].dwell)
		rest := 1 - aim[i]
		for j := range numModels {
			f := t.mu[i] * leave * aim[j] / rest
			if i == j {
				f = t.mu[i] * (1 - leave)
			}
			flow[i][j] = f
			next[j] += f
		}
	}
	x0, p0 := t.x, t.p
	for j := range numModels {
		if next[j] < 1e-12 {
			next[j] = 1e-12
			continue
		}
		var x vec4
		for i := range numModels {
			w := flow[i][j] / next[j]
			for k := range 4 {
				x[k] += w * x0[i][k]
			}
		}
		var p mat4
		for i := range numModels {
			w := flow[i][j] / next[j]
			if w < 1e-9 {
				continue
			}
			p.addScaled(w, &p0[i])
			p.addOuter(w, vec4{x0[i][0] - x[0], x0[i][1] - x[1], x0[i][2] - x[2], x0[i][3] - x[3]})
		}
		t.x[j], t.p[j] = x, p
		if j == turning {
			own := x0[j]
			t.turn = t.turn.joined(flow[j][j]/next[j], vec4{own[0] - x[0], own[1] - x[1], own[2] - x[2], own[3] - x[3]})
		}
	}
	t.mu = next
	t.normaliseModels()
}

func (t *track) normaliseModels() {
	sum := 0.0
	for _, m := range t.mu {
		sum += m
	}
	for i := range t.mu {
		t.mu[i] /= sum
	}
}
