package station

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"vedette/internal/store"
	"vedette/ui/api"
)

const (
	// mostChanges is what one answer about the past holds; mostLooked what is read for it.
	mostChanges, mostLooked = 20_000, 200_000
	// alertsBefore is how far back open alerts are looked for that nothing was told of since.
	alertsBefore = 48 * time.Hour
	// restedBefore and trackedBefore are how old the last recorded state of what is there may be.
	restedBefore, trackedBefore = 2 * restingEvery, 3 * recordEvery
	// cameLater is how long after its observation a record may come to disk.
	cameLater      = time.Minute
	stretches      = 120
	mostPastAlerts = 500
)

// past tells what the record holds.
type past struct{ store *store.Store }

// recorded is a kind of the record with the type of its changes.
type recorded struct {
	kind, typ string
	thin      bool          // one state in each step is enough
	before    time.Duration // how far back states are looked for that still held at the beginning
}

func pastKinds() []recorded {
	return []recorded{
		{kindAlert, api.TypeAlert, false, alertsBefore},
		{kindTelemetry, api.TypeVehicle, true, restedBefore},
		{kindTrack, api.TypeTrack, true, trackedBefore},
		{kindTrip, api.TypeTrip, false, 0},
	}
}

// Past implements ui.Periods.
func (p *past) Past(ctx context.Context, from, to time.Time, step time.Duration) (api.Past, error) {
	if err := p.reaches(ctx, to); err != nil {
		return api.Past{}, err
	}
	end := to
	var all []api.PastChange
	for _, k := range pastKinds() {
		held, err := p.held(ctx, k, from)
		if err != nil {
			return api.Past{}, err
		}
		changes, reached, err := p.changes(ctx, k, store.Within{From: from, To: end}, step)
		if err != nil {
			return api.Past{}, err
		}
		if reached.Before(end) {
			end = reached
		}
		all = append(append(all, held...), changes...)
	}
	all = slices.DeleteFunc(all, func(c api.PastChange) bool { return !c.T.Before(end) })
	slices.SortStableFunc(all, func(a, b api.PastChange) int { return a.T.Compare(b.T.Time) })
	return api.Past{From: api.At(from), To: api.At(end), StepS: step.Seconds(), Changes: all}, nil
}

// reaches is an error in words where the record begins later.
func (p *past) reaches(ctx context.Context, to time.Time) error {
	oldest, err := p.store.Oldest(ctx, kindTelemetry, kindTrack, kindAlert, kindTrip)
	switch {
	case err != nil:
		return err
	case oldest.IsZero():
		return api.NotFound("nothing has been recorded yet")
	case !oldest.Add(-cameLater).Before(to):
		return api.NotFound("nothing was recorded then: the record begins at %s", oldest.Format(time.RFC3339))
	}
	return nil
}

// held is how things stood: the last state of each before an instant.
func (p *past) held(ctx context.Context, k recorded, at time.Time) ([]api.PastChange, error) {
	if k.before == 0 {
		return nil, nil
	}
	last := map[string]store.Event{}
	err := p.store.EachBetween(ctx, k.kind, store.Within{From: at.Add(-k.before), To: at}, func(e store.Event) (bool, error) {
		if e.Key != "" {
			last[e.Key] = e
		}
		return true, nil
	})
	out := make([]api.PastChange, 0, len(last))
	for _, e := range last {
		out = append(out, changeOf(k, e))
	}
	return out, err
}

// changes are those within a time, and how far they reach.
func (p *past) changes(ctx context.Context, k recorded, w store.Within, step time.Duration) (out []api.PastChange, reached time.Time, err error) {
	last := map[string]int64{}
	looked := 0
	reached = w.To
	err = p.store.EachBetween(ctx, k.kind, w, func(e store.Event) (bool, error) {
		if looked++; looked > mostLooked || len(out) >= mostChanges {
			reached = e.ObservedAt
			return false, nil
		}
		if e.Key == "" {
			return true, nil
		}
		if k.thin {
			n := int64(e.ObservedAt.Sub(w.From) / step)
			if before, seen := last[e.Key]; seen && before == n {
				return true, nil
			}
			last[e.Key] = n
		}
		out = append(out, changeOf(k, e))
		return true, nil
	})
	return out, reached, err
}

func changeOf(k recorded, e store.Event) api.PastChange {
	return api.PastChange{T: api.At(e.ObservedAt), Type: k.typ, ID: e.Key, Data: e.Data}
}

// Timeline implements ui.Periods.
func (p *past) Timeline(ctx context.Context, from, to time.Time) (api.Timeline, error) {
	oldest, err := p.store.Oldest(ctx, kindTelemetry, kindTrack, kindAlert, kindTrip)
	if err != nil {
		return api.Timeline{}, err
	}
	stretch := max(time.Second, (to.Sub(from) / stretches).Round(time.Second))
	out := api.Timeline{From: api.At(from), To: api.At(to), Oldest: api.At(oldest), StretchS: stretch.Seconds()}
	if out.Activity, err = p.activity(ctx, store.Within{From: from, To: to}, stretch); err != nil {
		return api.Timeline{}, err
	}
	alerts := map[string]api.PastAlert{}
	err = p.store.EachBetween(ctx, kindAlert, store.Within{From: from, To: to.Add(alertsBefore)}, func(e store.Event) (bool, error) {
		var a api.Alert
		if json.Unmarshal(e.Data, &a) != nil || a.ID == "" { // what cannot be read is no reason to show nothing
			return true, nil
		}
		if at := a.RaisedAt.Time; at.Before(from) || !at.Before(to) {
			return true, nil
		}
		if _, known := alerts[a.ID]; !known && len(alerts) >= mostPastAlerts {
			out.More = true
			return true, nil
		}
		alerts[a.ID] = api.PastAlert{ID: a.ID, T: a.RaisedAt, Severity: a.Severity, Title: a.Title, State: a.State}
		return true, nil
	})
	if err != nil {
		return api.Timeline{}, err
	}
	for _, a := range alerts {
		out.Alerts = append(out.Alerts, a)
	}
	slices.SortFunc(out.Alerts, func(a, b api.PastAlert) int { return a.T.Compare(b.T.Time) })
	return out, nil
}

// activity counts by stretches.
func (p *past) activity(ctx context.Context, w store.Within, stretch time.Duration) ([]api.PastStretch, error) {
	by := map[int]*api.PastStretch{}
	for _, kind := range []string{kindTrack, kindTelemetry, kindTrip} {
		counts, err := p.store.Count(ctx, kind, w, stretch)
		if err != nil {
			return nil, err
		}
		for _, c := range counts {
			s := by[c.N]
			if s == nil {
				s = &api.PastStretch{T: api.At(w.From.Add(time.Duration(c.N) * stretch))}
				by[c.N] = s
			}
			switch kind {
			case kindTrack: // one record a second of each
				s.Tracks = hundredth(float64(c.Count) * recordEvery.Seconds() / stretch.Seconds())
			case kindTelemetry:
				s.Vehicles = c.Count
			default:
				s.Trips = c.Count
			}
		}
	}
	out := make([]api.PastStretch, 0, len(by))
	for _, s := range by {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b api.PastStretch) int { return a.T.Compare(b.T.Time) })
	return out, nil
}
