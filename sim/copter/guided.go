package copter

import "math"

// highest is the greatest height above home that a command may ask for, in metres.
const highest = 5000.0

// guided is the state of GUIDED: take-off, a place to hold, or a velocity to fly.
type guided struct {
	takingOff bool
	takeoffU  float64 // height in the local frame
	at        vec
	flying    bool // vel is to be flown instead of at
	vel       vec
	velAt     float64 // when it was last told, s since power-up
	yaw       *float64
	yawRate   float64
	hasRate   bool

	attitude   *[3]float64 // roll, pitch and yaw in degrees to be held instead
	climbMS    float64     // with an attitude
	attitudeAt float64     // when it was last told
	paused     bool
}

// takeoff starts a climb to a height above home; only armed, on the ground, and in a mode that can.
func (f *flight) takeoff(height float64) bool {
	if !f.armed || !f.body.onGround || !(height > 0 && height <= highest) {
		return false
	}
	u := f.home[2] + height
	switch f.mode {
	case Guided:
		f.guided = guided{takingOff: true, takeoffU: u, at: f.est.pos}
	case AltHold, Loiter, PosHold, Sport:
		f.hold = f.est.pos
		f.lifting = &u
	default:
		return false
	}
	return true
}

// goTo flies to a place and holds it.
func (f *flight) goTo(at vec) {
	f.guided.flying, f.guided.at = false, at
	if !f.body.onGround {
		f.guided.takingOff = false
	}
	f.guided.yaw, f.guided.hasRate, f.guided.attitude, f.guided.paused = nil, false, nil, false
}

// flyAt flies a velocity until GUID_TIMEOUT after the last one.
func (f *flight) flyAt(vel vec) {
	f.guided.flying, f.guided.vel, f.guided.velAt = true, vel, f.age()
	f.guided.yaw, f.guided.hasRate, f.guided.attitude, f.guided.paused = nil, false, nil, false
}

func (s *guided) goal(f *flight, g goal) goal {
	switch {
	case s.takingOff:
		// Straight up over the place where it stood.
		s.at[2] = s.takeoffU
		if f.est.pos[2] > s.takeoffU-0.3 {
			s.takingOff = false
		}
		g.pos = &s.at
		return g
	case s.paused:
		g.pos = &f.hold
		return g
	case s.attitude != nil:
		g = s.attitudeGoal(f, g)
		if s.attitude == nil {
			s.at = f.stopPoint()
		}
		return g
	case s.flying && f.age()-s.velAt < f.params.get("GUID_TIMEOUT"):
		g.vel = s.vel
		f.travelYaw(&g, f.est.pos.add(s.vel.scale(10)))
		s.at = f.stopPoint()
	default:
		if s.flying {
			s.flying = false
		}
		g.pos = &s.at
		f.travelYaw(&g, s.at)
	}
	if s.yaw != nil {
		g.yawDeg = s.yaw
	} else if s.hasRate {
		g.yawDeg, g.yawRate = nil, s.yawRate
	}
	return g
}

// attitudeGoal holds an attitude until GUID_TIMEOUT after the last one; then level.
func (s *guided) attitudeGoal(f *flight, g goal) goal {
	if s.attitude != nil && f.age()-s.attitudeAt > f.params.get("GUID_TIMEOUT") {
		s.attitude = nil
	}
	g.level = true
	if s.attitude == nil {
		return g
	}
	lean := leanFor(s.attitude[0], s.attitude[1], f.est.yawDeg)
	yaw := wrap360(s.attitude[2])
	g.lean, g.yawDeg, g.vel[2] = &lean, &yaw, s.climbMS
	return g
}

// leanFor is the horizontal force, east and north, of a roll (right side down) and a pitch (nose up) in degrees.
func leanFor(rollDeg, pitchDeg, yawDeg float64) [2]float64 {
	forward, right := -gravity*math.Tan(pitchDeg*toRad), gravity*math.Tan(rollDeg*toRad)
	sin, cos := math.Sincos(yawDeg * toRad)
	return [2]float64{forward*sin + right*cos, forward*cos - right*sin}
}
