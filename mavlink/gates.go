package mavlink

import (
	"context"
	"sync"
)

// gate lets one through at a time, under a context.
type gate chan struct{}

func newGate() gate { return make(gate, 1) }

func (g gate) enter(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g gate) leave() { <-g }

// gates holds a gate for each command of each component: an acknowledgement names the command only, so two
// of a kind cannot wait at once.
type gates struct {
	mu  *sync.Mutex
	all map[gateKey]gate
}

type gateKey struct {
	component uint8
	command   uint16
}

func newGates() gates { return gates{mu: &sync.Mutex{}, all: make(map[gateKey]gate)} }

func (g gates) of(component uint8, command uint16) gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := gateKey{component, command}
	one, ok := g.all[key]
	if !ok {
		one = newGate()
		g.all[key] = one
	}
	return one
}
