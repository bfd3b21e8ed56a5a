package cue

import (
	"fmt"
	"time"
)

// awayPenalty is what it counts against a vehicle that looks at something else, beside what its lease counts.
const awayPenalty = 30 * time.Second

// watch notes for how long a vehicle on station has had its target followed.
func (c *entry) watch(t Target, now time.Time) {
	switch {
	case c.cue.State != Active || !t.Seen:
		c.watched = time.Time{}
	case c.watched.IsZero():
		c.watched = now
	}
}

// leavable gives the cue that a vehicle may be called away from for another alert about somebody who was sensed just now: one that has looked at
// its own target for long enough, and that nobody asked for himself. It is nil where there is none.
func (e *Engine) leavable(t Target, vehicle int, now time.Time) *entry {
	c := e.underWay(vehicle)
	switch {
	case c == nil, t.AlertID == "", now.Sub(t.Sensed) > e.cfg.HunchFresh:
		return nil
	case c.hunch(), c.following(), c.about == t.key(), c.watched.IsZero(), now.Sub(c.watched) < e.cfg.CallAwayAfter:
		return nil
	}
	return c
}

// leaves tells whether what a proposal would call its vehicle away from is what the vehicle is under way for.
func (c *entry) leaves(other *entry) bool { return c.cue.Leaves != "" && c.cue.Leaves == other.cue.ID }

// leaveWords explain what a vehicle would be called away from.
func leaveWords(old *entry, now time.Time) string {
	return fmt.Sprintf("leaves %s, which it has looked at for %.0f s", old.cue.AlertID, now.Sub(old.watched).Seconds())
}
