package cue

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// left is how long a vehicle can stay before its battery forces it home; false where that is not known.
func (e *Engine) left(v Vehicle) (time.Duration, bool) {
	if v.BatteryTimeLeft <= 0 {
		return 0, false
	}
	return v.BatteryTimeLeft - e.cfg.homeward(v, v.place()) - e.cfg.Reserve, true
}

// leaves notes that a vehicle must soon go home, so that another is proposed while it still looks.
func (e *Engine) leaves(c *entry, v Vehicle) {
	if left, known := e.left(v); v.flyingHome() || known && left <= e.cfg.HandoverLead {
		c.leaving, c.left = true, left
	}
}

// relieved gives the cue under way for an alert whose vehicle must leave and for which nobody has been proposed yet.
func (e *Engine) relieved(about string) (*entry, bool) {
	i := slices.IndexFunc(e.all, func(c *entry) bool {
		return c.about == about && !c.hunch() && c.leaving && c.cue.State == Active
	})
	if i < 0 {
		return nil, false
	}
	asked := slices.ContainsFunc(e.all, func(c *entry) bool { return c.cue.Relieves == e.all[i].cue.ID })
	return e.all[i], !asked
}

// takeOver ends the cue that a vehicle, now on station, has taken over from.
func (e *Engine) takeOver(c *entry, now time.Time) {
	for _, old := range e.all {
		if old.cue.ID == c.cue.Relieves && !old.cue.State.Final() {
			e.end(old, Done, fmt.Sprintf("vehicle %d took over", c.cue.Vehicle), now)
		}
	}
}

// reliefWords explains a proposal to take over.
func reliefWords(old *entry) string {
	if old.cue.Action == Look && old.left <= 0 {
		return fmt.Sprintf("takes over from vehicle %d, which must go home", old.cue.Vehicle)
	}
	return fmt.Sprintf("takes over from vehicle %d, which must go home in %.0f min", old.cue.Vehicle, math.Max(0, math.Floor(old.left.Minutes())))
}
