package alert

import (
	"fmt"
	"math"
	"slices"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/zone"
)

// Hunch is what trips or a track tell of that makes no alert, but is likely enough that a camera should look: what that sees makes an
// alert of it, or nothing.
type Hunch struct {
	ID         string // "h-1"
	Confidence float64
	Vehicle    bool // likelier one than somebody on foot
	Position   geo.LatLon
	Reason     string
	TrackID    string // the track that it follows; empty: none
	Trips      []Trip // oldest first, each with its sensor's reach in RangeM
	Since      time.Time
	Sensed     time.Time // when something was sensed of it last
	AlertID    string    // what it turned into; empty while it is none
}

// hunch is one with what the engine keeps of it.
type hunch struct {
	Hunch
	reach float64 // how far from Position it may have been then, metres
}

const (
	// hunchWalk and hunchDrive are how fast, in metres a second, what a hunch is about goes on from where it was sensed.
	hunchWalk, hunchDrive = 2.0, 15.0
	hunchTrips            = 8 // remembered of one
)

// hunchAt is when and about what there was a hunch.
type hunchAt struct {
	at    time.Time
	about string // a sensor or a track
}

// Hunches gives those that are open or became an alert, oldest first, until HunchFor after they were last sensed.
func (e *Engine) Hunches() []Hunch {
	out := make([]Hunch, 0, len(e.hunches))
	for _, h := range e.hunches {
		one := h.Hunch
		one.Trips = slices.Clone(one.Trips)
		out = append(out, one)
	}
	return out
}

// judgeHunches finds trips that nothing confirmed and tracks on their way to a border that are worth a look, as many as an operator may be
// asked about.
func (e *Engine) judgeHunches(in Input) {
	if !e.cfg.Hunches {
		return
	}
	e.hunches = slices.DeleteFunc(e.hunches, func(h *hunch) bool { return in.Now.Sub(h.Sensed) > e.cfg.HunchFor })
	e.hunched = slices.DeleteFunc(e.hunched, func(s hunchAt) bool { return in.Now.Sub(s.at) > e.cfg.SuppressFor })
	e.hunches = slices.DeleteFunc(e.hunches, func(h *hunch) bool {
		e.becomes(h)
		return h.AlertID == "" && e.followHunch(h, in)
	})
	for i := range e.pending {
		if !slices.ContainsFunc(in.Trips, func(t Trip) bool { return t.Sensor == e.pending[i].Sensor && t.At.Equal(e.pending[i].At) }) {
			continue
		}
		e.considerTrip(i, in.Now)
	}
	if e.cfg.HunchBorderM > 0 {
		for _, t := range in.Tracks {
			e.considerTrack(t, in.Now)
		}
	}
}

// considerTrip adds a trip that waits to the hunch that it is a part of, or makes one of it.
func (e *Engine) considerTrip(i int, now time.Time) {
	t := e.pending[i]
	for _, h := range e.hunches {
		if h.AlertID == "" && slices.ContainsFunc(h.Trips, func(old Trip) bool { return e.cfg.plausible(old, t) }) {
			h.add(t, e.cfg.rangeM(t))
			if h.TrackID == "" {
				e.sayHunch(h)
			}
			return
		}
	}
	var trips []Trip
	for k := range e.pending[:i+1] {
		if k == i || e.cfg.plausible(e.pending[k], t) {
			trips = append(trips, e.pending[k])
		}
	}
	found := e.cfg.weigh(trips, nil, e.expect(trips))
	if found.human() < e.cfg.HunchConfidence || !e.mayHunch(t.Sensor, now) {
		return
	}
	h := e.hunch(t.Sensor, found, now)
	for _, trip := range trips {
		h.add(trip, e.cfg.rangeM(trip))
	}
	e.sayHunch(h)
}

// sayHunch weighs what trips tell of a hunch, and puts it into words.
func (e *Engine) sayHunch(h *hunch) {
	found := e.cfg.weigh(h.Trips, nil, e.expect(h.Trips))
	h.Confidence, h.Vehicle = math.Round(100*found.human())/100, found.vehicle > found.person
	h.Reason = fmt.Sprintf("worth a look: %s; a person or vehicle with %.0f %%, an alert needs %.0f %%",
		tripWords(firsts(h.Trips), activity(h.Trips)), 100*h.Confidence, 100*e.cfg.RaiseConfidence)
}

