package link

import (
	"sync"

	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Priority orders what waits for the same way out.
type Priority int

// The priorities, most urgent first.
const (
	// Urgent is for commands of an operator, heartbeats and clock exchanges.
	Urgent Priority = iota
	// Transfer is for missions and parameters.
	Transfer
	// Background is for requests of message rates and of things that can wait.
	Background

	priorities = 3
)

// queueLimit bounds what waits in each priority.
const queueLimit = 64

// queue holds the messages that wait for one peer, at most queueLimit of each priority; more are refused and counted,
// because whoever sends asks again and an old command must not pile up behind a dead link.
type queue struct {
	wake chan struct{}

	mu      sync.Mutex
	waiting [priorities][]message.Message
	dropped [priorities]uint64
	closed  bool
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// push answers false when the queue is full or closed.
func (q *queue) push(p Priority, m message.Message) bool {
	q.mu.Lock()
	ok := !q.closed && len(q.waiting[p]) < queueLimit
	if ok {
		q.waiting[p] = append(q.waiting[p], m)
	} else {
		q.dropped[p]++
	}
	q.mu.Unlock()
	if ok {
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
	return ok
}

// pop takes the oldest message of the most urgent priority, nil when there is none.
func (q *queue) pop() message.Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	for p := range q.waiting {
		if w := q.waiting[p]; len(w) > 0 {
			m := w[0]
			w[0] = nil
			q.waiting[p] = w[1:]
			return m
		}
	}
	return nil
}

// close refuses everything from now on and drops what waits.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for p := range q.waiting {
		q.dropped[p] += uint64(len(q.waiting[p]))
		q.waiting[p] = nil
	}
}

func (q *queue) drops() [priorities]uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}
