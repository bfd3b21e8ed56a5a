package copter

import "math"

const (
	channels      = 18
	stickDeadzone = 0.08 // of half the travel
	throttleDead  = 0.2  // as THR_DZ
)

// sticks are the pilot's, as a station gives them (MANUAL_CONTROL, RC_CHANNELS_OVERRIDE); without, the transmitter at the
// launch site keeps them in the middle.
type sticks struct {
	raw   [channels]uint16 // of channels that are overridden, microseconds; 0: not
	setAt float64          // s since power-up
}

// override takes channel values: 0 gives a channel back, 65535 leaves it.
func (s *sticks) override(now float64, values []uint16) {
	s.setAt = now
	for i, v := range values[:min(len(values), channels)] {
		if v != math.MaxUint16 {
			s.raw[i] = v
		}
	}
}

// channel is what the receiver would give now: roll, pitch, throttle, yaw, then switches.
func (f *flight) channel(i int) uint16 {
	if v := f.sticks.raw[i]; v != 0 && f.sticks.held(f) {
		return v
	}
	switch {
	case i == 2 && f.faults.radio == lowThrottle:
		return lowThrottleUS
	case i == 2 && f.body.onGround: // the throttle lies at the bottom
		return 1000
	case i < 4:
		return 1500
	case i == 4, i == 7:
		return 1800
	case i < 8:
		return 1000
	}
	return 0
}

// held tells whether an override is fresh: RC_OVERRIDE_TIME, 0 switches overriding off, -1 holds for ever.
func (s *sticks) held(f *flight) bool {
	limit := f.params.get("RC_OVERRIDE_TIME")
	return s.setAt > 0 && (limit < 0 || f.age()-s.setAt <= limit)
}

// deflection of a stick, from -1 to 1, without the dead zone.
func (f *flight) deflection(i int, dead float64) float64 {
	if f.sticks.raw[i] == 0 || !f.sticks.held(f) {
		return 0
	}
	x := clamp((float64(f.sticks.raw[i])-1500)/500, -1, 1)
	if math.Abs(x) < dead {
		return 0
	}
	return (x - math.Copysign(dead, x)) / (1 - dead)
}

// climb is the rate that the throttle asks for in m/s.
func (s *sticks) climb(f *flight) float64 {
	x := f.deflection(2, throttleDead)
	up, down := f.params.get("PILOT_SPEED_UP")/100, f.params.get("PILOT_SPEED_DN")/100
	if down <= 0 {
		down = up
	}
	if x > 0 {
		return x * clamp(up, 0.1, 5)
	}
	return x * clamp(down, 0.1, 5)
}

// vertical applies throttle and rudder; it tells whether the throttle is moved.
func (f *flight) vertical(g *goal) bool {
	g.yawRate = f.deflection(3, stickDeadzone) * min(f.params.get("PILOT_Y_RATE"), maxYawRate)
	climb := f.sticks.climb(f)
	if climb == 0 {
		return false
	}
	f.lifting = nil
	g.up, g.down = max(g.up, climb), max(g.down, -climb)
	g.heightFree, g.vel[2] = true, climb
	f.hold[2] = f.est.pos[2]
	return true
}

// byStick flies LOITER and POSHOLD: the sticks ask for speed, let go they hold the place.
func (f *flight) byStick(g goal) goal {
	roll, pitch := f.deflection(0, stickDeadzone), f.deflection(1, stickDeadzone)
	if f.lifting != nil {
		f.hold[2] = *f.lifting
		if f.est.pos[2] > *f.lifting-0.3 {
			f.lifting = nil
		}
	}
	f.vertical(&g)
	g.speed = clamp(f.params.get("LOIT_SPEED")/100, 0.2, 20)
	if roll == 0 && pitch == 0 {
		g.pos = &f.hold
		return g
	}
	height := f.hold[2]
	sin, cos := math.Sincos(f.est.yawDeg * toRad)
	forward, right := -pitch*g.speed, roll*g.speed // a stick pulled back, above 1500, flies backwards
	g.vel[0], g.vel[1] = forward*sin+right*cos, forward*cos-right*sin
	if !g.heightFree { // keep the height on the way
		g.vel[2] = clamp(climbGain*(height-f.est.pos[2]), -1, 1)
	}
	f.hold = f.stopPoint()
	f.hold[2] = height
	return g
}

// byHand flies the modes without a place: the sticks lean the vehicle, let go it is level.
func (f *flight) byHand(g goal) goal {
	g.level = true
	roll, pitch := f.deflection(0, stickDeadzone), f.deflection(1, stickDeadzone)
	if f.lifting != nil {
		g.vel[2] = g.up
		if f.est.pos[2] > *f.lifting-0.3 {
			f.lifting = nil
		}
	}
	f.vertical(&g)
	most := clamp(f.params.get("ANGLE_MAX")/100, 5, maxLeanDeg)
	lean := leanFor(roll*most, pitch*most, f.est.yawDeg)
	g.lean = &lean
	return g
}
