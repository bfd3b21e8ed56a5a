package copter

import (
	"math"

	"vedette/internal/geo"
)

// What the airframe can do.
const (
	gravity     = 9.80665 // m/s²
	maxLeanDeg  = 30.0    // as ANGLE_MAX
	attitudeLag = 0.15    // s, first order, from demanded to flown attitude
	liftLag     = 0.08    // s, of the motors
	maxLift     = 6.0     // m/s² above gravity
	minLift     = -6.0    // m/s², motors nearly idle
	dragPerM    = 0.0159  // 1/m: 20 degrees of lean hold 15 m/s of airspeed
	maxYawAccel = 120.0   // deg/s²
	maxYawRate  = 60.0    // deg/s
)

// vec is east, north, up in metres, m/s or m/s².
type vec [3]float64

func (a vec) add(b vec) vec              { return vec{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }
func (a vec) sub(b vec) vec              { return vec{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
func (a vec) scale(k float64) vec        { return vec{k * a[0], k * a[1], k * a[2]} }
func (a vec) dot(b vec) float64          { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func (a vec) horizontal() float64        { return math.Hypot(a[0], a[1]) }
func (a vec) length() float64            { return math.Sqrt(a[0]*a[0] + a[1]*a[1] + a[2]*a[2]) }
func (a vec) courseDeg() float64         { return geo.NormalizeDeg(math.Atan2(a[0], a[1]) * 180 / math.Pi) }
func clamp(x, low, high float64) float64 { return min(max(x, low), high) }

// limit shortens the horizontal part of a vector to at most most.
func (a vec) limit(most float64) vec {
	if l := a.horizontal(); l > most && l > 0 {
		a[0], a[1] = a[0]*most/l, a[1]*most/l
	}
	return a
}

// thrust is what the autopilot asks of the airframe.
type thrust struct {
	lean    [2]float64 // specific horizontal force east and north, m/s²
	lift    float64    // specific vertical force above gravity, m/s²
	yawRate float64    // deg/s

	most   float64 // limit of lift, m/s²
	spin   float64 // deg/s that it turns by itself
	tumble bool    // the attitude is lost
}

// body is the true state of the airframe: a point mass that leans to accelerate, with drag in the moving air and a ground
// that it cannot pass.
type body struct {
	pos, vel            vec
	acc                 vec // of the last step
	lean                [2]float64
	lift                float64
	yawDeg              float64 // heading, true north
	yawRate             float64 // deg/s
	rollDeg             float64 // right side down
	pitchDeg            float64 // nose up
	rollRate, pitchRate float64 // deg/s
	tumbled             float64 // degrees that it has rolled over
	onGround            bool
	touchMS             float64 // speed at the last touch-down
}

// step advances by dt seconds. spinning tells whether the motors run; wind is the velocity of the air, groundU the
// terrain below.
func (b *body) step(dt float64, want thrust, spinning bool, wind vec, groundU float64) {
	if !spinning {
		want = thrust{lift: minLift, most: maxLift}
	}
	k := 1 - math.Exp(-dt/attitudeLag)
	b.lean[0] += k * (want.lean[0] - b.lean[0])
	b.lean[1] += k * (want.lean[1] - b.lean[1])
	most := (gravity + b.lift) * math.Tan(maxLeanDeg*math.Pi/180)
	if l := math.Hypot(b.lean[0], b.lean[1]); l > most {
		b.lean[0], b.lean[1] = b.lean[0]*most/l, b.lean[1]*most/l
	}
	b.lift += (1 - math.Exp(-dt/liftLag)) * (clamp(min(want.lift, want.most), minLift, maxLift) - b.lift)

	if b.onGround && (!spinning || b.lift < 0.05) {
		b.rest(dt, groundU)
		return
	}
	b.onGround = false

	air := wind.sub(b.vel)
	drag := air.scale(dragPerM * air.length())
	b.acc = vec{b.lean[0] + drag[0], b.lean[1] + drag[1], b.lift + 0.5*drag[2]}
	if want.tumble {
		b.tumbled += tumbleRate * dt
		b.acc[2] = (gravity+b.lift)*math.Cos(b.tumbled*toRad) - gravity + 0.5*drag[2]
	}
	if !spinning {
		b.acc[2] = -gravity + 0.5*drag[2]
	}
	b.pos = b.pos.add(b.vel.scale(dt)).add(b.acc.scale(dt * dt / 2))
	b.vel = b.vel.add(b.acc.scale(dt))

	accel := clamp(want.yawRate+want.spin-b.yawRate, -maxYawAccel*dt, maxYawAccel*dt)
	b.yawRate = clamp(b.yawRate+accel, -maxYawRate, maxYawRate+want.spin)
	b.yawDeg = geo.NormalizeDeg(b.yawDeg + b.yawRate*dt)
	b.tilt(dt)

	if b.pos[2] <= groundU {
		b.touchMS = -b.vel[2]
		if want.tumble {
			b.tumbled = 120 // it comes to lie on its back
		}
		b.onGround = true
		b.rest(dt, groundU)
	}
}

// rest keeps the body still on the ground.
func (b *body) rest(dt, groundU float64) {
	b.pos[2], b.vel, b.acc, b.yawRate = groundU, vec{}, vec{}, 0
	b.lean = [2]float64{}
	b.tilt(dt)
}

// tilt derives roll and pitch from the horizontal force.
func (b *body) tilt(dt float64) {
	s, c := math.Sincos(b.yawDeg * math.Pi / 180)
	forward := b.lean[0]*s + b.lean[1]*c
	right := b.lean[0]*c - b.lean[1]*s
	up := gravity + max(b.lift, minLift)
	pitch := -math.Atan2(forward, up) * 180 / math.Pi
	roll := geo.DiffDeg(0, math.Atan2(right, math.Hypot(up, forward))*180/math.Pi+b.tumbled)
	b.rollRate, b.pitchRate = (roll-b.rollDeg)/dt, (pitch-b.pitchDeg)/dt
	b.rollDeg, b.pitchDeg = roll, pitch
}
