package video

import (
	"fmt"
	"time"

	"vedette/video/ingest"
)

const (
	// clockTolerance is how far a sender report's time may be from arrival to be believed: a camera whose clock was never
	// set says 1970.
	clockTolerance = 5 * time.Second
	// clockSaid is how long a clock that is off, or that has jumped, is told of after the last sign of it.
	clockSaid = 30 * time.Second
)

// cameraClock is what the sender reports of a connection tell of the camera's clock.
type cameraClock struct {
	refused time.Time     // when a time was last not believed; zero: never
	off     time.Duration // how far it was from arrival; a clock that is behind is below 0
	jumped  time.Time     // when it last jumped; zero: never
	jump    time.Duration
}

// note looks at the time of a packet's picture.
func (c *cameraClock) note(p ingest.Packet) {
	if p.ClockJump != 0 {
		c.jumped, c.jump = p.Arrival, p.ClockJump
	}
	if p.Capture.IsZero() {
		return
	}
	if off := p.Capture.Sub(p.Arrival); off.Abs() > clockTolerance {
		c.refused, c.off = p.Arrival, off
	}
}

// hint says what is wrong with the clock; false where nothing is.
func (c *cameraClock) hint(now time.Time) (Hint, bool) {
	const mend = ", so the time of arrival counts for its pictures: set the camera's clock by NTP, in UTC"
	said := func(at time.Time) bool { return !at.IsZero() && now.Sub(at) <= clockSaid }
	switch {
	case said(c.jumped):
		return Hint{HintFalseClock, fmt.Sprintf("the camera's clock jumps: its last step was %s against the timestamps of its own pictures: "+
			"set the camera's clock by NTP, in UTC", rough(c.jump))}, true
	case said(c.refused) && c.off < 0:
		return Hint{HintFalseClock, fmt.Sprintf("the camera's clock is %s behind", rough(c.off)) + mend}, true
	case said(c.refused):
		return Hint{HintFalseClock, fmt.Sprintf("the camera's clock is %s ahead", rough(c.off)) + mend}, true
	}
	return Hint{}, false
}

// klvClock is what a connection's KLV packets tell of the clock that they are stamped by.
type klvClock struct {
	refused time.Time     // when a packet's time was last not believed; zero: never
	off     time.Duration // how far it was from its frame's; a clock that is behind is below 0
	exact   bool          // the frame's time is by sender reports, and not that of arrival
}

// hint says what is wrong with the metadata's clock; false where nothing is.
func (c *klvClock) hint(now time.Time) (Hint, bool) {
	if c.refused.IsZero() || now.Sub(c.refused) > clockSaid {
		return Hint{}, false
	}
	way, frame := "ahead of", "its pictures arrive"
	if c.off < 0 {
		way = "behind"
	}
	if c.exact {
		frame = "the camera's sender reports give its pictures"
	}
	return Hint{HintMetadataClock, fmt.Sprintf("the clock of the metadata (KLV tag 2) is %s %s the times at which %s, so it is not believed: "+
		"set the clock of the metadata's encoder, or of the autopilot that feeds it, by GPS or NTP, in UTC", rough(c.off), way, frame)}, true
}

// rough writes a span in its largest unit of which there are at least two.
func rough(d time.Duration) string {
	d = d.Abs()
	const day = 24 * time.Hour
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{365 * day, "years"}, {day, "days"}, {time.Hour, "hours"}, {time.Minute, "minutes"}} {
		if d >= 2*u.unit {
			return fmt.Sprintf("%.0f %s", d.Seconds()/u.unit.Seconds(), u.name)
		}
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}
