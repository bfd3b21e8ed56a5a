package fusion

import (
	"math"
	"time"
)

const (
	turnTau = 600.0 // s, how long heading and pitch errors keep their value

	// Cameras beyond this number keep the error that they are said to have, and nothing is learned of them.
	maxCameras = 64
)

// errorVec holds something for each of the errors of a camera: east and north in metres, heading and pitch in radians, the clock in seconds.
type errorVec [numErrors]float64

const (
	eastError = iota
	northError
	headingError
	pitchError
	clockError
	numErrors
)

// sigma is the standard deviation of each of the errors of a camera before anything is learned.
func (s *Bias) sigma() errorVec {
	const rad = math.Pi / 180
	return errorVec{s.PosSigmaM, s.PosSigmaM, s.YawSigmaDeg * rad, s.PitchSigmaDeg * rad, s.ClockSigma.Seconds()}
}

// errorBelief is what the tracker believes of the systematic errors of all cameras together, an errorVec for each camera, with their
// joint covariance. A target that two cameras see tells how their errors differ and
// nothing more; the joint covariance keeps that apart from what they have in common, which stays as uncertain as the mean of so many
// errors is, however long they agree.
type errorBelief struct {
	at     int64   // ns
	sensor []int32 // index of the sensor of each camera
	sigma  []errorVec
	tau    []float64 // s, of the position
	mean   []errorVec
	cov    []float64 // square, row by row
}

func (b *errorBelief) copyFrom(o *errorBelief) {
	b.at = o.at
	b.sensor = append(b.sensor[:0], o.sensor...)
	b.sigma = append(b.sigma[:0], o.sigma...)
	b.tau = append(b.tau[:0], o.tau...)
	b.mean = append(b.mean[:0], o.mean...)
	b.cov = append(b.cov[:0], o.cov...)
}

// size is the number of rows of the covariance.
func (b *errorBelief) size() int { return numErrors * len(b.sensor) }

// add makes room for one more camera and gives its place; -1 when there is none left.
func (b *errorBelief) add(s *sensor) int32 {
	if len(b.sensor) == maxCameras {
		return -1
	}
	n, slot := b.size(), len(b.sensor)
	cov := make([]float64, (n+numErrors)*(n+numErrors))
	for i := range n {
		copy(cov[i*(n+numErrors):], b.cov[i*n:(i+1)*n])
	}
	b.cov = cov
	b.sensor = append(b.sensor, s.index)
	b.sigma = append(b.sigma, s.Bias.sigma())
	b.tau = append(b.tau, s.Bias.PosTau.Seconds())
	b.mean = append(b.mean, errorVec{})
	b.forget(slot)
	return int32(slot)
}

// forget starts anew with one camera.
func (b *errorBelief) forget(slot int) {
	for k := range numErrors {
		b.forgetOne(slot, k)
	}
}

// forgetOne starts anew with one error of a camera.
func (b *errorBelief) forgetOne(slot, k int) {
	n, i := b.size(), numErrors*slot+k
	b.mean[slot][k] = 0
	for j := range n {
		b.cov[i*n+j], b.cov[j*n+i] = 0, 0
	}
	b.cov[i*n+i] = b.sigma[slot][k] * b.sigma[slot][k]
}

// advance brings the belief to a time: each error forgets itself, on its own.
func (b *errorBelief) advance(to int64) {
	dt := float64(to-b.at) / 1e9
	b.at = to
	if dt <= 0 || len(b.sensor) == 0 {
		return
	}
	n, turn, clock := b.size(), math.Exp(-dt/turnTau), math.Exp(-dt/clockDriftS)
	for slot := range b.sensor {
		pos := math.Exp(-dt / b.tau[slot])
		phi := errorVec{pos, pos, turn, turn, clock}
		for k := range numErrors {
			b.mean[slot][k] *= phi[k]
			i := numErrors*slot + k
			for j := range n {
				b.cov[i*n+j] *= phi[k]
				b.cov[j*n+i] *= phi[k]
			}
			b.cov[i*n+i] += (1 - phi[k]*phi[k]) * b.sigma[slot][k] * b.sigma[slot][k]
		}
	}
}

