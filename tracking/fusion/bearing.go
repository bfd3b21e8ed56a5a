package fusion

import "math"

// bearingSigma is the standard deviation of a direction in radians.
func (m *measurement) bearingSigma() float64 {
	if s := m.trip.BearingSigmaDeg; s > 0 {
		return min(s, 90) * math.Pi / 180
	}
	return 2 * math.Pi / 180
}

// bearingRate is how much denser the directions of a track's messages lie about the measured one than those of false alarms, which
// come from all around; zero beyond the sensor's range.
func (m *measurement) bearingRate(mean vec2, cov sym2) float64 {
	s := m.sensor
	de, dn := mean[0]-s.pos[0], mean[1]-s.pos[1]
	r := max(1, math.Hypot(de, dn))
	off := math.Remainder(math.Atan2(de, dn)-m.trip.BearingDeg*math.Pi/180, 2*math.Pi)
	sigma := m.bearingSigma()
	va := sigma*sigma + min(10, cov.form(vec2{dn / r, -de / r})/(r*r))
	return math.Sqrt(2*math.Pi/va) * math.Exp(-off*off/(2*va)) * soft((s.RangeM[0]-r)/(0.05*s.RangeM[0]))
}

// bearingFix is the direction as a place: on the ray, as far out as the track is thought to be; sharp across, free along. That is
// the extended Kalman filter's measurement of an angle, linearised at the track.
func (m *measurement) bearingFix(mean vec2) fixOf {
	s := m.sensor
	r := max(1, math.Hypot(mean[0]-s.pos[0], mean[1]-s.pos[1]))
	sn, cs := math.Sincos(m.trip.BearingDeg * math.Pi / 180)
	const free = 1e4 // metres
	return fixOf{
		sensor: s.index, z: vec2{s.pos[0] + r*sn, s.pos[1] + r*cs}, tau: 1,
		r: rotated(vec2{sn, cs}, free, r*m.bearingSigma()+0.5),
	}
}
