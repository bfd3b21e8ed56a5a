package mavlink

import "time"

// stepped is the change of our clock between two looks that is a step and not the drift of an oscillator.
const stepped = 50 * time.Millisecond

// stationClock notices that somebody set the clock of this computer.
type stationClock struct {
	known bool
	// ahead is our UTC in nanoseconds less the time that has passed by a clock that nobody can set.
	ahead int64
}

// step gives by how much the clock was set since the last look, 0 for not at all.
func (c *stationClock) step(unixNano int64, passed time.Duration) time.Duration {
	ahead := unixNano - int64(passed)
	by := time.Duration(ahead - c.ahead)
	first := !c.known
	c.known, c.ahead = true, ahead
	if first || by < stepped && by > -stepped {
		return 0
	}
	return by
}
