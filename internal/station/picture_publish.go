package station

import (
	"context"
	"errors"
	"slices"
	"time"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/tracking/alert"
	"vedette/tracking/cue"
	"vedette/tracking/fusion"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

// trackHistory is where a track has been.
type trackHistory struct {
	points []geo.LatLon
	times  []time.Time
	ended  time.Time // zero: it lives
}

// publish makes the new picture visible: to requests, to the consoles, and to the record.
func (p *picture) publish(now time.Time, tracks []fusion.Track, alerts []alert.Alert, cues []cue.Cue) {
	p.remember(now, tracks)
	bound := map[string]string{}
	all := p.alerts.Alerts()
	for _, a := range all {
		if a.TrackID != "" && a.State.Open() {
			bound[a.TrackID] = a.ID
		}
	}
	var changes []api.Change
	live := make(map[string]bool, len(tracks))
	tracksNow := make([]api.Track, len(tracks))
	for i, t := range tracks {
		tracksNow[i] = describeTrack(p.trackID(t.ID), t, now, bound[p.trackID(t.ID)])
		live[tracksNow[i].ID] = true
		changes = append(changes, api.TrackChanged(tracksNow[i]))
	}
	p.mu.RLock()
	for _, old := range p.tracksNow {
		if !live[old.ID] {
			changes = append(changes, api.TrackEnded(old.ID))
		}
	}
	p.mu.RUnlock()

	for _, a := range alerts {
		described := describeAlert(a)
		changes = append(changes, api.AlertChanged(described))
		p.cfg.record.post(kindAlert, a.ID, a.UpdatedAt, described)
		if a.State == alert.StateNew && a.RaisedAt.Equal(a.UpdatedAt) {
			p.cfg.log.Info("alert", "alert", a.ID, "title", a.Title, "reasons", a.Reasons, "confidence", a.Confidence)
		}
	}
	for _, c := range cues {
		described := describeCue(c)
		changes = append(changes, api.CueChanged(described))
		p.cfg.record.post(kindCue, c.ID, now, described)
	}

	allCues := p.cues.Cues()
	alertsNow := make([]api.Alert, 0, len(all))
	for _, a := range slices.Backward(all) { // newest first
		alertsNow = append(alertsNow, describeAlert(a))
	}
	cuesNow := make([]api.Cue, 0, len(allCues))
	for _, c := range slices.Backward(allCues) {
		cuesNow = append(cuesNow, describeCue(c))
	}
	p.mu.Lock()
	p.tracksNow, p.alertsNow, p.cuesNow = tracksNow, alertsNow, cuesNow
	p.lessons, p.areaLessons = p.alerts.Lessons(now), p.alerts.AreaLessons(now)
	p.mu.Unlock()
	p.cfg.hub.publish(changes...)
}

// remember keeps a point a second of each believed track, and posts it to the record.
func (p *picture) remember(now time.Time, tracks []fusion.Track) {
	if now.Sub(p.recorded) < recordEvery {
		return
	}
	p.recorded = now
	live := map[string]bool{}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range tracks {
		id := p.trackID(t.ID)
		live[id] = true
		if t.Status == fusion.Tentative {
			continue
		}
		h := p.history[id]
		if h == nil {
			h = &trackHistory{}
			p.history[id] = h
		}
		if len(h.points) == historyPoints {
			h.points, h.times = h.points[1:], h.times[1:]
		}
		h.points, h.times = append(h.points, t.Position), append(h.times, now)
		p.cfg.record.post(kindTrack, id, now, describeTrack(id, t, now, ""))
	}
	for id, h := range p.history {
		switch {
		case live[id]:
		case h.ended.IsZero():
			h.ended = now
		case now.Sub(h.ended) > historyKept:
			delete(p.history, id)
		}
	}
}

// Tracks implements ui.Picture.
func (p *picture) Tracks() api.TrackCollection {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return api.NewFeatureCollection(p.tracksNow)
}

// TrackHistory implements ui.Picture.
func (p *picture) TrackHistory(_ context.Context, id string) (api.TrackHistory, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	h := p.history[id]
	if h == nil {
		return api.TrackHistory{}, api.NotFound("there is no history of track %q", id)
	}
	points, times := make([]geo.LatLon, 0, len(h.points)), make([]api.Time, 0, len(h.times))
	for i, t := range h.times {
		if !hides(p.privateNow, h.points[i], zone.Spread{}) { // it was drawn since
			points, times = append(points, h.points[i]), append(times, api.At(t))
		}
	}
	return api.NewFeature(id, lineOf(points), api.HistoryProperties{Times: times}), nil
}

// Alerts implements ui.Picture.
func (p *picture) Alerts(openOnly bool) []api.Alert {
	p.mu.RLock()
	defer p.mu.RUnlock()
	out := make([]api.Alert, 0, len(p.alertsNow))
	for _, a := range p.alertsNow {
		if !openOnly || a.State == api.AlertNew || a.State == api.AlertAcknowledged {
			out = append(out, a)
		}
	}
	return out
}

// Cues implements ui.Picture.
func (p *picture) Cues() []api.Cue {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return append([]api.Cue{}, p.cuesNow...)
}

// DecideAlert implements ui.Picture.
func (p *picture) DecideAlert(ctx context.Context, who access.Principal, id, action, note string) (api.Alert, error) {
	var decided alert.Alert
	var err error
	now := time.Now()
	waitErr := p.do(ctx, func() {
		switch action {
		case "acknowledge":
			decided, err = p.alerts.Acknowledge(id, who.Name, note, now)
		case "resolve":
			decided, err = p.alerts.Resolve(id, who.Name, note, now)
		case "false":
			decided, err = p.alerts.CallFalse(id, who.Name, note, now)
		default:
			err = api.NotFound("an alert can be acknowledged, resolved or called false, not %q", action)
		}
		if err == nil {
			p.publish(now, p.tracks(now), []alert.Alert{decided}, nil)
		}
	})
	var taken *alert.DecidedError
	switch {
	case waitErr != nil:
		return api.Alert{}, waitErr
	case errors.Is(err, alert.ErrNoAlert):
		return api.Alert{}, api.NotFound("there is no alert %q", id)
	case errors.As(err, &taken):
		return api.Alert{}, api.Conflict("%v", taken)
	case err != nil:
		return api.Alert{}, err
	}
	return describeAlert(decided), nil
}

// AssignAlert implements ui.Picture.
func (p *picture) AssignAlert(ctx context.Context, who access.Principal, id, to, expected string) (api.Alert, error) {
	var assigned alert.Alert
	var err error
	now := time.Now()
	waitErr := p.do(ctx, func() {
		if assigned, err = p.alerts.Assign(id, to, expected, who.Name, now); err == nil {
			p.publish(now, p.tracks(now), []alert.Alert{assigned}, nil)
		}
	})
	var other *alert.AssignedError
	var closed *alert.DecidedError
	switch {
	case waitErr != nil:
		return api.Alert{}, waitErr
	case errors.Is(err, alert.ErrNoAlert):
		return api.Alert{}, api.NotFound("there is no alert %q", id)
	case errors.As(err, &other), errors.As(err, &closed):
		return api.Alert{}, api.Conflict("%v", err)
	case err != nil:
		return api.Alert{}, err
	}
	return describeAlert(assigned), nil
}

// DecideCue implements ui.Picture. The server has made sure that whoever approves holds the vehicle's lease.
func (p *picture) DecideCue(ctx context.Context, who access.Principal, id, action string) (api.Cue, error) {
	var decided cue.Cue
	var err error
	now := time.Now()
	waitErr := p.do(ctx, func() {
		switch action {
		case "approve":
			decided, err = p.cues.Approve(id, who.Name, now)
		case "reject":
			decided, err = p.cues.Reject(id, who.Name, now)
		case "end":
			decided, err = p.cues.End(id, who.Name, now)
		default:
			err = api.NotFound("a cue can be approved, rejected or ended, not %q", action)
		}
		if err == nil {
			p.publish(now, p.tracks(now), nil, []cue.Cue{decided})
		}
	})
	var taken *cue.DecidedError
	switch {
	case waitErr != nil:
		return api.Cue{}, waitErr
	case errors.Is(err, cue.ErrNoCue):
		return api.Cue{}, api.NotFound("there is no cue %q", id)
	case errors.As(err, &taken):
		return api.Cue{}, api.Conflict("%v", taken)
	case err != nil:
		return api.Cue{}, err
	}
	return describeCue(decided), nil
}

// FollowTrack implements ui.Picture.
func (p *picture) FollowTrack(ctx context.Context, who access.Principal, vehicle int, track string) (api.Cue, error) {
	var made cue.Cue
	var err error = api.NotFound("there is no track %.40q, or it is no longer believed in", track)
	now := time.Now()
	waitErr := p.do(ctx, func() {
		tracks := p.tracks(now)
		t := slices.IndexFunc(tracks, func(t fusion.Track) bool { return p.trackID(t.ID) == track })
		if t < 0 {
			return
		}
		known := p.vehicles(now)
		v := slices.IndexFunc(known, func(v cue.Vehicle) bool { return v.ID == vehicle })
		if v < 0 {
			err = api.NotFound("there is no vehicle %d whose place is known", vehicle)
			return
		}
		target := cue.Target{TrackID: track}
		onTrack(&target, tracks[t], now)
		target.GroundUnknown = p.groundUnknown(target)
		if made, err = p.cues.Follow(target, known[v], who.Name, now); err == nil {
			p.publish(now, tracks, nil, []cue.Cue{made})
		}
	})
	var taken *cue.DecidedError
	switch {
	case waitErr != nil:
		return api.Cue{}, waitErr
	case errors.As(err, &taken), errors.Is(err, cue.ErrCannot):
		return api.Cue{}, api.Conflict("%v", err)
	case err != nil:
		return api.Cue{}, err
	}
	return describeCue(made), nil
}

const (
	// byHandPatience is how long somebody's command waits for the end of what its vehicle is under way for: a person who stops a vehicle is
	// never held up by a busy station. It is ended all the same, as soon as can be, within byHandMost.
	byHandPatience, byHandMost = 300 * time.Millisecond, 30 * time.Second
)

// flownByHand ends what a vehicle is under way for, before somebody's command reaches it.
func (p *picture) flownByHand(ctx context.Context, vehicle int, who, command string) {
	now := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), byHandMost)
		defer cancel()
		err := p.do(ctx, func() {
			if ended, ok := p.cues.ByHand(vehicle, who, command, now); ok {
				p.publish(now, p.tracks(now), nil, []cue.Cue{ended})
			}
		})
		if err != nil {
			p.cfg.log.Error("what a vehicle was under way for could not be ended", "vehicle", vehicle, "command", command, "error", err)
		}
	}()
	select {
	case <-done:
	case <-time.After(byHandPatience):
	case <-ctx.Done():
	}
}

// failCue ends a cue that cannot be carried out, with the reason in words.
func (p *picture) failCue(ctx context.Context, id, why string) {
	now := time.Now()
	_ = p.do(ctx, func() { // only the end of the station keeps it from being done
		if failed, err := p.cues.Fail(id, why, now); err == nil {
			p.publish(now, p.tracks(now), nil, []cue.Cue{failed})
		}
	})
}