// considerTrack makes a hunch of a track that a camera sees and that is on its way to a border, farther away than alerts are raised: the
// camera should stay with it.
func (e *Engine) considerTrack(t Track, now time.Time) {
	p := e.passed[t.ID]
	if p == nil || !t.surelySeen(e.cfg.TrackExistence, now) || e.isBound(t.ID) || slices.ContainsFunc(e.hunches, func(h *hunch) bool { return h.TrackID == t.ID }) {
		return
	}
	for _, z := range e.cfg.Zones {
		if z.Kind != zone.Border || !z.Rule.Active(now) || !z.Rule.Means(t.class(), math.Hypot(t.VE, t.VN)) {
			continue
		}
		d, way, ok := approaching(z, t, e.cfg.HunchBorderM)
		ok = ok && (z.Rule.Direction == "" || z.Rule.Direction == way)
		if !p.lasting("hunch "+z.ID, ok, now, hunchAfter) {
			continue
		}
		found := e.cfg.weigh(nil, &t, e.expect(nil))
		if found.human() < hunchTrack || !e.mayHunch(t.ID, now) || e.eventOf(t, now) != nil {
			return
		}
		h := e.hunch(t.ID, found, now)
		h.TrackID = t.ID
		h.follow(t, now)
		h.Reason = fmt.Sprintf("worth a look: %s heads for %s, %.0f m away; a person or vehicle with %.0f %%, an alert needs %.0f %% within %.0f m",
			t.ID, label(z), d, 100*h.Confidence, 100*e.cfg.RaiseConfidence, e.cfg.ApproachM)
		return
	}
}

// hunchAfter is how long a track must have been on its way, and hunchTrack how sure it must be that it is somebody.
const (
	hunchAfter = 2 * time.Second
	hunchTrack = 0.5
)

// surelySeen tells whether a camera has seen a track for long enough, and it is somebody.
func (t Track) surelySeen(existence float64, now time.Time) bool {
	return t.Status == statusConfirmed && t.Existence >= existence && t.seen() && t.human() && (t.FirstSeen.IsZero() || now.Sub(t.FirstSeen) >= minSeen)
}

// hunch makes one.
func (e *Engine) hunch(about string, found shares, now time.Time) *hunch {
	h := &hunch{Hunch: Hunch{
		ID: fmt.Sprintf("h-%d", e.nextHunch), Confidence: math.Round(100*found.human()) / 100, Vehicle: found.vehicle > found.person, Since: now,
	}}
	e.nextHunch++
	e.hunches = append(e.hunches, h)
	e.hunched = append(e.hunched, hunchAt{at: now, about: about})
	return h
}

// mayHunch tells whether there was no hunch about the same sensor or track just now.
func (e *Engine) mayHunch(about string, now time.Time) bool {
	return !slices.ContainsFunc(e.hunched, func(s hunchAt) bool { return s.about == about && now.Sub(s.at) < e.cfg.SuppressFor })
}

func (h *hunch) add(t Trip, rangeM float64) {
	t.RangeM = rangeM
	if len(h.Trips) == hunchTrips {
		h.Trips = slices.Delete(h.Trips, 0, 1)
	}
	h.Trips = append(h.Trips, t)
	if !t.At.Before(h.Sensed) && h.TrackID == "" {
		h.Sensed, h.Position, h.reach = t.At, t.place(), rangeM+t.HalfM
	}
}

func (h *hunch) follow(t Track, now time.Time) {
	h.Sensed, h.Position, h.reach = t.lastSeen(now), t.place(), 2*min(20, t.sigmaM())
}

