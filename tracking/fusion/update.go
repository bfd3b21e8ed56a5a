package fusion

import "math"

// fixOf is one measured place with its random error and the sensor's systematic one.
type fixOf struct {
	sensor int32
	z      vec2
	r      sym2 // random error
	bias   sym2 // systematic error of this sensor at this place
	tau    float64
	view   [2]errorVec // camera: how its errors displace the fix, did what it shows stand still
}

// prior holds what all measurements of one sensor at one time share about a track.
type prior struct {
	common mat42 // covariance with the position, systematic part
	mean   vec2
	cov    sym2 // position, systematic part included, models blended
}

// shared is the part of the covariance of the place that the systematic errors of sensors make.
func (pr *prior) shared() sym2 { return sym2{pr.common[0][0], pr.common[0][1], pr.common[1][1]} }

func (t *track) prior() prior {
	var pr prior
	pr.common = t.common()
	pr.mean = t.mean()
	pr.cov = t.spread(pr.mean).add(pr.shared())
	return pr
}

// innovation is what is to be added to the random covariance of the position to get that of the innovation, and what is to be
// added to the covariance between state and position to get that between state and innovation.
func (t *track) innovation(pr *prior, f *fixOf) (s sym2, d mat42) {
	d = pr.common
	s = f.r.add(f.bias).add(sym2{d[0][0], d[0][1], d[1][1]})
	for k := range t.influences {
		in := &t.influences[k]
		if !in.used || in.sensor != f.sensor {
			continue
		}
		ac := in.a.by(&in.cross)
		for i := range 4 {
			d[i][0] -= ac[i][0]
			d[i][1] -= ac[i][1]
		}
		s.ee -= 2 * ac[0][0]
		s.en -= ac[0][1] + ac[1][0]
		s.nn -= 2 * ac[1][1]
	}
	return s, d
}

// maxFixes is how many fixes of one scan may move a track.
const maxFixes = 8

// leastShare is the weight below which a fix moves nothing.
const leastShare = 1e-4

// fixEffect is the innovation of a fix, which is the same for all models.
type fixEffect struct {
	s sym2
	d mat42
}

// gauss is the density of a two-dimensional normal distribution and the squared distance.
func gauss(v vec2, s sym2) (density, d2 float64) {
	det := s.det()
	if !(det > 0) {
		return 0, math.Inf(1)
	}
	d2 = s.inverse().form(v)
	return math.Exp(-d2/2) / (2 * math.Pi * math.Sqrt(det)), d2
}

// absorb updates the track with a mixture: fix j is its measurement with the weight w[j][m] under model m, none with weight
// miss[m]. Weights need not be normalised; they hold the likelihoods. The probabilities of the models follow them.
func (t *track) absorb(pr *prior, fixes []fixOf, w [][numModels]float64, miss [numModels]float64) {
	var totals [numModels]float64
	var evidence float64
	for m := range numModels {
		totals[m] = miss[m]
		for j := range fixes {
			totals[m] += w[j][m]
		}
		evidence += t.mu[m] * totals[m]
	}
	if !(evidence > 0) {
		return
	}
	var room [2 * maxFixes]fixEffect
	effects := room[:0]
	for j := range fixes {
		s, d := t.innovation(pr, &fixes[j])
		effects = append(effects, fixEffect{s, d})
	}
	var gains [numModels]mat42 // mean gain of each model, for the sensitivities
	var mean mat42
	for m := range numModels {
		if !(totals[m] > 0) {
			t.mu[m] = 1e-9
			continue
		}
		x0, p0 := t.x[m], t.p[m]
		base := miss[m] / totals[m]
		var dx vec4
		var shifts [maxFixes]vec4
		var p mat4
		p.addScaled(base, &p0)
		used := 0
		var wts [maxFixes]float64
		for j := range fixes {
			b := w[j][m] / totals[m]
			if b < leastShare || used == maxFixes {
				p.addScaled(b, &p0)
				continue
			}
			k := effects[j].gain(&p0)
			post := joseph(&p0, &k, fixes[j].r)
			p.addScaled(b, &post)
			nu := vec2{fixes[j].z[0] - x0[0], fixes[j].z[1] - x0[1]}
			shifts[used], wts[used] = k.apply(nu), b
			for i := range 4 {
				dx[i] += b * shifts[used][i]
				gains[m][i][0] += b * k[i][0]
				gains[m][i][1] += b * k[i][1]
			}
			used++
		}
		rest := 1.0
		for j := range used {
			d := shifts[j]
			for i := range 4 {
				d[i] -= dx[i]
			}
			p.addOuter(wts[j], d)
			rest -= wts[j]
		}
		p.addOuter(rest, dx)
		if m == turning {
			t.turn = t.turn.turned(&x0, &p0, effects, fixes, w, totals[m])
		}
		for i := range 4 {
			t.x[m][i] = x0[i] + dx[i]
		}
		t.p[m] = p
		t.mu[m] *= totals[m] / evidence
	}
	t.normaliseModels()
	for m := range numModels {
		for i := range 4 {
			mean[i][0] += t.mu[m] * gains[m][i][0]
			mean[i][1] += t.mu[m] * gains[m][i][1]
		}
	}
	t.learnInfluence(&mean, fixes)
}

// gain is the Schmidt-Kalman gain of a fix under one model.
func (e *fixEffect) gain(p *mat4) mat42 {
	s, d := p.pos().add(e.s), e.d
	for i := range 4 {
		d[i][0] += p[i][0]
		d[i][1] += p[i][1]
	}
	return d.times(s.inverse())
}

// learnInfluence moves the sensitivities as the update with mean gain k moved the state.
func (t *track) learnInfluence(k *mat42, fixes []fixOf) {
	for n := range t.influences {
		in := &t.influences[n]
		if !in.used {
			continue
		}
		top := [2]vec2{in.a[0], in.a[1]}
		for i := range 4 {
			for c := range 2 {
				in.a[i][c] -= k[i][0]*top[0][c] + k[i][1]*top[1][c]
			}
		}
	}
	f := &fixes[0]
	if f.bias.ee+f.bias.nn <= 0 {
		return
	}
	in := t.influenceOf(f.sensor)
	in.tau = f.tau
	in.saw(&f.view, k[0][0]+k[1][1])
	if in.c == (sym2{}) {
		in.c = f.bias // new; it is refreshed before its next use
	}
	for i := range 4 {
		in.a[i][0] += k[i][0]
		in.a[i][1] += k[i][1]
	}
}
