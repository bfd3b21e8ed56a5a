package alert

import (
	"fmt"
	"slices"
	"time"
)

// Restore takes back an alert that an engine before this one raised, as it was told last, so that a restart forgets nothing. It
// follows no track until one appears near it. An id that is known already is refused.
func (e *Engine) Restore(a Alert, now time.Time) error {
	if _, err := e.find(a.ID); err == nil {
		return fmt.Errorf("alert %s is there already", a.ID)
	}
	a.Reasons, a.Sources, a.History = slices.Clone(a.Reasons), slices.Clone(a.Sources), slices.Clone(a.History)
	a.Tracks, a.Pictures = slices.Clone(a.Tracks), slices.Clone(a.Pictures)
	ev := &event{
		alert: a, bound: map[string]bool{}, last: map[string]sighting{}, counted: map[string]int{},
		place: a.Position, placeAt: a.UpdatedAt, lastEvidence: a.UpdatedAt, told: a.Position, toldAt: a.UpdatedAt,
		crossed: a.Severity == Critical, before: &a,
	}
	if a.Ellipse != nil {
		sigma := a.Ellipse.SemiMajorM / ellipseScale
		ev.ee, ev.nn = sigma*sigma, sigma*sigma
	}
	for i, text := range a.Reasons {
		ev.reasons = append(ev.reasons, reason{key: fmt.Sprintf("before %d", i), text: text})
	}
	if a.State.Open() {
		ev.alert.TrackID, ev.alert.CueID = "", "" // tracks are numbered anew, and no cue outlives its station
		ev.alert.History = append(ev.alert.History, Decision{At: now, Who: station, What: "restarted"})
		ev.alert.UpdatedAt, ev.changed = now, true
	}
	e.events = append(e.events, ev)
	return nil
}

// asBefore keeps what an alert from before a restart said, where nothing new has been sensed, or only less.
func (ev *event) asBefore() {
	a, b := &ev.alert, ev.before
	if len(ev.trips) > 0 && a.Confidence >= b.Confidence {
		return
	}
	if len(ev.trips) == 0 && ev.track.ID != "" {
		return // a camera sees it now
	}
	a.Confidence, a.Probably, a.Severity, a.Title = b.Confidence, b.Probably, b.Severity, b.Title
	for _, id := range b.Sources {
		if !slices.Contains(a.Sources, id) {
			a.Sources = append(a.Sources, id)
		}
	}
}
