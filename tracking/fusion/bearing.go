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

const (
	bearingS    = 3.0  // s, for which a direction that no track explains is remembered
	bearingSlip = 3.0  // m/s, how fast who is looked for may have moved between two directions
	leastCross  = 0.17 // sine of the angle below which two directions do not meet anywhere in particular
	bearingM    = 60.0 // m, one sigma: a crossing vaguer than this starts nothing
)

// ray is a direction that no track explained.
type ray struct {
	at         int64
	sensor     int32
	kind       SensorKind
	from, unit vec2
	sigma      float64 // rad
	reach      float64
}

// other tells whether two directions of one sensor are those of two things.
func (a *ray) other(b *ray) bool {
	off := math.Atan2(a.unit[0]*b.unit[1]-a.unit[1]*b.unit[0], a.unit[0]*b.unit[0]+a.unit[1]*b.unit[1])
	return math.Abs(off) > 4*math.Hypot(a.sigma, b.sigma)+0.05
}

// unexplained remembers a direction that no track explains, and starts one where it crosses another sensor's, if those are the only two: with more
// of them most crossings are nobody's place.
func (t *Tracker) unexplained(s *state, m *measurement, share float64) {
	sn, cs := math.Sincos(m.trip.BearingDeg * math.Pi / 180)
	own := ray{m.t, m.sensor.index, m.sensor.Kind, m.sensor.pos, vec2{sn, cs}, m.bearingSigma(), m.sensor.RangeM[0]}
	kept := s.rays[:0]
	for _, r := range s.rays {
		if float64(m.t-r.at)/1e9 <= bearingS {
			kept = append(kept, r)
		}
	}
	partner := -1
	alone := true
	for k := range kept {
		switch {
		case kept[k].sensor == own.sensor:
			alone = alone && !kept[k].other(&own)
		case partner >= 0 && kept[partner].sensor == kept[k].sensor && kept[k].other(&kept[partner]):
			alone = false
		default:
			partner = k
		}
	}
	s.rays = append(kept, own)
	if !alone || partner < 0 || len(s.tracks) >= t.cfg.MaxTracks {
		return
	}
	other := &kept[partner]
	z, cov, ok := own.meet(other)
	if !ok {
		return
	}
	f := fixOf{sensor: m.sensor.index, z: z, r: cov}
	tr := newTrack(birthKey{m.t, m.sensor.index, -1, m.seq}, &f, newClass(m.cls), min(0.8, share))
	tr.credit(other.sensor, other.kind, other.at)
	tr.credit(m.sensor.index, m.sensor.Kind, m.t)
	s.tracks = append(s.tracks, tr)
}

// meet is where two directions cross, with its covariance.
func (a *ray) meet(b *ray) (z vec2, cov sym2, ok bool) {
	cross := a.unit[0]*b.unit[1] - a.unit[1]*b.unit[0]
	if math.Abs(cross) < leastCross {
		return z, cov, false
	}
	d := vec2{b.from[0] - a.from[0], b.from[1] - a.from[1]}
	ra := (d[0]*b.unit[1] - d[1]*b.unit[0]) / cross
	rb := (d[0]*a.unit[1] - d[1]*a.unit[0]) / cross
	if !(ra > 0 && rb > 0 && ra < a.reach && rb < b.reach) {
		return z, cov, false
	}
	slip := bearingSlip * float64(a.at-b.at) / 1e9
	const free = 1e4 // metres
	info := rotated(a.unit, free, ra*a.sigma+0.5).inverse().add(rotated(b.unit, free, rb*b.sigma+0.5+slip).inverse())
	if !(info.det() > 0) {
		return z, cov, false
	}
	cov = info.inverse()
	return vec2{a.from[0] + ra*a.unit[0], a.from[1] + ra*a.unit[1]}, cov, cov.meanSigma() < bearingM
}
