package alert

import (
	"fmt"
	"slices"
	"time"
)

// Alerts gives every alert, newest first.
func (e *Engine) Alerts() []Alert {
	out := make([]Alert, 0, len(e.events))
	for _, ev := range slices.Backward(e.events) {
		out = append(out, ev.copy())
	}
	return out
}

// Alert gives one alert, or ErrNoAlert.
func (e *Engine) Alert(id string) (Alert, error) {
	ev, err := e.find(id)
	if err != nil {
		return Alert{}, err
	}
	return ev.copy(), nil
}

// Sensed is what was sensed of whom an alert is about.
type Sensed struct {
	Trips  []Trip    // oldest first, each with its sensor's reach for a walker in RangeM
	Last   time.Time // when anything, a camera's track included, sensed it last
	Drives float64   // how likely somebody whom it is about drives rather than walks
}

// Sensed gives what was sensed of whom an alert is about; nothing of one that is not known.
func (e *Engine) Sensed(id string) Sensed {
	ev, err := e.find(id)
	if err != nil {
		return Sensed{}
	}
	return Sensed{Trips: slices.Clone(ev.trips), Last: ev.lastEvidence, Drives: ev.drives}
}

func (e *Engine) find(id string) (*event, error) {
	i := slices.IndexFunc(e.events, func(ev *event) bool { return ev.alert.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("%w: %q", ErrNoAlert, id)
	}
	return e.events[i], nil
}

// Acknowledge says that somebody looks after a new alert. It answers a DecidedError when that was decided before.
func (e *Engine) Acknowledge(id, who, note string, now time.Time) (Alert, error) {
	return e.decide(id, StateAcknowledged, who, note, now)
}

// Resolve closes an open alert. It answers a DecidedError when it was closed before.
func (e *Engine) Resolve(id, who, note string, now time.Time) (Alert, error) {
	return e.decide(id, StateResolved, who, note, now)
}

// CallFalse closes an open alert as a false one. It answers a DecidedError when it was closed before.
func (e *Engine) CallFalse(id, who, note string, now time.Time) (Alert, error) {
	return e.decide(id, StateFalse, who, note, now)
}

func (e *Engine) decide(id string, state State, who, note string, now time.Time) (Alert, error) {
	ev, err := e.find(id)
	if err != nil {
		return Alert{}, err
	}
	a := &ev.alert
	if !a.State.Open() || state == StateAcknowledged && a.State != StateNew {
		return ev.copy(), &DecidedError{ID: id, State: a.State, By: a.DecidedBy, At: a.DecidedAt}
	}
	a.State, a.DecidedBy, a.DecidedAt, a.UpdatedAt = state, who, now, now
	a.History = append(a.History, Decision{At: now, Who: who, What: string(state), Note: note})
	e.learn(ev, state, now)
	if !a.State.Open() && ev.faulty == "" {
		e.metEvent(ev, e.cfg.weigh(ev.trips, nil, e.expect(ev.trips)))
	}
	return ev.copy(), nil
}

// SetCue links an alert to the cue that was proposed for it; an empty cueID unlinks it.
func (e *Engine) SetCue(id, cueID string, now time.Time) (Alert, error) {
	ev, err := e.find(id)
	if err != nil {
		return Alert{}, err
	}
	ev.alert.CueID, ev.alert.UpdatedAt = cueID, now
	return ev.copy(), nil
}
