package sensors

import (
	"slices"
	"sync"
	"time"

	"vedette/sensors/line"
	"vedette/sensors/seismic"
)

const (
	lowBatteryPercent = 20
	// tamperLift is how long after the last tamper message a status report counts as all clear.
	tamperLift = time.Minute
	// maxStrangers is how many unknown senders are named in one log line.
	maxStrangers = 8
)

// registry holds what is known of every sensor.
type registry struct {
	mu        sync.Mutex
	order     []string // ids
	sensors   map[string]*sensor
	counts    Stats
	strangers []string // names for the next log line
	strange   map[strangerKey]*Stranger
	waves     map[string]Waveform // by sensor
}

// sensor is one entry; the registry's mutex guards it.
type sensor struct {
	cfg      SensorConfig
	state    State
	sequence sequence
	offset   offset
	tampered time.Time // the last tamper message; zero: none, or lifted
	trips    uint64    // sequence of the trips found here, for sensors that send a waveform
}

func newRegistry(configs []SensorConfig) *registry {
	r := &registry{sensors: map[string]*sensor{}, waves: map[string]Waveform{}, strange: map[strangerKey]*Stranger{}}
	for _, c := range configs {
		r.sensors[c.ID] = &sensor{cfg: c, state: stateOf(c)}
		r.order = append(r.order, c.ID)
	}
	return r
}

// stateOf is the state of a sensor that has not been heard.
func stateOf(c SensorConfig) State {
	state := State{
		ID: c.ID, Kind: c.Kind, Position: LatLon{Lat: c.Lat, Lon: c.Lon}, RangeM: c.RangeM,
		Gateway: c.Gateway, Health: Unknown,
	}
	if c.Kind == Beam {
		ends := *c.Line
		state.Line = &ends
	}
	if c.Kind == PIR {
		azimuth, fov := c.AzimuthDeg, c.FOVDeg
		state.AzimuthDeg, state.FOVDeg = &azimuth, &fov
	}
	return state
}

// states gives every sensor in the order of the configuration.
func (r *registry) states() []State {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]State, 0, len(r.order))
	for _, id := range r.order {
		out = append(out, r.sensors[id].snapshot())
	}
	return out
}

func (r *registry) state(id string) (State, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sensors[id]
	if s == nil {
		return State{}, false
	}
	return s.snapshot(), true
}

// snapshot is the state as it is told: instants in UTC to the millisecond, and nothing shared with the registry.
func (s *sensor) snapshot() State {
	out := s.state
	out.LastSeen = out.LastSeen.UTC().Truncate(time.Millisecond)
	out.LastTrip = out.LastTrip.UTC().Truncate(time.Millisecond)
	if d, ok := s.offset.estimate(); ok {
		seconds := d.Seconds()
		out.ClockOffsetS = &seconds
	}
	return out
}

// message takes a line of a gateway, and gives the event unless the message is to be left out.
func (r *registry) message(gateway string, m line.Message, arrived time.Time) (Event, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sensors[m.Sensor]
	if s == nil || s.cfg.Address != "" || s.cfg.Gateway != "" && s.cfg.Gateway != gateway {
		r.stranger(m.Sensor)
		r.strangeLine(gateway, m, arrived)
		return Event{}, false
	}
	switch s.sequence.take(m.Seq, m.At) {
	case repeated:
		r.counts.Repeated++
		return Event{}, false
	case restarted:
		r.counts.Restarts++
	case fresh:
	}
	at, far := observedAt(m.At, arrived)
	if far {
		r.counts.ClockFar++
	} else {
		s.offset.add(m.At, arrived)
	}
	if m.Battery >= 0 {
		s.state.BatteryPercent = &m.Battery
	}
	e := Event{
		Sensor: s.cfg.ID, Kind: s.cfg.Kind, ObservedAt: at, ArrivedAt: arrived,
		Confidence: float64(m.Confidence) / 100, Seq: m.Seq,
	}
	switch m.Type {
	case line.Trip:
		e.Type, e.Detail = EventTrip, knownDetail(s.cfg.Kind, m.Detail)
		s.trip(at)
	case line.Tamper:
		e.Type = EventTamper
		s.tampered = arrived
	case line.Status:
		e.Type = EventStatus
		if !s.tampered.IsZero() && arrived.Sub(s.tampered) >= tamperLift {
			s.tampered = time.Time{}
		}
	}
	s.seen(arrived)
	e.State = s.snapshot()
	return e, true
}

