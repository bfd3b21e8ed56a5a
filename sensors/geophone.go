package sensors

import (
	"net/netip"
	"time"

	"vedette/sensors/seismic"
	"vedette/sensors/shake"
)

// geophones are the Raspberry Shakes behind one gateway. One goroutine owns them.
type geophones struct {
	all        []*geophone
	samples    []int32 // reused for every datagram
	generation uint64  // of the sensors that these are
}

// geophone listens to one channel of one Shake.
type geophone struct {
	id       string
	sender   netip.AddrPort // port 0: any
	channel  string
	timeline shake.Timeline
	detector *seismic.Detector
	last     float64 // sample
	pushed   int64   // samples, to tell the time of a trip
	keeper   waveKeeper
}

func newGeophones(sensors []SensorConfig, gateway string) *geophones {
	g := &geophones{}
	for _, c := range sensors {
		if c.Address == "" || c.Gateway != "" && c.Gateway != gateway {
			continue
		}
		sender, err := parseSender(c.Address)
		if err != nil {
			continue // validate has refused these
		}
		g.all = append(g.all, &geophone{
			id: c.ID, sender: sender, channel: c.Channel,
			detector: seismic.New(seismic.Config{RateHz: shake.SampleRate}),
		})
	}
	return g
}

// renew takes the sensors as they are configured now. A geophone that is the same goes on with what it has heard.
func (g *geophones) renew(s *Service, gateway string) {
	now := s.generation.Load()
	if now == g.generation {
		return
	}
	g.generation = now
	next := newGeophones(s.registry.configs(), gateway).all
	for i, n := range next {
		for _, old := range g.all {
			if old.id == n.id && old.sender == n.sender && old.channel == n.channel {
				next[i] = old
			}
		}
	}
	g.all = next
}

// find gives the geophone of a sender's channel. known says whether any is configured for that sender.
func (g *geophones) find(from netip.AddrPort, channel string) (found *geophone, known bool) {
	for _, one := range g.all {
		if one.sender.Addr() != from.Addr() || one.sender.Port() != 0 && one.sender.Port() != from.Port() {
			continue
		}
		known = true
		if one.channel == channel {
			return one, true
		}
	}
	return nil, known
}

// take takes a datagram.
func (g *geophones) take(s *Service, gateway GatewayConfig, b []byte, from netip.AddrPort) {
	g.renew(s, gateway.Name)
	p, err := shake.Parse(b, g.samples)
	if err != nil {
		s.registry.count(func(c *Stats) { c.Malformed++ })
		return
	}
	g.samples = p.Samples
	one, known := g.find(from, p.Channel)
	if one == nil {
		// A Shake sends all of its channels: those of a known one that nobody listens to are no mistake.
		if !known {
			s.registry.strangeShake(gateway.Name, from.Addr().String(), p.Channel, s.cfg.Now())
		}
		return
	}
	one.take(s, p)
}

func (g *geophone) take(s *Service, p shake.Packet) {
	arrived := s.cfg.Now()
	order, missing := g.timeline.Take(p)
	switch order {
	case shake.Repeated:
		s.registry.count(func(c *Stats) { c.Repeated++ })
		return
	case shake.Break:
		if g.pushed > 0 {
			s.registry.count(func(c *Stats) { c.Gaps++ })
		}
		g.detector.Break()
		g.keeper.broken()
	case shake.Gap:
		s.registry.count(func(c *Stats) { c.Gaps++ })
		g.bridge(missing, float64(p.Samples[0]))
	case shake.Continues:
	}
	end := p.At.Add(p.Duration())
	changed := s.registry.waveform(g.id, end, arrived)
	for i, sample := range p.Samples {
		g.last = float64(sample)
		trip, ok := g.push(g.last)
		if g.keeper.due() {
			s.registry.keep(g.keeper.cut())
		}
		if !ok {
			continue
		}
		// A trip's step lies some samples back; the packet's own times say when.
		back := g.pushed - 1 - trip.Sample
		at := p.At.Add(time.Duration(int64(i)-back) * (time.Second / shake.SampleRate))
		event, known := s.registry.heard(g.id, trip, at, arrived)
		if !known {
			return
		}
		s.registry.keep(g.keeper.tripped(g.id, event.Detail, trip.Sample, event.ObservedAt))
		s.emit(event)
		changed = false // the event has marked it
	}
	if changed {
		s.updates.mark(g.id)
	}
}

// bridge fills a short loss with a straight line, which has no energy where steps have theirs.
func (g *geophone) bridge(missing int, to float64) {
	from := g.last
	for i := range missing {
		part := float64(i+1) / float64(missing+1)
		// A step completed inside the bridge is told with the next one.
		_, _ = g.push(from + part*(to-from))
	}
}

func (g *geophone) push(sample float64) (seismic.Trip, bool) {
	g.keeper.push(sample)
	g.pushed++
	return g.detector.Push(sample)
}
