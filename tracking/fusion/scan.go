package fusion

import (
	"cmp"
	"math"
	"slices"
)

// work holds the buffers of one scan; they are kept from scan to scan.
type work struct {
	z       []vec2  // detections, corrected for what is known of the camera's error
	index   []int32 // tracks that take part
	pd      []float64
	priors  []prior
	bias    []sym2
	views   [][2]errorVec // how the camera's errors displace each, did it stand still
	leads   []vec2        // how far each has gone on since the frame was truly taken
	whole   []bool        // surely in view
	miss    []float64     // probability of being seen, as far as not being seen counts against it
	pairs   associator
	ratios  []float64
	clutter []float64 // density of false detections where each detection is
	fixes   []fixOf
	wts     [][numModels]float64
	order   []int32
	close   []neighbour // confirmed tracks, from west to east
	alone   []float64
	disc    [numClasses]discPart // of the geophone that tripped
	hearing hearing              // the same
	clock   clockWord            // of the ground sensor that tripped

	evidence evidenceOf // of the errors of cameras; empty whenever a snapshot is taken
}

// neighbour is the place of the k-th selected track.
type neighbour struct {
	k  int32
	at vec2
}

// scan works one camera frame in.
func (t *Tracker) scan(s *state, m *measurement) {
	cam := s.camera(m.sensor.index)
	if cam.lastScan == 0 {
		cam.slot = s.errors.add(m.sensor)
	}
	t.retime(s, cam, m.sensor)
	look := 1.0 // share of an independent look that this frame is
	if cam.lastScan > 0 {
		look = min(1, float64(m.t-cam.lastScan)/1e9*missesPerS)
	}
	cam.lastScan, cam.lastView, cam.lastHeight = max(cam.lastScan, m.t), m.view, m.height
	w := &t.work
	w.z = w.z[:0]
	for j := range m.dets {
		z := m.dets[j].z
		e := m.effect(z)
		d := s.errors.shift(cam.slot, &e)
		w.z = append(w.z, vec2{z[0] - d[0], z[1] - d[1]})
	}
	t.choose(s, cam, m, look)
	fresh := newPerScan / m.view.area
	cam.looks++
	cam.density = m.sensor.ClutterPerScan / m.view.area
	w.ratios, w.clutter = w.ratios[:0], w.clutter[:0]
	for j := range m.dets {
		w.ratios = append(w.ratios, cam.scores.ratio(m.dets[j].score))
		w.clutter = append(w.clutter, cam.density*s.haunts.times(w.z[j]))
	}
	t.pair(s, m, fresh)
	w.pairs.solve(len(m.dets))
	scanID := uint64(m.t)*2654435761 ^ uint64(m.sensor.index+1)
	for k, i := range w.index {
		t.updateFromScan(s, &s.tracks[i], cam, m, k, scanID, look)
	}
	for j := range m.dets {
		free := w.pairs.unclaimed(j)
		if free > 0.9 {
			cam.scores.learn(m.dets[j].score, 0, 1)
		}
		if free > minBirthShare {
			t.birthFromCamera(s, cam, m, j, free, w.clutter[j], fresh, w.ratios[j])
		}
	}
}

// choose finds the tracks that the frame may show, brings them to its time, and works out how likely each is to be seen.
func (t *Tracker) choose(s *state, cam *cameraState, m *measurement, look float64) {
	w := &t.work
	w.index, w.pd, w.priors, w.bias, w.views, w.miss = w.index[:0], w.pd[:0], w.priors[:0], w.bias[:0], w.views[:0], w.miss[:0]
	w.leads = w.leads[:0]
	shows := cam.seen.pd(m.sensor.Pd)
	for i := range s.tracks {
		tr := &s.tracks[i]
		if tr.r == 0 {
			continue
		}
		// Nothing that a track may have done since its last update takes it farther than this.
		margin := 60 + 25*float64(m.t-tr.t)/1e9 + 4*math.Sqrt(tr.p[walking][0][0]+tr.p[walking][1][1])
		if !m.view.near(vec2{tr.x[walking][0], tr.x[walking][1]}, margin) {
			continue
		}
		tr.predict(m.t, survivalS)
		view := m.effect(tr.mean())
		var v vec2
		if m.sensor.Bias.ClockSigma > 0 {
			v = tr.going()
		}
		e := on(view, v)
		bias := s.biasOf(cam, m.sensor, &e)
		s.refresh(tr, v, cam, m.sensor.index, bias, &e)
		pr := tr.prior()
		pd := shows
		if m.view.nothing {
			pd *= 0.5
		} else {
			pd *= m.view.share(pr.mean, pr.cov)
		}
		w.index = append(w.index, int32(i))
		w.pd = append(w.pd, pd)
		w.priors = append(w.priors, pr)
		w.bias, w.views = append(w.bias, bias), append(w.views, view)
		w.leads = append(w.leads, s.errors.lead(cam.slot, v))
		w.miss = append(w.miss, 0)
	}
	w.whole = w.whole[:0]
	for _, pd := range w.pd {
		w.whole = append(w.whole, pd > 0.99*shows)
	}
	t.crowd(s)
	for k, pd := range w.pd {
		switch {
		case m.view.nothing: // absence from a scan without footprint says nothing
		case look < 1:
			w.miss[k] = 1 - math.Pow(1-pd, look)
		default:
			w.miss[k] = pd
		}
		// The edge of the footprint is not sharper than the pose: what should be just outside may show, but need not.
		w.pd[k] = max(pd, 0.02)
	}
}

