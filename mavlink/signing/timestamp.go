package signing

import "time"

// Timestamp counts 10 microseconds since 2015-01-01 UTC, in 48 bits.
type Timestamp uint64

const (
	unit         = 10 * time.Microsecond
	maxTimestamp = Timestamp(1<<48 - 1)
	// window is how much older than the newest frame of its vehicle the first frame of a stream may be.
	window = Timestamp(time.Minute / unit)
	// lateness is how far behind the last frame of its stream one may be that took a slower way.
	lateness = Timestamp(2 * time.Second / unit)
	// step is how far ahead timestamps are reserved on disk. After a crash they go on behind what was reserved.
	step = Timestamp(30 * time.Second / unit)
)

// epoch is 2015-01-01 00:00 UTC in Unix seconds (MAVLink 'Message Signing', timestamp).
const epoch = 1420070400

// TimestampOf gives the timestamp of a time, 0 before 2015.
func TimestampOf(t time.Time) Timestamp {
	since := t.Sub(time.Unix(epoch, 0))
	if since < 0 {
		return 0
	}
	return min(Timestamp(since/unit), maxTimestamp)
}

// Clock gives timestamps of which each is greater than all before it, whatever the computer's clock does. It gives none
// beyond its reserve, which is on disk before it is used, so that no crash makes it give one twice.
type Clock struct {
	last, reserved Timestamp
}

// NewClock makes a clock that goes on behind what was reserved before.
func NewClock(reserved Timestamp) *Clock { return &Clock{last: reserved, reserved: reserved} }

// Next gives the timestamp of a frame that is sent now; false when the reserve is used up.
func (c *Clock) Next(now time.Time) (Timestamp, bool) {
	next := max(c.last+1, TimestampOf(now))
	if next > c.reserved || next > maxTimestamp {
		return 0, false
	}
	c.last = next
	return next, true
}

// Saw notes a timestamp that came with a good signature. Ours must not be older, or the vehicle would refuse them: a
// station without internet may have a clock that is wrong by years.
func (c *Clock) Saw(at Timestamp) { c.last = max(c.last, at) }

// Wanted gives the reserve to write down now, and whether there is need to.
func (c *Clock) Wanted(now time.Time) (reserve Timestamp, need bool) {
	next := max(c.last+1, TimestampOf(now))
	return min(next+step, maxTimestamp), next+step/2 > c.reserved
}

// Grant lets the clock use what has been written down.
func (c *Clock) Grant(reserve Timestamp) { c.reserved = max(c.reserved, reserve) }
