package cue

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// followPrefix begins the keys of tracks that somebody has a vehicle follow, and of no alert or hunch.
const followPrefix = "track "

func isFollow(about string) bool { return strings.HasPrefix(about, followPrefix) }

// following tells whether a cue was asked for by somebody rather than proposed.
func (c *entry) following() bool { return isFollow(c.about) }

// ErrCannot tells that a vehicle cannot follow a track; the text around it says why.
var ErrCannot = errors.New("it cannot follow that")

// Follow has a vehicle follow a track in an operator's name from the next Update on, as an approved proposal does, until FollowTime is over, the
// track ends, or somebody ends it. It answers a DecidedError where the vehicle is under way for something else, and ErrCannot.
func (e *Engine) Follow(t Target, v Vehicle, who string, now time.Time) (Cue, error) {
	if other := e.underWay(v.ID); other != nil {
		why := fmt.Sprintf("vehicle %d is under way for it, which %s approved: end it first", v.ID, other.cue.DecidedBy)
		return Cue{}, &DecidedError{ID: other.cue.ID, State: other.cue.State, Why: why}
	}
	switch {
	case !v.Live:
		return Cue{}, fmt.Errorf("%w: nothing was heard of vehicle %d lately", ErrCannot, v.ID)
	case !v.HasCamera:
		return Cue{}, fmt.Errorf("%w: vehicle %d has no camera that can be pointed", ErrCannot, v.ID)
	case !v.Airborne:
		return Cue{}, fmt.Errorf("%w: vehicle %d is on the ground, and has to take off first", ErrCannot, v.ID)
	case v.GoingHome:
		return Cue{}, fmt.Errorf("%w: vehicle %d flies home or lands (%s): have it hold first", ErrCannot, v.ID, v.Mode)
	}
	t.AlertID, t.HunchID = "", ""
	p, can := e.cfg.plan(t.place(), v)
	if !can {
		return Cue{}, fmt.Errorf("%w: from where vehicle %d is, it is too far for its battery, or no-fly zones are in the way", ErrCannot, v.ID)
	}
	p.action = LookAndApproach // a target that walks on is followed also where nothing has to fly yet
	c := &entry{seen: now, about: t.key(), approved: now}
	c.cue = Cue{
		ID: fmt.Sprintf("c-%d", e.nextID), State: Approved, TrackID: t.TrackID, Vehicle: v.ID, Action: p.action, Target: t.place(), ETAS: float64(int(p.eta.Seconds()*10)) / 10,
		Reasons: []string{"asked for by " + who}, StandoffM: e.cfg.StandoffM, HeightAGL: e.cfg.HeightAGL, CreatedAt: now, ExpiresAt: now, DecidedBy: who, DecidedAt: now,
	}
	c.tellGround(t)
	c.changed = false // the answer tells it
	e.nextID++
	e.all = append(e.all, c)
	return c.copy(), nil
}

// Followed gives the tracks that vehicles follow because somebody asked for it.
func (e *Engine) Followed() (tracks []string) {
	for _, c := range e.all {
		if c.following() && !c.cue.State.Final() {
			tracks = append(tracks, strings.TrimPrefix(c.about, followPrefix))
		}
	}
	return tracks
}

// End calls off a cue that is under way. The vehicle stays where it was sent last. It answers a DecidedError where it is not under way.
func (e *Engine) End(id, who string, now time.Time) (Cue, error) {
	c, err := e.find(id)
	if err != nil {
		return Cue{}, err
	}
	if c.cue.State != Approved && c.cue.State != Active {
		return Cue{}, &DecidedError{ID: id, State: c.cue.State, By: c.cue.DecidedBy}
	}
	e.end(c, Done, who+" ended it", now)
	c.changed = false
	return c.copy(), nil
}

// ByHand ends what a vehicle is under way for, since somebody flies it otherwise: from then on the station commands it nothing for that. It
// is false where the vehicle is under way for nothing.
func (e *Engine) ByHand(vehicle int, who, command string, now time.Time) (Cue, bool) {
	c := e.underWay(vehicle)
	if c == nil {
		return Cue{}, false
	}
	e.end(c, Done, fmt.Sprintf("%s flies the vehicle by hand (%s)", who, command), now)
	c.changed = false
	return c.copy(), true
}
