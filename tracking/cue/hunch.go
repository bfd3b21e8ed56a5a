package cue

import (
	"strings"
	"time"
)

// hunchPrefix begins the ids of hunches and of no alert.
const hunchPrefix = "h-"

func isHunch(about string) bool { return strings.HasPrefix(about, hunchPrefix) }

// key names a target: its alert, or the hunch that is none.
func (t Target) key() string {
	switch {
	case t.AlertID != "":
		return t.AlertID
	case t.HunchID != "":
		return t.HunchID
	default:
		return followPrefix + t.TrackID
	}
}

// hunch tells whether a cue is about what is only worth a look.
func (c *entry) hunch() bool { return isHunch(c.about) }

// spare tells whether a vehicle may be asked for a mere look: it flies, and is not wanted for an alert.
func (e *Engine) spare(v Vehicle) bool { return v.Airborne && !e.proposed(v.ID) }

func (c *Config) expireAfter(t Target) time.Duration {
	if t.AlertID == "" {
		return c.HunchExpire
	}
	return c.ExpireAfter
}

func (c *Config) timeOnTarget(of *entry) time.Duration {
	switch {
	case of.hunch():
		return c.HunchTime
	case of.following():
		return c.FollowTime
	}
	return c.TimeOnTarget
}

// adopt makes what was proposed, or is under way, for a hunch the alert's that this has become, with the time that an alert is given.
func (e *Engine) adopt(t Target, now time.Time) {
	if t.AlertID == "" || t.HunchID == "" {
		return
	}
	if s := e.searches[t.HunchID]; s != nil && e.searches[t.AlertID] == nil {
		e.searches[t.AlertID] = s
	}
	for _, c := range e.all {
		if c.about != t.HunchID || c.cue.State.Final() || e.doubled(c, t, now) {
			continue
		}
		c.about, c.cue.AlertID, c.changed = t.AlertID, t.AlertID, true
		c.active = latest(c.active, now)
		if c.cue.State == Proposed {
			c.cue.ExpiresAt = now.Add(e.cfg.ExpireAfter)
		}
		if len(t.Reasons) > 0 {
			c.cue.Reasons = append(c.cue.Reasons, t.Reasons[0])
		}
	}
}

// doubled ends one of two cues for the same where an alert had one before it took the hunch in: the one that nobody has approved. It tells
// whether that is the hunch's.
func (e *Engine) doubled(c *entry, t Target, now time.Time) bool {
	for _, other := range e.all {
		switch {
		case other.about != t.AlertID || other.cue.State.Final():
		case c.cue.State == Proposed || other.cue.State != Proposed:
			state := Done
			if c.cue.State == Proposed {
				state = Expired
			}
			e.end(c, state, "it belongs to "+t.AlertID+", for which another look is proposed or under way", now)
			return true
		default:
			e.end(other, Expired, "the vehicle of "+c.cue.ID+" is under way there", now)
			delete(e.quiet, t.AlertID)
		}
	}
	return false
}

// latest moves an instant that was reached to now.
func latest(at, now time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return now
}

// allowed tells whether a look may be proposed now: something was sensed there just now, and not too many were proposed lately.
func (e *Engine) allowed(t Target, now time.Time) bool {
	if t.AlertID != "" {
		return true
	}
	if e.cfg.HunchesPerHour <= 0 || now.Sub(t.Sensed) > e.cfg.HunchFresh {
		return false
	}
	rate, most := float64(e.cfg.HunchesPerHour)/3600, max(1, float64(e.cfg.HunchesPerHour)/4)
	if e.looksAt.IsZero() {
		e.looks = most
	} else {
		e.looks = min(most, e.looks+rate*now.Sub(e.looksAt).Seconds())
	}
	e.looksAt = now
	return e.looks >= 1
}

// lookedEnough tells whether a look has found nobody where somebody may be.
func (e *Engine) lookedEnough(c *entry, now time.Time) bool {
	const least, unseen = 20 * time.Second, 0.1
	s := e.searches[c.about]
	return c.hunch() && c.cue.Searching && now.Sub(c.active) >= least && s != nil && s.belief != nil && s.belief.unseen <= unseen
}
