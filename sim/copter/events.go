package copter

import (
	"fmt"
	"maps"
	"slices"

	"vedette/sim/scenario"
)

// prepare sets the parameters that the scenario gives, and refuses names that the autopilot does not have.
func (p *parameters) prepare(d scenario.Drone) error {
	for _, name := range slices.Sorted(maps.Keys(d.Parameters)) {
		if !p.settable(name) || !p.set(name, d.Parameters[name]) {
			return fmt.Errorf("parameters: %s cannot be set to %v", name, d.Parameters[name])
		}
	}
	for i, e := range d.Events {
		for name := range e.Set {
			if !p.settable(name) {
				return fmt.Errorf("events[%d]: no parameter %s that can be set", i, name)
			}
		}
	}
	return nil
}

// comingEvents are a scenario's in the order of their instants.
func comingEvents(d scenario.Drone) []scenario.Event {
	events := slices.Clone(d.Events)
	slices.SortStableFunc(events, func(a, b scenario.Event) int {
		switch {
		case a.AtS < b.AtS:
			return -1
		case a.AtS > b.AtS:
			return 1
		}
		return 0
	})
	return events
}

// stepEvents sets what is due; stations are told as of any parameter that changes.
func (f *flight) stepEvents() {
	for len(f.events) > 0 && float64(f.steps)*dt >= f.events[0].AtS {
		for _, name := range slices.Sorted(maps.Keys(f.events[0].Set)) {
			f.params.set(name, f.events[0].Set[name])
			f.changed = append(f.changed, name)
		}
		f.events = f.events[1:]
	}
}
