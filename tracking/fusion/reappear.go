package fusion

import "math"

const (
	// awayS is how long a track that nothing sees may be away before its number is given to no new one.
	awayS = 200.0
	// mostAway bounds how many such are remembered; the oldest are forgotten first.
	mostAway = 512
	// leastAway is the existence below which a track was not lost from view but refuted.
	leastAway = 0.4
	// Within awayS a target goes on as it went: its velocity keeps to within drift of its speed, and wanders by wanderQ (m²/s³).
	drift, wanderQ = 0.05, 0.01
	// turnShare and turnMS are by how much the velocity of who comes back may differ: of the speed, and at any speed.
	turnShare, turnMS = 0.1, 0.3
	// hurry and hurryMS bound how fast somebody on foot may have come, unseen, from where he was: by the faster of the speeds at which he was
	// seen before and is seen now.
	hurry, hurryMS = 1.3, 0.5
	// newAreaM2 and newSpeed2 are the area and the squared speed within which a stranger is as likely to appear as somebody who is where he
	// should be by now: they weigh how vague place and velocity are. awayGate is the most of twice the negative logarithm of that
	// likelihood ratio, and apartGate by how much another that would fit must lie farther off.
	newAreaM2, newSpeed2 = 1000.0, 9.0
	awayGate, apartGate  = 13.0, 6.0
)

// sighting is how a believed track was when something saw it last.
type sighting struct {
	id             uint64
	at             int64
	pos, vel       vec2
	posVar, velVar float64 // of an axis: m², (m/s)²
	class          ClassProbs
}

// sight describes a track as it is.
func (t *track) sight(id uint64) sighting {
	x, p := t.estimate()
	_, cov := t.position()
	sigma := cov.meanSigma()
	return sighting{
		id: id, at: t.t, pos: vec2{x[0], x[1]}, vel: vec2{x[2], x[3]}, posVar: sigma * sigma, velVar: (p[2][2] + p[3][3]) / 2, class: t.class,
	}
}

// off is how far a new track lies from where one that was seen before may be by now: the squared distance in standard deviations of place and
// velocity, and what is added for how vague these are, since a stranger fits what is vague as well. It is infinite where it cannot be the same.
func (s *sighting) off(is *sighting) float64 {
	dt := float64(is.at-s.at) / 1e9
	if dt <= 0 || dt > awayS || s.class[Vehicle] > 0.8 && is.class[Vehicle] < 0.2 || s.class[Vehicle] < 0.2 && is.class[Vehicle] > 0.8 {
		return math.Inf(1)
	}
	speed := math.Hypot(s.vel[0], s.vel[1])
	way := math.Hypot(is.pos[0]-s.pos[0], is.pos[1]-s.pos[1]) - 3*math.Sqrt(s.posVar+is.posVar)
	if s.class[Vehicle] < 0.5 && way > dt*(hurry*max(speed, math.Hypot(is.vel[0], is.vel[1]))+hurryMS) {
		return math.Inf(1)
	}
	pos := s.posVar + is.posVar + (s.velVar+drift*drift*speed*speed)*dt*dt + wanderQ*dt*dt*dt/3
	vel := s.velVar + is.velVar + turnShare*turnShare*speed*speed + turnMS*turnMS
	de, dn := is.pos[0]-s.pos[0]-dt*s.vel[0], is.pos[1]-s.pos[1]-dt*s.vel[1]
	ve, vn := is.vel[0]-s.vel[0], is.vel[1]-s.vel[1]
	return (de*de+dn*dn)/pos + (ve*ve+vn*vn)/vel + 2*math.Log(pos/newAreaM2) + 2*math.Log(vel/newSpeed2)
}

// settle decides once, when a track is first believed, whether it is one that was away: then it takes that number. Otherwise it keeps its own.
func (r *registry) settle(tr *track, id uint64) uint64 {
	if _, settled := r.seen[id]; settled || !tr.confirmed {
		return id
	}
	is := tr.sight(id)
	best, second, index := math.Inf(1), math.Inf(1), -1
	for k := range r.away {
		switch d := r.away[k].off(&is); {
		case d < best:
			best, second, index = d, best, k
		case d < second:
			second = d
		}
	}
	if best > awayGate || second-best < apartGate {
		return id
	}
	id = r.away[index].id
	r.away = append(r.away[:index], r.away[index+1:]...)
	return id
}

// note remembers how a believed track is while something sees it.
func (r *registry) note(tr *track, id uint64) {
	const fresh = 1.5 // s
	if _, settled := r.seen[id]; tr.confirmed && (!settled || float64(tr.t-tr.last)/1e9 <= fresh) {
		r.seen[id] = tr.sight(id)
	}
}

// leave remembers a believed track that has vanished, unless that was by being looked for where it should have been, and forgets those that were
// away for too long.
func (r *registry) leave(id uint64, existence float64, at int64) {
	s, believed := r.seen[id]
	believed = believed && existence >= leastAway
	delete(r.seen, id)
	old := 0
	for old < len(r.away) && (float64(at-r.away[old].at)/1e9 > awayS || len(r.away)-old >= mostAway) {
		old++
	}
	r.away = append(r.away[:0], r.away[old:]...)
	if believed {
		r.away = append(r.away, s)
	}
}
