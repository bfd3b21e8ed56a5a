package sensors

import (
	"cmp"
	"slices"
	"time"

	"vedette/sensors/line"
)

// mostStrangers bounds those that are remembered: anybody within reach of a radio can send ids. The one that was heard the
// longest ago makes room.
const mostStrangers = 64

// Stranger is a sender on one of our gateways that is not configured there.
type Stranger struct {
	ID       string // of a line; of a Raspberry Shake its IP address
	Gateway  string
	Protocol string
	Address  string // Raspberry Shake: its IP address
	// Likely is the kind that what it says is typical of; empty: it cannot be told.
	Likely      Kind
	First, Last time.Time // when its messages arrived
	Messages    uint64
	// Trips of those are trips; Detail is the newest's. A Raspberry Shake sends none.
	Trips          uint64
	Detail         string
	BatteryPercent *int
	Channels       []string // Raspberry Shake: those that it sends
}

// Strangers are the senders that nobody has configured, the newest heard first; those of a gateway that is gone are left out.
func (s *Service) Strangers() []Stranger {
	out := s.registry.allStrangers()
	slices.SortFunc(out, func(a, b Stranger) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Gateway, b.Gateway), cmp.Compare(a.ID, b.ID))
	})
	return out
}

type strangerKey struct{ gateway, id string }

func (r *registry) allStrangers() []Stranger {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Stranger, 0, len(r.strange))
	for _, one := range r.strange {
		is := *one
		is.Channels = slices.Clone(one.Channels)
		out = append(out, is)
	}
	return out
}

// strangeLine remembers who sent a line; mu must be held.
func (r *registry) strangeLine(gateway string, m line.Message, arrived time.Time) {
	one := r.strangerAt(gateway, m.Sensor, ProtocolLine, arrived)
	if m.Battery >= 0 {
		battery := m.Battery
		one.BatteryPercent = &battery
	}
	if m.Type != line.Trip {
		return
	}
	one.Trips++
	one.Detail = m.Detail
	switch m.Detail {
	case DetailWalk, DetailVehicle, DetailAnimal, DetailUnknown:
		one.Likely = Seismic
	case DetailL2R, DetailR2L:
		one.Likely = Beam
	}
}

// strangeShake remembers a Raspberry Shake that nobody listens to.
func (r *registry) strangeShake(gateway, address, channel string, arrived time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stranger(address)
	one := r.strangerAt(gateway, address, ProtocolShake, arrived)
	one.Address, one.Likely = address, Seismic
	if len(one.Channels) < maxStrangers && !slices.Contains(one.Channels, channel) {
		one.Channels = append(one.Channels, channel)
	}
}

func (r *registry) strangerAt(gateway, id, protocol string, arrived time.Time) *Stranger {
	key := strangerKey{gateway, id}
	one := r.strange[key]
	if one == nil {
		if len(r.strange) >= mostStrangers {
			r.forgetOldestStranger()
		}
		one = &Stranger{ID: id, Gateway: gateway, Protocol: protocol, First: arrived}
		r.strange[key] = one
	}
	one.Last = arrived
	one.Messages++
	return one
}

func (r *registry) forgetOldestStranger() {
	var oldest strangerKey
	var at time.Time
	for key, one := range r.strange {
		if at.IsZero() || one.Last.Before(at) {
			oldest, at = key, one.Last
		}
	}
	delete(r.strange, oldest)
}
