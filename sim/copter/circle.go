package copter

import "math"

// circling is the state of CIRCLE: round a centre, looking at it.
type circling struct {
	centre vec
	radius float64
	angle  float64 // of the vehicle from the centre, degrees clockwise from north
}

// circleAhead begins a circle whose centre lies CIRCLE_RADIUS ahead of the nose.
func (f *flight) circleAhead() circling {
	radius := clamp(f.params.get("CIRCLE_RADIUS")/100, 0, 2000)
	at := f.stopPoint()
	sin, cos := math.Sincos(f.est.yawDeg * toRad)
	return circling{centre: at.add(vec{radius * sin, radius * cos, 0}), radius: radius, angle: wrap360(f.est.yawDeg + 180)}
}

// goal moves along the circle at CIRCLE_RATE, no faster than the vehicle can follow.
func (c *circling) goal(f *flight, g goal) goal {
	rate := f.params.get("CIRCLE_RATE") // deg/s, clockwise where positive
	if c.radius > 0 {
		most := min(g.speed, 0.8*math.Sqrt(g.accel*c.radius)) / c.radius / toRad
		rate = clamp(rate, -most, most)
	}
	c.angle = wrap360(c.angle + rate*dt)
	sin, cos := math.Sincos(c.angle * toRad)
	at := c.centre.add(vec{c.radius * sin, c.radius * cos, 0})
	g.pos = &at
	yaw := wrap360(c.angle + 180)
	g.yawDeg = &yaw
	return g
}
