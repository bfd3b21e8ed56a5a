package mavlink

import (
	"math"

	"vedette/internal/geo"
)

const (
	radToDeg = 180 / math.Pi
	degToRad = math.Pi / 180
)

// quaternion is w, x, y, z: the turn from a body frame (forward, right, down) to north, east, down.
type quaternion [4]float64

var level = quaternion{1, 0, 0, 0}

// fromEuler makes the turn by yaw, then pitch, then roll, in radians.
func fromEuler(roll, pitch, yaw float64) quaternion {
	sr, cr := math.Sincos(roll / 2)
	sp, cp := math.Sincos(pitch / 2)
	sy, cy := math.Sincos(yaw / 2)
	return quaternion{
		cr*cp*cy + sr*sp*sy,
		sr*cp*cy - cr*sp*sy,
		cr*sp*cy + sr*cp*sy,
		cr*cp*sy - sr*sp*cy,
	}
}

// eulerDeg gives roll, pitch and yaw in degrees, yaw in [0, 360).
func (q quaternion) eulerDeg() (roll, pitch, yaw float64) {
	w, x, y, z := q[0], q[1], q[2], q[3]
	roll = math.Atan2(2*(w*x+y*z), 1-2*(x*x+y*y)) * radToDeg
	pitch = math.Asin(max(-1, min(1, 2*(w*y-z*x)))) * radToDeg
	yaw = geo.NormalizeDeg(q.yaw() * radToDeg)
	return roll, pitch, yaw
}

// yaw is in radians.
func (q quaternion) yaw() float64 {
	w, x, y, z := q[0], q[1], q[2], q[3]
	return math.Atan2(2*(w*z+x*y), 1-2*(y*y+z*z))
}

// then is the turn q followed, in the frame that it leads to, by r.
func (q quaternion) then(r quaternion) quaternion {
	return quaternion{
		q[0]*r[0] - q[1]*r[1] - q[2]*r[2] - q[3]*r[3],
		q[0]*r[1] + q[1]*r[0] + q[2]*r[3] - q[3]*r[2],
		q[0]*r[2] - q[1]*r[3] + q[2]*r[0] + q[3]*r[1],
		q[0]*r[3] + q[1]*r[2] - q[2]*r[1] + q[3]*r[0],
	}
}

// rotated is q after turning at body rates (radians a second) for a time in seconds.
func (q quaternion) rotated(rates [3]float64, seconds float64) quaternion {
	speed := math.Sqrt(rates[0]*rates[0] + rates[1]*rates[1] + rates[2]*rates[2])
	if speed*math.Abs(seconds) < 1e-9 {
		return q
	}
	s, c := math.Sincos(speed * seconds / 2)
	return q.then(quaternion{c, s * rates[0] / speed, s * rates[1] / speed, s * rates[2] / speed})
}

// normalised answers false for what cannot be a turn, as zeros and NaN.
func (q quaternion) normalised() (quaternion, bool) {
	n := math.Sqrt(q[0]*q[0] + q[1]*q[1] + q[2]*q[2] + q[3]*q[3])
	if !(n > 0.5 && n < 2) {
		return level, false
	}
	return quaternion{q[0] / n, q[1] / n, q[2] / n, q[3] / n}, true
}

// slerp goes the short way from a (at 0) to b (at 1).
func slerp(a, b quaternion, at float64) quaternion {
	dot := a[0]*b[0] + a[1]*b[1] + a[2]*b[2] + a[3]*b[3]
	if dot < 0 {
		dot = -dot
		b = quaternion{-b[0], -b[1], -b[2], -b[3]}
	}
	ka, kb := 1-at, at
	// Nearly equal turns: the straight way is as good and does not divide by zero.
	if dot < 0.9995 {
		angle := math.Acos(dot)
		ka = math.Sin((1-at)*angle) / math.Sin(angle)
		kb = math.Sin(at*angle) / math.Sin(angle)
	}
	var q quaternion
	for i := range q {
		q[i] = ka*a[i] + kb*b[i]
	}
	q, _ = q.normalised()
	return q
}
