package alert

import (
	"fmt"
	"time"
)

// Mute says that what a sensor tells raises no alert for some time: works beside it, a herd that grazes there. It is still logged.
type Mute struct {
	Until time.Time
	Who   string
	Why   string
}

// Mute mutes a sensor; a zero Until ends that.
func (e *Engine) Mute(sensor string, m Mute) {
	if m.Until.IsZero() {
		delete(e.muted, sensor)
		return
	}
	e.muted[sensor] = m
}

// Muted tells whether a sensor is muted at an instant.
func (e *Engine) Muted(sensor string, now time.Time) (Mute, bool) {
	m, is := e.muted[sensor]
	return m, is && now.Before(m.Until)
}

// mutedTrip tells whether a trip is of a muted sensor, and notes it.
func (e *Engine) mutedTrip(t Trip) bool {
	m, is := e.Muted(t.Sensor, t.At)
	if !is {
		return false
	}
	if e.firstSaid("muted "+t.Sensor, t.At) {
		e.note(Note{
			At: t.At, Kind: NoteMuted, Sensors: []string{t.Sensor},
			Text: fmt.Sprintf("%s %s tripped; %s muted it until %s: %s", t.Kind, t.Sensor, m.Who, clock(m.Until), m.Why),
		})
	}
	return true
}

// firstSaid tells whether something is said for the first time, or again after sayAgain.
func (e *Engine) firstSaid(key string, at time.Time) bool {
	if last, said := e.said[key]; said && at.Sub(last) < sayAgain {
		return false
	}
	e.said[key] = at
	return true
}
