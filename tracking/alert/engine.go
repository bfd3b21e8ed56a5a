package alert

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"vedette/internal/geo"
)

// maxPending bounds the trips that wait for another to confirm them; the oldest goes first, with its note.
const maxPending = 2000

// Engine turns trips and tracks into alerts. It belongs to one goroutine. Update wants calling at least once a second,
// also when nothing happened, since decisions ripen with time.
type Engine struct {
	cfg    Config
	nextID int

	events  []*event // in the order of their raising
	pending []Trip   // not yet part of an event, oldest first
	fresh   bool     // a trip was added to those, or some may ripen: they want comparing with one another
	recent  []Trip   // every trip of the weather window
	weather map[string]time.Time
	passed  map[string]*passage

	lessons map[string]Lesson // by sensor: what people said of its alerts
	areas   map[string]Lesson // the same by area or border
	usual   usual

	muted  map[string]Mute
	babble map[string]*babble // by sensor

	own       []Own             // reports of the last minutes
	ownTracks map[string]string // tracks that are one of ours, and whose
	said      map[string]time.Time

	hunches   []*hunch
	hunched   []hunchAt // of the last hour
	nextHunch int

	notes []Note
}

// New makes an engine.
func New(cfg Config) *Engine {
	cfg = cfg.withDefaults()
	return &Engine{
		cfg: cfg, nextID: cfg.FirstID, nextHunch: cfg.FirstID, weather: map[string]time.Time{}, passed: map[string]*passage{},
		lessons: map[string]Lesson{}, areas: map[string]Lesson{}, usual: usual{index: map[string]int{}}, muted: map[string]Mute{}, babble: map[string]*babble{}, ownTracks: map[string]string{}, said: map[string]time.Time{},
	}
}

// Update takes what happened up to now and answers which alerts it raised or changed.
func (e *Engine) Update(in Input) Result {
	e.notes = nil
	e.fadeUsual(in.Now)
	e.takeOwn(in.Own, in.Now)
	in.Tracks = slices.DeleteFunc(slices.Clone(in.Tracks), func(t Track) bool { return e.isOwn(t, in.Now) || e.expectedTrack(t, in.Now) })
	e.follow(in)
	trips := slices.Clone(in.Trips)
	slices.SortStableFunc(trips, func(a, b Trip) int { return a.At.Compare(b.At) })
	for _, t := range trips {
		e.takeTrip(t, in)
	}
	e.judgeWeather(in.Now)
	e.judgeTracks(in)
	e.judgePending(in)
	e.bindTracks(in)
	e.judgeHunches(in)
	e.judgeAge(in.Now)
	return Result{Changed: e.tell(in.Now), Notes: e.notes}
}

// follow brings every event to where its tracks are now.
func (e *Engine) follow(in Input) {
	byID := make(map[string]Track, len(in.Tracks))
	for _, t := range in.Tracks {
		byID[t.ID] = t
	}
	for _, ev := range e.events {
		ev.live = false
		for _, id := range slices.Sorted(maps.Keys(ev.bound)) {
			t, alive := byID[id]
			if alive && ev.strayed(&e.cfg, t, in.Now) {
				ev.unbind(id)
				continue
			}
			ev.bound[id] = alive && t.live()
		}
		if t, alive := byID[ev.alert.TrackID]; alive && t.live() {
			ev.follow(t, in.Now)
			ev.sayConfirmed(t, in.Now)
			continue
		}
		// Another of a group takes the place of a first track that ended.
		for _, id := range slices.Sorted(maps.Keys(ev.bound)) {
			if ev.bound[id] {
				ev.bind(byID[id], in.Now)
				break
			}
		}
	}
	maps.DeleteFunc(e.passed, func(id string, _ *passage) bool {
		_, alive := byID[id]
		return !alive
	})
}

// takeTrip gives a trip to the event that it belongs to, or keeps it until something confirms it.
func (e *Engine) takeTrip(t Trip, in Input) {
	if in.Now.Sub(t.At) > e.cfg.PairWindow {
		return
	}
	e.recent = append(e.recent, t)
	if until, ok := e.weather[t.Kind]; ok && t.At.Before(until) && !t.named() {
		return
	}
	if e.babbles(t, in.Now) || e.mutedTrip(t) || e.expectedTrip(t) || e.ownTrip(t) {
		return
	}
	if ev := e.eventFor(t, in.Now); ev != nil {
		e.join(ev, t)
		return
	}
	if len(e.pending) == maxPending {
		e.drop(e.pending[0])
		e.pending = slices.Delete(e.pending, 0, 1)
	}
	e.pending = append(e.pending, t)
	e.fresh = true
}

// named tells whether the sensor knew what it sensed.
func (t Trip) named() bool {
	return t.Detail == detailWalk || t.Detail == detailVehicle || t.Detail == detailL2R || t.Detail == detailR2L
}

