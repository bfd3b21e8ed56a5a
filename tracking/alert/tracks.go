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

const (
	// sideM is how far from a line a track must at least be to be clearly on one side of it.
	sideM, sideMostM = 3.0, 30.0
	sideSigma        = 1.5
	// maxSpeed is the speed in metres a second from which a step is a mistaken association and no movement.
	maxSpeed = 70.0
	// slowest is the speed below which nothing heads anywhere.
	slowest = 0.4
	// headOn is the least part of its speed with which a track nears the line that it approaches.
	headOn = 0.5
	// minSeen keeps a track from alerting by itself before it has been seen for a moment.
	minSeen = time.Second
)

// passage is what is remembered of a track's way past the zones.
type passage struct {
	sides map[string]side // by zone
	since map[string]time.Time
	owed  []finding // crossings that no alert has told yet, since the track was not sure enough
}

// owe adds the crossings of the last half minute that were not told to what was found now.
func (p *passage) owe(found []finding, now time.Time) []finding {
	const longest = 30 * time.Second
	p.owed = slices.DeleteFunc(p.owed, func(f finding) bool {
		return now.Sub(f.t) > longest || slices.ContainsFunc(found, func(n finding) bool { return n.key == f.key })
	})
	for _, f := range found {
		if f.crossed {
			p.owed = append(p.owed, f)
		}
	}
	out := slices.Clone(p.owed)
	for _, f := range found {
		if !f.crossed {
			out = append(out, f)
		}
	}
	return out
}

// side is a place where a track was clearly on one side of a line.
type side struct {
	at geo.LatLon
	t  time.Time
}

// judgeTracks raises or extends events for tracks that do what matters.
func (e *Engine) judgeTracks(in Input) {
	for _, t := range in.Tracks {
		p := e.passed[t.ID]
		if p == nil {
			p = &passage{sides: map[string]side{}, since: map[string]time.Time{}}
			e.passed[t.ID] = p
		}
		found := p.owe(e.watch(t, p, in.Now), in.Now)
		if len(found) == 0 || !t.live() {
			continue
		}
		ev := e.eventOf(t, in.Now)
		if ev == nil {
			if !e.alerts(t, found, in.Now) {
				e.noteAnimal(t, p, in.Now)
				continue
			}
			ev = e.raise(in.Now)
			ev.place, ev.placeAt = t.place(), in.Now
		}
		ev.bind(t, in.Now)
		for _, f := range found {
			if f.crossed || p.first(f.key, in.Now) {
				ev.find(f)
			}
		}
		p.owed = nil
		ev.sayConfirmed(t, in.Now)
	}
}

// noteAnimal says, once for each crossing, that an animal did what would have been an alert.
func (e *Engine) noteAnimal(t Track, p *passage, now time.Time) {
	if t.Status != statusConfirmed || !t.animal() {
		return
	}
	for _, f := range p.owed {
		if p.first("animal "+f.key, now) {
			e.note(Note{At: f.t, Kind: NoteAnimal, Text: fmt.Sprintf("an animal, %s: %s", t.ID, f.text)})
		}
	}
	p.owed = nil
}

// class is the likelier of the two that matter.
func (t Track) class() string {
	if t.Class[classVehicle] > t.Class[classPerson] {
		return classVehicle
	}
	return classPerson
}

// animal tells whether a track is more likely an animal than not.
func (t Track) animal() bool { return t.Class[classAnimal] >= 0.5 }

// alerts tells whether a track is enough for an alert by itself. What only heads for a line must be surer than what crosses it.
func (e *Engine) alerts(t Track, found []finding, now time.Time) bool {
	if t.Status != statusConfirmed || t.Existence < e.cfg.TrackExistence || !t.human() || !t.FirstSeen.IsZero() && now.Sub(t.FirstSeen) < minSeen {
		return false
	}
	human := e.cfg.weigh(nil, &t, e.expect(nil)).human()
	crossed := slices.ContainsFunc(found, func(f finding) bool { return f.crossed })
	return human >= e.needed(t) || human >= 0.5 && crossed
}

