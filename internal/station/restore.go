package station

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"vedette/internal/store"
	"vedette/tracking/alert"
	"vedette/tracking/cue"
	"vedette/ui/api"
)

// restoredClosed is how long after its decision an alert is still shown after a restart.
const restoredClosed = 24 * time.Hour

// restore takes back from the record what was open when the station stopped: alerts go on, cues are over, and what people decided
// is learned again. It is called before the picture runs.
func (p *picture) restore(ctx context.Context, from *store.Store, now time.Time) error {
	if err := p.restoreMet(ctx, from); err != nil {
		return err
	}
	alerts, err := latest[api.Alert](ctx, from, kindAlert)
	if err != nil {
		return fmt.Errorf("take back the alerts: %w", err)
	}
	open := 0
	for _, a := range alerts {
		back := alertOf(a)
		if !back.State.Open() {
			p.alerts.Learn(groundSensors(p, back.Sources), back.Position, back.State, back.DecidedAt)
			if now.Sub(back.DecidedAt) > restoredClosed {
				continue
			}
		}
		if err := p.alerts.Restore(back, now); err != nil {
			p.cfg.log.Warn("an alert of the record was left out", "alert", a.ID, "error", err)
			continue
		}
		if back.State.Open() {
			open++
		}
	}
	for _, a := range p.conceal(now) { // the file may have changed meanwhile
		p.cfg.record.post(kindAlert, a.ID, now, describeAlert(a))
	}
	if err := p.restoreMutes(ctx, from); err != nil {
		return err
	}
	cues, err := latest[api.Cue](ctx, from, kindCue)
	if err != nil {
		return fmt.Errorf("take back the cues: %w", err)
	}
	for _, c := range cues {
		old := cueOf(c)
		if old.State.Final() && now.Sub(old.CreatedAt) > restoredClosed {
			continue
		}
		if is := p.cues.Restore(old); is.State != old.State {
			p.cfg.record.post(kindCue, is.ID, now, describeCue(is))
			p.cfg.log.Warn("a cue ended with the station before this one", "cue", is.ID, "vehicle", is.Vehicle, "was", old.State)
		}
	}
	if open > 0 {
		p.cfg.log.Info("alerts were open when the station stopped, and still are", "alerts", open)
	}
	return nil
}

// latest gives the last record of each thing of a kind, in the order of their first.
func latest[T any](ctx context.Context, from *store.Store, kind string) ([]T, error) {
	return latestSince[T](ctx, from, kind, time.Time{})
}

// latestSince is latest of what was recorded at or after an instant; zero: ever.
func latestSince[T any](ctx context.Context, from *store.Store, kind string, since time.Time) ([]T, error) {
	var order []string
	last := map[string]json.RawMessage{}
	after, err := from.Before(ctx, kind, since)
	if err != nil {
		return nil, err
	}
	for {
		page, err := from.Read(ctx, after, store.MaxRead, kind)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if e.Key == "" || e.Who != "" { // decisions of people are records of their own, without the thing
				continue
			}
			if _, known := last[e.Key]; !known {
				order = append(order, e.Key)
			}
			last[e.Key] = e.Data
		}
		if len(page) < store.MaxRead {
			break
		}
		after = page[len(page)-1].Seq
	}
	var out []T
	for _, key := range order {
		var one T
		if json.Unmarshal(last[key], &one) == nil { // another kind of record under the same key says nothing of it
			out = append(out, one)
		}
	}
	return out, nil
}

// groundSensors leaves the feeds out of an alert's sources.
func groundSensors(p *picture, sources []string) []string {
	return slices.DeleteFunc(slices.Clone(sources), func(id string) bool { _, known := p.sensors[id]; return !known })
}

func alertOf(a api.Alert) alert.Alert {
	out := alert.Alert{
		ID: a.ID, State: alert.State(a.State), Severity: alert.Severity(a.Severity), Title: a.Title, Probably: alert.Probably(a.Probably),
		Reasons: a.Reasons, Confidence: valueOr(a.Confidence, 0), TrackID: a.TrackID, Tracks: a.Tracks, CueID: a.CueID, Sources: a.Sources,
		RaisedAt: a.RaisedAt.Time, UpdatedAt: a.UpdatedAt.Time, DecidedBy: a.DecidedBy, DecidedAt: a.DecidedAt.Time,
		AssignedTo: a.AssignedTo, AssignedBy: a.AssignedBy, AssignedAt: a.AssignedAt.Time,
		Pictures: picturesOf(a.Pictures),
	}
	if a.Position != nil {
		out.Position = *a.Position
	}
	if e := a.Ellipse; e != nil {
		out.Ellipse = &alert.Ellipse{SemiMajorM: e.SemiMajorM, SemiMinorM: e.SemiMinorM, BearingDeg: e.BearingDeg, Confidence: e.Confidence}
	}
	for _, h := range a.History {
		out.History = append(out.History, alert.Decision{At: h.T.Time, Who: h.Who, What: h.What, Note: h.Note})
	}
	return out
}

func cueOf(c api.Cue) cue.Cue {
	out := cue.Cue{
		ID: c.ID, State: cue.State(c.State), AlertID: c.AlertID, TrackID: c.TrackID, Vehicle: c.Vehicle, Action: cue.Action(c.Action),
		StandoffM: valueOr(c.StandoffM, 0), ETAS: valueOr(c.ETAS, 0), Reasons: c.Reasons, CreatedAt: c.CreatedAt.Time, ExpiresAt: c.ExpiresAt.Time,
		DecidedBy: c.DecidedBy, DecidedAt: c.DecidedAt.Time, Detail: c.Detail, Relieves: c.Relieves, Leaves: c.Leaves,
	}
	if c.Target != nil {
		out.Target = *c.Target
	}
	if c.HeightAGL != nil {
		out.HeightAGL = float64(*c.HeightAGL)
	}
	return out
}
