package cue

import (
	"fmt"
	"slices"
	"time"
)

// Cues gives every cue, newest first.
func (e *Engine) Cues() []Cue {
	out := make([]Cue, 0, len(e.all))
	for _, c := range slices.Backward(e.all) {
		out = append(out, c.copy())
	}
	return out
}

// Cue gives one cue, or ErrNoCue.
func (e *Engine) Cue(id string) (Cue, error) {
	c, err := e.find(id)
	if err != nil {
		return Cue{}, err
	}
	return c.copy(), nil
}

func (e *Engine) find(id string) (*entry, error) {
	i := slices.IndexFunc(e.all, func(c *entry) bool { return c.cue.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("%w: %q", ErrNoCue, id)
	}
	return e.all[i], nil
}

// Approve lets a proposal go ahead in an operator's name; the next Update gives its first intents. It answers a
// DecidedError when it was decided or has expired before.
func (e *Engine) Approve(id, who string, now time.Time) (Cue, error) {
	c, err := e.decide(id, who, now, Approved)
	if err != nil {
		return Cue{}, err
	}
	c.approved = now
	return c.copy(), nil
}

// Reject ends a proposal. It answers a DecidedError as Approve does.
func (e *Engine) Reject(id, who string, now time.Time) (Cue, error) {
	c, err := e.decide(id, who, now, Rejected)
	if err != nil {
		return Cue{}, err
	}
	e.quiet[c.about] = now.Add(e.cfg.QuietAfter)
	return c.copy(), nil
}

func (e *Engine) decide(id, who string, now time.Time, state State) (*entry, error) {
	c, err := e.find(id)
	switch {
	case err != nil:
		return nil, err
	case c.cue.State != Proposed:
		return nil, &DecidedError{ID: id, State: c.cue.State, By: c.cue.DecidedBy}
	case !now.Before(c.cue.ExpiresAt):
		return nil, &DecidedError{ID: id, State: Expired}
	}
	other := e.underWay(c.cue.Vehicle)
	if state == Approved && other != nil && (!c.hunch() && other.hunch() || c.leaves(other)) {
		e.end(other, Done, "called away to "+c.cue.AlertID, now)
		other = nil
	}
	if state == Approved && other != nil {
		why := fmt.Sprintf("vehicle %d is under way for cue %s, which %s approved", c.cue.Vehicle, other.cue.ID, other.cue.DecidedBy)
		return nil, &DecidedError{ID: id, State: c.cue.State, Why: why}
	}
	c.cue.State, c.cue.DecidedBy, c.cue.DecidedAt = state, who, now
	return c, nil
}

// Fail ends an approved cue that the station could not carry out, saying why; the next Update may propose another
// vehicle. It answers a DecidedError when the cue is over or was never approved.
func (e *Engine) Fail(id, why string, now time.Time) (Cue, error) {
	c, err := e.find(id)
	if err != nil {
		return Cue{}, err
	}
	if c.cue.State != Approved && c.cue.State != Active {
		return Cue{}, &DecidedError{ID: id, State: c.cue.State, By: c.cue.DecidedBy}
	}
	e.end(c, Failed, why, now)
	c.changed = false // the answer tells it
	return c.copy(), nil
}

// Restore takes back a cue that an engine before this one made, as it was told last. One that was not over is over now: what was
// proposed has expired, and what was under way has failed, since nothing flies on behalf of a station that has been restarted.
// It gives the cue as it is now.
func (e *Engine) Restore(c Cue) Cue {
	switch c.State {
	case Proposed:
		c.State, c.Detail = Expired, "the station was restarted"
	case Approved, Active:
		c.State, c.Detail = Failed, "the station was restarted; nothing was commanded since"
	}
	restored := &entry{cue: c, about: c.AlertID}
	e.all = append(e.all, restored)
	return restored.copy()
}
