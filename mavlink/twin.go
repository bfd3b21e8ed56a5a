package mavlink

import (
	"time"

	"vedette/internal/geo"
)

// Two vehicles that were switched on together have one time since boot. What shows them then is that one time has two places, that
// the frames of one way count in two sequences, and that two boards answer.

const (
	// A vehicle is at one place at one time since its boot: farther apart than this, and than this speed takes it between two
	// messages, are two vehicles, or an estimate that has jumped.
	apartM       = 30
	apartSpeedMS = 60
	// apartTimes is how often in a row places on a new way must be apart, apartTurns how often the places on one way must change
	// between two tracks, to be two vehicles.
	apartTimes = 5
	apartTurns = 6
	// trailStep and trailSpots make a trail reach back farther than a link may lag; trailGap is how far from its spots it says
	// where the vehicle was.
	trailStep  = 250 // ms
	trailSpots = 128
	trailGap   = 3000 // ms
	// jumpSpan is how long, by the vehicle's time, an estimate must have jumped before it is believed while a slow link still
	// tells what was before.
	jumpSpan = 5000 // ms
)

// trail is where a vehicle was, by its time since boot in milliseconds.
type trail struct {
	spots [trailSpots]spot
	count int // of all that were ever added
	first uint32
	// last is when a message on it came.
	last time.Time
}

type spot struct {
	ms    uint32
	place geo.LatLon
}

func (t *trail) head() *spot { return &t.spots[(t.count+trailSpots-1)%trailSpots] }

// newest is the latest time since boot on the trail.
func (t *trail) newest() uint32 { return t.head().ms }

// add notes a place. Late ones of a slow link change nothing.
func (t *trail) add(s spot, at time.Time) {
	t.last = at
	if t.count == 0 {
		t.first = s.ms
	} else {
		if int32(s.ms-t.newest()) < 0 {
			return
		}
		before := t.spots[(t.count+trailSpots-2)%trailSpots]
		if t.count > 1 && int32(s.ms-before.ms) < trailStep {
			*t.head() = s
			return
		}
	}
	t.spots[t.count%trailSpots] = s
	t.count++
}

// meets tells whether a place can be the vehicle's; known is false where the trail does not tell of that time.
func (t *trail) meets(s spot) (fits, known bool) {
	near, gap := t.nearest(s.ms)
	if gap > trailGap {
		return false, false
	}
	return geo.Distance(s.place, near.place) <= apartM+apartSpeedMS*float64(gap)/1000, true
}

// nearest is the spot of the time that is nearest to an instant, and how far from it; more than trailGap where there is none.
func (t *trail) nearest(ms uint32) (near *spot, gap int32) {
	gap = trailGap + 1
	if t.count > 0 {
		// Hardly ever is anything older than the newest.
		if near = t.head(); int32(ms-near.ms) >= 0 {
			return near, int32(ms - near.ms)
		}
	}
	for i := range min(t.count, trailSpots) {
		d := int32(ms - t.spots[i].ms)
		if d = max(d, -d); d >= 0 && d < gap {
			near, gap = &t.spots[i], d
		}
	}
	return near, gap
}

// join adds the trail that goes on from another place.
func (t *trail) join(o *trail) {
	for i := max(0, o.count-trailSpots); i < o.count; i++ {
		t.add(o.spots[i%trailSpots], o.last)
	}
}

// tracks are the places that are told under one system id.
type tracks struct {
	own trail
	// beside is a second trail, nil while there is none; turns counts how often the places changed between the two.
	beside *trail
	turns  int
	onOwn  bool
}

// turn notes on which of the trails a place is.
func (k *tracks) turn(own bool) {
	if own != k.onOwn {
		k.turns++
	}
	k.onOwn = own
}

// gone tells that the vehicle goes on at another place: nothing has come from the old one, or only what was before.
func (k *tracks) gone(at time.Time, patience time.Duration) bool {
	b := k.beside
	if b.count < enough {
		return false
	}
	return at.Sub(k.own.last) >= patience || !k.contradicted() && int32(b.newest()-b.first) >= jumpSpan
}

// contradicted tells that both trails tell of the same time.
func (k *tracks) contradicted() bool { return int32(k.own.newest()-k.beside.first) > 0 }

func (k *tracks) moveOn() {
	k.own.join(k.beside)
	k.own.last = k.beside.last
	k.beside, k.turns, k.onOwn = nil, 0, true
}

