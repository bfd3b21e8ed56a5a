package fusion

import (
	"math"
	"time"
)

const (
	turnTau = 600.0 // s, how long heading and pitch errors keep their value

	// A track errs in the next frame as it did in this one wherever the model of its motion is wrong, so the words of successive
	// frames are not quite independent; the covariance of each is widened by this, and by more where frames follow one another
	// faster than looks are independent.
	learnDoubt = 2.0
	// A word that could lower the variance of what it speaks of by less than this share is not worth the work.
	learnWorth = 0.01
	// Cameras beyond this number keep the error that they are said to have, and nothing is learned of them.
	maxCameras = 64
)

// sigma is the standard deviation of each of the four errors of a camera (east, north, heading, pitch) before anything is learned.
func (s *Bias) sigma() vec4 {
	const rad = math.Pi / 180
	return vec4{s.PosSigmaM, s.PosSigmaM, s.YawSigmaDeg * rad, s.PitchSigmaDeg * rad}
}

// errorBelief is what the tracker believes of the systematic errors of all cameras together: east and north in metres, heading and
// pitch in radians, four for each camera, with their joint covariance. A target that two cameras see tells how their errors differ and
// nothing more; the joint covariance keeps that apart from what they have in common, which stays as uncertain as the mean of so many
// errors is, however long they agree.
type errorBelief struct {
	at     int64   // ns
	sensor []int32 // index of the sensor of each camera
	sigma  []vec4
	tau    []float64 // s, of the position
	mean   []vec4
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
func (b *errorBelief) size() int { return 4 * len(b.sensor) }

// add makes room for one more camera and gives its place; -1 when there is none left.
func (b *errorBelief) add(s *sensor) int32 {
	if len(b.sensor) == maxCameras {
		return -1
	}
	n, slot := b.size(), len(b.sensor)
	cov := make([]float64, (n+4)*(n+4))
	for i := range n {
		copy(cov[i*(n+4):], b.cov[i*n:(i+1)*n])
	}
	b.cov = cov
	b.sensor = append(b.sensor, s.index)
	b.sigma = append(b.sigma, s.Bias.sigma())
	b.tau = append(b.tau, s.Bias.PosTau.Seconds())
	b.mean = append(b.mean, vec4{})
	b.forget(slot)
	return int32(slot)
}

// forget starts anew with one camera.
func (b *errorBelief) forget(slot int) {
	n := b.size()
	b.mean[slot] = vec4{}
	for k := range 4 {
		i := 4*slot + k
		for j := range n {
			b.cov[i*n+j], b.cov[j*n+i] = 0, 0
		}
		b.cov[i*n+i] = b.sigma[slot][k] * b.sigma[slot][k]
	}
}

// advance brings the belief to a time: each error forgets itself, on its own.
func (b *errorBelief) advance(to int64) {
	dt := float64(to-b.at) / 1e9
	b.at = to
	if dt <= 0 || len(b.sensor) == 0 {
		return
	}
	n, turn := b.size(), math.Exp(-dt/turnTau)
	for slot := range b.sensor {
		pos := math.Exp(-dt / b.tau[slot])
		phi := vec4{pos, pos, turn, turn}
		for k := range 4 {
			b.mean[slot][k] *= phi[k]
			i := 4*slot + k
			for j := range n {
				b.cov[i*n+j] *= phi[k]
				b.cov[j*n+i] *= phi[k]
			}
			b.cov[i*n+i] += (1 - phi[k]*phi[k]) * b.sigma[slot][k] * b.sigma[slot][k]
		}
	}
}

// effect is how the four errors of a camera move a detection at a place.
func effect(centre vec2, height float64, p vec2) (out [2]vec4) {
	de, dn := p[0]-centre[0], p[1]-centre[1]
	r := max(1, math.Hypot(de, dn))
	ue, un := de/r, dn/r
	far := (r*r + height*height) / height
	return [2]vec4{{1, 0, r * un, far * ue}, {0, 1, -r * ue, far * un}}
}

// shift is the expected displacement of a detection.
func (b *errorBelief) shift(slot int32, e *[2]vec4) (d vec2) {
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
func (b *errorBelief) covariance(slot int32, e *[2]vec4) (c sym2) {
	n := b.size()
	for i := range 4 {
		row := b.cov[(4*int(slot)+i)*n+4*int(slot):][:4]
		f := e[0][0]*row[0] + e[0][1]*row[1] + e[0][2]*row[2] + e[0][3]*row[3]
		g := e[1][0]*row[0] + e[1][1]*row[1] + e[1][2]*row[2] + e[1][3]*row[3]
		c.ee += e[0][i] * f
		c.en += e[0][i] * g
		c.nn += e[1][i] * g
	}
	return c
}

// part is how the errors of one camera act on something of two dimensions.
type part struct {
	slot int32
	h    [2]vec4
}

// joint is the covariance that the errors of several cameras make together.
func (b *errorBelief) joint(parts []part) (c sym2) {
	n := b.size()
	for x := range parts {
		for y := range parts {
			p, q := &parts[x], &parts[y]
			for i := range 4 {
				row := b.cov[(4*int(p.slot)+i)*n+4*int(q.slot):][:4]
				f := q.h[0][0]*row[0] + q.h[0][1]*row[1] + q.h[0][2]*row[2] + q.h[0][3]*row[3]
				g := q.h[1][0]*row[0] + q.h[1][1]*row[1] + q.h[1][2]*row[2] + q.h[1][3]*row[3]
				c.ee += p.h[0][i] * f
				c.en += p.h[0][i] * g
				c.nn += p.h[1][i] * g
			}
		}
	}
	return c
}

// biasOf is how uncertain the displacement is that a camera makes at a place.
func (s *state) biasOf(cam *cameraState, sen *sensor, e *[2]vec4) (c sym2) {
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
	for k := range tr.influences {
		f := &tr.influences[k]
		if !f.used {
			continue
		}
		a0, a1 := f.a[0], f.a[1]
		if int(f.sensor) < len(s.cameras) {
			if cam := &s.cameras[f.sensor]; cam.lastScan != 0 && cam.slot >= 0 {
				e := effect(cam.lastView.centre, cam.lastHeight, at)
				p := part{slot: cam.slot}
				for i := range 4 {
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

// evidenceOf gathers what the detections of one second say of the errors of the cameras, as information.
type evidenceOf struct {
	words int
	info  []float64 // square, as the covariance
	pull  []float64
	told  []bool // of which cameras
	parts []part
	rows  []int32
	eq    []float64 // the equations of settle, row by row
	cross []float64 // columns of the covariance
	gain  []float64
	delta []vec4
}

func (v *evidenceOf) clear() {
	v.words = 0
	clear(v.info)
	clear(v.pull)
	clear(v.told)
}

// learn takes the difference between a detection and the place where its track was expected, both corrected by what is believed.
// The track's own share is what the errors of the cameras that placed it have made of it.
func (v *evidenceOf) learn(s *state, tr *track, slot int32, e *[2]vec4, nu vec2, at vec2, r sym2, doubt float64) {
	parts, rest := s.parts(tr, at, v.parts[:0])
	own := -1
	for k := range parts {
		for i := range 4 {
			parts[k].h[0][i] *= -1
			parts[k].h[1][i] *= -1
		}
		if parts[k].slot == slot {
			own = k
		}
	}
	if own < 0 {
		own, parts = len(parts), append(parts, part{slot: slot})
	}
	for i := range 4 {
		parts[own].h[0][i] += e[0][i]
		parts[own].h[1][i] += e[1][i]
	}
	v.parts = parts
	noise := tr.spread(at).add(r).add(rest)
	signal := s.errors.joint(parts)
	if signal.ee+signal.nn < learnWorth*doubt*(noise.ee+noise.nn) {
		return
	}
	whole := noise.add(signal)
	if !(whole.det() > 0) || !(noise.det() > 0) || whole.inverse().form(nu) > 9 {
		return
	}
	n := s.errors.size()
	if len(v.pull) != n {
		v.info, v.pull, v.told = resized(v.info, n*n), resized(v.pull, n), resized(v.told, n/4)
		v.clear()
	}
	v.words++
	w := noise.scaled(doubt).inverse()
	for x := range parts {
		p := &parts[x]
		v.told[p.slot] = true
		for i := range 4 {
			h := w.times(vec2{p.h[0][i], p.h[1][i]})
			row := 4*int(p.slot) + i
			v.pull[row] += h[0]*nu[0] + h[1]*nu[1]
			for y := range parts {
				q := &parts[y]
				cell := v.info[row*n+4*int(q.slot):][:4]
				for j := range 4 {
					cell[j] += h[0]*q.h[0][j] + h[1]*q.h[1][j]
				}
			}
		}
	}
}

// settle works the gathered evidence into the belief, and moves the tracks by what the cameras that placed them are now believed to
// have erred by.
func (v *evidenceOf) settle(s *state) {
	if v.words == 0 || len(v.pull) != s.errors.size() {
		v.clear()
		return
	}
	if v.solve(&s.errors) {
		for i := range s.tracks {
			s.correct(&s.tracks[i], v.delta)
		}
	}
	v.clear()
}

// solve updates mean and covariance: with Y the information and y the pull, P' = P - P (I+YP)^-1 Y P and a step of P (I+YP)^-1 y,
// worked out for the rows that the evidence touches.
func (v *evidenceOf) solve(b *errorBelief) bool {
	n := b.size()
	v.rows = v.rows[:0]
	for slot, told := range v.told {
		if told {
			for k := range 4 {
				v.rows = append(v.rows, int32(4*slot+k))
			}
		}
	}
	m := len(v.rows)
	width := 2*m + 1 // I + YP, Y, y
	v.eq, v.cross = resized(v.eq, m*width), resized(v.cross, m)
	for i, ri := range v.rows {
		row := v.eq[i*width : (i+1)*width]
		clear(row[:m])
		info := v.info[int(ri)*n:][:n]
		for k, rk := range v.rows {
			y := info[rk]
			row[m+k] = y
			if y == 0 {
				continue
			}
			p := b.cov[int(rk)*n:][:n]
			for j, rj := range v.rows {
				row[j] += y * p[rj]
			}
		}
		row[i]++
		row[2*m] = v.pull[ri]
	}
	if !eliminate(v.eq, m, width) {
		return false
	}
	// The right half of the equations is now G = (I+YP)^-1 Y.
	v.delta, v.cross, v.gain = resized(v.delta, len(b.mean)), resized(v.cross, n*m), resized(v.gain, n*m)
	for r := range n {
		p, cross, gain := b.cov[r*n:][:n], v.cross[r*m:][:m], v.gain[r*m:][:m]
		clear(gain)
		step := 0.0
		for k, rk := range v.rows {
			c := p[rk]
			cross[k] = c
			if c == 0 {
				continue
			}
			g := v.eq[k*width+m:][:m+1]
			for j := range gain {
				gain[j] += c * g[j]
			}
			step += c * g[m]
		}
		v.delta[r/4][r%4] = step
		b.mean[r/4][r%4] += step
	}
	for r := range n {
		gain := v.gain[r*m:][:m]
		for c := range r + 1 {
			sum := 0.0
			for j, x := range v.cross[c*m:][:m] {
				sum += gain[j] * x
			}
			b.cov[r*n+c] -= sum
			b.cov[c*n+r] = b.cov[r*n+c]
		}
		b.cov[r*n+r] = max(b.cov[r*n+r], 0)
	}
	return true
}

// eliminate solves m equations in place by Gauss and Jordan with pivots; false where they have no solution.
func eliminate(a []float64, m, width int) bool {
	for c := range m {
		pivot := c
		for r := c + 1; r < m; r++ {
			if math.Abs(a[r*width+c]) > math.Abs(a[pivot*width+c]) {
				pivot = r
			}
		}
		if !(math.Abs(a[pivot*width+c]) > 1e-12) {
			return false
		}
		if pivot != c {
			for k := range width {
				a[c*width+k], a[pivot*width+k] = a[pivot*width+k], a[c*width+k]
			}
		}
		top := a[c*width:][:width]
		inv := 1 / top[c]
		for k := c; k < width; k++ {
			top[k] *= inv
		}
		for r := range m {
			if r == c {
				continue
			}
			row := a[r*width:][:width]
			f := row[c]
			if f == 0 {
				continue
			}
			for k := c; k < width; k++ {
				row[k] -= f * top[k]
			}
		}
	}
	return true
}

// correct moves a track as it would have been placed had the errors been known to be what they are now believed to be.
func (s *state) correct(tr *track, delta []vec4) {
	at := tr.mean()
	for k := range tr.influences {
		f := &tr.influences[k]
		if !f.used || int(f.sensor) >= len(s.cameras) {
			continue
		}
		cam := &s.cameras[f.sensor]
		if cam.lastScan == 0 || cam.slot < 0 {
			continue
		}
		e := effect(cam.lastView.centre, cam.lastHeight, at)
		f.c = s.errors.covariance(cam.slot, &e)
		var d vec2
		for i, v := range delta[cam.slot] {
			d[0] += e[0][i] * v
			d[1] += e[1][i] * v
		}
		step := f.a.apply(d)
		for m := range numModels {
			for i := range 4 {
				tr.x[m][i] -= step[i]
			}
		}
	}
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
		sigma := func(k int) float64 { return math.Sqrt(b.cov[(4*int(cam.slot)+k)*(n+1)]) }
		out = append(out, CameraError{
			Sensor: t.names[index], EastM: mean[0], NorthM: mean[1], YawDeg: mean[2] * deg, PitchDeg: mean[3] * deg,
			EastSigmaM: sigma(0), NorthSigmaM: sigma(1), YawSigmaDeg: sigma(2) * deg, PitchSigmaDeg: sigma(3) * deg,
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