// eventOf finds the event of a track: one that is bound to it, or else the nearest that it can be what is about.
func (e *Engine) eventOf(t Track, now time.Time) *event {
	var best *event
	nearest := math.Inf(1)
	for _, ev := range e.events {
		if ev.faulty != "" || !e.takes(ev, now) {
			continue
		}
		if _, bound := ev.bound[t.ID]; bound {
			return ev
		}
		d, ok := ev.gate(&e.cfg, t, now)
		ok = ok && ev.fits(t)
		if ev.live || t.animal() || !ev.alert.State.Open() || ev.alert.Probably == Animal {
			// It has its track, and this is another of the group or another event; and an animal far off explains nothing.
			ok = d <= e.cfg.GroupM
		}
		if ok && d < nearest {
			best, nearest = ev, d
		}
	}
	return best
}

// finding is something that a track does.
type finding struct {
	key, text string
	title     string // "crossing the line"
	crossed   bool   // or is inside; otherwise it approaches
	t         time.Time
	direction zone.Direction // of a crossing
}

// find takes a finding into the event; the title tells of the gravest and newest.
func (ev *event) find(f finding) {
	if f.crossed || !ev.crossed {
		ev.doing, ev.doingWords = f.key, f.title
	}
	ev.crossed = ev.crossed || f.crossed
	ev.near = ev.near || !f.crossed
	ev.say(f.key, f.text)
}

// watch follows a track past every zone.
func (e *Engine) watch(t Track, p *passage, now time.Time) []finding {
	var out []finding
	for _, z := range e.cfg.Zones {
		matters := z.Rule.Active(now) && z.Rule.Means(t.class(), math.Hypot(t.VE, t.VN))
		switch z.Kind {
		case zone.Border:
			// The sides are followed all the time, so that a crossing at the first minute of a rule is none of hours ago.
			if f, ok := p.cross(z, t, now); ok && matters && (z.Rule.Direction == "" || z.Rule.Direction == f.direction) {
				out = append(out, f)
			}
			d, way, ok := approaching(z, t, e.cfg.ApproachM)
			ok = ok && matters && (z.Rule.Direction == "" || z.Rule.Direction == way)
			if p.lasting("approach "+z.ID, ok, now, e.cfg.ApproachFor) {
				out = append(out, finding{
					key: "approach " + z.ID, text: fmt.Sprintf("heading for %s, %.0f m away at %s", label(z), d, clock(now)),
					title: "approaching " + label(z), t: now,
				})
			}
		case zone.Area:
			if p.lasting("inside "+z.ID, matters && z.Contains(t.place().Point()), now, max(minSeen, z.Rule.Loiter)) {
				out = append(out, finding{
					key: "inside " + z.ID, text: fmt.Sprintf("inside %s since %s", label(z), clock(p.since["inside "+z.ID])),
					title: "inside " + label(z), crossed: true, t: now,
				})
			}
		}
	}
	return out
}

// first tells whether an approach is new, or was last said a minute ago: its distance changes with every call.
func (p *passage) first(key string, now time.Time) bool {
	const again = time.Minute
	last, ok := p.since["said "+key]
	if ok && now.Sub(last) < again {
		return false
	}
	p.since["said "+key] = now
	return true
}

// lasting tells whether something has been so for some time.
func (p *passage) lasting(key string, now bool, at time.Time, atLeast time.Duration) bool {
	if !now {
		delete(p.since, key)
		return false
	}
	if p.since[key].IsZero() {
		p.since[key] = at
	}
	return at.Sub(p.since[key]) >= atLeast
}

