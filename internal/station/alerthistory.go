package station

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/internal/store"
	"vedette/tracking/cue"
	"vedette/tracking/fusion"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

const (
	// cameFrom is how long before an alert the way of its tracks is looked for.
	cameFrom = 30 * time.Minute
	// lookGap is for how long a camera may miss something that it still looks at.
	lookGap = 10 * time.Second
)

// AlertHistory implements ui.Picture, from the record, so that it outlives the track and the station.
func (p *picture) AlertHistory(ctx context.Context, id string) (api.AlertHistory, error) {
	p.mu.RLock()
	all, cues, private := p.alertsNow, p.cuesNow, p.privateNow
	p.mu.RUnlock()
	i := slices.IndexFunc(all, func(a api.Alert) bool { return a.ID == id })
	if i < 0 {
		return api.AlertHistory{}, api.NotFound("there is no alert %.40q", id)
	}
	a := all[i]
	within := store.Within{From: a.RaisedAt.Add(-cameFrom), To: time.Now()}
	if !a.DecidedAt.IsZero() && a.State != api.AlertAcknowledged {
		within.To = a.DecidedAt.Time
	}
	way, err := p.wayOf(ctx, a.Tracks, within, private)
	if err != nil {
		return api.AlertHistory{}, err
	}
	looks := way.looks
	if p.cfg.record.store != nil && len(looks) > 0 {
		watched, err := access.WatchedBetween(ctx, p.cfg.record.store, looks[0].From.Time, within.To)
		if err != nil {
			return api.AlertHistory{}, err
		}
		looks = append(looks, watchedLooks(watched, way.looks)...)
	}
	for _, c := range cues {
		if c.AlertID == id && !c.DecidedAt.IsZero() && c.State != string(cue.Rejected) {
			looks = append(looks, api.AlertLook{Kind: "vehicle", Who: strconv.Itoa(c.Vehicle), What: c.ID, By: c.DecidedBy, From: c.DecidedAt})
		}
	}
	slices.SortStableFunc(looks, func(x, y api.AlertLook) int { return x.From.Compare(y.From.Time) })
	return api.AlertHistory{
		ID: id, Words: way.words(), Looks: looks, Path: api.NewFeature(id, lineOf(way.points), api.HistoryProperties{Times: way.times}),
	}, nil
}

// way is where tracks have been, and which cameras saw them when.
type way struct {
	points []geo.LatLon
	times  []api.Time
	looks  []api.AlertLook
	leader string // the track whose way it is
}

// leads tells whether the way follows a track now: of a group it follows one for as long as that is there.
func (w *way) leads(track string, now time.Time) bool {
	if track != w.leader && len(w.times) > 0 && now.Sub(w.times[len(w.times)-1].Time) < 3*recordEvery {
		return false
	}
	w.leader = track
	return true
}

// wayOf reads the way of tracks from the record, without what lies in privacy zones that were drawn since.
func (p *picture) wayOf(ctx context.Context, tracks []string, within store.Within, private []zone.Zone) (way, error) {
	var out way
	if p.cfg.record.store == nil || len(tracks) == 0 {
		return out, nil
	}
	looked := 0
	err := p.cfg.record.store.EachBetween(ctx, kindTrack, within, func(e store.Event) (bool, error) {
		looked++
		var t struct {
			Geometry   struct{ Coordinates orb.Point }
			Properties struct{ Sources []api.TrackSource }
		}
		if !slices.Contains(tracks, e.Key) || json.Unmarshal(e.Data, &t) != nil || hides(private, geo.FromPoint(t.Geometry.Coordinates), zone.Spread{}) {
			return looked < mostLooked, nil
		}
		for _, s := range t.Properties.Sources {
			if s.Kind == fusion.Camera.String() {
				out.see(s.ID, s.LastSeen)
			}
		}
		if !out.leads(e.Key, e.ObservedAt) {
			return looked < mostLooked, nil
		}
		out.points = append(out.points, geo.LatLon{Lat: t.Geometry.Coordinates.Lat(), Lon: t.Geometry.Coordinates.Lon()})
		out.times = append(out.times, api.At(e.ObservedAt))
		return looked < mostLooked && len(out.points) < historyPoints, nil
	})
	return out, err
}

// see notes that a camera saw it at an instant.
func (w *way) see(feed string, at api.Time) {
	for i := range slices.Backward(w.looks) {
		if l := &w.looks[i]; l.Who == feed {
			if at.Sub(l.To.Time) > lookGap {
				break
			}
			if at.After(l.To.Time) {
				l.To = at
			}
			return
		}
	}
	w.looks = append(w.looks, api.AlertLook{Kind: "camera", Who: feed, From: at, To: at})
}

// watchedLooks are the spans in which somebody watched a camera while it saw what the alert is about.
func watchedLooks(watched []access.Watched, cameras []api.AlertLook) []api.AlertLook {
	var out []api.AlertLook
	for _, w := range watched {
		if w.Means == access.MeansPicture { // which is of the past
			continue
		}
		for _, l := range cameras {
			from, to := l.From, l.To
			if w.From.After(from.Time) {
				from = api.At(w.From)
			}
			if !w.To.IsZero() && w.To.Before(to.Time) {
				to = api.At(w.To)
			}
			if w.Feed == l.Who && from.Before(to.Time) {
				out = append(out, api.AlertLook{Kind: "person", Who: w.Who.Name, What: w.Feed, From: from, To: to})
			}
		}
	}
	return out
}

// words say where it came from.
func (w *way) words() []string {
	if len(w.points) == 0 {
		return []string{"no track yet: its place is that of the sensors that tripped"}
	}
	first, last := w.points[0], w.points[len(w.points)-1]
	lengthM := 0.0
	for i := range w.points[1:] {
		lengthM += geo.Distance(w.points[i], w.points[i+1])
	}
	out := []string{fmt.Sprintf("tracked since %s, %s of way until %s", clockOf(w.times[0]), metres(lengthM), clockOf(w.times[len(w.times)-1]))}
	if apart := geo.Distance(first, last); apart >= 10 {
		out = append(out, fmt.Sprintf("came from the %s: first tracked %s that way", compass(geo.BearingDeg(last, first)), metres(apart)))
	}
	return out
}

func clockOf(t api.Time) string { return t.UTC().Format("15:04:05Z") }

func metres(m float64) string { return fmt.Sprintf("%.0f m", m) }

// compass names one of eight directions.
func compass(deg float64) string {
	names := [...]string{"north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"}
	return names[int(geo.NormalizeDeg(deg+22.5)/45)%len(names)]
}
