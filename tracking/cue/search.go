package cue

import (
	"math"
	"time"

	"vedette/internal/geo"
)

// search tells where to look while nothing is followed on station: outward along a spiral around the place where it was last, each
// place as far from its neighbours as a picture is wide. The second result tells that it searches.
func (e *Engine) search(c *entry, t Target, now time.Time) (geo.LatLon, bool) {
	if c.cue.State != Active || t.Seen {
		c.seenLast = now
		c.setSearching(false)
		return t.place(), false
	}
	lost := now.Sub(later(c.seenLast, c.active))
	if lost < e.cfg.SearchAfter {
		return t.place(), false
	}
	c.setSearching(true)
	rings := int(e.cfg.SearchMostM / e.cfg.SearchStepM)
	places := 3 * rings * (rings + 1) // six on the first ring, six more on each further one
	k := int((lost-e.cfg.SearchAfter)/e.cfg.SearchEvery) % (places + 1)
	if k == 0 {
		return t.place(), true
	}
	ring := 1
	for k--; k >= 6*ring; ring++ {
		k -= 6 * ring
	}
	bearing := float64(k) * 360 / float64(6*ring)
	return geo.Offset(t.place(), math.Mod(bearing, 360), float64(ring)*e.cfg.SearchStepM), true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (c *entry) setSearching(on bool) {
	if c.cue.Searching != on {
		c.cue.Searching, c.changed = on, true
	}
}
