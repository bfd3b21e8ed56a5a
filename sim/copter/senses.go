package copter

import (
	"math"
	"math/rand/v2"
)

// drift is an error that wanders slowly about zero (an Ornstein-Uhlenbeck process).
type drift struct {
	sigma, tau float64
	value      float64
}

func (d *drift) step(dt float64, rng *rand.Rand) float64 {
	k := math.Exp(-dt / d.tau)
	d.value = d.value*k + d.sigma*math.Sqrt(1-k*k)*rng.NormFloat64()
	return d.value
}

// senses are the errors of what the autopilot believes of itself.
type senses struct {
	rng                 *rand.Rand
	east, north, up     drift // metres: satellite position
	ve, vn, vu          drift // m/s
	roll, pitch, yaw    drift // degrees
	gimbalPan, gimbalUp drift // degrees: how well the camera is held
	yawBias             float64
}

func newSenses(rng *rand.Rand, yawBiasDeg float64) *senses {
	return &senses{
		rng:  rng,
		east: drift{sigma: 0.4, tau: 60}, north: drift{sigma: 0.4, tau: 60}, up: drift{sigma: 0.6, tau: 45},
		ve: drift{sigma: 0.03, tau: 0.5}, vn: drift{sigma: 0.03, tau: 0.5}, vu: drift{sigma: 0.03, tau: 0.5},
		roll: drift{sigma: 0.2, tau: 3}, pitch: drift{sigma: 0.2, tau: 3}, yaw: drift{sigma: 0.25, tau: 15},
		gimbalPan: drift{sigma: 0.06, tau: 0.4}, gimbalUp: drift{sigma: 0.06, tau: 0.4},
		yawBias: yawBiasDeg,
	}
}

// belief is the autopilot's estimate of its state.
type belief struct {
	pos, vel                     vec
	rollDeg, pitchDeg, yawDeg    float64
	rollRate, pitchRate, yawRate float64 // deg/s
}

// step advances the errors and adds them to the truth. On the ground the velocity is known to be zero.
func (s *senses) step(dt float64, b *body) belief {
	for _, d := range []*drift{&s.east, &s.north, &s.up, &s.ve, &s.vn, &s.vu, &s.roll, &s.pitch, &s.yaw, &s.gimbalPan, &s.gimbalUp} {
		d.step(dt, s.rng)
	}
	out := belief{
		pos:     b.pos.add(s.place()),
		vel:     b.vel,
		rollDeg: b.rollDeg + s.roll.value, pitchDeg: b.pitchDeg + s.pitch.value,
		yawDeg:   wrap360(b.yawDeg + s.yawBias + s.yaw.value),
		rollRate: b.rollRate, pitchRate: b.pitchRate, yawRate: b.yawRate,
	}
	if !b.onGround {
		out.vel = out.vel.add(vec{s.ve.value, s.vn.value, s.vu.value})
	}
	return out
}

// place is the present error of the position, which the receiver and the estimate have in common.
func (s *senses) place() vec { return vec{s.east.value, s.north.value, s.up.value} }

// wrap360 brings an angle into [0, 360); what is no number becomes 0.
func wrap360(deg float64) float64 {
	deg = math.Mod(deg, 360)
	switch {
	case math.IsNaN(deg):
		return 0
	case deg < 0:
		return deg + 360
	}
	return deg
}
