package fusion

import "math"

// newForeign is how often, in a square metre, another system tells of a track that is not among ours.
const newForeign = 1e-7

// foreign works in what another system says of one of its tracks: the track that fits it best is joined with it, or a new one is
// born.
func (t *Tracker) foreign(s *state, m *measurement) {
	d := &m.dets[0]
	total, best, most := newForeign, -1, 0.0
	for i := range s.tracks {
		tr := &s.tracks[i]
		reach := 100 + 25*float64(m.t-tr.t)/1e9 + 4*math.Sqrt(tr.p[walking][0][0]+tr.p[walking][1][1]+d.r.ee+d.r.nn)
		if math.Abs(tr.x[walking][0]-d.z[0]) > reach || math.Abs(tr.x[walking][1]-d.z[1]) > reach {
			continue
		}
		tr.predict(m.t, survivalS)
		mean, cov := tr.position()
		l, d2 := gauss(vec2{d.z[0] - mean[0], d.z[1] - mean[1]}, cov.add(d.r))
		if d2 > gateD2 {
			continue
		}
		l *= tr.r * m.sensor.Pd * classRatio(&tr.class, &d.class)
		total += l
		if l > most {
			best, most = i, l
		}
	}
	share := most / total
	if best < 0 || share < 0.5 {
		if newForeign/total > 0.5 {
			t.birthFromForeign(s, m)
		}
		return
	}
	tr := &s.tracks[best]
	tr.r = min(1-1e-6, share+(1-share)*tr.r)
	tr.intersect(d.z, d.r)
	var gain [numClasses]float64
	for c := range gain {
		gain[c] = 0.3 * share * math.Log(numClasses*d.class[c])
	}
	tr.class.add(gain)
	tr.seen.add(gain)
	tr.credit(m.sensor.index, System, m.t)
	tr.judge()
}

func (t *Tracker) birthFromForeign(s *state, m *measurement) {
	if len(s.tracks) >= t.cfg.MaxTracks {
		return
	}
	r := m.existence
	if !(r > 0 && r <= 1) {
		r = 0.5
	}
	d := &m.dets[0]
	f := fixOf{sensor: m.sensor.index, z: d.z, r: d.r}
	tr := newTrack(birthKey{m.t, m.sensor.index, -1, m.seq}, &f, newClass(d.class), min(0.8, r))
	tr.seen = d.class
	tr.credit(m.sensor.index, System, m.t)
	s.tracks = append(s.tracks, tr)
}

// intersect joins a place of unknown correlation with the track's by covariance intersection: both are weakened by weights that add
// up to one, chosen so that the result is smallest, and then joined as if they were independent. The velocity follows the place as
// far as the two hang together in the track.
func (t *track) intersect(z vec2, r sym2) {
	for k := range t.influences {
		if f := &t.influences[k]; f.used {
			t.release(f)
			f.used = false
		}
	}
	_, cov := t.position()
	w := intersection(cov, r)
	if w > 0.99 {
		return
	}
	theirs := r.inverse().scaled(1 - w)
	t.turn.c = vec4{} // what the other system knew of the turn cannot be told
	for m := range numModels {
		x, p := &t.x[m], &t.p[m]
		was := p.pos()
		own := was.inverse()
		joint := own.scaled(w).add(theirs).inverse()
		nu := vec2{z[0] - x[0], z[1] - x[1]}
		pull := theirs.times(nu)
		shift := joint.times(pull)
		// How well a way to move explains the place is asked of the covariances as they are, not as weakened, or the model that is least sure of
		// its place would lose whenever the weights differ; the answer counts for as much as their word does.
		l, _ := gauss(nu, was.add(r))
		t.mu[m] *= math.Pow(max(l, 1e-30), 1-w)
		columns := mat42{{p[0][0], p[0][1]}, {p[1][0], p[1][1]}, {p[2][0], p[2][1]}, {p[3][0], p[3][1]}}
		g := columns.times(own)
		less := g.times(was.add(joint.scaled(-1)))
		step := g.apply(shift)
		for i := range 4 {
			x[i] += step[i]
			for j := range 4 {
				p[i][j] -= less[i][0]*g[j][0] + less[i][1]*g[j][1]
			}
		}
	}
	t.normaliseModels()
}

// intersection is the weight of a for which the intersection of two covariances is smallest.
func intersection(a, b sym2) float64 {
	ia, ib := a.inverse(), b.inverse()
	size := func(w float64) float64 { return -ia.scaled(w).add(ib.scaled(1 - w)).det() }
	lo, hi := 0.01, 1.0
	for range 40 {
		x, y := lo+(hi-lo)/3, hi-(hi-lo)/3
		if size(x) < size(y) {
			hi = y
		} else {
			lo = x
		}
	}
	return (lo + hi) / 2
}
