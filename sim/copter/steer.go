package copter

import (
	"math"

	"vedette/internal/geo"
)

// Gains of the position and velocity loops; they resemble ArduCopter's defaults.
const (
	posGain      = 0.9  // 1/s
	velGain      = 2.0  // 1/s
	brakeShare   = 0.65 // of the acceleration limit, kept when planning to stop
	brakeBoost   = 1.4  // harder than that when it must
	jerkAcross   = 8.0  // m/s³
	jerkUp       = 8.0  // m/s³
	climbGain    = 1.0  // 1/s
	liftGain     = 3.0  // 1/s
	dragTrackTau = 0.6  // s, how fast the autopilot learns the wind's push
	yawGain      = 1.5  // 1/s
	yawSlew      = 45.0 // deg/s
)

// goal is where the autopilot wants to be. The zero goal keeps level and holds the height rate at zero.
type goal struct {
	pos        *vec        // hold or reach this place; nil: fly vel
	vel        vec         // wanted velocity where pos is nil; its up part always where heightFree
	heightFree bool        // pos gives no height: fly vel[2]
	level      bool        // no horizontal control at all
	lean       *[2]float64 // with level: the specific horizontal force to lean for, east and north, m/s²
	speed      float64     // limit across, m/s
	up, down   float64     // limits, m/s
	accel      float64     // limit across, m/s²
	accelUp    float64     // m/s²
	yawDeg     *float64    // heading to take; nil: keep turning at yawRate
	yawRate    float64     // deg/s, where yawDeg is nil
}

// steering turns goals into thrust: cascaded loops with limits on speed, acceleration and jerk.
type steering struct {
	acc  vec
	push [2]float64 // learnt drag, m/s²
}

// approach is the speed at which to close a distance so that braking stays below accel: linear near, square root far.
func approach(dist, gain, accel float64) float64 {
	linear := accel / (gain * gain)
	if dist < linear {
		return gain * dist
	}
	return math.Sqrt(2 * accel * (dist - linear/2))
}

func slew(from, to, most float64) float64 { return from + clamp(to-from, -most, most) }

// thrust computes the demand for one step. pos, vel and yawDeg are what the autopilot believes, drag the specific force of
// the air on the body.
func (s *steering) thrust(dt float64, g goal, pos, vel vec, yawDeg float64, drag vec) thrust {
	want := g.vel
	var climb float64
	if g.pos != nil {
		d := g.pos.sub(pos)
		if dist := d.horizontal(); dist > 0 {
			v := min(g.speed, approach(dist, posGain, brakeShare*g.accel))
			want[0], want[1] = d[0]/dist*v, d[1]/dist*v
		}
		climb = math.Copysign(approach(math.Abs(d[2]), climbGain, brakeShare*g.accelUp), d[2])
	}
	if g.pos == nil || g.heightFree {
		climb = g.vel[2]
	}
	want = want.limit(g.speed)
	want[2] = clamp(climb, -g.down, g.up)

	demand := want.sub(vel).scale(velGain)
	if g.level {
		demand[0], demand[1] = 0, 0
	}
	limit := g.accel
	if vel[0]*demand[0]+vel[1]*demand[1] < 0 {
		limit *= brakeBoost
	}
	demand = demand.limit(limit)
	demand[2] = clamp(liftGain*(want[2]-vel[2]), -g.accelUp, g.accelUp)

	step := demand.sub(s.acc).limit(jerkAcross * dt)
	s.acc[0], s.acc[1] = s.acc[0]+step[0], s.acc[1]+step[1]
	s.acc[2] = slew(s.acc[2], demand[2], jerkUp*dt)

	k := 1 - math.Exp(-dt/dragTrackTau)
	for i := range s.push {
		s.push[i] += k * (drag[i] - s.push[i])
	}
	out := thrust{lift: s.acc[2]}
	switch {
	case g.lean != nil:
		out.lean = *g.lean
	case !g.level:
		out.lean = [2]float64{s.acc[0] - s.push[0], s.acc[1] - s.push[1]}
	}
	out.yawRate = clamp(g.yawRate, -maxYawRate, maxYawRate)
	if g.yawDeg != nil {
		out.yawRate = clamp(yawGain*geo.DiffDeg(yawDeg, *g.yawDeg), -yawSlew, yawSlew)
	}
	return out
}

// reset forgets the demanded acceleration, when the motors start.
func (s *steering) reset() { *s = steering{} }