// crowd lowers the probability of being seen for tracks that stand so close that two of them may show as one.
func (t *Tracker) crowd(s *state) {
	w := &t.work
	w.close = w.close[:0]
	for k, i := range w.index {
		if s.tracks[i].confirmed {
			w.close = append(w.close, neighbour{int32(k), w.priors[k].mean})
		}
	}
	slices.SortFunc(w.close, func(a, b neighbour) int {
		if c := cmp.Compare(a.at[0], b.at[0]); c != 0 {
			return c
		}
		return cmp.Compare(a.k, b.k)
	})
	w.alone = resized(w.alone, len(w.index))
	for k := range w.alone {
		w.alone[k] = 1
	}
	for n, a := range w.close {
		for _, b := range w.close[n+1:] {
			de, dn := b.at[0]-a.at[0], b.at[1]-a.at[1]
			if de > 2*resolutionM {
				break
			}
			if d2 := de*de + dn*dn; d2 < 4*resolutionM*resolutionM {
				hidden := 1 - 0.4*math.Exp(-d2/(2*resolutionM*resolutionM))
				w.alone[a.k] *= hidden
				w.alone[b.k] *= hidden
			}
		}
	}
	for k := range w.pd {
		w.pd[k] *= max(0.3, w.alone[k])
	}
}

// pair makes the edges between tracks and detections within the gate.
func (t *Tracker) pair(s *state, m *measurement, fresh float64) {
	w := &t.work
	w.pairs.edges, w.pairs.from = w.pairs.edges[:0], w.pairs.from[:0]
	sortByEast(w.z, &w.order)
	for k, i := range w.index {
		tr := &s.tracks[i]
		w.pairs.from = append(w.pairs.from, int32(len(w.pairs.edges)))
		pr, lead := &w.priors[k], w.leads[k]
		fix := fixOf{sensor: m.sensor.index, bias: w.bias[k]}
		add, _ := tr.innovation(pr, &fix)
		base := pr.cov
		base.ee -= pr.common[0][0]
		base.en -= pr.common[0][1]
		base.nn -= pr.common[1][1]
		around := base.add(add)
		floor := 1 - tr.r*w.miss[k]
		lo := firstEast(w.z, w.order, pr.mean[0]-lead[0]-4*math.Sqrt(max(0, around.ee))-200)
		for _, j := range w.order[lo:] {
			d, z := &m.dets[j], w.z[j]
			z[0], z[1] = z[0]+lead[0], z[1]+lead[1]
			nu := vec2{z[0] - pr.mean[0], z[1] - pr.mean[1]}
			if nu[0] > 4*math.Sqrt(max(0, around.ee))+200 {
				break
			}
			whole := around.add(d.r)
			if nu[0]*nu[0] > gateD2*whole.ee || nu[1]*nu[1] > gateD2*whole.nn {
				continue
			}
			if !(whole.det() > 0) || whole.inverse().form(nu) > gateD2 {
				continue
			}
			e := edge{track: int32(k), det: j}
			k0 := tr.r * w.pd[k] / floor / (w.clutter[j] + fresh) * w.ratios[j] * classRatio(&tr.class, &d.class)
			for mo := range numModels {
				nu := vec2{z[0] - tr.x[mo][0], z[1] - tr.x[mo][1]}
				l, _ := gauss(nu, tr.p[mo].pos().add(add).add(d.r))
				e.byModel[mo] = k0 * l
				e.psi += tr.mu[mo] * e.byModel[mo]
			}
			if e.psi > 1e-6 {
				w.pairs.edges = append(w.pairs.edges, e)
			}
		}
	}
	w.pairs.from = append(w.pairs.from, int32(len(w.pairs.edges)))
}

