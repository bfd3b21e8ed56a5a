//go:build !race

package station

import (
	"math"

	"vedette/internal/geo"
	"vedette/sim/world"
	"vedette/tracking/alert"
)

// judge finds what new alerts are about. One that is near nobody when it is raised, since its place is still vague, is judged anew for a
// minute, for as long as it is open.
func (s *scene) judge() {
	for _, a := range s.picture.alerts.Alerts() {
		v := s.raised[a.ID]
		switch {
		case v == nil:
			v = &verdict{alert: a, at: s.now}
			s.raised[a.ID], s.order = v, append(s.order, v)
		case v.party != nil || !a.State.Open() || s.now.Sub(v.at) > lateAfter:
			continue
		}
		cause, found := s.explain(a.Position)
		switch {
		case found == nil:
			if v.cause == "" {
				v.cause = cause
			}
			continue
		case found.alerted.IsZero():
			v.cause, v.party, found.alerted = "crossing", found, s.now
		case v.cause == "":
			v.cause, v.party = "again", found
		}
	}
	s.judgeGroups()
}

// judgeGroups finds who walks with others and is told of with them: an open alert says that it is about a group, and one of its tracks, of which
// there are several, is nearer to a member of a party than to anybody else, and near enough to be it.
func (s *scene) judgeGroups() {
	const itsTrackM = 12.0
	var tracks map[string]geo.LatLon
	for _, a := range s.picture.alerts.Alerts() {
		if !a.State.Open() || a.Probably != alert.Group {
			continue
		}
		if tracks == nil {
			tracks = map[string]geo.LatLon{}
			for _, t := range s.picture.tracker.Tracks(s.now) {
				tracks[s.picture.trackID(t.ID)] = t.Position
			}
		}
		for _, id := range a.Tracks {
			at, alive := tracks[id]
			if !alive {
				continue
			}
			i := s.nearestObject(at)
			if i < 0 || geo.Distance(at, s.objects[i].LatLon) > itsTrackM || !intruder(&s.objects[i]) {
				continue
			}
			if p := s.parties[partyOf(s.objects[i].ID)]; p.alerted.IsZero() {
				p.alerted, p.grouped = s.now, true
			}
		}
	}
}

// nearestObject is the index of what is nearest to a place; -1: there is nothing.
func (s *scene) nearestObject(at geo.LatLon) int {
	nearest, index := math.Inf(1), -1
	for i := range s.objects {
		if d := geo.Distance(at, s.objects[i].LatLon); d < nearest {
			nearest, index = d, i
		}
	}
	return index
}

// explain says what truly is at a place: the nearest intruder, preferably one without an alert, or what else moves there.
func (s *scene) explain(at geo.LatLon) (string, *party) {
	var found *party
	nearest, cause, other := math.Inf(1), "nothing", math.Inf(1)
	for i := range s.objects {
		o := &s.objects[i]
		d := geo.Distance(at, o.LatLon)
		reach := nearTruthM
		if o.Class == world.Vehicle {
			reach = nearVehicleM
		}
		switch {
		case d > reach:
		case intruder(o):
			p := s.parties[partyOf(o.ID)]
			if !p.alerted.IsZero() {
				d += reach
			}
			if d < nearest {
				nearest, found = d, p
			}
		case d < other:
			other, cause = d, string(o.Class)
			if o.Own {
				cause = "own"
			}
		}
	}
	return cause, found
}
