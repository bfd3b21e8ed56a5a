package alert

import (
	"slices"
	"time"

	"vedette/internal/geo"
)

// Conceal takes off an alert where cameras saw what it is about, since nobody is to know. One that sensors on the ground heard is where they
// stand; the others are closed, if they are open, and have no place any more. It teaches nothing. It returns false where there was nothing
// to take off.
func (e *Engine) Conceal(id string, heard bool, note string, now time.Time) (Alert, bool) {
	ev, err := e.find(id)
	if err != nil {
		return Alert{}, false
	}
	a := &ev.alert
	if heard {
		if len(ev.bound) == 0 && a.TrackID == "" || len(ev.trips) == 0 {
			return ev.copy(), false
		}
		clear(ev.bound)
		clear(ev.last)
		ev.track, ev.live, a.TrackID = Track{}, false, ""
		ev.placeByTrips()
		a.Position, a.Ellipse, ev.told = ev.place, ev.ellipse(), ev.place
	} else {
		if a.State.Open() {
			a.State, a.DecidedBy, a.DecidedAt = StateResolved, station, now
		}
		ev.place, ev.told, a.Position, a.Ellipse, a.TrackID = geo.LatLon{}, geo.LatLon{}, geo.LatLon{}, nil, ""
		clear(ev.bound)
		clear(ev.last)
	}
	a.Tracks, a.UpdatedAt = nil, now
	a.History = append(slices.Clip(a.History), Decision{At: now, Who: station, What: "concealed", Note: note})
	return ev.copy(), true
}

// station is who decides where nobody does.
const station = "station"