// surelyNamed tells whether a geophone is sure of steps or of a vehicle: no gust sounds like that.
func (t Trip) surelyNamed() bool {
	return (t.Detail == detailWalk || t.Detail == detailVehicle) && t.Confidence >= 0.7
}

// eventFor finds the nearest event that a trip can belong to.
func (e *Engine) eventFor(t Trip, now time.Time) *event {
	var best *event
	var nearest float64
	for _, ev := range e.events {
		if ev.faulty != "" || !e.takes(ev, now) || !ev.agrees(t) {
			continue
		}
		if d, ok := ev.reaches(&e.cfg, t, now); ok && (best == nil || d < nearest) {
			best, nearest = ev, d
		}
	}
	return best
}

// takes tells whether an event still takes evidence: while it is open, and for some time after, so that what is closed is not raised again.
// Whom it is about has gone when nothing was sensed of them for GoneAfter, and who comes then is somebody else, though at the same place;
// what was called false comes again and again.
func (e *Engine) takes(ev *event, now time.Time) bool {
	gone := now.Sub(ev.lastEvidence) > e.cfg.GoneAfter
	switch ev.alert.State {
	case StateFalse:
		return now.Sub(ev.alert.DecidedAt) < e.cfg.SuppressFor
	case StateResolved:
		return !gone && now.Sub(ev.alert.DecidedAt) < e.cfg.SuppressFor
	default:
		return !gone
	}
}

// join gives a trip to an event.
func (e *Engine) join(ev *event, t Trip) {
	if !ev.alert.State.Open() {
		e.note(Note{
			At: t.At, Kind: NoteClosed, Sensors: []string{t.Sensor},
			Text: fmt.Sprintf("%s %s tripped where %s was %s by %s", t.Kind, t.Sensor, ev.alert.ID, ev.alert.State, ev.alert.DecidedBy),
		})
	}
	ev.addTrip(t, e.cfg.rangeM(t))
	ev.sayTrips()
}

func (e *Engine) note(n Note) { e.notes = append(e.notes, n) }

// raise makes an event; the caller adds its evidence.
func (e *Engine) raise(now time.Time) *event {
	ev := &event{
		alert:   Alert{ID: fmt.Sprintf("a-%d", e.nextID), State: StateNew, RaisedAt: now, UpdatedAt: now},
		bound:   map[string]bool{},
		last:    map[string]sighting{},
		counted: map[string]int{},
		changed: true,
	}
	ev.alert.History = []Decision{{At: now, Who: "station", What: "raised"}}
	e.nextID++
	e.events = append(e.events, ev)
	return ev
}

// judgePending raises what confirms itself and lets go what nothing confirmed.
func (e *Engine) judgePending(in Input) {
	compare := e.fresh
	e.fresh = false
	for i := 0; i < len(e.pending); i++ {
		t := e.pending[i]
		if ev := e.eventFor(t, in.Now); ev != nil {
			e.join(ev, t)
			e.pending = slices.Delete(e.pending, i, i+1)
			i--
			continue
		}
		if !compare {
			continue
		}
		cluster := e.cluster(i)
		if len(cluster) == 0 {
			continue
		}
		if !e.ripe(cluster, in.Now) {
			e.fresh = true
			continue
		}
		ev := e.raise(in.Now)
		for _, k := range slices.Backward(cluster) {
			ev.addTrip(e.pending[k], e.cfg.rangeM(e.pending[k]))
			e.pending = slices.Delete(e.pending, k, k+1)
		}
		ev.sayTrips()
		i = -1 // the others may belong to the new event
	}
	e.pending = slices.DeleteFunc(e.pending, func(t Trip) bool {
		old := in.Now.Sub(t.At) > e.cfg.PairWindow
		if old {
			e.metTrip(t)
			e.drop(t)
		}
		return old
	})
}

// drop lets a trip go that nothing confirmed.
func (e *Engine) drop(t Trip) {
	n := Note{At: t.At, Kind: NoteIsolated, Sensors: []string{t.Sensor}}
	n.Text = fmt.Sprintf("%s %s tripped alone at %s", t.Kind, t.Sensor, clock(t.At))
	if t.Detail == detailAnimal {
		n.Kind, n.Text = NoteAnimal, fmt.Sprintf("%s %s heard an animal at %s", t.Kind, t.Sensor, clock(t.At))
	}
	e.note(n)
}

// cluster gives the indices of the pending trips, in order, that confirm the one at last and come before it; none
// where they are too few or too weak.
func (e *Engine) cluster(last int) []int {
	var indices []int
	var trips []Trip
	for k := range last + 1 {
		if k == last || e.cfg.plausible(e.pending[k], e.pending[last]) {
			indices = append(indices, k)
			trips = append(trips, e.pending[k])
		}
	}
	if len(trips) < 2 || e.cfg.weigh(trips, nil, e.expect(trips)).human() < e.cfg.RaiseConfidence {
		return nil
	}
	return indices
}

