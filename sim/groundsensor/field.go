package groundsensor

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"vedette/internal/geo"
	"vedette/sim/world"
)

// What an event is due to when nothing was there.
const causeFalse = "false"

const (
	statusEvery   = 30 * time.Second
	repeatChance  = 0.02
	clockErrorSD  = 0.06 // seconds, of a node's clock
	clockErrorMax = 0.2
	drainPerHour  = 0.35 // per cent of battery
	gustScaleMS   = 5.0  // wind at 2 m above ground that doubles the rate of false trips
	windEvery     = time.Second
	mostPending   = 500
)

// event is what one sensor noticed at one moment.
type event struct {
	at         time.Time
	sensor     string
	kind       string
	detail     string
	cause      string
	confidence int
	repeat     bool
}

// pending is a line on its way through the radio.
type pending struct {
	due     time.Time
	gateway string
	text    string
}

// field is all sensors that report through gateways. It is pure apart from its random numbers, and not safe for
// concurrent use.
type field struct {
	scene   scene
	nodes   []*node
	pending []pending
	wind    float64 // m/s
	windAt  time.Time
	last    map[string][2]float64 // where each object was one step ago
	now     map[string][2]float64
}

// node is one sensor.
type node struct {
	sensor     world.Sensor
	rng        *rand.Rand
	end        [2]float64 // second post of a beam
	seq        uint32
	clockError time.Duration
	battery    float64 // per cent at began
	began      time.Time
	quietUntil time.Time
	nextStatus time.Time
	heard      time.Time // when its latest line comes through
	falseRate  float64   // per second in still air
}

func newField(w scene, seed int64, falsePerHour float64) *field {
	f := &field{scene: w, last: map[string][2]float64{}, now: map[string][2]float64{}}
	_, height := w.Frame().Origin()
	for i, x := range w.Sensors() {
		if x.Gateway == world.GatewayShake {
			continue
		}
		rng := random(seed, uint64(i))
		n := &node{sensor: x, rng: rng, seq: 1 + rng.Uint32N(500), battery: 72 + 28*rng.Float64(), falseRate: falsePerHour / 3600}
		off := min(max(clockErrorSD*rng.NormFloat64(), -clockErrorMax), clockErrorMax)
		n.clockError = time.Duration(off * float64(time.Second))
		if x.Kind == world.Beam {
			p := w.Frame().ToENU(x.Line[1], height)
			n.end = [2]float64{p[0], p[1]}
			n.falseRate /= 5 // it takes a bird or a branch
		}
		f.nodes = append(f.nodes, n)
	}
	return f
}

// begin starts, or starts again after a gap, at an instant.
func (f *field) begin(at time.Time) {
	clear(f.last)
	f.windAt = time.Time{}
	for i, n := range f.nodes {
		if n.began.IsZero() {
			n.began = at
		}
		n.nextStatus = at.Add(statusEvery * time.Duration(i) / time.Duration(len(f.nodes)))
	}
}

// step finds what the sensors notice at an instant, and queues their lines.
func (f *field) step(at time.Time, objects []world.Object) []event {
	if at.Sub(f.windAt) >= windEvery {
		f.windAt = at
		ve, vn, _ := f.scene.Wind(at, 0, 0, f.scene.GroundU(0, 0)+2)
		f.wind = math.Hypot(ve, vn)
	}
	clear(f.now)
	for i := range objects {
		f.now[objects[i].ID] = [2]float64{objects[i].E, objects[i].N}
	}
	var out []event
	for _, n := range f.nodes {
		e, ok := f.notice(n, at, objects)
		if !ok && !at.Before(n.nextStatus) {
			n.nextStatus = n.nextStatus.Add(statusEvery)
			e, ok = event{at: at, kind: kindStatus}, true
		}
		if !ok {
			continue
		}
		e.sensor = n.sensor.ID
		out = append(out, e)
		if f.queue(n, e) {
			e.repeat = true
			out = append(out, e)
		}
	}
	f.last, f.now = f.now, f.last
	return out
}

// notice asks one sensor.
func (f *field) notice(n *node, at time.Time, objects []world.Object) (event, bool) {
	var e event
	var ok bool
	switch n.sensor.Kind {
	case world.Beam:
		e, ok = f.beam(n, objects)
	case world.PIR:
		if ok = !at.Before(n.quietUntil); ok {
			e, ok = n.pir(objects, f.scene.AmbientC())
		}
	default:
		if ok = !at.Before(n.quietUntil); ok {
			e, ok = n.seismic(objects)
		}
	}
	if !ok && !at.Before(n.quietUntil) {
		e, ok = n.mistake(f.wind)
	}
	if !ok {
		return event{}, false
	}
	e.at, e.kind = at, kindTrip
	if n.sensor.Kind != world.Beam || e.cause == causeFalse {
		n.quietUntil = at.Add(holdOff)
	}
	return e, true
}

// queue sends an event on its way through the radio, sometimes twice, and tells whether it was twice.
func (f *field) queue(n *node, e event) (twice bool) {
	n.seq++
	stamp := e.at.Add(n.clockError)
	battery := int(max(n.battery-drainPerHour*e.at.Sub(n.began).Hours(), 1))
	text := formatLine(n.sensor.ID, n.seq, stamp, e.kind, e.confidence, e.detail, battery)
	send := func(due time.Time) {
		if len(f.pending) >= mostPending {
			f.pending = f.pending[1:]
		}
		f.pending = append(f.pending, pending{due, n.sensor.Gateway, text})
	}
	seconds := func(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }
	due := e.at.Add(seconds(0.08 + 0.3*n.rng.Float64()))
	if due.Before(n.heard) {
		due = n.heard // a node sends one line after the other
	}
	n.heard = due
	send(due)
	if twice = n.rng.Float64() < repeatChance; twice {
		send(due.Add(seconds(0.8 + n.rng.Float64())))
	}
	return twice
}

// due takes the lines that have come through by an instant, in the order of their arrival.
func (f *field) due(at time.Time) []pending {
	var out []pending
	f.pending = slices.DeleteFunc(f.pending, func(p pending) bool {
		if p.due.After(at) {
			return false
		}
		out = append(out, p)
		return true
	})
	slices.SortStableFunc(out, func(a, b pending) int { return a.due.Compare(b.due) })
	return out
}

// bearing gives distance and direction from a sensor to an object.
func (n *node) bearing(o *world.Object) (distM, bearingDeg float64) {
	e, no := o.E-n.sensor.E, o.N-n.sensor.N
	return math.Hypot(e, no), geo.NormalizeDeg(math.Atan2(e, no) * 180 / math.Pi)
}
