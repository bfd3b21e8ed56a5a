package export

import (
	"context"
	"encoding/json"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/store"
	"vedette/ui/api"
)

// Kinds of the event log (docs/api.md, Record).
const (
	kindTrack = "track"
	kindAlert = "alert"
)

// point is a track at one instant.
type point struct {
	at    time.Time
	place orb.Point
	api.TrackProperties
}

// past is all that is on record of one track within the time, never empty.
type past struct {
	id     string
	points []point
}

func (p past) last() point { return p.points[len(p.points)-1] }

func writeTracks(ctx context.Context, to form[past], from *store.Reader, w store.Within, sum *Summary) error {
	ids, err := from.Keys(ctx, kindTrack, w)
	if err != nil {
		return err
	}
	if err := to.begin(); err != nil {
		return err
	}
	for _, id := range ids {
		p := past{id: id}
		err := from.Each(ctx, kindTrack, id, w, func(e store.Event) error {
			var t api.Track
			place, ok := orb.Point{}, false
			if json.Unmarshal(e.Data, &t) == nil {
				place, ok = t.Geometry.Coordinates.(orb.Point)
			}
			if !ok {
				sum.Unreadable++
				return nil
			}
			p.points = append(p.points, point{at: e.ObservedAt, place: place, TrackProperties: t.Properties})
			return nil
		})
		if err != nil {
			return err
		}
		if len(p.points) == 0 {
			continue
		}
		sum.Things++
		if err := to.put(p); err != nil {
			return err
		}
	}
	return to.end()
}

func writeAlerts(ctx context.Context, to form[api.Alert], from *store.Reader, w store.Within, sum *Summary) error {
	ids, err := from.Keys(ctx, kindAlert, w)
	if err != nil {
		return err
	}
	if err := to.begin(); err != nil {
		return err
	}
	for _, id := range ids {
		var last *api.Alert
		err := from.Each(ctx, kindAlert, id, w, func(e store.Event) error {
			if e.Who != "" {
				return nil // what somebody did about it: the alert as it then was follows in a record of the station's own
			}
			var a api.Alert
			if json.Unmarshal(e.Data, &a) != nil || a.ID == "" {
				sum.Unreadable++
				return nil
			}
			last = &a
			return nil
		})
		if err != nil {
			return err
		}
		if last == nil {
			continue
		}
		sum.Things++
		if err := to.put(*last); err != nil {
			return err
		}
	}
	return to.end()
}

func newTrackWriter(format string, w textWriter) form[past] {
	switch format {
	case "csv":
		return &table[past]{out: newCSV(w), head: trackHead, rows: trackRows}
	case "kml":
		return &document[past]{out: w, name: "Tracks", mark: trackMark}
	case "jsonl":
		return &lines[past]{out: w, objects: trackObjects}
	default:
		return &collection[past]{out: w, feature: trackFeature}
	}
}

func newAlertWriter(format string, w textWriter) form[api.Alert] {
	switch format {
	case "csv":
		return &table[api.Alert]{out: newCSV(w), head: alertHead, rows: alertRows}
	case "kml":
		return &document[api.Alert]{out: w, name: "Alerts", mark: alertMark}
	case "jsonl":
		return &lines[api.Alert]{out: w, objects: func(a api.Alert) []any { return []any{a} }}
	default:
		return &collection[api.Alert]{out: w, feature: alertFeature}
	}
}
