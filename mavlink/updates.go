package mavlink

import (
	"slices"
	"sync"
	"time"
)

// stateEvery is how often the plain news that a vehicle's state has changed are handed out: as often as consoles show it. What
// else happens is told at once.
const stateEvery = 2*tick - tick/2

// updates gathers news and hands them out: per vehicle the latest state and the events since, each at most once.
type updates struct {
	out chan Update

	mu sync.Mutex
	// ready are the vehicles that have news.
	ready []*system
}

// pendingNews are what waits to be told of one vehicle. It has a lock of its own, so that vehicles do not wait for one another.
type pendingNews struct {
	mu     sync.Mutex
	events []string
	told   time.Time
}

func newUpdates() *updates { return &updates{out: make(chan Update, 64)} }

// note adds events; an event that waits already moves to the end.
func (u *updates) note(sys *system, events []string) {
	if len(events) == 0 {
		return
	}
	if sys.pending.add(events) {
		u.mu.Lock()
		u.ready = append(u.ready, sys)
		u.mu.Unlock()
	}
}

// add answers whether nothing had waited before.
func (p *pendingNews) add(events []string) (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	first = len(p.events) == 0
	for _, e := range events {
		if n := len(p.events); n > 0 && p.events[n-1] == e {
			continue
		}
		p.events = append(slices.DeleteFunc(p.events, func(w string) bool { return w == e }), e)
	}
	return first
}

// take gives what waits when it is due; none means that it waits on.
func (p *pendingNews) take(now time.Time) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.events) == 1 && p.events[0] == EventState && now.Sub(p.told) < stateEvery {
		return nil
	}
	events := p.events
	p.events, p.told = nil, now
	return events
}

// flush hands out what waits, as far as the reader takes it.
func (u *updates) flush(now time.Time) {
	u.mu.Lock()
	ready := u.ready
	u.ready = nil
	u.mu.Unlock()
	for _, sys := range ready {
		events := sys.pending.take(now)
		if len(events) == 0 {
			u.again(sys)
			continue
		}
		v := sys.snapshot(now)
		for i, e := range events {
			select {
			case u.out <- Update{Vehicle: v, Event: e}:
				continue
			default:
			}
			if sys.pending.putBack(events[i:]) {
				u.again(sys)
			}
			break
		}
	}
}

func (u *updates) again(sys *system) {
	u.mu.Lock()
	u.ready = append(u.ready, sys)
	u.mu.Unlock()
}

// putBack keeps events that found no room, before those that came meanwhile; it answers whether none had come.
func (p *pendingNews) putBack(events []string) (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	first = len(p.events) == 0
	kept := slices.DeleteFunc(slices.Clone(events), func(e string) bool { return slices.Contains(p.events, e) })
	p.events, p.told = append(kept, p.events...), time.Time{}
	return first
}