// cross notices when a track that was clearly on one side of a line is clearly on the other.
func (p *passage) cross(z zone.Zone, t Track, now time.Time) (finding, bool) {
	at := t.place()
	if z.Distance(at.Point()) < min(sideMostM, max(sideM, sideSigma*t.sigmaM())) {
		return finding{}, false
	}
	before, known := p.sides[z.ID]
	p.sides[z.ID] = side{at, now}
	if !known || geo.Distance(before.at, at) > maxSpeed*max(1, now.Sub(before.t).Seconds()) {
		return finding{}, false
	}
	c, ok := z.CrossedBy(before.at.Point(), at.Point())
	if !ok {
		return finding{}, false
	}
	when := before.t.Add(time.Duration(c.Fraction * float64(now.Sub(before.t))))
	return finding{
		key:   "cross " + z.ID + c.Heading(),
		text:  fmt.Sprintf("crossed %s %s at %s", label(z), c.Heading(), clock(when)),
		title: "crossing " + label(z), crossed: true, t: now, direction: c.Direction,
	}, true
}

// approaching tells whether a track heads for a line nearby, and which way it would cross.
func approaching(z zone.Zone, t Track, within float64) (distance float64, way zone.Direction, ok bool) {
	at := t.place()
	distance = z.Distance(at.Point())
	speed := math.Hypot(t.VE, t.VN)
	if distance > within || speed < slowest || distance < sideM {
		return distance, "", false
	}
	const ahead = 5.0 // seconds
	next := moved(at, ahead*t.VE, ahead*t.VN).Point()
	if c, crosses := z.CrossedBy(at.Point(), next); crosses {
		return distance, c.Direction, true
	}
	if distance-z.Distance(next) < headOn*speed*ahead {
		return distance, "", false
	}
	foot := z.Nearest(at.Point())
	beyond, _ := z.CrossedBy(at.Point(), orb.Point{2*foot[0] - at.Lon, 2*foot[1] - at.Lat})
	return distance, beyond.Direction, true
}

func label(z zone.Zone) string {
	switch {
	case z.Name != "":
		return z.Name
	case z.Kind == zone.Border:
		return "the line"
	default:
		return z.ID
	}
}

// bindTracks gives events without a track the one that appears near them, and raises a trip that a track confirms.
func (e *Engine) bindTracks(in Input) {
	for _, t := range in.Tracks {
		if t.Status != statusConfirmed || e.isBound(t.ID) {
			continue
		}
		if ev := e.eventOf(t, in.Now); ev != nil {
			ev.bind(t, in.Now)
			ev.sayConfirmed(t, in.Now)
			continue
		}
		if !e.confirmTrips(t, in.Now) {
			e.confirmHunch(t, in.Now)
		}
	}
}

func (e *Engine) isBound(track string) bool {
	return slices.ContainsFunc(e.events, func(ev *event) bool {
		_, bound := ev.bound[track]
		return bound && ev.alert.State.Open()
	})
}

// confirmTrips raises an event for pending trips that a track was in reach of.
func (e *Engine) confirmTrips(t Track, now time.Time) bool {
	reached := func(trip Trip) bool {
		return t.fits(trip) && now.Sub(trip.At) <= e.cfg.TrackTripAge && t.restsOnMoreThan(trip.Sensor) &&
			geo.Distance(t.at(trip.At, now), trip.place()) <= e.cfg.rangeM(trip)+trip.HalfM+2*min(20, t.sigmaM())
	}
	var trips []Trip
	for _, trip := range e.pending {
		if reached(trip) {
			trips = append(trips, trip)
		}
	}
	if len(trips) == 0 || e.cfg.weigh(trips, &t, e.expect(trips)).human() < e.needed(t) {
		return false // the trips stay, and end in a note
	}
	ev := e.raise(now)
	for _, trip := range trips {
		ev.addTrip(trip, e.cfg.rangeM(trip))
	}
	e.pending = slices.DeleteFunc(e.pending, reached)
	ev.sayTrips()
	ev.bind(t, now)
	ev.sayConfirmed(t, now)
	return true
}
