package sensors

import (
	"errors"
	"fmt"
	"slices"
)

// ErrUnknownSensor means that no sensor has that id.
var ErrUnknownSensor = errors.New("no such sensor")

// Check tells everything that is wrong with a configuration, as New would.
func Check(cfg Config) error { return cfg.withDefaults().validate() }

// SetSensor makes a sensor known from now on, or changes the one of its id: what is known of its health and its clock stays, unless it
// is heard another way from now on. The gateways are those that the Service was made with.
func (s *Service) SetSensor(c SensorConfig) (State, error) {
	s.changing.Lock()
	defer s.changing.Unlock()
	c = c.withDefaults()
	next := Config{Gateways: s.cfg.Gateways, Sensors: s.registry.configs()}
	if i := slices.IndexFunc(next.Sensors, func(old SensorConfig) bool { return old.ID == c.ID }); i >= 0 {
		next.Sensors[i] = c
	} else {
		next.Sensors = append(next.Sensors, c)
	}
	if err := next.validate(); err != nil {
		return State{}, fmt.Errorf("sensor %s: %w", c.ID, err)
	}
	state := s.registry.set(c)
	s.generation.Add(1)
	s.updates.mark(c.ID)
	return state, nil
}

// RemoveSensor forgets a sensor: from now on it is one of the strangers.
func (s *Service) RemoveSensor(id string) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	if !s.registry.remove(id) {
		return fmt.Errorf("sensor %s: %w", id, ErrUnknownSensor)
	}
	s.generation.Add(1)
	return nil
}

// configs are the sensors as they are configured now, in their order.
func (r *registry) configs() []SensorConfig {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]SensorConfig, 0, len(r.order))
	for _, id := range r.order {
		out = append(out, r.sensors[id].cfg)
	}
	return out
}

// set takes a configuration whose defaults are filled in.
func (r *registry) set(c SensorConfig) State {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := &sensor{cfg: c, state: stateOf(c)}
	old := r.sensors[c.ID]
	switch {
	case old == nil:
		r.order = append(r.order, c.ID)
	case old.cfg.Kind == c.Kind && old.cfg.Gateway == c.Gateway && old.cfg.Address == c.Address && old.cfg.Channel == c.Channel:
		n.sequence, n.offset, n.tampered, n.trips = old.sequence, old.offset, old.tampered, old.trips
		n.state.Health, n.state.LastSeen, n.state.LastTrip = old.state.Health, old.state.LastSeen, old.state.LastTrip
		n.state.BatteryPercent, n.state.Trips = old.state.BatteryPercent, old.state.Trips
	default:
		delete(r.waves, c.ID)
	}
	r.sensors[c.ID] = n
	for key, one := range r.strange {
		sender := one.ID == c.ID
		if c.Address != "" {
			sender = one.Address != "" && sameHost(c.Address, one.Address)
		}
		if sender && (c.Gateway == "" || c.Gateway == key.gateway) {
			delete(r.strange, key)
		}
	}
	return n.snapshot()
}

func sameHost(sender, address string) bool {
	a, errA := parseSender(sender)
	b, errB := parseSender(address)
	return errA == nil && errB == nil && a.Addr() == b.Addr()
}

func (r *registry) remove(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sensors[id] == nil {
		return false
	}
	delete(r.sensors, id)
	delete(r.waves, id)
	r.order = slices.DeleteFunc(r.order, func(one string) bool { return one == id })
	return true
}
