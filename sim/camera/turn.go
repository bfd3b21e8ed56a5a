package camera

import "math"

// turn is a rotation from forward-right-down axes to north-east-down.
type turn [3][3]float64

// turned rolls, then pitches, then yaws.
func turned(yawDeg, pitchDeg, rollDeg float64) turn {
	sy, cy := math.Sincos(yawDeg * math.Pi / 180)
	sp, cp := math.Sincos(pitchDeg * math.Pi / 180)
	sr, cr := math.Sincos(rollDeg * math.Pi / 180)
	return turn{
		{cp * cy, sr*sp*cy - cr*sy, cr*sp*cy + sr*sy},
		{cp * sy, sr*sp*sy + cr*cy, cr*sp*sy - sr*cy},
		{-sp, sr * cp, cr * cp},
	}
}

// back is another turn as it is seen from this one.
func (t turn) back(other turn) (out turn) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				out[i][j] += t[k][i] * other[k][j]
			}
		}
	}
	return out
}

// angles are those that turned takes, in degrees. Straight up and down the roll counts as yaw.
func (t turn) angles() (yaw, pitch, roll float64) {
	const deg = 180 / math.Pi
	pitch = math.Asin(min(1, max(-1, -t[2][0]))) * deg
	if math.Hypot(t[2][1], t[2][2]) < 1e-9 {
		return math.Atan2(-t[0][1], t[1][1]) * deg, pitch, 0
	}
	return math.Atan2(t[1][0], t[0][0]) * deg, pitch, math.Atan2(t[2][1], t[2][2]) * deg
}

// enu is a direction of these axes as a unit vector east, north, up.
func (t turn) enu(d [3]float64) [3]float64 {
	var v [3]float64
	for i := range 3 {
		v[i] = t[i][0]*d[0] + t[i][1]*d[1] + t[i][2]*d[2]
	}
	l := math.Hypot(math.Hypot(v[0], v[1]), v[2])
	return [3]float64{v[1] / l, v[0] / l, -v[2] / l}
}
