package fusion

import "math"

// A camera whose clock is ahead by tau says t of a picture that it took at t - tau. Its detections are placed with the pose of t, so they
// lie off by tau times the speed at which the picture sweeps over the ground there; and what they show was there tau ago, so it has gone on
// by tau times its own speed since. The first tells of the clock by what stands still, as soon as the camera turns or flies; the second by
// what moves, and only against other sensors: a camera alone sees the same path, only later.

const (
	// Of the speed of a track nothing is taken for true below this many times its variance: noise must not tell the time.
	goingDoubt = 2
	// So much of the motion that is told of a camera may be noise, one sigma. A camera that hangs in the air and trembles must not pass for
	// one that turns: below twice the noise a rate counts as none, above three times as it is.
	speedNoise, turnNoise = 0.3, 1.5 * math.Pi / 180 // m/s, rad/s
	// Nothing that carries a camera flies or turns faster than this.
	mostSpeed, mostTurn = 1000, 20 // m/s, rad/s
)

// motion is a Motion with its turn in radians a second.
type motion struct{ v, turn [3]float64 }

// inRadians is none where a number is not finite or cannot be.
func (m Motion) inRadians() (out motion) {
	const rad = math.Pi / 180
	out = motion{v: [3]float64{m.VE, m.VN, m.VUp}, turn: [3]float64{m.TurnEDegS * rad, m.TurnNDegS * rad, m.TurnUpDegS * rad}}
	for k := range 3 {
		if !(math.Abs(out.v[k]) <= mostSpeed && math.Abs(out.turn[k]) <= mostTurn) {
			return motion{}
		}
	}
	out.v, out.turn = surely(out.v, speedNoise), surely(out.turn, turnNoise)
	return out
}

// surely is a rate without what may be noise.
func surely(v [3]float64, noise float64) [3]float64 {
	k := max(0, min(1, math.Sqrt(v[0]*v[0]+v[1]*v[1]+v[2]*v[2])/noise-2))
	return [3]float64{k * v[0], k * v[1], k * v[2]}
}

// sweep is the speed over level ground, in m/s, of the place that a pixel shows, which lies de and dn metres from a camera that is
// height metres above it.
func (m *motion) sweep(de, dn, height float64) vec2 {
	if *m == (motion{}) {
		return vec2{}
	}
	w := &m.turn
	// The ray (de, dn, -height) turns; what it gains in height it loses in length.
	e := -w[1]*height - w[2]*dn
	n := w[2]*de + w[0]*height
	up := w[0]*dn - w[1]*de + m.v[2]
	return vec2{m.v[0] + e + de*up/height, m.v[1] + n + dn*up/height}
}

// on is what errors make of the place of something that moves, from what they make of something that stands.
func on(e [2]errorVec, v vec2) [2]errorVec {
	e[0][clockError] -= v[0]
	e[1][clockError] -= v[1]
	return e
}

// going is the velocity of a track as far as it is surely more than noise.
func (t *track) going() vec2 {
	v := t.velocity()
	spread := 0.0
	for m := range numModels {
		de, dn := t.x[m][2]-v[0], t.x[m][3]-v[1]
		spread += t.mu[m] * (t.p[m][2][2] + t.p[m][3][3] + de*de + dn*dn)
	}
	sure := 1 - goingDoubt*spread/(v[0]*v[0]+v[1]*v[1])
	if !(sure > 0) {
		return vec2{}
	}
	return vec2{sure * v[0], sure * v[1]}
}

// timed tells whether anything is learned of a camera's clock.
func (b *errorBelief) timed(slot int32) bool { return b.sigma[slot][clockError] > 0 }

// lead is how far what moves has gone on since a frame was truly taken.
func (b *errorBelief) lead(slot int32, v vec2) vec2 {
	if slot < 0 {
		return vec2{}
	}
	tau := b.mean[slot][clockError]
	return vec2{v[0] * tau, v[1] * tau}
}

// retime starts anew with a camera's clock when its description says something else of it than before.
func (t *Tracker) retime(s *state, cam *cameraState, sen *sensor) {
	if cam.slot < 0 {
		return
	}
	if sigma := sen.Bias.ClockSigma.Seconds(); s.errors.sigma[cam.slot][clockError] != sigma {
		t.work.evidence.settle(s)
		s.errors.sigma[cam.slot][clockError] = sigma
		s.errors.forgetOne(int(cam.slot), clockError)
	}
}