// placed compares a place with where the vehicle is by then.
func (d *identity) placed(w *way, seq uint8, s spot, at time.Time) judgement {
	switch {
	case d.clash.IsZero():
		return d.suspect(w, seq, s, at)
	case !d.twins(at):
		d.places.own.add(s, at)
		return mine
	default:
		return d.divide(w, seq, s, at)
	}
}

// suspect looks for a second vehicle while none is known.
func (d *identity) suspect(w *way, seq uint8, s spot, at time.Time) judgement {
	k := &d.places
	fits, known := k.own.meets(s)
	onBeside := false
	if k.beside != nil {
		onBeside, _ = k.beside.meets(s)
	}
	if fits || !known && !onBeside {
		k.own.add(s, at)
		k.turn(true)
		w.apart, w.placed, w.placedSeq = 0, at, seq
		return mine
	}
	if !onBeside {
		k.beside, k.turns, k.onOwn = &trail{}, 0, true
	}
	k.beside.add(s, at)
	k.turn(false)
	if at.Sub(w.placed) < wayAge {
		// On the vehicle's own way: its estimate has jumped, or another one is behind the same router.
		w.placed = at
		switch {
		case k.gone(at, goneFor):
			k.moveOn()
			w.placedSeq = seq
		case k.turns >= apartTurns && k.contradicted() && w.steps.unsteady(at):
			w.ownSeq = w.placedSeq
			return theirs
		}
		return mine
	}
	if k.gone(at, wayAge/2) {
		k.moveOn()
		w.apart, w.placed, w.placedSeq = 0, at, seq
		return mine
	}
	if w.apart++; w.apart >= apartTimes && k.contradicted() {
		w.foreign = true
		return theirs
	}
	return unclear
}

// strange tells that what seems to come late over a slow link is another vehicle's: it was elsewhere at that time.
func (d *identity) strange(w *way, s spot, at time.Time) bool {
	if fits, known := d.places.own.meets(s); fits || !known || !d.clash.IsZero() {
		w.elsewhere = 0
		return false
	}
	if w.elsewhere++; w.elsewhere < apartTimes {
		return false
	}
	if at.Sub(w.placed) < wayAge {
		return w.steps.unsteady(at)
	}
	w.foreign = true
	return true
}

// divide tells the places of two vehicles apart that have one time since boot.
func (d *identity) divide(w *way, seq uint8, s spot, at time.Time) judgement {
	k := &d.places
	own, _ := k.own.meets(s)
	beside := false
	if k.beside != nil {
		beside, _ = k.beside.meets(s)
	}
	verdict := mine
	switch {
	case own == beside:
		verdict = d.bySequence(w, seq, true, at)
	case beside:
		verdict = theirs
	}
	if verdict == mine {
		if !own {
			k.own = trail{}
		}
		k.own.add(s, at)
		return mine
	}
	if k.beside == nil || !beside {
		k.beside = &trail{}
	}
	k.beside.add(s, at)
	return verdict
}

// twins tells that the second vehicle's clock does not show it.
func (d *identity) twins(at time.Time) bool {
	return !d.clash.IsZero() && at.Sub(d.other.last) >= wayAge
}

const (
	// Steps of a sequence that do not go forward are forgotten one in this time, and so many not yet forgotten are two
	// sequences, or a link that brings frames out of order.
	stepForgotten = 5 * time.Second
	stepsUnsteady = 3
	stepsKept     = 10
)

// steps watches the sequence numbers of one autopilot on one way.
type steps struct {
	last     uint8
	checksum uint16
	known    bool
	odd      float64
	at       time.Time
}

// add notes a frame. The same one again, from a router with two ways, says nothing.
func (t *steps) add(seq uint8, checksum uint16, at time.Time) {
	forward := seq - t.last
	if t.known && forward == 0 && checksum == t.checksum {
		return
	}
	if t.known && (forward == 0 || forward > 128) {
		t.odd = min(t.level(at)+1, stepsKept)
		t.at = at
	}
	t.last, t.checksum, t.known = seq, checksum, true
}

func (t *steps) level(at time.Time) float64 {
	return max(0, t.odd-at.Sub(t.at).Seconds()/stepForgotten.Seconds())
}

func (t *steps) unsteady(at time.Time) bool { return t.level(at) >= stepsUnsteady }
