package fusion

import (
	"math"
	"time"
)

// poseError is what the tracker believes of the systematic error of one camera: east and north in metres, heading and pitch in
// radians, with their covariance. It is learned where a track that other sensors placed comes into the camera's view, which
// tells how the camera differs from its neighbours; an error that all share cannot be seen and stays in the covariance.
type poseError struct {
	ready bool
	mean  vec4
	cov   mat4
}

const (
	turnTau = 600.0 // s, how long heading and pitch errors keep their value

	// A track that the camera has already pulled to itself this far says nothing new of its error.
	learnBelow = 0.35
	// All tracks that come over from one neighbour bring the same error of that neighbour, and a track errs in the next frame
	// as it did in this one, so their words are not independent; the covariance of each is widened by this, and by more where
	// frames follow one another faster than looks are independent.
	learnDoubt = 5.0
)

// sigma is the standard deviation of each of the four errors before anything is learned.
func (s *Bias) sigma() vec4 {
	const rad = math.Pi / 180
	return vec4{s.PosSigmaM, s.PosSigmaM, s.YawSigmaDeg * rad, s.PitchSigmaDeg * rad}
}

// advance brings the belief to the time of a scan, dt seconds after the last one.
func (b *poseError) advance(s *Bias, dt float64) {
	sigma := s.sigma()
	if !b.ready {
		b.ready = true
		for k := range 4 {
			b.cov[k][k] = sigma[k] * sigma[k]
		}
		return
	}
	if dt <= 0 {
		return
	}
	pos, turn := math.Exp(-dt/s.PosTau.Seconds()), math.Exp(-dt/turnTau)
	phi := vec4{pos, pos, turn, turn}
	for i := range 4 {
		b.mean[i] *= phi[i]
		for j := range 4 {
			b.cov[i][j] *= phi[i] * phi[j]
		}
		b.cov[i][i] += (1 - phi[i]*phi[i]) * sigma[i] * sigma[i]
	}
}

// effect is how the four errors move a detection at a place.
func (m *measurement) effect(p vec2) (out [2]vec4) {
	de, dn := p[0]-m.view.centre[0], p[1]-m.view.centre[1]
	r := max(1, math.Hypot(de, dn))
	ue, un := de/r, dn/r
	far := (r*r + m.height*m.height) / m.height
	return [2]vec4{{1, 0, r * un, far * ue}, {0, 1, -r * ue, far * un}}
}

// shift is the expected displacement of a detection at a place, and covariance how uncertain that is.
func (b *poseError) shift(m *measurement, p vec2) (d vec2) {
	e := m.effect(p)
	for k := range 4 {
		d[0] += e[0][k] * b.mean[k]
		d[1] += e[1][k] * b.mean[k]
	}
	return d
}

func (b *poseError) covariance(m *measurement, p vec2) (c sym2) {
	e := m.effect(p)
	for i := range 4 {
		for j := range 4 {
			c.ee += e[0][i] * b.cov[i][j] * e[0][j]
			c.en += e[0][i] * b.cov[i][j] * e[1][j]
			c.nn += e[1][i] * b.cov[i][j] * e[1][j]
		}
	}
	return c
}

// learn updates the belief by a detection of a track whose place is known from elsewhere: its uncorrected place, the track's
// expected place, and the covariance of the difference without the camera's own error, widened by doubt.
// The shared part of the track's covariance is what the errors of the cameras that placed it have made.
func (b *poseError) learn(m *measurement, raw, expected vec2, rest, shared sym2) {
	e := m.effect(raw)
	d := b.shift(m, raw)
	s := b.covariance(m, raw).add(rest)
	if !(s.det() > 0) {
		return
	}
	var pe mat42 // covariance of the errors with the detection
	for i := range 4 {
		for k := range 4 {
			pe[i][0] += b.cov[i][k] * e[0][k]
			pe[i][1] += b.cov[i][k] * e[1][k]
		}
	}
	k := pe.times(s.inverse())
	nu := vec2{raw[0] - d[0] - expected[0], raw[1] - d[1] - expected[1]}
	if s.inverse().form(nu) > 9 {
		return
	}
	step := k.apply(nu)
	for i := range 4 {
		b.mean[i] += step[i]
		for j := range 4 {
			b.cov[i][j] -= k[i][0]*pe[j][0] + k[i][1]*pe[j][1]
		}
	}
	sigma, keep := m.sensor.Bias.sigma(), b.unknowable(m, e, shared)
	for i := range 4 {
		b.cov[i][i] = max(b.cov[i][i], keep*sigma[i]*sigma[i])
		for j := range i {
			v := (b.cov[i][j] + b.cov[j][i]) / 2
			b.cov[i][j], b.cov[j][i] = v, v
		}
	}
}

// unknowable is the share of the variance that no number of tracks can take away. Cameras that learn from one another agree in the end
// on the mean of their errors, which none of them sees: of four cameras a quarter remains. Where the track was placed by cameras that
// err far less than this one, no more remains than a few times what they err.
func (b *poseError) unknowable(m *measurement, e [2]vec4, shared sym2) float64 {
	sigma, before := m.sensor.Bias.sigma(), 0.0
	for k := range 4 {
		before += (e[0][k]*e[0][k] + e[1][k]*e[1][k]) * sigma[k] * sigma[k]
	}
	if !(before > 0) {
		return 0
	}
	return min(0.25, 4*(shared.ee+shared.nn)/before)
}

// pulled is how far a sensor's error has already gone into the track: 0 not at all, 1 wholly.
func (t *track) pulled(sensor int32) float64 {
	for k := range t.influences {
		if f := &t.influences[k]; f.used && f.sensor == sensor {
			return (math.Abs(f.a[0][0]) + math.Abs(f.a[1][1])) / 2
		}
	}
	return 0
}

// CameraError is what the tracker has learned of the systematic error of one camera: how far its detections lie beside the truth,
// as far as its neighbours tell.
type CameraError struct {
	Sensor                     string
	EastM, NorthM              float64
	YawDeg, PitchDeg           float64
	EastSigmaM, NorthSigmaM    float64
	YawSigmaDeg, PitchSigmaDeg float64
}

// CameraErrors gives the errors of all cameras that have sent scans, in the order in which they were made known, as they were at
// the last call of Tracks.
func (t *Tracker) CameraErrors() []CameraError {
	var out []CameraError
	const deg = 180 / math.Pi
	for index := range t.state.cameras {
		if b := &t.state.cameras[index].pose; b.ready {
			sigma := func(k int) float64 { return math.Sqrt(max(0, b.cov[k][k])) }
			out = append(out, CameraError{
				Sensor: t.names[index], EastM: b.mean[0], NorthM: b.mean[1], YawDeg: b.mean[2] * deg, PitchDeg: b.mean[3] * deg,
				EastSigmaM: sigma(0), NorthSigmaM: sigma(1), YawSigmaDeg: sigma(2) * deg, PitchSigmaDeg: sigma(3) * deg,
			})
		}
	}
	return out
}

// ForgetCameraError makes the tracker start anew with the error of a camera, from the newest arrival on, as after a repair; false for
// an unknown camera, or before anything has come in.
func (t *Tracker) ForgetCameraError(id string) bool {
	sen, ok := t.sensors[id]
	if !ok || sen.Kind != Camera || t.clock == math.MinInt64 {
		return false
	}
	t.insert(t.entry(resetEntry, sen, 0, time.Unix(0, t.clock)))
	return true
}
