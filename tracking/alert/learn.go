package alert

import (
	"math"
	"time"
)

// Lesson is what people decided about the alerts that a sensor had part in, of late. Old decisions count less and less.
type Lesson struct {
	Real  float64   // resolved
	False float64   // called false
	At    time.Time // when the numbers held
}

// NuisanceRate is the part of a sensor's alerts that people call false, with one of each kind taken for granted, so that a single
// decision does not condemn a sensor. It is 0.5 where nobody has decided anything.
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

// Learn takes what was decided about an alert's sensors: at a start from the record, and by itself while the engine runs.
func (e *Engine) Learn(sensors []string, state State, at time.Time) {
	for _, id := range sensors {
		l := e.lessons[id].faded(at, e.cfg.LessonHalfLife)
		switch state {
		case StateFalse:
			l.False++
		case StateResolved:
			l.Real++
		default:
			return
		}
		e.lessons[id] = l
	}
}

func (e *Engine) learn(ev *event, state State, now time.Time) {
	var sensors []string
	for _, t := range firsts(ev.trips) {
		sensors = append(sensors, t.Sensor)
	}
	e.Learn(sensors, state, now)
}

// Lessons gives what is known about each sensor at an instant.
func (e *Engine) Lessons(now time.Time) map[string]Lesson {
	out := make(map[string]Lesson, len(e.lessons))
	for id, l := range e.lessons {
		out[id] = l.faded(now, e.cfg.LessonHalfLife)
	}
	return out
}

// mostNuisance bounds what decisions can do: a sensor that was never right still alerts when it is sure enough.
const mostNuisance = 4

// nuisance is the factor by which what these sensors tell is more often called false than right, 1 where nothing is known.
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
	return min(mostNuisance, max(1.0/mostNuisance, math.Exp(odds/float64(len(sensors)))))
}