// effect is how the errors of a camera move a detection at a place, on something that stands there.
func (m *measurement) effect(p vec2) [2]errorVec {
	de, dn := p[0]-m.view.centre[0], p[1]-m.view.centre[1]
	r := max(1, math.Hypot(de, dn))
	ue, un := de/r, dn/r
	far := (r*r + m.height*m.height) / m.height
	w := m.motion.sweep(de, dn, m.height)
	return [2]errorVec{{1, 0, r * un, far * ue, w[0]}, {0, 1, -r * ue, far * un, w[1]}}
}

// shift is the expected displacement of a detection.
func (b *errorBelief) shift(slot int32, e *[2]errorVec) (d vec2) {
	if slot < 0 {
		return d
	}
	for k, v := range b.mean[slot] {
		d[0] += e[0][k] * v
		d[1] += e[1][k] * v
	}
	return d
}

// covariance is how uncertain the displacement is that one camera makes.
func (b *errorBelief) covariance(slot int32, e *[2]errorVec) (c sym2) {
	n := b.size()
	for i := range numErrors {
		row := b.cov[(numErrors*int(slot)+i)*n+numErrors*int(slot):][:numErrors]
		f := e[0][0]*row[0] + e[0][1]*row[1] + e[0][2]*row[2] + e[0][3]*row[3] + e[0][4]*row[4]
		g := e[1][0]*row[0] + e[1][1]*row[1] + e[1][2]*row[2] + e[1][3]*row[3] + e[1][4]*row[4]
		c.ee += e[0][i] * f
		c.en += e[0][i] * g
		c.nn += e[1][i] * g
	}
	return c
}

// crossCovariance is the covariance of the displacements that one camera makes in two views.
func (b *errorBelief) crossCovariance(slot int32, e, f *[2]errorVec) (c mat2) {
	n := b.size()
	for i := range numErrors {
		row := b.cov[(numErrors*int(slot)+i)*n+numErrors*int(slot):][:numErrors]
		g := f[0][0]*row[0] + f[0][1]*row[1] + f[0][2]*row[2] + f[0][3]*row[3] + f[0][4]*row[4]
		h := f[1][0]*row[0] + f[1][1]*row[1] + f[1][2]*row[2] + f[1][3]*row[3] + f[1][4]*row[4]
		c[0][0] += e[0][i] * g
		c[0][1] += e[0][i] * h
		c[1][0] += e[1][i] * g
		c[1][1] += e[1][i] * h
	}
	return c
}

// saw moves the average view of an influence towards the one of a fix that went into the track with a gain; the sensitivity still is that before.
func (f *influence) saw(view *[2]errorVec, gain float64) {
	share := 1.0
	if was := f.a[0][0] + f.a[1][1]; was > 1e-6 && gain >= 0 {
		share = gain / (gain + was)
	}
	for i := range 2 {
		for k := range numErrors {
			f.view[i][k] += share * (view[i][k] - f.view[i][k])
		}
	}
}

// refresh gives the influence of a camera on a track that moves by v the size that its error is now believed to have, and what it has in
// common with a view.
func (s *state) refresh(tr *track, v vec2, cam *cameraState, sensor int32, bias sym2, e *[2]errorVec) {
	for k := range tr.influences {
		f := &tr.influences[k]
		if !f.used || f.sensor != sensor {
			continue
		}
		if cam.slot < 0 {
			f.c, f.cross = bias, bias.full()
			return
		}
		view := on(f.view, v)
		f.c = s.errors.covariance(cam.slot, &view)
		f.cross = s.errors.crossCovariance(cam.slot, &view, e)
		return
	}
}

// part is how the errors of one camera act on something of two dimensions.
type part struct {
	slot int32
	h    [2]errorVec
}

// joint is the covariance that the errors of several cameras make together.
func (b *errorBelief) joint(parts []part) (c sym2) {
	n := b.size()
	for x := range parts {
		for y := range parts {
			p, q := &parts[x], &parts[y]
			for i := range numErrors {
				row := b.cov[(numErrors*int(p.slot)+i)*n+numErrors*int(q.slot):][:numErrors]
				f := q.h[0][0]*row[0] + q.h[0][1]*row[1] + q.h[0][2]*row[2] + q.h[0][3]*row[3] + q.h[0][4]*row[4]
				g := q.h[1][0]*row[0] + q.h[1][1]*row[1] + q.h[1][2]*row[2] + q.h[1][3]*row[3] + q.h[1][4]*row[4]
				c.ee += p.h[0][i] * f
				c.en += p.h[0][i] * g
				c.nn += p.h[1][i] * g
			}
		}
	}
	return c
}

