package copter

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
}

// takeoff starts a climb to a height above home; only armed and on the ground.
func (f *flight) takeoff(height float64) bool {
	if f.mode != Guided || !f.armed || !f.body.onGround || !(height > 0 && height <= highest) {
		return false
	}
	f.guided = guided{takingOff: true, takeoffU: f.home[2] + height, at: f.est.pos}
	return true
}

// goTo flies to a place and holds it.
func (f *flight) goTo(at vec) {
	f.guided.flying, f.guided.at = false, at
	if !f.body.onGround {
		f.guided.takingOff = false
	}
	f.guided.yaw, f.guided.hasRate = nil, false
}

// flyAt flies a velocity until GUID_TIMEOUT after the last one.
func (f *flight) flyAt(vel vec) {
	f.guided.flying, f.guided.vel, f.guided.velAt = true, vel, f.age()
	f.guided.yaw, f.guided.hasRate = nil, false
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