// ripe tells whether a cluster may be raised now: trips that came all at once may be weather, which shows within the
// weather window.
func (e *Engine) ripe(cluster []int, now time.Time) bool {
	first, last := e.pending[cluster[0]], e.pending[cluster[len(cluster)-1]]
	kinds := map[string]bool{}
	for _, k := range cluster {
		kinds[e.pending[k].Kind] = true
	}
	atOnce := last.At.Sub(first.At) < e.cfg.WeatherWindow && len(kinds) == 1
	return !atOnce || now.Sub(first.At) >= e.cfg.WeatherWindow
}

// judgeWeather finds many sensors of one kind that trip at once over a front wider than one intruder can explain.
func (e *Engine) judgeWeather(now time.Time) {
	e.recent = slices.DeleteFunc(e.recent, func(t Trip) bool { return now.Sub(t.At) > 2*e.cfg.WeatherWindow })
	kinds := map[string][]Trip{}
	for _, t := range e.recent {
		if !t.surelyNamed() {
			kinds[t.Kind] = append(kinds[t.Kind], t)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		trips := kinds[kind]
		slices.SortStableFunc(trips, func(a, b Trip) int { return a.At.Compare(b.At) })
		for i := range trips {
			window := trips[i:]
			for k, t := range window {
				if t.At.Sub(trips[i].At) > e.cfg.WeatherWindow {
					window = window[:k]
					break
				}
			}
			if sensors := e.gust(window); len(sensors) > 0 {
				e.callWeather(kind, window[len(window)-1].At, trips[i].At, sensors)
				break
			}
		}
	}
}

// gust gives the sensors of trips within one window where they are weather.
func (e *Engine) gust(trips []Trip) []string {
	var sensors []string
	vehicles := 0
	widest := 0.0
	for i, t := range trips {
		if !slices.Contains(sensors, t.Sensor) {
			sensors = append(sensors, t.Sensor)
		}
		if t.Detail == detailVehicle {
			vehicles++
		}
		for _, o := range trips[:i] {
			widest = max(widest, geo.Distance(t.place(), o.place()))
		}
	}
	// A vehicle is heard far away by many at once.
	if len(sensors) < e.cfg.WeatherSensors || widest < e.cfg.WeatherSpanM || 2*vehicles > len(trips) {
		return nil
	}
	slices.Sort(sensors)
	return sensors
}

// callWeather leaves the pending trips of a kind out, and says so once for as long as it goes on.
func (e *Engine) callWeather(kind string, at, from time.Time, sensors []string) {
	until, known := e.weather[kind]
	if !known || at.After(until) {
		e.note(Note{
			At: at, Kind: NoteWeather, Sensors: sensors,
			Text: fmt.Sprintf("%s %s tripped at once: weather, left out", kind, strings.Join(sensors, ", ")),
		})
	}
	if end := at.Add(e.cfg.WeatherHold); end.After(until) {
		e.weather[kind] = end
	}
	e.pending = slices.DeleteFunc(e.pending, func(t Trip) bool {
		return t.Kind == kind && !t.surelyNamed() && !t.At.Before(from) && !t.At.After(at)
	})
}

// judgeAge marks stale alerts and forgets closed ones.
func (e *Engine) judgeAge(now time.Time) {
	for _, ev := range e.events {
		stale := ev.alert.State.Open() && now.Sub(ev.lastEvidence) >= e.cfg.StaleAfter
		if stale != ev.alert.Stale {
			ev.alert.Stale = stale
			ev.changed = true
		}
		if stale {
			ev.say("stale", "nothing more sensed since "+clock(ev.lastEvidence))
		} else {
			ev.unsay("stale")
		}
	}
	maps.DeleteFunc(e.said, func(_ string, at time.Time) bool { return now.Sub(at) > e.cfg.KeepClosed })
	e.events = slices.DeleteFunc(e.events, func(ev *event) bool {
		return !ev.alert.State.Open() && now.Sub(ev.alert.DecidedAt) > e.cfg.KeepClosed
	})
}

// tell brings the changed alerts up to date and gives them out.
func (e *Engine) tell(now time.Time) []Alert {
	var out []Alert
	for _, ev := range e.events {
		if !ev.alert.State.Open() {
			ev.changed = false // what is decided stays as it was decided
			continue
		}
		moved := geo.Distance(ev.told, ev.place) >= tellMoveM && now.Sub(ev.toldAt) >= tellMoveEvery
		if !ev.changed && !moved {
			continue
		}
		if ev.toldAt.IsZero() {
			e.sayNuisance(ev, now)
			e.sayUsual(ev)
		}
		e.describe(ev, now)
		out = append(out, ev.copy())
	}
	return out
}
