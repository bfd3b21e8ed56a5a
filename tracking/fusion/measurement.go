package fusion

import (
	"math"
	"time"

	"vedette/internal/geo"
)

// det is a Detection in the local plane.
type det struct {
	z     vec2
	r     sym2
	score float64
	class ClassProbs // normalised, floored
}

// entry says what a measurement in the log is.
type entry uint8

const (
	scanEntry entry = iota
	tripEntry
	foreignEntry
	resetEntry // what was learned of a camera's error is forgotten
)

// measurement is one entry of the log. It is immutable while it is there, so that every replay reads the same.
type measurement struct {
	kind   entry
	t      int64
	sensor *sensor
	seq    uint64

	dets   []det // scan; of a foreign track its one place
	view   footprint
	height float64
	motion motion

	trip      Trip // trip
	cls       ClassProbs
	existence float64 // foreign track
}

// before is the order of work: by time, then by what does not depend on the order of arrival.
func (m *measurement) before(o *measurement) bool {
	if m.t != o.t {
		return m.t < o.t
	}
	if m.sensor.index != o.sensor.index {
		return m.sensor.index < o.sensor.index
	}
	if m.kind != o.kind {
		return m.kind < o.kind
	}
	return m.seq < o.seq
}

// evidence makes probabilities usable as likelihoods: normalised against equal priors, with a floor, since a classifier that
// says "never" is sometimes wrong. An unknown class is even.
func evidence(p ClassProbs) ClassProbs {
	const floor = 0.03
	sum := 0.0
	for _, v := range p {
		if !(v >= 0) || math.IsInf(v, 0) {
			return ClassProbs{1. / 3, 1. / 3, 1. / 3}
		}
		sum += v
	}
	if !(sum > 0) {
		return ClassProbs{1. / 3, 1. / 3, 1. / 3}
	}
	for c := range p {
		p[c] = (p[c]/sum + floor) / (1 + numClasses*floor)
	}
	return p
}

// detection checks and converts one detection; false for one that cannot be used.
func (t *Tracker) detection(d *Detection) (out det, ok bool) {
	if !d.Position.Valid() || math.IsNaN(d.Score) {
		return out, false
	}
	c := sym2{d.EE, d.EN, d.NN}
	limit := 1e8
	if !(c.ee >= 0 && c.nn >= 0 && c.ee < limit && c.nn < limit) || math.IsNaN(c.en) || c.en*c.en > c.ee*c.nn*(1+1e-9)+1e-12 {
		return out, false
	}
	// Half a metre on each axis is below what any camera on a vehicle reaches and keeps the matrix regular.
	c.ee, c.nn = c.ee+0.25, c.nn+0.25
	out = det{z: t.plane.to(d.Position), r: c, score: max(0, min(1, d.Score)), class: evidence(d.Class)}
	return out, t.inReach(out.z)
}

func (t *Tracker) inReach(p vec2) bool { return math.Hypot(p[0], p[1]) <= t.cfg.ReachKM*1000 }

// entry is a measurement to be filled in: a used one that the log has forgotten, where there is one.
func (t *Tracker) entry(kind entry, sen *sensor, seq uint64, at time.Time) *measurement {
	var m *measurement
	if n := len(t.unused); n > 0 {
		m, t.unused = t.unused[n-1], t.unused[:n-1]
	} else {
		m = new(measurement)
	}
	*m = measurement{kind: kind, sensor: sen, seq: seq, t: at.UnixNano(), dets: m.dets[:0]}
	return m
}

// scanMeasurement converts a scan; false for one that cannot be used.
func (t *Tracker) scanMeasurement(s *Scan, sen *sensor) (*measurement, bool) {
	if !s.Position.Valid() || len(s.Detections) > t.cfg.MaxDetections {
		return nil, false
	}
	centre := t.plane.to(s.Position)
	if !t.inReach(centre) {
		return nil, false
	}
	m := t.entry(scanEntry, sen, s.Seq, s.Time)
	m.height = s.HeightM
	if !(m.height > 1 && m.height < 1e5) {
		m.height = 100
	}
	m.motion = s.Motion.inRadians()
	m.view = footprint{centre: centre, nothing: true, area: noFootprintArea}
	sec := s.Sector
	finite := !math.IsNaN(sec.AzDeg+sec.HFovDeg+sec.RMinM+sec.RMaxM) && !math.IsInf(sec.AzDeg+sec.HFovDeg+sec.RMinM+sec.RMaxM, 0)
	switch {
	case len(s.Footprint) >= 3:
		if poly, ok := t.polygon(s.Footprint); ok {
			if f := polygonFootprint(centre, poly); f.area > 1 {
				m.view = f
			}
		}
	case finite && sec.RMaxM > sec.RMinM && sec.RMaxM > 0 && sec.RMaxM < 1e5 && sec.HFovDeg > 0:
		m.view = sectorFootprint(centre, sec)
	}
	if s.Before != nil {
		before, ok := t.polygon(s.Before)
		if !ok {
			before = []vec2{}
		}
		m.view.before = before
	}
	for i := range s.Detections {
		d, ok := t.detection(&s.Detections[i])
		if !ok {
			t.stats.DetectionsRefused++
			continue
		}
		m.dets = append(m.dets, d)
	}
	return m, true
}

func (t *Tracker) polygon(points []geo.LatLon) ([]vec2, bool) {
	out := make([]vec2, len(points))
	for i, p := range points {
		if !p.Valid() {
			return nil, false
		}
		out[i] = t.plane.to(p)
	}
	return out, true
}
