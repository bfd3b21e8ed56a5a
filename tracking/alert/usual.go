package alert

import (
	"fmt"
	"math"
	"time"

	"vedette/internal/geo"
)

// usual is who was met at the sensors of late: what is to be expected of the next trip there. It begins with what Config expects, or with what
// an engine before this one has met (RestoreMet).
type usual struct {
	tallies         []tally        // in the order in which sensors were met
	index           map[string]int // of their tallies, by sensor
	people, animals float64        // of all sensors
	faded           time.Time      // when the numbers held
	restoredTo      time.Time      // until when they are those of an engine before this one; zero: it began anew
}

// tally is how often people and animals were met at a sensor: sums of probabilities.
type tally struct {
	at      geo.LatLon
	animals float64
	last    time.Time // when something was met here last
}

const (
	// usualPrior is how many people AnimalsPerPerson of Config counts for, beside those who were met.
	usualPrior = 1.0
	// usualLocal is how many animals each place is taken to have had as everywhere, so that a place is not judged by one of them, nor by a
	// quiet hour.
	usualLocal = 0.1
	// usualM is how far what one sensor meets tells of what others meet: 1/e of it there, and nothing from usualFarthest times that.
	usualM, usualFarthest = 40.0, 4
	// usualMost bounds how much more or less often than elsewhere animals are expected at one place, as a factor.
	usualMost = 8.0
	// usualApart is how far apart in time trips of one sensor are two visits.
	usualApart = 2 * time.Minute
	// unconfirmed is the part of people of whom no alert is made, as far as what they trip goes.
	unconfirmed = 0.1
	// usualFade is how often the numbers are brought up to date.
	usualFade = time.Minute
)

// expected is what is to be expected of trips before they are looked at.
type expected struct {
	animals  float64 // for each person
	nuisance float64 // from what people decided: a factor on what is expected of nothing, where it is more than 1, and, as its root, of animals
}

// expect tells what to expect of trips. Without any it is what Config says.
func (e *Engine) expect(trips []Trip) expected {
	return expected{animals: e.animalsPerPerson(trips), nuisance: e.nuisance(trips)}
}

// fadeUsual lets what was met long ago count less.
func (e *Engine) fadeUsual(now time.Time) {
	u := &e.usual
	age := now.Sub(u.faded)
	if u.faded.IsZero() || age < 0 {
		u.faded = now
	}
	if age < usualFade || u.faded.Equal(now) {
		return
	}
	keep := math.Exp2(-age.Seconds() / e.cfg.UsualHalfLife.Seconds())
	u.people, u.animals, u.faded = keep*u.people, keep*u.animals, now
	for i := range u.tallies {
		u.tallies[i].animals *= keep
	}
}

// met counts a visit with the probabilities of what it was, in equal parts at each of its sensors.
func (e *Engine) met(trips []Trip, people, animals float64) {
	sensors := firsts(trips)
	if len(sensors) == 0 {
		return
	}
	e.usual.people += people
	e.usual.animals += animals
	for _, t := range sensors {
		i, known := e.usual.index[t.Sensor]
		if !known {
			i = len(e.usual.tallies)
			e.usual.index[t.Sensor] = i
			e.usual.tallies = append(e.usual.tallies, tally{})
		}
		l := &e.usual.tallies[i]
		l.at, l.last = t.place(), t.At
		l.animals += animals / float64(len(sensors))
	}
}

// metTrip counts a trip that nothing confirmed, with those that may be of the same visit.
func (e *Engine) metTrip(t Trip) {
	if i, known := e.usual.index[t.Sensor]; known && t.At.Sub(e.usual.tallies[i].last) < usualApart {
		e.usual.tallies[i].last = t.At
		return
	}
	trips := []Trip{t}
	for _, o := range e.pending {
		if o != t && e.cfg.plausible(o, t) {
			trips = append(trips, o)
		}
	}
	found := e.cfg.weigh(trips, nil, e.expect(trips))
	human := unconfirmed * found.human()
	sum := human + found.animal + found.nothing
	e.met(trips[:1], human/sum, found.animal/sum)
}

// metEvent counts an alert: as what it seems when it is told first, and as what people say of it once they have.
func (e *Engine) metEvent(ev *event, found shares) {
	people, animals := found.human(), found.animal
	switch ev.alert.State {
	case StateResolved:
		people, animals = 1, 0
	case StateFalse:
		people, animals = 0, found.animal/max(1e-9, found.animal+found.nothing)
	}
	e.met(ev.trips, people-ev.metPeople, animals-ev.metAnimals)
	ev.metPeople, ev.metAnimals = people, animals
}

// animalsPerPerson is how many animals are to be expected for each person at the sensors of trips: what Config says, corrected by what was
// met everywhere since the start, times how much more often than elsewhere animals were met at and around these sensors.
func (e *Engine) animalsPerPerson(trips []Trip) float64 {
	u := &e.usual
	if len(trips) == 0 || len(u.tallies) == 0 {
		return e.cfg.AnimalsPerPerson
	}
	perSensor := u.animals / float64(len(u.tallies))
	more := 0.0
	sensors := firsts(trips)
	for _, t := range sensors {
		here, everywhere := usualLocal, usualLocal
		const farthestLat = usualFarthest * usualM / 111_000
		for i := range u.tallies {
			l := &u.tallies[i]
			if math.Abs(l.at.Lat-t.Lat) > farthestLat {
				continue // cheap, since there may be thousands
			}
			if d := geo.Distance(l.at, t.place()); d <= usualFarthest*usualM {
				w := math.Exp(-d / usualM)
				here += w * l.animals
				everywhere += w * perSensor
			}
		}
		more += math.Log(max(here, 1e-3) / max(everywhere, 1e-3))
	}
	factor := math.Exp(more / float64(len(sensors)))
	ratio := (usualPrior*e.cfg.AnimalsPerPerson + max(0, u.animals)) / (usualPrior + max(0, u.people))
	return ratio * min(usualMost, max(1/usualMost, factor))
}

// tellUsualFrom is by what factor more or fewer animals than Config says must be expected for an alert to tell of it.
const tellUsualFrom = 3.0

// sayUsual tells, on an alert of sensors that is raised, how much what was met there changed what is expected.
func (e *Engine) sayUsual(ev *event) {
	if len(ev.trips) == 0 {
		return
	}
	animals := e.animalsPerPerson(ev.trips)
	often := "seldom"
	switch factor := animals / e.cfg.AnimalsPerPerson; {
	case factor >= tellUsualFrom:
		often = "often"
	case factor > 1/tellUsualFrom:
		return
	}
	ev.say("usual", fmt.Sprintf("animals are met %s here: %.2g are expected for each person, not %.2g", often, animals, e.cfg.AnimalsPerPerson))
}
