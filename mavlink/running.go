package mavlink

import (
	"sync"
	"time"
)

// Pending is a command that the vehicle is at: it has said so and not yet how it ended.
type Pending struct {
	// Command is the MAV_CMD, Name its name in MAVLink.
	Command uint16
	Name    string
	// Percent is how far it is, nil where the vehicle does not say.
	Percent *int
	// Began is when it was sent.
	Began time.Time
}

// running are the commands of operators that a vehicle has not answered yet.
type running struct {
	mu  sync.Mutex
	all map[*runningOrder]struct{}
}

// runningOrder is one of them; cancel asks its exchange to give up.
type runningOrder struct {
	working bool
	cancel  chan struct{}
}

func (r *running) add() *runningOrder {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = make(map[*runningOrder]struct{})
	}
	o := &runningOrder{cancel: make(chan struct{}, 1)}
	r.all[o] = struct{}{}
	return o
}

func (r *running) remove(o *runningOrder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.all, o)
}

func (r *running) works(o *runningOrder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o.working = true
}

// cancel asks every command that the vehicle is at to be given up, and tells how many those are.
func (r *running) cancel() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for o := range r.all {
		if !o.working {
			continue
		}
		n++
		select {
		case o.cancel <- struct{}{}:
		default: // asked already
		}
	}
	return n
}
