package fusion

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Stats counts what a Tracker has taken and refused since it was made.
type Stats struct {
	Scans, Trips      uint64 // taken
	Foreign           uint64 // tracks of other systems, taken
	Repeats           uint64 // same sensor and sequence number again
	TooOld            uint64 // beyond Config.Lag
	WrongTime         uint64 // far in the future, or a clock that jumped
	Refused           uint64 // scans and trips that could not be used
	DetectionsRefused uint64 // detections left out of a scan that was used
	UnknownSensor     uint64
	Late              uint64 // taken, but older than what had been worked in
	Replays           uint64
	Worked            uint64 // measurements worked in, each replay again
}

// Tracker is the fusion of one sector. See the package comment for who may use it.
type Tracker struct {
	cfg     Config
	plane   plane
	sensors map[string]*sensor
	ground  []*sensor             // without the cameras, in the order of first mention
	names   []string              // by index
	near    map[*sensor][]*sensor // geophones next to one, worked out when first needed

	log       []*measurement
	unused    []*measurement // forgotten by the log
	snapshots []*state
	spare     []*state
	state     state
	dirty     int64 // oldest measurement that is not worked in
	clock     int64 // newest arrival
	jump      int64 // an arrival far ahead, not yet believed
	seen      map[repeatKey]int64

	work   work
	claims []claim
	stats  Stats
	public registry

	lines   []watchedLine
	fresh   []Crossing
	crossed map[uint64][]Crossing
}

type repeatKey struct {
	sensor int32
	seq    uint64
}

// New makes a Tracker.
func New(cfg Config) *Tracker {
	t := &Tracker{
		cfg: cfg.withDefaults(), sensors: map[string]*sensor{}, seen: map[repeatKey]int64{},
		dirty: math.MaxInt64, clock: math.MinInt64, public: registry{ids: map[birthKey]uint64{}, seen: map[uint64]sighting{}},
		crossed: map[uint64][]Crossing{}, near: map[*sensor][]*sensor{},
	}
	return t
}

// Stats is what has been counted so far.
func (t *Tracker) Stats() Stats { return t.stats }

// AddSensor makes a sensor known, or changes one of the same id: what it measured before keeps its old place.
func (t *Tracker) AddSensor(s Sensor) error {
	index := int32(len(t.names))
	old, known := t.sensors[s.ID]
	if known {
		index = old.index
	}
	n, err := newSensor(s, index, &t.plane)
	if err != nil {
		return fmt.Errorf("add sensor: %w", err)
	}
	t.sensors[s.ID] = n
	clear(t.near)
	if !known {
		t.names = append(t.names, s.ID)
	}
	t.ground = slices.DeleteFunc(t.ground, func(g *sensor) bool { return g.index == index })
	if n.Kind.source() == groundSource {
		t.ground = append(t.ground, n)
	}
	return nil
}

// RemoveSensor forgets a sensor: its silence says nothing any more, and what it still sends is counted as of an unknown one. What it
// measured stays.
func (t *Tracker) RemoveSensor(id string) {
	old, known := t.sensors[id]
	if !known {
		return
	}
	delete(t.sensors, id)
	clear(t.near)
	t.ground = slices.DeleteFunc(t.ground, func(g *sensor) bool { return g.index == old.index })
}

// AddScan takes one camera frame. It is cheap: the work is done by the next call of Tracks. What cannot be used is refused by
// rule and counted in Stats.
func (t *Tracker) AddScan(s Scan) {
	sen, ok := t.accept(s.Sensor, s.Seq, s.Time, s.Arrival, cameraSource)
	if !ok {
		return
	}
	m, ok := t.scanMeasurement(&s, sen)
	if !ok {
		t.stats.Refused++
		return
	}
	t.stats.Scans++
	t.insert(m)
}

