package sensors

import (
	"context"
	"sync"
)

// updates hands out the newest state of each sensor that changed, one at a time.
type updates struct {
	out  chan State
	wake chan struct{} // holds one token when something is pending

	mu      sync.Mutex
	pending []string // ids in the order of their marking, each once
	marked  map[string]bool
}

func newUpdates() *updates {
	return &updates{out: make(chan State), wake: make(chan struct{}, 1), marked: map[string]bool{}}
}

// mark says that a sensor changed.
func (u *updates) mark(id string) {
	u.mu.Lock()
	if !u.marked[id] {
		u.marked[id] = true
		u.pending = append(u.pending, id)
	}
	u.mu.Unlock()
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

func (u *updates) next() (string, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.pending) == 0 {
		return "", false
	}
	id := u.pending[0]
	u.pending = u.pending[1:]
	delete(u.marked, id)
	return id, true
}

// run hands out until ctx is done, then closes the channel.
func (u *updates) run(ctx context.Context, state func(id string) (State, bool)) {
	defer close(u.out)
	for {
		id, ok := u.next()
		if !ok {
			select {
			case <-ctx.Done():
				return
			case <-u.wake:
			}
			continue
		}
		current, ok := state(id)
		if !ok {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case u.out <- current:
		}
	}
}
