package sensors

import (
	"net/netip"
	"time"

	"vedette/sensors/line"
)

// Replay is a Service without ports and goroutines: its caller hands it what gateways sent, by the caller's clock. It is how
// days are run again, and how tests outrun the clock. It is not safe for concurrent use.
type Replay struct {
	service   *Service
	gateways  map[string]GatewayConfig
	splitters map[string]*line.Splitter
	phones    map[string]*geophones
	now       time.Time
}

// NewReplay checks the configuration as New does. The ports in it stay closed, and Config.Now is not asked.
func NewReplay(cfg Config) (*Replay, error) {
	r := &Replay{gateways: map[string]GatewayConfig{}, splitters: map[string]*line.Splitter{}, phones: map[string]*geophones{}}
	cfg.Now = func() time.Time { return r.now }
	s, err := build(cfg)
	if err != nil {
		return nil, err
	}
	r.service = s
	for _, g := range s.cfg.Gateways {
		r.gateways[g.Name] = g
		r.splitters[g.Name] = &line.Splitter{}
		r.phones[g.Name] = newGeophones(s.cfg.Sensors, g.Name)
	}
	return r, nil
}

// Take takes what came in from a gateway at an instant: bytes of a serial line, or a datagram of a sender. It gives the events
// that this made, in their order; what cannot be used is counted.
func (r *Replay) Take(gateway string, from netip.AddrPort, b []byte, at time.Time) []Event {
	r.now = at
	g, known := r.gateways[gateway]
	switch {
	case !known:
		r.service.registry.unknownSender(gateway)
	case g.Protocol == ProtocolShake:
		r.service.registry.count(func(c *Stats) { c.Datagrams++ })
		r.phones[gateway].take(r.service, g, b, from)
	default:
		r.service.feed(gateway, r.splitters[gateway], b)
	}
	var out []Event
	for {
		select {
		case e := <-r.service.events:
			out = append(out, e)
		default:
			return out
		}
	}
}

// Sensors gives the state of every sensor in the order of the configuration.
func (r *Replay) Sensors() []State { return r.service.Sensors() }

// Stats counts since the start.
func (r *Replay) Stats() Stats { return r.service.Stats() }