// AddTrip takes one message of a ground sensor, as AddScan does a frame.
func (t *Tracker) AddTrip(tr Trip) {
	sen, ok := t.accept(tr.Sensor, tr.Seq, tr.Time, tr.Arrival, groundSource)
	if !ok {
		return
	}
	if math.IsNaN(tr.Confidence+tr.BearingDeg+tr.BearingSigmaDeg) || math.IsInf(tr.BearingDeg, 0) || !t.inReach(sen.pos) {
		t.stats.Refused++
		return
	}
	t.stats.Trips++
	m := t.entry(tripEntry, sen, tr.Seq, tr.Time)
	m.trip, m.cls = tr, evidence(tr.Class)
	if !tr.Arrival.IsZero() {
		// Nothing arrives before it happened: the sensor's clock is ahead by at least the difference.
		m.t = min(m.t, tr.Arrival.UnixNano())
	}
	t.insert(m)
}

// AddTrack takes what another system says of one of its tracks, as AddScan does a frame.
func (t *Tracker) AddTrack(f ForeignTrack) {
	sen, ok := t.accept(f.Sensor, f.Seq, f.Time, f.Arrival, systemSource)
	if !ok {
		return
	}
	d, ok := t.detection(&Detection{Position: f.Position, EE: f.EE, EN: f.EN, NN: f.NN, Class: f.Class})
	if !ok || math.IsNaN(f.Existence) {
		t.stats.Refused++
		return
	}
	t.stats.Foreign++
	m := t.entry(foreignEntry, sen, f.Seq, f.Time)
	m.dets, m.existence = append(m.dets, d), f.Existence
	t.insert(m)
}

// sourceOf says which kind of message comes from a kind of sensor.
type sourceOf uint8

const (
	groundSource sourceOf = iota
	cameraSource
	systemSource
)

func (k SensorKind) source() sourceOf {
	switch k {
	case Camera:
		return cameraSource
	case System:
		return systemSource
	default:
		return groundSource
	}
}

// accept checks what all messages share.
func (t *Tracker) accept(id string, seq uint64, at, arrival time.Time, source sourceOf) (*sensor, bool) {
	sen, ok := t.sensors[id]
	if !ok {
		t.stats.UnknownSensor++
		return nil, false
	}
	if sen.Kind.source() != source {
		t.stats.Refused++
		return nil, false
	}
	if arrival.IsZero() {
		arrival = at
	}
	if !t.tell(arrival) || at.Year() < 1980 || at.Year() > 2200 || at.UnixNano() > t.clock+(10*time.Second).Nanoseconds() {
		t.stats.WrongTime++
		return nil, false
	}
	ns := at.UnixNano()
	base := t.horizon()
	if len(t.snapshots) > 0 {
		base = max(base, t.snapshots[0].now)
	}
	if ns < base {
		t.stats.TooOld++
		return nil, false
	}
	if seq != 0 {
		key := repeatKey{sen.index, seq}
		if _, again := t.seen[key]; again {
			t.stats.Repeats++
			return nil, false
		}
		t.remember(key, ns)
	}
	return sen, true
}

// tell moves the tracker's clock by an arrival. A leap of more than an hour, either way, is believed only when a second
// arrival confirms it. After a leap back what was there belongs to a time that never was, and is dropped.
func (t *Tracker) tell(arrival time.Time) bool {
	if y := arrival.Year(); y < 1980 || y > 2200 {
		return false
	}
	ns, hour := arrival.UnixNano(), time.Hour.Nanoseconds()
	if t.clock != math.MinInt64 && (ns > t.clock+hour || ns < t.clock-hour) {
		if t.jump == 0 || ns > t.jump+hour || ns < t.jump-hour {
			t.jump = ns
			return false
		}
		if ns < t.clock {
			t.restart(ns)
		}
	}
	t.jump = 0
	t.clock = max(t.clock, ns)
	return true
}

// restart forgets everything measured, but neither sensors nor public numbers.
func (t *Tracker) restart(clock int64) {
	t.spare = append(t.spare, t.snapshots...)
	t.unused = append(t.unused, t.log...)
	t.snapshots, t.log, t.state = t.snapshots[:0], t.log[:0], state{}
	t.dirty, t.clock = math.MaxInt64, clock
	clear(t.seen)
}

// remember notes a sequence number for as long as its repeat could be taken.
func (t *Tracker) remember(key repeatKey, ns int64) {
	t.seen[key] = ns
	if len(t.seen)%4096 != 0 {
		return
	}
	horizon := t.horizon()
	for k, at := range t.seen {
		if at < horizon {
			delete(t.seen, k)
		}
	}
}