// classRatio is the likelihood of a class report from a track against one from clutter of any class.
func classRatio(track, seen *ClassProbs) float64 {
	sum := 0.0
	for c := range track {
		sum += track[c] * seen[c]
	}
	return numClasses * sum
}

// updateFromScan moves the k-th selected track by its marginals.
func (t *Tracker) updateFromScan(s *state, tr *track, cam *cameraState, m *measurement, k int, scanID uint64, look float64) {
	w := &t.work
	es := w.pairs.edges[w.pairs.from[k]:w.pairs.from[k+1]]
	floor := 1 - tr.r*w.miss[k]
	missed := tr.r * (1 - w.miss[k]) / floor // exists, not seen; in units where "not seen at all" is 1
	sum := 0.0
	w.fixes, w.wts = w.fixes[:0], w.wts[:0]
	var best, total float64
	chosen := -1
	for n := range es {
		e := &es[n]
		l := e.psi * e.toTrack
		sum += l
		d, z := &m.dets[e.det], w.z[e.det]
		z[0], z[1] = z[0]+w.leads[k][0], z[1]+w.leads[k][1]
		w.fixes = append(w.fixes, fixOf{m.sensor.index, z, d.r, w.bias[k], m.sensor.Bias.PosTau.Seconds(), w.views[k]})
		var wt [numModels]float64
		for mo := range wt {
			wt[mo] = e.byModel[mo] * e.toTrack
		}
		w.wts = append(w.wts, wt)
		if l > best {
			best, chosen = l, int(e.det)
		}
	}
	total = 1 + sum
	old := tr.r
	tr.r = min(1-1e-6, (missed+sum)/total)
	if old > sightSure && tr.confirmed && tr.hits >= sightHits && w.whole[k] && s.haunts.times(w.priors[k].mean) < 2 {
		cam.seen.learn(sum/total, look)
	}
	if len(es) == 0 {
		if tr.r < dropR && !tr.confirmed {
			tr.r = 0 // housekeeping drops it; until then it costs nothing
		}
		return
	}
	var miss [numModels]float64
	for mo := range miss {
		miss[mo] = missed
	}
	if best/total > 0.9 && old > 0.99 && tr.hits > 4 && cam.slot >= 0 {
		z, at, lead := w.z[chosen], w.priors[k].mean, w.leads[k]
		e := m.effect(z)
		if m.sensor.Bias.ClockSigma > 0 {
			e = on(e, tr.going())
		}
		w.evidence.learn(s, tr, cam.slot, &e, vec2{z[0] + lead[0] - at[0], z[1] + lead[1] - at[1]}, at, m.dets[chosen].r, learnDoubt/look)
	}
	tr.absorb(&w.priors[k], w.fixes, w.wts, miss)
	tr.learnClass(m, es, total)
	if sum/total > 0.5 {
		tr.credit(m.sensor.index, Camera, m.t)
		if sum/total > surelySeen {
			tr.rememberHit(scanID)
		}
		if old > 0.9 {
			for n := range es {
				cam.scores.learn(m.dets[es[n].det].score, es[n].psi*es[n].toTrack/total, 0)
			}
		}
	}
	tr.judge()
}

// learnClass adds the evidence of the detections, each by its marginal. Frames of one camera err alike, so their evidence
// counts for less than it says.
func (t *track) learnClass(m *measurement, es []edge, total float64) {
	const trust = 0.6
	var gain [numClasses]float64
	for n := range es {
		b := es[n].psi * es[n].toTrack / total
		for c := range gain {
			gain[c] += trust * b * math.Log(numClasses*m.dets[es[n].det].class[c])
		}
	}
	t.class.add(gain)
	t.seen.add(gain)
}

// add takes evidence: logarithms of likelihoods.
func (p *ClassProbs) add(gain [numClasses]float64) {
	sum := 0.0
	for c := range p {
		p[c] = max(0.002, p[c]*math.Exp(gain[c]))
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
}

// refreshInfluence gives the influence of a sensor the size that its error has from here.
func (t *track) refreshInfluence(sensor int32, c sym2) {
	for k := range t.influences {
		if f := &t.influences[k]; f.used && f.sensor == sensor {
			f.c, f.cross = c, c.full()
		}
	}
}
