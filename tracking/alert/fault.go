package alert

import (
	"fmt"
	"slices"
	"time"
)

// babble is how often a sensor tripped of late.
type babble struct {
	times []time.Time
	since time.Time // it is taken for faulty since then; zero: it is not
}

// babbles takes a trip of a sensor that trips so often that nobody can be the cause: its trips say nothing, which is one alert
// that asks for somebody to look at the sensor, and lasts until it has been calm for FaultWindow.
func (e *Engine) babbles(t Trip, now time.Time) bool {
	b := e.babble[t.Sensor]
	if b == nil {
		b = &babble{}
		e.babble[t.Sensor] = b
	}
	b.times = slices.DeleteFunc(b.times, func(at time.Time) bool { return t.At.Sub(at) > e.cfg.FaultWindow })
	if len(b.times) < e.cfg.FaultTrips {
		b.times = append(b.times, t.At)
	} else {
		b.times = append(b.times[1:], t.At)
	}
	switch {
	case len(b.times) < e.cfg.FaultTrips:
		if !b.since.IsZero() && len(b.times) == 1 {
			b.since = time.Time{}
		}
	case b.since.IsZero():
		b.since = t.At
		e.sayFault(t, now)
	}
	return !b.since.IsZero()
}

// sayFault raises the alert about a sensor, unless one is open.
func (e *Engine) sayFault(t Trip, now time.Time) {
	e.note(Note{
		At: t.At, Kind: NoteFault, Sensors: []string{t.Sensor},
		Text: fmt.Sprintf("%s %s tripped %d times within %s: faulty, left out", t.Kind, t.Sensor, e.cfg.FaultTrips, seconds(e.cfg.FaultWindow)),
	})
	if slices.ContainsFunc(e.events, func(ev *event) bool { return ev.faulty == t.Sensor && ev.alert.State.Open() }) {
		return
	}
	e.pending = slices.DeleteFunc(e.pending, func(p Trip) bool { return p.Sensor == t.Sensor })
	ev := e.raise(now)
	ev.faulty = t.Sensor
	ev.place, ev.placeAt, ev.lastEvidence = t.place(), t.At, t.At
	ev.say("fault", fmt.Sprintf("%s %s tripped %d times within %s since %s; it sees nothing for us until it is calm",
		t.Kind, t.Sensor, e.cfg.FaultTrips, seconds(e.cfg.FaultWindow), clock(t.At)))
}
