package alert

import (
	"fmt"
	"math"
	"slices"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/zone"
)

// Lesson is what people decided about the alerts that a sensor had part in, or in an area, of late. Old decisions count less and less.
type Lesson struct {
	Real  float64   // resolved
	False float64   // called false
	At    time.Time // when the numbers held
}

// NuisanceRate is the part of those alerts that people call false, with one of each kind taken for granted, so that a single
// decision does not condemn anything. It is 0.5 where nobody has decided anything.
func (l Lesson) NuisanceRate() float64 { return (l.False + 1) / (l.False + l.Real + 2) }

// faded is a lesson at an instant: a decision counts half after LessonHalfLife.
func (l Lesson) faded(now time.Time, half time.Duration) Lesson {
	age := now.Sub(l.At)
	if l.At.IsZero() || age <= 0 {
		l.At = now
		return l
	}
	keep := math.Exp2(-age.Seconds() / half.Seconds())
	return Lesson{Real: l.Real * keep, False: l.False * keep, At: now}
}

// Learn takes what was decided about an alert with its sensors and its place before the engine began, from the record; what is decided while
// it runs it learns by itself. Areas that hold the place, and borders near it, learn from it too.
func (e *Engine) Learn(sensors []string, place geo.LatLon, state State, at time.Time) {
	e.teach(sensors, place, state, at)
	if state != StateFalse || !at.After(e.usual.restoredTo) {
		return // what nobody was alerted of is not in the record: people alone would be too many
	}
	var trips []Trip
	for _, id := range sensors {
		trips = append(trips, Trip{Sensor: id, Lat: place.Lat, Lon: place.Lon, At: at})
	}
	e.fadeUsual(at)
	e.met(trips, 0, 1)
}

func (e *Engine) teach(sensors []string, place geo.LatLon, state State, at time.Time) {
	for _, id := range sensors {
		e.learnOf(e.lessons, id, state, at)
	}
	for _, id := range e.areasAt(place) {
		e.learnOf(e.areas, id, state, at)
	}
}

func (e *Engine) learnOf(lessons map[string]Lesson, id string, state State, at time.Time) {
	l := lessons[id].faded(at, e.cfg.LessonHalfLife)
	switch state {
	case StateFalse:
		l.False++
	case StateResolved:
		l.Real++
	default:
		return
	}
	lessons[id] = l
}

// areasAt gives the areas that a place is inside of and the borders that it is near to, by their ids.
func (e *Engine) areasAt(place geo.LatLon) []string {
	var out []string
	for _, z := range e.cfg.Zones {
		if z.Kind == zone.Area && z.Contains(place.Point()) || z.Kind == zone.Border && z.Distance(place.Point()) <= e.cfg.ApproachM {
			out = append(out, z.ID)
		}
	}
	return out
}

func (e *Engine) learn(ev *event, state State, now time.Time) {
	if ev.faulty != "" {
		return // says nothing of who passes
	}
	var sensors []string
	for _, t := range firsts(ev.trips) {
		sensors = append(sensors, t.Sensor)
	}
	e.teach(sensors, ev.place, state, now)
}

// Lessons gives what is known about each sensor at an instant.
func (e *Engine) Lessons(now time.Time) map[string]Lesson { return e.lessonsNow(e.lessons, now) }

// AreaLessons gives what is known about each area and border at an instant.
func (e *Engine) AreaLessons(now time.Time) map[string]Lesson { return e.lessonsNow(e.areas, now) }

func (e *Engine) lessonsNow(lessons map[string]Lesson, now time.Time) map[string]Lesson {
	out := make(map[string]Lesson, len(lessons))
	for id, l := range lessons {
		out[id] = l.faded(now, e.cfg.LessonHalfLife)
	}
	return out
}

// mostNuisance bounds what decisions can do: where nobody was ever right there still is an alert when it is sure enough.
const mostNuisance = 4

// nuisance is the factor by which what these sensors tell, and what is told in their area, is more often called false than right, 1 where
// nothing is known. The sensors count together as much as the area.
func (e *Engine) nuisance(trips []Trip) float64 {
	if len(trips) == 0 {
		return 1
	}
	odds := 0.0
	sensors := firsts(trips)
	now := trips[len(trips)-1].At
	for _, t := range sensors {
		rate := e.lessons[t.Sensor].faded(now, e.cfg.LessonHalfLife).NuisanceRate()
		odds += math.Log(rate / (1 - rate))
	}
	odds /= float64(len(sensors))
	if l, known := e.areaLesson(sensors[0].place(), now); known {
		odds = (odds + math.Log(l.NuisanceRate()/(1-l.NuisanceRate()))) / 2
	}
	return min(mostNuisance, max(1.0/mostNuisance, math.Exp(odds)))
}

// areaLesson is what people decided in the areas around a place together.
func (e *Engine) areaLesson(place geo.LatLon, now time.Time) (sum Lesson, known bool) {
	for _, id := range e.areasAt(place) {
		if l, ok := e.areas[id]; ok {
			l = l.faded(now, e.cfg.LessonHalfLife)
			sum.Real, sum.False, known = sum.Real+l.Real, sum.False+l.False, true
		}
	}
	return sum, known
}

// tellNuisanceFrom is how many decisions an alert tells of.
const tellNuisanceFrom = 3

// sayNuisance tells, on an alert that is raised where people were often called in vain, how often.
func (e *Engine) sayNuisance(ev *event, now time.Time) {
	var sum Lesson
	name := ""
	for _, t := range firsts(ev.trips) {
		l := e.lessons[t.Sensor].faded(now, e.cfg.LessonHalfLife)
		if l.False+l.Real >= tellNuisanceFrom && l.NuisanceRate() > sum.NuisanceRate() {
			sum, name = l, "alerts of "+t.Sensor
		}
	}
	for _, id := range e.areasAt(ev.place) {
		l := e.areas[id].faded(now, e.cfg.LessonHalfLife)
		if l.False+l.Real >= tellNuisanceFrom && l.NuisanceRate() > sum.NuisanceRate() {
			if i := slices.IndexFunc(e.cfg.Zones, func(z zone.Zone) bool { return z.ID == id }); i >= 0 {
				sum, name = l, "alerts at "+label(e.cfg.Zones[i])
			}
		}
	}
	if name != "" {
		ev.say("nuisance", fmt.Sprintf("%s were called false in %.0f of the last %.0f cases", name, sum.False, sum.False+sum.Real))
	}
}
