package mavlink

import (
	"slices"
	"sync"
	"time"
)

// updates gathers news and hands them out: per vehicle the latest state and the events since, each at most once.
type updates struct {
	out chan Update

	mu      sync.Mutex
	pending map[*system][]string
}

func newUpdates() *updates {
	return &updates{out: make(chan Update, 64), pending: make(map[*system][]string)}
}

// note adds events; an event that waits already moves to the end.
func (u *updates) note(sys *system, events []string) {
	if len(events) == 0 {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	waiting := u.pending[sys]
	for _, e := range events {
		if len(waiting) > 0 && waiting[len(waiting)-1] == e {
			continue
		}
		waiting = append(slices.DeleteFunc(waiting, func(w string) bool { return w == e }), e)
	}
	u.pending[sys] = waiting
}

// flush hands out what waits, as far as the reader takes it.
func (u *updates) flush(now time.Time) {
	u.mu.Lock()
	taken := u.pending
	u.pending = make(map[*system][]string, len(taken))
	u.mu.Unlock()
	for sys, events := range taken {
		v := sys.snapshot(now)
		for i, e := range events {
			select {
			case u.out <- Update{Vehicle: v, Event: e}:
				continue
			default:
			}
			u.putBack(sys, events[i:])
			break
		}
	}
}

// putBack keeps events that found no room, before those that came meanwhile.
func (u *updates) putBack(sys *system, events []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	newer := u.pending[sys]
	kept := slices.DeleteFunc(slices.Clone(events), func(e string) bool { return slices.Contains(newer, e) })
	u.pending[sys] = append(kept, newer...)
}
