package alert

import (
	"fmt"
	"time"

	"vedette/internal/geo"
)

// Own is where one of ours was at an instant: a patrol on foot or in a vehicle that reports its position.
type Own struct {
	ID       string
	Name     string // for people; empty: the id
	Vehicle  bool
	Lat, Lon float64 // degrees
	At       time.Time
}

func (o Own) place() geo.LatLon { return geo.LatLon{Lat: o.Lat, Lon: o.Lon} }

func (o Own) label() string {
	if o.Name != "" {
		return o.Name
	}
	return o.ID
}

const (
	// ownKept is how long reports are remembered, so that they explain trips that come late.
	ownKept = 2 * time.Minute
	// heavy is how much farther than a walker a vehicle is sensed, as a factor.
	heavy = 4.5
)

// takeOwn remembers the reports of ours.
func (e *Engine) takeOwn(reports []Own, now time.Time) {
	e.own = append(e.own, reports...)
	kept := e.own[:0]
	for _, o := range e.own {
		if now.Sub(o.At) <= ownKept {
			kept = append(kept, o)
		}
	}
	e.own = kept
}

// ownNear gives one of ours that was within a distance of a place around an instant, by its report nearest in time.
func (e *Engine) ownNear(at geo.LatLon, when time.Time, within func(Own) float64) (Own, float64, bool) {
	nearest := map[string]Own{}
	for _, o := range e.own {
		gap := o.At.Sub(when).Abs()
		if before, known := nearest[o.ID]; gap <= e.cfg.OwnAge && (!known || gap < before.At.Sub(when).Abs()) {
			nearest[o.ID] = o
		}
	}
	var best Own
	bestM, found := 0.0, false
	for _, o := range nearest {
		d := geo.Distance(at, o.place())
		if d <= within(o) && (!found || d < bestM || d == bestM && o.ID < best.ID) {
			best, bestM, found = o, d, true
		}
	}
	return best, bestM, found
}

// ownTrip tells whether one of ours explains a trip, and notes it.
func (e *Engine) ownTrip(t Trip) bool {
	o, d, ok := e.ownNear(t.place(), t.At, func(o Own) float64 {
		reach := e.cfg.OwnReach * e.cfg.rangeM(t)
		if o.Vehicle {
			reach = max(reach, heavy*e.cfg.rangeM(t))
		}
		return reach + t.HalfM + e.cfg.OwnM
	})
	// A walker does not sound like a vehicle, nor the other way round; where the sensor is sure, it is somebody else.
	if !ok || t.Detail == detailVehicle && !o.Vehicle && t.Confidence >= 0.7 {
		return false
	}
	if e.firstSaid("own "+o.ID+" "+t.Sensor, t.At) {
		e.note(Note{
			At: t.At, Kind: NoteOwn, Sensors: []string{t.Sensor},
			Text: fmt.Sprintf("%s %s tripped by our own %s, %.0f m away", t.Kind, t.Sensor, o.label(), d),
		})
	}
	return true
}

// sayAgain is how long a note of something that goes on is not repeated.
const sayAgain = time.Minute

// isOwn tells whether a track is one of ours, and notes it.
func (e *Engine) isOwn(t Track, now time.Time) bool {
	if e.ownTracks[t.ID] != "" && e.ownStill(t, now) {
		return true
	}
	o, d, ok := e.ownNear(t.place(), now, func(Own) float64 { return e.cfg.OwnM + 2*min(15, t.sigmaM()) })
	if !ok {
		delete(e.ownTracks, t.ID)
		return false
	}
	e.ownTracks[t.ID] = o.ID
	key := "own track " + t.ID
	if _, said := e.said[key]; !said {
		e.said[key] = now
		e.note(Note{At: now, Kind: NoteOwn, Text: fmt.Sprintf("%s is our own %s, %.0f m from where it reports to be", t.ID, o.label(), d)})
	}
	return true
}

// ownStill tells whether a track that was one of ours is still near it: members of a patrol spread.
func (e *Engine) ownStill(t Track, now time.Time) bool {
	o, _, ok := e.ownNear(t.place(), now, func(Own) float64 { return 2*e.cfg.OwnM + 2*min(15, t.sigmaM()) })
	return ok && o.ID == e.ownTracks[t.ID]
}
