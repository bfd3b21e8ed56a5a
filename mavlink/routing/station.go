package routing

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"vedette/mavlink/link"
)

// station is one configured route. It hears what its peers send.
type station struct {
	router   *Router
	cfg      Station
	link     *link.Link
	vehicles map[uint8]bool // nil: all

	// peers is replaced, never changed, so that a vehicle's frame looks at it without a lock.
	peers atomic.Pointer[map[*link.Peer]*addresses]

	counts   counters
	sequence atomic.Uint32

	mu       sync.Mutex // also held to change peers
	refusals []Refusal  // the latest last
}

// mostAddresses bounds how many stations speak over one peer.
const mostAddresses = 16

// addresses are the stations that were heard from a peer.
type addresses struct {
	known atomic.Pointer[[]address]
}

type address struct{ system, component uint8 }

// is tells whether a frame for an address is for one of them; component 0 is any.
func (a *addresses) is(system, component uint8) bool {
	if list := a.known.Load(); list != nil {
		for _, k := range *list {
			if k.system == system && (component == 0 || k.component == component) {
				return true
			}
		}
	}
	return false
}

// note adds an address. It is called from one goroutine only, the reader of the peer.
func (a *addresses) note(system, component uint8) {
	var list []address
	if old := a.known.Load(); old != nil {
		list = *old
	}
	if slices.Contains(list, address{system, component}) {
		return
	}
	if len(list) < mostAddresses {
		list = append(slices.Clip(list), address{system, component})
		a.known.Store(&list)
	}
}

func newStation(r *Router, cfg Station) (*station, error) {
	s := &station{router: r, cfg: cfg}
	s.peers.Store(&map[*link.Peer]*addresses{})
	if len(cfg.Vehicles) > 0 {
		s.vehicles = make(map[uint8]bool)
		for _, v := range cfg.Vehicles {
			s.vehicles[uint8(v)] = true
		}
	}
	l, err := link.New(cfg.link(), link.Params{
		Codec: r.cfg.Codec, Handler: s, SystemID: r.cfg.SystemID, ComponentID: r.cfg.ComponentID, Log: r.log,
		Hooks: link.Hooks{Opened: s.opened},
	})
	if err != nil {
		return nil, err
	}
	s.link = l
	return s, nil
}

func (s *station) sees(system uint8) bool { return s.vehicles == nil || s.vehicles[system] }

// opened begins to pass frames to a peer.
func (s *station) opened(p *link.Peer) {
	s.change(func(peers map[*link.Peer]*addresses) { peers[p] = &addresses{} })
	s.router.peers.Add(1)
}

// Closed implements link.Handler.
func (s *station) Closed(p *link.Peer) {
	s.change(func(peers map[*link.Peer]*addresses) { delete(peers, p) })
	s.router.peers.Add(-1)
}

func (s *station) change(edit func(map[*link.Peer]*addresses)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	peers := maps.Clone(*s.peers.Load())
	edit(peers)
	s.peers.Store(&peers)
}

var (
	errReadOnly = errors.New("this station may only read")
	errNever    = errors.New("keys are not passed on")
)

// Receive implements link.Handler: it takes a frame of a station.
func (s *station) Receive(p *link.Peer, f link.Frame, at time.Time) {
	r := s.router
	if _, isVehicle := r.cfg.Vehicles.Autopilot(f.SystemID); isVehicle || f.SystemID == 0 {
		s.counts.looped.Add(1) // what we have sent comes back
		return
	}
	if who := (*s.peers.Load())[p]; who != nil {
		who.note(f.SystemID, f.ComponentID)
	}
	system, component := r.cfg.Codec.Target(f.MessageID, f.Payload)
	c := classOf(f)
	if system != 0 {
		s.direct(p, f, c, system, component, at)
		return
	}
	reached := false
	for _, v := range r.cfg.Vehicles.Systems() {
		if s.sees(v) {
			reached = true
			s.pass(p, f, c, v, component, at)
		}
	}
	if !reached {
		s.counts.unaddressed.Add(1)
	}
}

// direct passes a frame that names its addressee: a vehicle, or another station.
func (s *station) direct(p *link.Peer, f link.Frame, c class, system, component uint8, at time.Time) {
	r := s.router
	if _, isVehicle := r.cfg.Vehicles.Autopilot(system); isVehicle {
		if s.sees(system) {
			s.pass(p, f, c, system, component, at)
		} else {
			s.counts.unaddressed.Add(1)
		}
		return
	}
	if other, peer := r.holder(system, component); peer != nil && peer != p && c != never {
		if peer.Send(link.Forwarded, link.Raw(bytes.Clone(f.Raw))) {
			other.counts.toStation.Add(1)
		}
		return
	}
	s.counts.unaddressed.Add(1)
}

// pass sends a frame to a vehicle, or denies it.
func (s *station) pass(p *link.Peer, f link.Frame, c class, system, component uint8, at time.Time) {
	r := s.router
	act := Act{
		Station: s.cfg.Name, Operator: s.cfg.Operator, Remote: p.Remote(), Vehicle: int(system), Message: f.MessageID, Command: commandOf(f),
	}
	if act.Denied = s.denies(f, c, system); act.Denied != nil {
		s.counts.denied.Add(1)
		s.refused(act, at)
		s.answer(p, f, system, component)
		r.tell(act, at)
		return
	}
	if !r.cfg.Vehicles.Pass(system, component, priorityOf(f, c), link.Raw(bytes.Clone(f.Raw))) {
		s.counts.unreachable.Add(1)
		return
	}
	s.counts.toVehicles.Add(1)
	if planMessages[f.MessageID] || f.MessageID == idMissionAck {
		r.cfg.Vehicles.Overhear(system, f)
	}
	if c == control {
		r.tell(act, at)
	}
}

// denies says why a frame may not go to a vehicle.
func (s *station) denies(f link.Frame, c class, system uint8) error {
	r := s.router
	switch {
	case c == never:
		return errNever
	case c == control && !s.cfg.Control:
		return errReadOnly
	case c == control && r.cfg.Arbiter != nil:
		if err := r.cfg.Arbiter(int(system), s.cfg.Operator); err != nil {
			return err
		}
	}
	if planMessages[f.MessageID] {
		if what := r.cfg.Vehicles.Transferring(system); what != "" {
			return fmt.Errorf("a %s is being transferred with the vehicle", what)
		}
	}
	return nil
}