// followHunch brings a hunch to where its track is, or to another one where that has ended. It tells whether a camera has looked for long
// enough to say that it is nobody.
func (e *Engine) followHunch(h *hunch, in Input) (cleared bool) {
	var next *Track
	nearest := math.Inf(1)
	for i := range in.Tracks {
		t := &in.Tracks[i]
		if !t.live() || !t.seen() || e.isBound(t.ID) {
			continue
		}
		if t.ID == h.TrackID {
			next = t
			break
		}
		if d := geo.Distance(t.place(), h.Position); d < nearest && t.Existence >= e.cfg.TrackExistence && h.reaches(*t, in.Now) {
			next, nearest = t, d
		}
	}
	if next == nil {
		return false
	}
	h.TrackID = next.ID
	h.follow(*next, in.Now)
	if !next.looked() || e.cfg.weigh(h.Trips, next, expected{e.animalsPerPerson(h.Trips), 1}).human() >= hunchCleared {
		return false
	}
	e.note(Note{At: in.Now, Kind: NoteAnimal, Text: fmt.Sprintf("looked at what was worth it, %s: %s is nobody, probably an animal", h.ID, next.ID)})
	return true
}

// hunchCleared is the confidence below which what a camera looks at for a while is nobody.
const hunchCleared = 0.3

// reaches tells whether a track may be what a hunch is about: near enough to where that was sensed, gone on since.
func (h *hunch) reaches(t Track, now time.Time) bool {
	if h.Vehicle && t.Class[classVehicle] < notDriven || !h.Vehicle && t.Class[classVehicle] > driven {
		return false
	}
	speed := hunchWalk
	if h.Vehicle {
		speed = hunchDrive
	}
	return geo.Distance(t.place(), h.Position) <= h.reach+speed*max(0, now.Sub(h.Sensed).Seconds())+2*min(20, t.sigmaM())
}

// becomes notices that a hunch is part of an alert by now: its track, or trips of it, were taken into one.
func (e *Engine) becomes(h *hunch) {
	if h.AlertID != "" {
		return
	}
	for _, ev := range e.events {
		if !ev.alert.State.Open() || ev.faulty != "" {
			continue
		}
		_, bound := ev.bound[h.TrackID]
		if bound || slices.ContainsFunc(h.Trips, func(t Trip) bool { return holds(ev.trips, t) }) {
			h.AlertID = ev.alert.ID
			return
		}
	}
}

func holds(trips []Trip, t Trip) bool {
	return slices.ContainsFunc(trips, func(o Trip) bool { return o.Sensor == t.Sensor && o.At.Equal(t.At) })
}

// Of many animals that are looked at some look like people for a moment: cameras must have seen what makes an alert of a hunch in hunchFrames
// pictures, and it must be somebody with hunchSure.
const (
	hunchFrames = 4
	hunchSure   = 0.85
)

// needed is the confidence from which a track is an alert together with what else is known: more where a hunch has a camera watch it.
func (e *Engine) needed(t Track) float64 {
	if slices.ContainsFunc(e.hunches, func(h *hunch) bool { return h.AlertID == "" && h.TrackID == t.ID }) {
		return max(hunchSure, e.cfg.RaiseConfidence)
	}
	return e.cfg.RaiseConfidence
}

// frames is in how many pictures cameras saw a track.
func (t Track) frames() int {
	n := 0
	for _, s := range t.Sources {
		if s.Kind == kindVideo {
			n += s.Count
		}
	}
	return n
}

// confirmHunch raises an event for trips that were worth a look, where a camera now sees what may have caused them.
func (e *Engine) confirmHunch(t Track, now time.Time) {
	if !t.surelySeen(e.cfg.TrackExistence, now) || t.frames() < hunchFrames {
		return
	}
	i := slices.IndexFunc(e.hunches, func(h *hunch) bool {
		if slices.ContainsFunc(h.Trips, func(trip Trip) bool { return !t.restsOnMoreThan(trip.Sensor) }) {
			return false // a trip cannot confirm itself
		}
		return h.AlertID == "" && len(h.Trips) > 0 && (h.TrackID == t.ID || h.TrackID == "" && h.reaches(t, now))
	})
	if i < 0 {
		return
	}
	h := e.hunches[i]
	if e.cfg.weigh(h.Trips, &t, e.expect(h.Trips)).human() < max(hunchSure, e.cfg.RaiseConfidence) {
		return
	}
	ev := e.raise(now)
	for _, trip := range h.Trips {
		ev.addTrip(trip, trip.RangeM)
	}
	e.pending = slices.DeleteFunc(e.pending, func(p Trip) bool { return holds(h.Trips, p) })
	h.AlertID, h.TrackID = ev.alert.ID, t.ID
	ev.sayTrips()
	ev.bind(t, now)
	ev.sayConfirmed(t, now)
}
