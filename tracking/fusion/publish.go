package fusion

import (
	"math"
	"slices"
	"time"
)

// registry gives tracks the numbers that people see. A track inside is named by the measurement that it was born from; when a
// replay with a late measurement starts the same target from another one, or a target is lost and found again at once, the
// new track takes the number of the old.
type registry struct {
	ids  map[birthKey]uint64
	last []shown // what the newest call of Tracks gave, and what vanished shortly before
	next uint64
	gone []uint64

	seen map[uint64]sighting // believed tracks, as something saw them last
	away []sighting          // those of them that have vanished, in the order of that
}

type shown struct {
	id    uint64
	key   birthKey
	at    int64
	pos   vec2
	vel   vec2
	sigma float64
	r     float64 // its existence
	alive bool
}

// forgetAfterS is how long a vanished track may give its number to a new one.
const forgetAfterS = 12.0

// mostVague bounds what the vagueness of either track adds to the way over which a number is handed on, as a standard deviation in metres:
// a track of trips alone may be anywhere within hundreds of metres, which says nothing for its being the one that is seen now.
const mostVague = 40.0

// Tracks works in all that has been added up to an instant and gives the tracks as they are then, in the order of their
// numbers. Tracks that hardly anything speaks for are left out. An instant more than ten minutes after the newest arrival counts as
// ten minutes after it.
func (t *Tracker) Tracks(at time.Time) []Track {
	ns := t.bounded(at)
	t.advance(ns)
	var live []int
	for i := range t.state.tracks {
		if tr := &t.state.tracks[i]; tr.confirmed || tr.r > showR {
			live = append(live, i)
		}
	}
	numbers := t.number(live, ns)
	out := make([]Track, 0, len(live))
	for k, i := range live {
		tr := t.state.tracks[i]
		tr.predict(ns, survivalS)
		out = append(out, t.describe(&tr, numbers[k], ns))
	}
	slices.SortFunc(out, func(a, b Track) int { return int(int64(a.ID) - int64(b.ID)) })
	t.watch(out, at)
	return out
}

// Gone gives the numbers that Tracks has given before and that vanished since the last call of Gone. Such a number can come
// back when its target is found again: within seconds, or within minutes of one that went on where nothing looked.
func (t *Tracker) Gone() []uint64 {
	g := t.public.gone
	t.public.gone = nil
	return g
}

// bounded is an instant in nanoseconds, kept near the tracker's clock: nothing sensible can be told about other days.
func (t *Tracker) bounded(at time.Time) int64 {
	if t.clock == math.MinInt64 {
		return 0
	}
	low, high := t.clock-24*time.Hour.Nanoseconds(), t.clock+10*time.Minute.Nanoseconds()
	switch {
	case at.Before(time.Unix(0, low)):
		return low
	case at.After(time.Unix(0, high)):
		return high
	default:
		return at.UnixNano()
	}
}

// number finds the public number of each live track.
func (t *Tracker) number(live []int, at int64) []uint64 {
	reg := &t.public
	present := make(map[birthKey]bool, len(live))
	for _, i := range live {
		present[t.state.tracks[i].key] = true
	}
	out := make([]uint64, len(live))
	now := make([]shown, 0, len(live))
	for k, i := range live {
		tr := &t.state.tracks[i]
		id, known := reg.ids[tr.key]
		if !known {
			id = reg.adopt(tr, present, at)
			if id == 0 {
				reg.next++
				id = reg.next
			}
		}
		id = reg.settle(tr, id)
		reg.ids[tr.key] = id
		reg.note(tr, id)
		out[k] = id
		mean, cov := tr.position()
		now = append(now, shown{id: id, key: tr.key, at: tr.t, pos: mean, vel: tr.velocity(), sigma: cov.meanSigma(), r: tr.r, alive: true})
	}
	for _, s := range reg.last {
		if slices.Contains(out, s.id) {
			continue
		}
		if s.alive {
			reg.gone = append(reg.gone, s.id)
			s.alive = false
		}
		if float64(at-s.at)/1e9 < forgetAfterS {
			now = append(now, s)
			continue
		}
		if reg.ids[s.key] == s.id {
			delete(reg.ids, s.key)
		}
		reg.leave(s.id, s.r, at)
	}
	reg.last = now
	return out
}

// adopt finds the vanished number that fits a new track best, or zero.
func (r *registry) adopt(tr *track, present map[birthKey]bool, at int64) uint64 {
	mean, cov := tr.position()
	best, index := 1.0, -1
	for k := range r.last {
		s := &r.last[k]
		if present[s.key] {
			continue
		}
		dt := float64(tr.t-s.at) / 1e9
		dt = max(-3, min(dt, 6))
		de := mean[0] - s.pos[0] - dt*s.vel[0]
		dn := mean[1] - s.pos[1] - dt*s.vel[1]
		reach := 6 + 2*min(s.sigma, mostVague) + 2*min(cov.meanSigma(), mostVague) + math.Abs(dt)
		if d := math.Hypot(de, dn) / reach; d < best {
			best, index = d, k
		}
	}
	if index < 0 {
		return 0
	}
	id := r.last[index].id
	delete(r.ids, r.last[index].key)
	r.last = slices.Delete(r.last, index, index+1)
	return id
}

func (t *Tracker) describe(tr *track, id uint64, at int64) Track {
	mean, cov := t.state.whole(tr)
	v := tr.velocity()
	out := Track{
		ID: id, Position: t.plane.from(mean), VE: v[0], VN: v[1], EE: cov.ee, EN: cov.en, NN: cov.nn,
		Existence: tr.r, Class: tr.moving(tr.class), Seen: tr.moving(tr.seen), Status: tr.status(cov, at),
		FirstSeen: time.Unix(0, tr.first).UTC(), LastSeen: time.Unix(0, tr.last).UTC(),
	}
	for _, s := range tr.sources[:tr.numSources] {
		out.Sources = append(out.Sources, Source{
			ID: t.sensorID(s.sensor), Kind: s.kind, Count: int(s.count), LastSeen: time.Unix(0, s.last).UTC(),
		})
	}
	slices.SortStableFunc(out.Sources, func(a, b Source) int { return b.LastSeen.Compare(a.LastSeen) })
	return out
}

func (t *track) status(cov sym2, at int64) Status {
	if !t.confirmed {
		return Tentative
	}
	sigma := cov.meanSigma()
	idle := float64(at-t.last) / 1e9
	if sigma > vagueSigmaM || (idle > vagueAfterS && sigma > vagueIdleSigmaM) {
		return Coasting
	}
	return Confirmed
}

// moving joins what the detectors said with how the track moves: nobody walks at the speed of a vehicle, and few vehicles
// creep.
func (t *track) moving(out ClassProbs) ClassProbs {
	x, p := t.estimate()
	speed := math.Hypot(x[2], x[3])
	sigma2 := (p[2][2]+p[3][3])/2 + 0.5
	over := max(0, speed-2.5)
	slow := math.Exp(-over * over / (2 * sigma2))
	fast := 0.3 + 0.7*soft((speed-3)/2)
	k := [numClasses]float64{Person: slow, Vehicle: fast, Animal: slow}
	sum := 0.0
	for c := range out {
		out[c] = max(1e-4, out[c]*k[c])
		sum += out[c]
	}
	for c := range out {
		out[c] /= sum
	}
	return out
}

func (t *Tracker) sensorID(index int32) string { return t.names[index] }
