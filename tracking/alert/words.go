package alert

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"vedette/internal/geo"
)

// animalLikely is the probability from which something is probably an animal.
const animalLikely = 0.55

// maxNamed is how many sensors one sentence names.
const maxNamed = 5

// firsts gives the first trip of each sensor, in order.
func firsts(trips []Trip) []Trip {
	var out []Trip
	for _, t := range trips {
		if !slices.ContainsFunc(out, func(o Trip) bool { return o.Sensor == t.Sensor }) {
			out = append(out, t)
		}
	}
	return out
}

// sayTrips brings the sentence about the sensors up to date.
func (ev *event) sayTrips() {
	trips := firsts(ev.trips)
	if len(trips) > 0 {
		ev.say("sensors", tripWords(trips, activity(ev.trips)))
	}
}

// tripWords writes "seismic s-07 and s-08, 14 s apart, walking".
func tripWords(trips []Trip, doing string) string {
	named := trips[:min(len(trips), maxNamed)]
	names := make([]string, 0, len(named)+1)
	kind := ""
	for _, t := range named {
		name := t.Sensor
		if t.Kind != kind {
			name, kind = t.Kind+" "+t.Sensor, t.Kind
		}
		names = append(names, name)
	}
	if more := len(trips) - len(named); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	span := trips[len(trips)-1].At.Sub(trips[0].At)
	text := names[0] + " at " + clock(trips[0].At)
	if len(names) > 1 {
		text = strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
		switch {
		case span < time.Second/2:
			text += " at once"
		case len(trips) == 2:
			text += ", " + seconds(span) + " apart"
		default:
			text += " within " + seconds(span)
		}
	}
	if doing != "" {
		text += ", " + doing
	}
	return text
}

func seconds(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%.0f s", math.Max(1, d.Seconds()))
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}

// activity is what most sensors told of, in a word.
func activity(trips []Trip) string {
	count := map[string]float64{}
	for _, t := range trips {
		count[t.Detail] += t.Confidence
	}
	words := map[string]string{
		detailWalk: "walking", detailVehicle: "driving", detailAnimal: "an animal",
		detailL2R: "left to right", detailR2L: "right to left",
	}
	best := ""
	for _, detail := range []string{detailWalk, detailVehicle, detailAnimal, detailL2R, detailR2L} {
		if count[detail] > count[best] || best == "" && count[detail] > 0 {
			best = detail
		}
	}
	return words[best]
}

// sayConfirmed tells which cameras see the track, without telling every frame.
func (ev *event) sayConfirmed(t Track, now time.Time) {
	for _, s := range t.Sources {
		if s.Kind != kindVideo || s.Count == 0 {
			continue
		}
		before, said := ev.counted[s.ID]
		if said && s.Count < 2*before && (s.Count == before || now.Sub(ev.countsAt) < tellCountEvery) {
			continue
		}
		ev.counted[s.ID], ev.countsAt = s.Count, now
		frames := "frames"
		if s.Count == 1 {
			frames = "frame"
		}
		ev.say("seen "+s.ID, fmt.Sprintf("confirmed by %s, %d %s", s.ID, s.Count, frames))
	}
}

// describe reckons what the alert says from what is known.
func (e *Engine) describe(ev *event, now time.Time) {
	a := &ev.alert
	if ev.faulty != "" {
		a.Probably, a.Severity, a.Confidence, a.Sources = Fault, Caution, 1, []string{ev.faulty}
		a.Title = "Sensor " + ev.faulty + " trips without end"
		e.finish(ev, now)
		return
	}
	var track *Track
	if ev.track.ID != "" {
		track = &ev.track
	}
	found := e.cfg.weigh(ev.trips, track, e.expect(ev.trips))
	if ev.toldAt.IsZero() {
		e.metEvent(ev, found)
	}
	sensors := len(firsts(ev.trips))
	a.Confidence = math.Round(100*found.human()) / 100
	a.Probably = ev.probably(found)
	ev.drives = found.vehicle / max(1e-9, found.person+found.vehicle)
	switch {
	case a.Probably == Animal:
		a.Severity = Caution
	case ev.crossed:
		a.Severity = Critical
	case ev.live, ev.near, sensors >= 3, a.Confidence >= 0.75:
		a.Severity = Serious
	default:
		a.Severity = Caution
	}
	a.Title = ev.title()
	a.Sources = ev.sources()
	if ev.before != nil {
		ev.asBefore()
	}
	e.finish(ev, now)
}

// finish writes what every alert says in the same way.
func (e *Engine) finish(ev *event, now time.Time) {
	a := &ev.alert
	a.Reasons = a.Reasons[:0:0]
	for _, r := range ev.reasons {
		a.Reasons = append(a.Reasons, r.text)
	}
	a.Position = ev.place
	a.Ellipse = ev.ellipse()
	a.UpdatedAt = now
	ev.told, ev.toldAt, ev.changed = ev.place, now, false
}

func (ev *event) probably(s shares) Probably {
	together := 0
	for _, alive := range ev.bound {
		if alive {
			together++
		}
	}
	switch {
	case s.animal >= animalLikely:
		return Animal
	case s.vehicle > s.person && s.vehicle > s.nothing:
		return Vehicle
	case s.person <= s.nothing:
		return Unknown
	case together > 1:
		return Group
	default:
		return Person
	}
}

// title is one line: "Person on foot crossing the line at s-07".
func (ev *event) title() string {
	title := map[Probably]string{
		Person: "Person on foot", Group: "Group on foot", Vehicle: "Vehicle", Animal: "Probably an animal", Unknown: "Movement",
	}[ev.alert.Probably]
	if ev.doing != "" && slices.ContainsFunc(ev.reasons, func(r reason) bool { return r.key == ev.doing }) {
		title += " " + ev.doingWords
	}
	nearest, at := math.Inf(1), ""
	for _, t := range ev.trips {
		if d := geo.Distance(ev.place, t.place()); d < nearest {
			nearest, at = d, t.Sensor
		}
	}
	if at != "" {
		title += " at " + at
	}
	return title
}

// sources lists the sensors in the order of their first trips, then the feeds.
func (ev *event) sources() []string {
	out := []string{}
	for _, t := range firsts(ev.trips) {
		out = append(out, t.Sensor)
	}
	for _, s := range ev.track.Sources {
		if !slices.Contains(out, s.ID) {
			out = append(out, s.ID)
		}
	}
	return out
}

// copy gives the alert with nothing shared.
func (ev *event) copy() Alert {
	a := ev.alert
	a.Reasons = slices.Clone(a.Reasons)
	a.Sources = slices.Clone(a.Sources)
	a.History = slices.Clone(a.History)
	a.Tracks, a.Pictures = slices.Clone(a.Tracks), slices.Clone(a.Pictures)
	if a.Ellipse != nil {
		ellipse := *a.Ellipse
		a.Ellipse = &ellipse
	}
	return a
}
