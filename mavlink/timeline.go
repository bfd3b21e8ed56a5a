package mavlink

import "time"

const (
	// A message belongs to a life of a vehicle when its time since boot fits how quickly the others came, give or take
	// what radios hold back, or when it follows on the newest one, as in a recording that plays at another speed.
	earliest   = 2 * time.Second
	latest     = 5 * time.Second
	stepAhead  = 2 * time.Second
	stepBehind = 2 * time.Second
	// driftMS is how many milliseconds a bad clock loses in a second.
	driftMS = 0.5
	// lagging is how far a slow second link may be behind the first without being another vehicle.
	lagging = 20 * time.Second
	// enough messages of a new life must agree before it is believed, because a single one may have waited in a router.
	enough = 2
	// goneFor is how long the old life must have been silent: no autopilot boots faster.
	goneFor = time.Second
)

// timeline is one life of an autopilot from its boot on, as its messages show it.
type timeline struct {
	// offset is the quickest arrival less the time since boot, both in milliseconds, slowly forgetting.
	offset int64
	// quickest is the same, forgetting only as fast as a bad clock drifts: a quick link that returns is the same life.
	quickest float64
	// newest is the latest time since boot in milliseconds.
	newest      uint32
	first, last time.Time
	count       int
}

func (l *timeline) known() bool { return l.count > 0 }

// fits tells whether a message made ms after boot, that came after elapsed milliseconds, belongs to this life. The
// difference of unsigned numbers counts through the end of 32 bits after 49 days.
func (l *timeline) fits(ms uint32, elapsed int64) bool {
	if !l.known() {
		return false
	}
	late := -time.Duration(int32(ms-uint32(elapsed-l.offset))) * time.Millisecond
	early := time.Duration(int32(ms-uint32(elapsed-int64(l.quickest)))) * time.Millisecond
	step := time.Duration(int32(ms-l.newest)) * time.Millisecond
	return early <= earliest && late <= latest || step <= stepAhead && step >= -stepBehind
}

// take notes a message that fits; true when the counter of milliseconds has started over.
func (l *timeline) take(ms uint32, elapsed int64, at time.Time) (wrapped bool) {
	offset := elapsed - int64(ms)
	if wrapped = l.known() && ms < l.newest && int32(ms-l.newest) > 0; wrapped || !l.known() {
		l.offset, l.newest, l.quickest = offset, ms, float64(offset)
	}
	if drift := at.Sub(l.last).Seconds() * driftMS; l.last.IsZero() || float64(offset) < l.quickest+drift {
		l.quickest = float64(offset)
	} else {
		l.quickest += drift
	}
	const forget = 256
	switch by := offset - l.offset; {
	case by <= 0 || by > latest.Milliseconds():
		l.offset = offset
	default:
		l.offset += by / forget
	}
	l.newest = max(l.newest, ms)
	if !l.known() {
		l.first = at
	}
	l.last = at
	l.count++
	return wrapped
}

// lives tells the reboot of a vehicle from a second vehicle with the same id: after a reboot the old time since boot is never
// heard again, while two vehicles are heard in turns. The first one heard keeps the id.
type lives struct {
	base time.Time
	// own is the life that is believed, other one that is not (yet), before the one before a reboot.
	own, other, before timeline
	// ownSince counts the messages of own since other was first heard.
	ownSince int
	// returned tells that other is the life before come back, returns how often that was believed in a row.
	returned bool
	returns  int
	// jumps counts changes of the believed life.
	jumps uint64
}

// A judgement says whose a message is.
type judgement int

const (
	// mine is the vehicle's own; anew is its first after a reboot, jumped its first after a jump of its clock, wrapped its
	// first after its counter started over.
	mine judgement = iota
	anew
	jumped
	wrapped
	// swapped is the first that tells of another vehicle in the place of the one before.
	swapped
	// unclear is held back; theirs is that of another vehicle.
	unclear
	theirs
)

func (j judgement) usable() bool { return j != unclear && j != theirs }

// judge takes the time since boot of a message. rival tells that a second vehicle is known to be there.
func (v *lives) judge(ms uint32, at time.Time, rival bool) judgement {
	if v.base.IsZero() {
		v.base = at
	}
	elapsed := at.Sub(v.base).Milliseconds()
	switch {
	case !v.own.known() || v.own.fits(ms, elapsed):
		v.ownSince++
		if v.own.take(ms, elapsed, at) {
			return wrapped
		}
		return mine
	case v.other.fits(ms, elapsed):
		v.other.take(ms, elapsed, at)
	case rival && at.Sub(v.other.last) < rivalAge:
		return unclear // a third one
	default:
		v.returned = v.before.fits(ms, elapsed) && at.Sub(v.before.last) < rivalAge
		v.other, v.ownSince = timeline{}, 0
		v.other.take(ms, elapsed, at)
	}
	if rival || v.two(at) {
		return theirs
	}
	return v.settle(at)
}

// two tells that both lives have been heard in turns for long enough.
func (v *lives) two(at time.Time) bool {
	lag := time.Duration(v.other.offset-v.own.offset) * time.Millisecond
	return v.other.count > enough && v.ownSince >= enough && v.other.last.Sub(v.other.first) >= goneFor &&
		at.Sub(v.own.last) < latest && (lag < 0 || lag > lagging)
}

// settle believes in the new life when the old one has ended. Lives that come back again and again are two vehicles.
func (v *lives) settle(at time.Time) judgement {
	if v.other.count < enough || at.Sub(v.own.last) < goneFor {
		return unclear
	}
	// When the old and the new life booted, in milliseconds of our own count, and when the old one was heard last.
	was, boot, ended := v.own.offset, v.other.offset, v.own.last.Sub(v.base).Milliseconds()
	verdict := jumped
	switch {
	case boot >= ended-earliest.Milliseconds():
		verdict = anew
	case boot >= was && boot-was <= lagging.Milliseconds():
		// Only a slower link is left of two.
		v.own.offset, v.own.newest, v.own.last = boot, v.other.newest, v.other.last
		v.other = timeline{}
		return mine
	}
	if !v.returned {
		v.returns = 0
	} else if v.returns++; v.returns > 1 {
		return theirs
	}
	v.before, v.own, v.other, v.ownSince = v.own, v.other, timeline{}, 0
	v.jumps++
	return verdict
}
