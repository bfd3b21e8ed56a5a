package station

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/access"
	"vedette/internal/store"
	"vedette/sensors"
	"vedette/tracking/alert"
	"vedette/ui/api"
)

const (
	// patrolStale is when a patrol's report is old, and patrolForgotten when it is no longer shown.
	patrolStale, patrolForgotten = 30 * time.Second, 10 * time.Minute
	// mostPatrols bounds those that are known at once.
	mostPatrols = 500
	mutePrefix  = "mute/"
	// clockSlack is by how much the station's clock may have been set back while it ran.
	clockSlack = time.Hour
	// cellDeg is the side of the squares in which crossings are counted: about 100 m.
	cellDeg = 0.001
)

// Patrols implements ui.Picture.
func (p *picture) Patrols() []api.Patrol {
	now := time.Now()
	p.mu.RLock()
	defer p.mu.RUnlock()
	out := make([]api.Patrol, 0, len(p.patrols))
	for _, one := range p.patrols {
		if age := now.Sub(one.T.Time); age <= patrolForgotten {
			one.Stale = age > patrolStale
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b api.Patrol) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// SetPatrol implements ui.Picture.
func (p *picture) SetPatrol(ctx context.Context, is api.Patrol) error {
	var full bool
	err := p.do(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for id, one := range p.patrols {
			if is.T.Sub(one.T.Time) > patrolForgotten {
				delete(p.patrols, id)
			}
		}
		if _, known := p.patrols[is.ID]; !known && len(p.patrols) >= mostPatrols {
			full = true
			return
		}
		p.patrols[is.ID] = is
		p.own = append(p.own, alert.Own{ID: is.ID, Name: is.Name, Vehicle: is.Vehicle, Lat: *is.Lat, Lon: *is.Lon, At: is.T.Time})
	})
	if full {
		return api.Conflict("more than %d patrols report", mostPatrols)
	}
	return err
}

// MuteSensor implements ui.Picture. A mute outlives the station.
func (p *picture) MuteSensor(ctx context.Context, who access.Principal, id string, m api.Mute) error {
	var known bool
	mute := alert.Mute{Who: who.Name, Why: m.Why}
	if m.Minutes > 0 {
		mute.Until = time.Now().Add(time.Duration(m.Minutes * float64(time.Minute))).UTC().Truncate(time.Second)
	}
	err := p.do(ctx, func() {
		var state sensors.State
		if state, known = p.sensors[id]; known {
			p.setMute(id, mute)
			p.cfg.hub.publish(api.SensorChanged(p.describeSensor(state)))
		}
	})
	switch {
	case err != nil:
		return err
	case !known:
		return api.NotFound("there is no sensor %.40q", id)
	case p.cfg.record.store == nil:
		return nil
	case mute.Until.IsZero():
		return p.cfg.record.store.Delete(ctx, mutePrefix+id)
	}
	raw, err := json.Marshal(mute)
	if err != nil {
		return err
	}
	return p.cfg.record.store.Set(ctx, mutePrefix+id, raw)
}

// setMute is called in the picture's goroutine, or before it runs.
func (p *picture) setMute(id string, m alert.Mute) {
	p.alerts.Mute(id, m)
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.Until.IsZero() {
		delete(p.mutes, id)
	} else {
		p.mutes[id] = m
	}
}

// restoreMutes takes back what was muted before a restart.
func (p *picture) restoreMutes(ctx context.Context, from *store.Store) error {
	all, err := from.List(ctx, mutePrefix)
	if err != nil {
		return fmt.Errorf("take back what is muted: %w", err)
	}
	for _, one := range all {
		var m alert.Mute
		if json.Unmarshal(one.Value, &m) == nil { // a value that is none mutes nothing
			p.setMute(strings.TrimPrefix(one.Key, mutePrefix), m)
		}
	}
	return nil
}

// addKnown fills in what people have said of a sensor.
func (p *picture) addKnown(s *api.Sensor, now time.Time) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if l, known := p.lessons[s.ID]; known {
		s.Nuisance = describeLesson(l)
	}
	if m, muted := p.mutes[s.ID]; muted && now.Before(m.Until) {
		s.Mute = &api.Mute{Until: api.At(m.Until), Who: m.Who, Why: m.Why}
	}
}

// judgedZones are zones with what people decided of the alerts in them.
func (p *picture) judgedZones(zones api.ZoneCollection) api.ZoneCollection {
	p.mu.RLock()
	defer p.mu.RUnlock()
	out := zones
	out.Features = slices.Clone(zones.Features)
	for i := range out.Features {
		is := &out.Features[i].Properties
		if l, known := p.areaLessons[is.ID]; known {
			is.Nuisance = describeLesson(l)
		}
	}
	return out
}

func describeLesson(l alert.Lesson) *api.Nuisance {
	return &api.Nuisance{Rate: hundredth(l.NuisanceRate()), Real: hundredth(l.Real), False: hundredth(l.False)}
}

func hundredth(v float64) float64 { return math.Round(100*v) / 100 }

// Crossings implements ui.Picture: from the record, so that it reaches back as far as that does.
func (p *picture) Crossings(ctx context.Context, from, to time.Time) (api.CrossingMap, error) {
	if p.cfg.record.store == nil {
		return api.CrossingMap{}, nil
	}
	since := from
	if !since.IsZero() {
		since = since.Add(-clockSlack)
	}
	// What was raised in the span was recorded in it or later.
	alerts, err := latestSince[api.Alert](ctx, p.cfg.record.store, kindAlert, since)
	if err != nil {
		return api.CrossingMap{}, err
	}
	return countCrossings(alerts, from, to), nil
}

// countCrossings counts alerts in squares by where they were last, and by the hour in which they were raised.
func countCrossings(alerts []api.Alert, from, to time.Time) api.CrossingMap {
	type cell struct{ lat, lon int }
	counts := map[cell]*api.CrossingProperties{}
	var order []cell
	for _, a := range alerts {
		raised := a.RaisedAt.Time
		if a.Position == nil || a.Probably == string(alert.Fault) || raised.Before(from) || !to.IsZero() && !raised.Before(to) {
			continue
		}
		at := cell{int(math.Floor(a.Position.Lat / cellDeg)), int(math.Floor(a.Position.Lon / cellDeg))}
		c := counts[at]
		if c == nil {
			c = &api.CrossingProperties{}
			counts[at], order = c, append(order, at)
		}
		if a.State == string(alert.StateFalse) {
			c.Nuisances++
			continue
		}
		c.Crossings++
		c.ByHour[raised.UTC().Hour()]++
	}
	features := make([]api.CrossingCell, 0, len(order))
	for _, at := range order {
		s, w := float64(at.lat)*cellDeg, float64(at.lon)*cellDeg
		ring := orb.Ring{{w, s}, {w + cellDeg, s}, {w + cellDeg, s + cellDeg}, {w, s + cellDeg}, {w, s}}
		features = append(features, api.NewFeature(fmt.Sprintf("%d,%d", at.lat, at.lon), orb.Polygon{ring}, *counts[at]))
	}
	return api.NewFeatureCollection(features)
}
