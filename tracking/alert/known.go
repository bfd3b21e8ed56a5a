package alert

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/tracking/zone"
)

// expected gives the zone in which something is expected now, such as a train on its line at its time.
func (e *Engine) expected(at geo.LatLon, when time.Time, class string, speedMS float64) (zone.Zone, bool) {
	for _, z := range e.cfg.Zones {
		if z.Kind == zone.Known && z.Rule.Active(when) && z.Rule.Means(class, speedMS) && z.Contains(at.Point()) {
			return z, true
		}
	}
	return zone.Zone{}, false
}

// SetZones has other zones matter from now on. What is known of where tracks stand holds for those that are the same; what people decided
// about an area stays with its id.
func (e *Engine) SetZones(zones []zone.Zone) {
	same := map[string]bool{}
	for _, z := range zones {
		same[z.ID] = slices.ContainsFunc(e.cfg.Zones, func(old zone.Zone) bool { return old.ID == z.ID && orb.Equal(old.Geometry, z.Geometry) })
	}
	for _, p := range e.passed {
		for id := range p.sides {
			if !same[id] {
				delete(p.sides, id)
			}
		}
		for _, z := range e.cfg.Zones {
			if !same[z.ID] {
				delete(p.since, "inside "+z.ID)
				delete(p.since, "approach "+z.ID)
			}
		}
	}
	e.cfg.Zones = zones
}

// expectedTrip tells whether a trip is of something expected, and notes it. A sensor knows no speed: it is taken for the least
// that the zone names.
func (e *Engine) expectedTrip(t Trip) bool {
	for _, z := range e.cfg.Zones {
		class := classPerson
		if t.Detail == detailVehicle || t.Detail == detailUnknown || t.Detail == "" || t.Detail == detailL2R || t.Detail == detailR2L {
			class = classVehicle
		}
		if z.Kind != zone.Known || !z.Rule.Active(t.At) || !z.Contains(t.place().Point()) ||
			!z.Rule.Means(class, z.Rule.MinSpeedMS) && !(class == classVehicle && z.Rule.Means(classPerson, z.Rule.MinSpeedMS)) {
			continue
		}
		if e.firstSaid("known "+z.ID+" "+t.Sensor, t.At) {
			e.note(Note{At: t.At, Kind: NoteKnown, Sensors: []string{t.Sensor}, Text: fmt.Sprintf("%s %s tripped within %s, where it is expected now", t.Kind, t.Sensor, z.Label())})
		}
		return true
	}
	return false
}

// expectedTrack is the same for a track.
func (e *Engine) expectedTrack(t Track, now time.Time) bool {
	z, ok := e.expected(t.place(), now, t.class(), math.Hypot(t.VE, t.VN))
	if ok && e.firstSaid("known track "+t.ID, now) {
		e.note(Note{At: now, Kind: NoteKnown, Text: fmt.Sprintf("%s is within %s, where it is expected now", t.ID, z.Label())})
	}
	return ok
}
