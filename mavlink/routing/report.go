package routing

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"vedette/mavlink/link"
)

// Report says how one configured station is, for people.
type Report struct {
	Station
	// Link is how the way to it is.
	Link  link.Report
	Peers []Peer
	// Counts are what was routed to it and from it.
	Counts Counts
	// Refusals are what was refused to it lately, the latest first, at most eight.
	Refusals []Refusal
}

// Peer is a far end of a station, with the MAVLink addresses that were heard from it.
type Peer struct {
	link.End
	Addresses []Address
}

// Address is how a station calls itself.
type Address struct{ System, Component uint8 }

// Counts counts frames of one station since the start.
type Counts struct {
	// ToStation and ToVehicles are frames that were passed on; Dropped found the station's queue full.
	ToStation, ToVehicles, Dropped uint64
	// Denied frames were not allowed. Looped ones came back. Unaddressed ones are for nobody who is here. Unreachable
	// ones found no way to the vehicle, or no room on it.
	Denied, Looped, Unaddressed, Unreachable uint64
}

// Refusal is something that a station was not allowed to do to a vehicle.
type Refusal struct {
	Vehicle int
	// Message is the id of the message, Command the MAV_CMD in it or 0.
	Message uint32
	Command uint16
	// Reason is in words, the one of the last time.
	Reason string
	// Count is how often it was refused, At when the last time.
	Count uint64
	At    time.Time
}

// counters are those of one station.
type counters struct {
	toStation, toVehicles, denied, looped, unaddressed, unreachable atomic.Uint64
}

func (s *station) counted() Counts {
	c := &s.counts
	return Counts{
		ToStation: c.toStation.Load(), ToVehicles: c.toVehicles.Load(), Dropped: s.link.Stats().Dropped.Forwarded, Denied: c.denied.Load(),
		Looped: c.looped.Load(), Unaddressed: c.unaddressed.Load(), Unreachable: c.unreachable.Load(),
	}
}

// mostRefusals bounds how many different refusals of a station are remembered.
const mostRefusals = 8

// refused remembers a refusal; the same act is one entry, and the oldest makes room.
func (s *station) refused(a Act, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.refusals, func(r Refusal) bool {
		return r.Vehicle == a.Vehicle && r.Message == a.Message && r.Command == a.Command
	})
	if i < 0 {
		if len(s.refusals) >= mostRefusals {
			s.refusals = slices.Delete(s.refusals, 0, 1)
		}
		s.refusals = append(s.refusals, Refusal{Vehicle: a.Vehicle, Message: a.Message, Command: a.Command})
		i = len(s.refusals) - 1
	}
	r := s.refusals[i]
	r.Reason, r.Count, r.At = a.Denied.Error(), r.Count+1, at.UTC()
	s.refusals = append(slices.Delete(s.refusals, i, i+1), r) // the latest is last
}

func (s *station) report(now time.Time) Report {
	r := Report{Station: s.cfg, Link: s.link.Report(now), Counts: s.counted()}
	r.Vehicles = slices.Clone(s.cfg.Vehicles)
	known := map[string][]Address{}
	for p, who := range *s.peers.Load() {
		known[p.Remote()] = who.list()
	}
	for _, e := range r.Link.Ends {
		r.Peers = append(r.Peers, Peer{End: e, Addresses: known[e.Remote]})
	}
	s.mu.Lock()
	r.Refusals = slices.Clone(s.refusals)
	s.mu.Unlock()
	slices.Reverse(r.Refusals)
	return r
}

// list gives the addresses in order.
func (a *addresses) list() []Address {
	var out []Address
	if known := a.known.Load(); known != nil {
		for _, k := range *known {
			out = append(out, Address{System: k.system, Component: k.component})
		}
	}
	slices.SortFunc(out, func(a, b Address) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Component, b.Component))
	})
	return out
}

// Reports gives every configured station, in the order of the configuration.
func (r *Router) Reports(now time.Time) []Report {
	out := make([]Report, len(r.stations))
	for i, s := range r.stations {
		out[i] = s.report(now)
	}
	return out
}
