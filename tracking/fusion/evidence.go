package fusion

import "math"

const (
	// A track errs in the next frame as it did in this one wherever the model of its motion is wrong, so the words of successive
	// frames are not quite independent; the covariance of each is widened by this, and by more where frames follow one another
	// faster than looks are independent.
	learnDoubt = 2.0
	// A word that could lower the variance of what it speaks of by less than this share is not worth the work.
	learnWorth = 0.01
)

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
	delta []errorVec
}

func (v *evidenceOf) clear() {
	v.words = 0
	clear(v.info)
	clear(v.pull)
	clear(v.told)
}

// learn takes the difference between a detection and the place where its track was expected, both corrected by what is believed.
// The track's own share is what the errors of the cameras that placed it have made of it.
func (v *evidenceOf) learn(s *state, tr *track, slot int32, e *[2]errorVec, nu vec2, at vec2, r sym2, doubt float64) {
	parts, rest := s.parts(tr, at, v.parts[:0])
	own := -1
	for k := range parts {
		for i := range numErrors {
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
	for i := range numErrors {
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
		v.info, v.pull, v.told = resized(v.info, n*n), resized(v.pull, n), resized(v.told, n/numErrors)
		v.clear()
	}
	v.words++
	w := noise.scaled(doubt).inverse()
	for x := range parts {
		p := &parts[x]
		v.told[p.slot] = true
		for i := range numErrors {
			h := w.times(vec2{p.h[0][i], p.h[1][i]})
			row := numErrors*int(p.slot) + i
			v.pull[row] += h[0]*nu[0] + h[1]*nu[1]
			for y := range parts {
				q := &parts[y]
				cell := v.info[row*n+numErrors*int(q.slot):][:numErrors]
				for j := range numErrors {
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
			for k, sigma := range b.sigma[slot] {
				if sigma > 0 { // what is known to be none stays none
					v.rows = append(v.rows, int32(numErrors*slot+k))
				}
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
		v.delta[r/numErrors][r%numErrors] = step
		b.mean[r/numErrors][r%numErrors] += step
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
func (s *state) correct(tr *track, delta []errorVec) {
	var v vec2
	asked := false
	for k := range tr.influences {
		f := &tr.influences[k]
		if !f.used || int(f.sensor) >= len(s.cameras) {
			continue
		}
		cam := &s.cameras[f.sensor]
		if cam.lastScan == 0 || cam.slot < 0 {
			continue
		}
		if s.errors.timed(cam.slot) && !asked {
			v, asked = tr.going(), true
		}
		e := on(f.view, v)
		f.c = s.errors.covariance(cam.slot, &e)
		var d vec2
		for i, by := range delta[cam.slot] {
			d[0] += e[0][i] * by
			d[1] += e[1][i] * by
		}
		step := f.a.apply(d)
		for m := range numModels {
			for i := range 4 {
				tr.x[m][i] -= step[i]
			}
		}
	}
}
