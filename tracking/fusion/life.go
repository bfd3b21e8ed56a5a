package fusion

import (
	"math"
	"slices"
)

// judge decides whether the track is believed. The two thresholds lie far apart, so that one missed frame changes nothing. A
// track that only ground sensors speak for needs a third word: two false alarms side by side are not rare among many nodes.
func (t *track) judge() {
	switch {
	case t.r > confirmR && (t.hits >= 3 || (t.lastCamera != 0 && t.hits >= 2)):
		t.confirmed, t.believed = true, true
	case t.r < unconfirmR:
		t.confirmed = false
	}
}

// housekeep runs once a second of measured time: it brings all tracks up, lets silence speak, merges twins and drops the dead.
func (t *Tracker) housekeep(s *state, at int64) {
	for i := range s.tracks {
		tr := &s.tracks[i]
		tr.predict(at, survivalS)
		t.silence(tr, at)
		tr.judge()
	}
	t.mergeTwins(s)
	for i := range s.tracks {
		if tr := &s.tracks[i]; !tr.believed && tr.lastCamera != 0 && tr.dead(at) {
			s.haunted(tr)
		}
	}
	s.tracks = slices.DeleteFunc(s.tracks, func(tr track) bool { return tr.dead(at) })
}

func (t *track) dead(at int64) bool {
	limit := dropR
	if t.confirmed {
		limit = dropConfirmedR
	}
	if t.r < limit || float64(at-t.last)/1e9 > dropAfterS {
		return true
	}
	_, c := t.position()
	return c.meanSigma() > dropSigmaM
}

// silence lowers the existence of a track that lives on ground sensors when those around it have been quiet for longer than
// their messages take to arrive.
func (t *Tracker) silence(tr *track, at int64) {
	const patience = 6.0
	if tr.lastTrip == 0 || float64(at-tr.lastTrip)/1e9 < patience || float64(at-tr.lastCamera)/1e9 < patience {
		return
	}
	mean, cov := tr.position()
	heard := 0.0
	for _, s := range t.ground {
		if s.Kind != Seismic || math.Abs(s.pos[0]-mean[0]) > 400 || math.Abs(s.pos[1]-mean[1]) > 400 {
			continue
		}
		p := 0.0
		for c := range tr.class {
			p += tr.class[c] * s.heard(mean, cov, s.RangeM[c])
		}
		heard = max(heard, p)
	}
	k := 0.5 * heard * (1 - 0.9*tr.mu[standing])
	tr.r = tr.r * (1 - k) / (1 - tr.r*k)
}

// mergeTwins removes the younger of two tracks that follow one target. Two that one scan showed side by side are two.
func (t *Tracker) mergeTwins(s *state) {
	order := t.work.order[:0]
	for i := range s.tracks {
		if s.tracks[i].r > 0.1 {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int {
		switch d := s.tracks[a].x[walking][0] - s.tracks[b].x[walking][0]; {
		case d < 0:
			return -1
		case d > 0:
			return 1
		default:
			return int(a - b)
		}
	})
	const reach = 60.0
	for k, i := range order {
		for _, j := range order[k+1:] {
			a, b := &s.tracks[i], &s.tracks[j]
			if b.x[walking][0]-a.x[walking][0] > reach {
				break
			}
			if a.r < 0.1 || b.r < 0.1 || !twins(a, b) {
				continue
			}
			if older(b, a) {
				a, b = b, a
			}
			a.r = max(a.r, b.r)
			a.last, a.lastCamera, a.lastTrip = max(a.last, b.last), max(a.lastCamera, b.lastCamera), max(a.lastTrip, b.lastTrip)
			b.r, b.confirmed, b.believed = 0, false, true
		}
	}
	t.work.order = order
}

func older(a, b *track) bool {
	if a.confirmed != b.confirmed {
		return a.confirmed
	}
	if a.first != b.first {
		return a.first < b.first
	}
	return a.hits > b.hits
}

func twins(a, b *track) bool {
	xa, ca := a.position()
	xb, cb := b.position()
	d := vec2{xa[0] - xb[0], xa[1] - xb[1]}
	c := ca.add(cb)
	if math.Hypot(d[0], d[1]) > 60 || c.inverse().form(d) > 3 {
		return false
	}
	ea, pa := a.estimate()
	eb, pb := b.estimate()
	for k := 2; k < 4; k++ {
		dv := ea[k] - eb[k]
		if dv*dv > 6*(pa[k][k]+pb[k][k])+0.1 {
			return false
		}
	}
	return !a.seenTogether(b)
}
