package routing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"vedette/mavlink/link"
)

// Router passes frames between vehicles and other stations.
type Router struct {
	cfg      Config
	log      *slog.Logger
	stations []*station
	acts     chan Act
	peers    atomic.Int64
	// unrecorded acts found the queue full.
	unrecorded atomic.Uint64

	mu   sync.Mutex
	said map[Act]time.Time // by the act without its reason
}

// Stats counts what was routed.
type Stats struct {
	// Peers are the far ends of other stations now.
	Peers uint64
	// ToStations and ToVehicles are frames that were passed on; Dropped found a station's queue full.
	ToStations, ToVehicles, Dropped uint64
	// Denied frames were not allowed. Looped ones came back. Unaddressed ones are for nobody who is here. Unreachable
	// ones found no way to the vehicle, or no room on it.
	Denied, Looped, Unaddressed, Unreachable uint64
	// Unrecorded acts were not taken by whoever records them.
	Unrecorded uint64
}

// New checks the configuration; nothing is opened before Run.
func New(cfg Config, log *slog.Logger) (*Router, error) {
	r := &Router{cfg: cfg, log: log, acts: make(chan Act, 256), said: make(map[Act]time.Time)}
	names := make(map[string]bool)
	var problems []error
	for i, c := range cfg.Stations {
		if err := c.Validate(); err != nil {
			problems = append(problems, fmt.Errorf("routes[%d]: %w", i, err))
			continue
		}
		if names[c.Name] {
			problems = append(problems, fmt.Errorf("routes[%d]: the name %q is used twice", i, c.Name))
		}
		names[c.Name] = true
		s, err := newStation(r, c)
		if err != nil {
			problems = append(problems, fmt.Errorf("routes[%d]: %w", i, err))
			continue
		}
		r.stations = append(r.stations, s)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return r, nil
}

// Run opens the ways to the stations and works until ctx ends.
func (r *Router) Run(ctx context.Context) error {
	var links sync.WaitGroup
	errs := make([]error, len(r.stations))
	for i, s := range r.stations {
		links.Go(func() {
			if err := s.link.Run(ctx); err != nil {
				errs[i] = fmt.Errorf("route %s: %w", s.cfg.Name, err)
			}
		})
	}
	links.Wait()
	return errors.Join(errs...)
}

// Acts gives what stations did to vehicles and wanted to, for one reader.
func (r *Router) Acts() <-chan Act { return r.acts }

// Addr is the bound address of a station that is a server, nil until it is bound or where there is none of that name.
func (r *Router) Addr(name string) net.Addr {
	for _, s := range r.stations {
		if s.cfg.Name == name {
			return s.link.Addr()
		}
	}
	return nil
}

// Stats gives the counters of all stations together.
func (r *Router) Stats() Stats {
	st := Stats{Peers: uint64(max(r.peers.Load(), 0)), Unrecorded: r.unrecorded.Load()}
	for _, s := range r.stations {
		c := s.counted()
		st.ToStations += c.ToStation
		st.ToVehicles += c.ToVehicles
		st.Dropped += c.Dropped
		st.Denied += c.Denied
		st.Looped += c.Looped
		st.Unaddressed += c.Unaddressed
		st.Unreachable += c.Unreachable
	}
	return st
}

// Links gives the counters of the links to the stations.
func (r *Router) Links() []link.Stats {
	all := make([]link.Stats, len(r.stations))
	for i, s := range r.stations {
		all[i] = s.link.Stats()
	}
	return all
}

// FromVehicle passes a vehicle's frame to the stations that may see it. It never waits.
func (r *Router) FromVehicle(f link.Frame) {
	if r.peers.Load() == 0 || f.MessageID == idSetupSigning {
		return
	}
	system, component := r.cfg.Codec.Target(f.MessageID, f.Payload)
	_, held := r.holder(system, component)
	if held == nil && system == r.cfg.SystemID && (component == 0 || component == r.cfg.ComponentID) {
		return // an answer to us, and nobody else goes by our name
	}
	if _, isVehicle := r.cfg.Vehicles.Autopilot(system); isVehicle && system != f.SystemID {
		return // from vehicle to vehicle
	}
	var raw link.Raw // one copy for all
	for _, s := range r.stations {
		if !s.sees(f.SystemID) {
			continue
		}
		for p, who := range *s.peers.Load() {
			if held != nil && !who.is(system, component) {
				continue // for another station
			}
			if raw == nil {
				raw = bytes.Clone(f.Raw)
			}
			if p.Send(link.Forwarded, raw) {
				s.counts.toStation.Add(1)
			}
		}
	}
}

// holder finds a station and its peer that go by an address; nil where the address is everybody or nobody's.
func (r *Router) holder(system, component uint8) (*station, *link.Peer) {
	if system == 0 {
		return nil, nil
	}
	for _, s := range r.stations {
		for p, who := range *s.peers.Load() {
			if who.is(system, component) {
				return s, p
			}
		}
	}
	return nil, nil
}

const (
	sameAct   = 10 * time.Second
	mostSaids = 512
)

// tell passes an act to whoever records it, once in a while where it goes on and on.
func (r *Router) tell(a Act, now time.Time) {
	key := a
	key.Denied = nil
	if a.Denied != nil {
		key.Station += " denied"
	}
	r.mu.Lock()
	last, known := r.said[key]
	again := known && now.Sub(last) < sameAct
	if !again {
		if len(r.said) >= mostSaids {
			clear(r.said)
		}
		r.said[key] = now
	}
	r.mu.Unlock()
	if again {
		return
	}
	select {
	case r.acts <- a:
	default:
		r.unrecorded.Add(1)
	}
}
