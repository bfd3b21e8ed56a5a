package sensors

import "time"

// window is how many of a sensor's last sequence numbers are remembered.
const window = 64

// sequence finds repeated messages of one sensor. Gateways repeat what several of them heard, and radios what was not
// acknowledged, so an old number means little by itself: a message is known by its number and its time together.
type sequence struct {
	started bool
	highest uint64
	// times holds when the message of each number in the window was observed, by number modulo the window; zero: not seen.
	times         [window]time.Time
	first, newest time.Time // by the sensor's clock, since its start
}

type verdict int

const (
	fresh verdict = iota
	repeated
	restarted // fresh, and the first of a sensor that began to count anew
)

// take judges a message, and remembers it unless it is repeated.
func (s *sequence) take(seq uint64, observed time.Time) verdict {
	if !s.started {
		s.restart(seq, observed)
		return fresh
	}
	switch {
	case seq > s.highest:
		for n := uint64(1); n <= min(window, seq-s.highest); n++ {
			s.times[(s.highest+n)%window] = time.Time{}
		}
		s.highest = seq
	case s.isOld(seq, observed):
		return repeated
	case s.highest-seq >= window || !s.times[seq%window].IsZero():
		s.restart(seq, observed)
		return restarted
	}
	s.remember(seq, observed)
	return fresh
}

// isOld tells whether a number at or below the highest belongs to a message of the past.
func (s *sequence) isOld(seq uint64, observed time.Time) bool {
	if s.highest-seq < window && s.times[seq%window].IsZero() {
		return false // late, but not seen yet
	}
	// A sensor that began anew is later than all it said before, or has lost its clock.
	return !observed.After(s.newest) && !observed.Before(s.first)
}

func (s *sequence) restart(seq uint64, observed time.Time) {
	*s = sequence{started: true, highest: seq, first: observed, newest: observed}
	s.remember(seq, observed)
}

func (s *sequence) remember(seq uint64, observed time.Time) {
	s.times[seq%window] = observed
	if observed.After(s.newest) {
		s.newest = observed
	}
	if observed.Before(s.first) {
		s.first = observed
	}
}
