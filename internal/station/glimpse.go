package station

import (
	"time"

	"vedette/tracking/cue"
	"vedette/tracking/fusion"
)

// glimpses keep where cameras saw tracks last, by track, for those that an alert comes to be about when no camera follows them any more.
type glimpses map[string]glimpse

type glimpse struct {
	shown  time.Time // when the frame was taken
	sensed cue.Sensed
}

// note takes the tracks as they are now, and forgets what is older than evidence counts.
func (g glimpses) note(tracks map[string]fusion.Track, now time.Time) {
	for id, t := range tracks {
		shown := lastShown(t)
		if t.Status != fusion.Confirmed || !shown.After(g[id].shown) {
			continue
		}
		g[id] = glimpse{shown: shown, sensed: cue.Sensed{
			At: now, Lat: t.Position.Lat, Lon: t.Position.Lon, EE: t.EE, EN: t.EN, NN: t.NN, VE: t.VE, VN: t.VN, Moving: true,
		}}
	}
	for id, one := range g {
		if now.Sub(one.shown) > evidenceFor {
			delete(g, id)
		}
	}
}

// of gives the newest glimpse of any of some tracks; nil: there is none.
func (g glimpses) of(ids ...string) *cue.Sensed {
	var newest *cue.Sensed
	for _, id := range ids {
		if one, ok := g[id]; ok && (newest == nil || one.sensed.At.After(newest.At)) {
			newest = &one.sensed
		}
	}
	return newest
}

// lastShown is when a camera saw a track last; zero: none did.
func lastShown(t fusion.Track) time.Time {
	var last time.Time
	for _, s := range t.Sources {
		if s.Kind == fusion.Camera && s.LastSeen.After(last) {
			last = s.LastSeen
		}
	}
	return last
}
