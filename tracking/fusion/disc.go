package fusion

import (
	"cmp"
	"math"
	"slices"
)

const (
	discRings      = 5
	discRays       = 12
	discNeighbours = 8
	// A geophone's range is where the signal falls to its threshold; amplitude falls with distance.
	thresholdDB = 7.0
	// How far the strength of a signal strays from that: the ground, the gait, the load.
	strayDB = 5.0
	// A neighbour counts as hearing too if it told so within this time.
	hearingS = 4.0
	// A node may be deaf, or its message still on the way.
	deaf = 0.15
)

// discPart is where a target of one class is that tripped a geophone: the mean from the node and the second moments around it.
type discPart struct {
	mean vec2
	cov  sym2
}

// disc works out where around its node a target of each class is that made it trip, from how strong the signal was and from which
// neighbours heard something too. Only the north row hears: it is north of it.
func (h *hearing) disc() (out [numClasses]discPart) {
	m := h.m
	var sin, cos [discRays]float64
	for k := range discRays {
		sin[k], cos[k] = math.Sincos((float64(k) + 0.5) * 2 * math.Pi / discRays)
	}
	for c := range numClasses {
		reach := m.sensor.RangeM[c]
		if reach <= 0 {
			continue
		}
		var sum float64
		var first vec2
		var second sym2
		for ring := range discRings {
			u := (float64(ring) + 0.5) / discRings
			w := u * (1 - u*u*u*u)
			if snr := m.trip.SNRdB; snr != 0 {
				off := (snr - thresholdDB + 20*math.Log10(u)) / strayDB
				w *= math.Exp(-off * off / 2)
			}
			for k := range discRays {
				d := vec2{u * reach * sin[k], u * reach * cos[k]}
				p := vec2{m.sensor.pos[0] + d[0], m.sensor.pos[1] + d[1]}
				v := w
				for k, n := range h.near {
					v *= n.agrees(p, Class(c), h.told[k])
				}
				sum += v
				first[0] += v * d[0]
				first[1] += v * d[1]
				second.ee += v * d[0] * d[0]
				second.en += v * d[0] * d[1]
				second.nn += v * d[1] * d[1]
			}
		}
		if !(sum > 0) {
			out[c].cov = sym2{ee: reach * reach / 4, nn: reach * reach / 4}
			continue
		}
		e, n := first[0]/sum, first[1]/sum
		cell := reach * reach / (discRings * discRings * 4)
		out[c] = discPart{
			mean: vec2{m.sensor.pos[0] + e, m.sensor.pos[1] + n},
			cov:  sym2{second.ee/sum - e*e + cell, second.en/sum - e*n, second.nn/sum - n*n + cell},
		}
	}
	return out
}

// agrees is how likely it is that a node has lately told of something or not, were a target of a class at a place.
func (s *sensor) agrees(p vec2, c Class, told bool) float64 {
	de, dn := p[0]-s.pos[0], p[1]-s.pos[1]
	r2 := s.RangeM[c] * s.RangeM[c]
	h := 0.0
	if d2 := de*de + dn*dn; d2 < r2 {
		u2 := d2 / r2
		q := 1 - s.Pd*(1-u2*u2)
		h = 1 - q*q
	}
	h = deaf/2 + (1-deaf)*h
	if told {
		return h
	}
	return 1 - h
}

// heardAt is when a sensor told last of something; 0: never.
func (s *state) heardAt(index int32) int64 {
	if int(index) >= len(s.heard) {
		return 0
	}
	return s.heard[index]
}

func (s *state) noteHeard(index int32, at int64) {
	for int(index) >= len(s.heard) {
		s.heard = append(s.heard, 0)
	}
	s.heard[index] = max(s.heard[index], at)
}

// neighbours are the geophones nearest to one.
func (t *Tracker) neighbours(of *sensor) []*sensor {
	if near, ok := t.near[of]; ok {
		return near
	}
	reach := 2 * slices.Max(of.RangeM[:])
	dist := func(s *sensor) float64 { return math.Hypot(s.pos[0]-of.pos[0], s.pos[1]-of.pos[1]) }
	var near []*sensor
	for _, s := range t.ground {
		if s.Kind == Seismic && s.index != of.index && dist(s) < reach {
			near = append(near, s)
		}
	}
	slices.SortFunc(near, func(a, b *sensor) int {
		if c := cmp.Compare(dist(a), dist(b)); c != 0 {
			return c
		}
		return cmp.Compare(a.index, b.index)
	})
	near = slices.Clip(near[:min(len(near), discNeighbours)])
	t.near[of] = near
	return near
}