// knownDetail keeps the details that a kind of sensor can give: others would mean nothing to those who read them.
func knownDetail(kind Kind, detail string) string {
	switch kind {
	case Seismic:
		if slices.Contains([]string{DetailWalk, DetailVehicle, DetailAnimal}, detail) {
			return detail
		}
		return DetailUnknown
	case Beam:
		if detail == DetailL2R || detail == DetailR2L {
			return detail
		}
	}
	return ""
}

// waveform notes that samples of a geophone arrived, and tells whether its health changed by it.
func (r *registry) waveform(id string, end, arrived time.Time) (changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sensors[id]
	if s == nil {
		return false // it was removed just now
	}
	before := s.state.Health
	if _, far := observedAt(end, arrived); far {
		r.counts.ClockFar++
	} else {
		s.offset.add(end, arrived)
	}
	s.seen(arrived)
	return s.state.Health != before
}

// heard takes a trip found in a waveform; false where the sensor was removed just now.
func (r *registry) heard(id string, t seismic.Trip, said, arrived time.Time) (Event, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sensors[id]
	if s == nil {
		return Event{}, false
	}
	at, _ := observedAt(said, arrived)
	s.trips++
	s.trip(at)
	s.seen(arrived)
	return Event{
		Sensor: id, Kind: s.cfg.Kind, Type: EventTrip, ObservedAt: at, ArrivedAt: arrived,
		Confidence: t.Confidence, Detail: string(t.Class), SNRdB: t.SNRdB, Seq: s.trips, State: s.snapshot(),
	}, true
}

// keep keeps the waveform of a sensor's newest trip.
func (r *registry) keep(w Waveform) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sensors[w.Sensor] != nil {
		r.waves[w.Sensor] = w
	}
}

// wave is the waveform of a sensor's newest trip.
func (r *registry) wave(id string) (Waveform, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w, kept := r.waves[id]
	return w, kept
}

func (s *sensor) trip(at time.Time) {
	s.state.Trips++
	if at.After(s.state.LastTrip) {
		s.state.LastTrip = at
	}
}

// seen notes a sign of life and judges the health anew.
func (s *sensor) seen(arrived time.Time) {
	s.state.LastSeen = arrived
	switch {
	case !s.tampered.IsZero():
		s.state.Health = Tamper
	case s.state.BatteryPercent != nil && *s.state.BatteryPercent <= lowBatteryPercent:
		s.state.Health = LowBattery
	default:
		s.state.Health = OK
	}
}

// newlySilent marks the sensors that have said nothing for too long and gives those that were not silent before.
func (r *registry) newlySilent(now time.Time) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, id := range r.order {
		s := r.sensors[id]
		if (s.state.Health == OK || s.state.Health == LowBattery) && now.Sub(s.state.LastSeen) > s.cfg.SilentAfter {
			s.state.Health = Silent
			out = append(out, id)
		}
	}
	return out
}

func (r *registry) stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts
}

func (r *registry) count(change func(*Stats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.counts)
}

// unknownSender counts what came over a gateway that is none of ours.
func (r *registry) unknownSender(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stranger(name)
}

// stranger counts a message of an unknown sensor and keeps its name for the log; mu must be held.
func (r *registry) stranger(name string) {
	r.counts.UnknownSensor++
	if len(r.strangers) < maxStrangers && !slices.Contains(r.strangers, name) {
		r.strangers = append(r.strangers, name)
	}
}

// takeStrangers gives the unknown names since the last call.
func (r *registry) takeStrangers() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.strangers
	r.strangers = nil
	return out
}
