package mavlink

import (
	"context"
	"sync"

	"vedette/mavlink/command"
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

// lane is where the exchanges of one command with one component follow one another, since an acknowledgement names the
// command only. Whoever is in its gate owns its history.
type lane struct {
	gate
	history command.History
}

// lanes holds the lane of each command of each component.
type lanes struct {
	mu  *sync.Mutex
	all map[laneKey]*lane
}

type laneKey struct {
	component uint8
	command   uint16
}

func newLanes() lanes { return lanes{mu: &sync.Mutex{}, all: make(map[laneKey]*lane)} }

func (l lanes) of(component uint8, command uint16) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := laneKey{component, command}
	one, ok := l.all[key]
	if !ok {
		one = &lane{gate: newGate()}
		l.all[key] = one
	}
	return one
}

// known is the lane of a command that was sent at some time, nil where it never was.
func (l lanes) known(component uint8, command uint16) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[laneKey{component, command}]
}