// biasOf is how uncertain the displacement is that a camera makes at a place.
func (s *state) biasOf(cam *cameraState, sen *sensor, e *[2]errorVec) (c sym2) {
	if cam.slot >= 0 {
		return s.errors.covariance(cam.slot, e)
	}
	sigma := sen.Bias.sigma()
	for k, v := range sigma {
		c.ee += e[0][k] * e[0][k] * v * v
		c.en += e[0][k] * e[1][k] * v * v
		c.nn += e[1][k] * e[1][k] * v * v
	}
	return c
}

// parts is how the errors of the cameras have gone into the place of a track, and rest the covariance that other sensors' errors have
// made in it.
func (s *state) parts(tr *track, at vec2, out []part) (parts []part, rest sym2) {
	var v vec2
	asked := false
	for k := range tr.influences {
		f := &tr.influences[k]
		if !f.used {
			continue
		}
		a0, a1 := f.a[0], f.a[1]
		if int(f.sensor) < len(s.cameras) {
			if cam := &s.cameras[f.sensor]; cam.lastScan != 0 && cam.slot >= 0 {
				if s.errors.timed(cam.slot) && !asked {
					v, asked = tr.going(), true
				}
				e := on(f.view, v)
				p := part{slot: cam.slot}
				for i := range numErrors {
					p.h[0][i] = a0[0]*e[0][i] + a0[1]*e[1][i]
					p.h[1][i] = a1[0]*e[0][i] + a1[1]*e[1][i]
				}
				out = append(out, p)
				continue
			}
		}
		ac := f.a.times(f.c)
		rest.ee += ac[0][0]*a0[0] + ac[0][1]*a0[1]
		rest.en += ac[0][0]*a1[0] + ac[0][1]*a1[1]
		rest.nn += ac[1][0]*a1[0] + ac[1][1]*a1[1]
	}
	return out, rest
}

// whole is the estimated place of a track with its covariance, for which the errors of the cameras are taken together.
func (s *state) whole(tr *track) (vec2, sym2) {
	var room [maxInfluences]part
	mean := tr.mean()
	parts, rest := s.parts(tr, mean, room[:0])
	return mean, tr.spread(mean).add(rest).add(s.errors.joint(parts))
}

// CameraError is what the tracker has learned of the systematic error of one camera: how far its detections lie beside the truth,
// as far as its neighbours tell.
type CameraError struct {
	Sensor                     string
	EastM, NorthM              float64
	YawDeg, PitchDeg           float64
	EastSigmaM, NorthSigmaM    float64
	YawSigmaDeg, PitchSigmaDeg float64

	ClockAhead, ClockSigma time.Duration // ahead: a frame was taken before its time says, against the poses and against other sensors
}

// CameraErrors gives the errors of the cameras that have sent scans, in the order in which they were made known, as they were at
// the last call of Tracks.
func (t *Tracker) CameraErrors() []CameraError {
	var out []CameraError
	const deg = 180 / math.Pi
	b := &t.state.errors
	n := b.size()
	for index := range t.state.cameras {
		cam := &t.state.cameras[index]
		if cam.lastScan == 0 || cam.slot < 0 {
			continue
		}
		mean := b.mean[cam.slot]
		sigma := func(k int) float64 { return math.Sqrt(b.cov[(numErrors*int(cam.slot)+k)*(n+1)]) }
		out = append(out, CameraError{
			Sensor: t.names[index], EastM: mean[0], NorthM: mean[1], YawDeg: mean[2] * deg, PitchDeg: mean[3] * deg,
			EastSigmaM: sigma(0), NorthSigmaM: sigma(1), YawSigmaDeg: sigma(2) * deg, PitchSigmaDeg: sigma(3) * deg,
			ClockAhead: time.Duration(mean[clockError] * 1e9), ClockSigma: time.Duration(sigma(clockError) * 1e9),
		})
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
