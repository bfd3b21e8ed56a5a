package link

import (
	"sync"
	"time"

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
	// Forwarded is for frames of others that only pass through here.
	Forwarded

	priorities = 4
)

// queueLimit bounds what waits in each priority.
const queueLimit = 64

// forwardLimit bounds the frames that pass through: a second of a vehicle that sends a thousand messages.
const forwardLimit = 1024

func (p Priority) limit() int {
	if p == Forwarded {
		return forwardLimit
	}
	return queueLimit
}

// Drops counts what was not sent, because the queue was full or the peer gone, by priority.
type Drops struct {
	Urgent, Transfer, Background, Forwarded uint64
}

func dropsOf(n [priorities]uint64) Drops {
	return Drops{Urgent: n[Urgent], Transfer: n[Transfer], Background: n[Background], Forwarded: n[Forwarded]}
}

// entry is a message that waits, and until when it may leave; the zero time is for ever.
type entry struct {
	message message.Message
	until   time.Time
}

// queue holds what waits for one peer, at most a limit of each priority; more is refused and counted,
// because whoever sends asks again and an old command must not pile up behind a dead link.
type queue struct {
	wake chan struct{}

	mu      sync.Mutex
	waiting [priorities][]entry
	dropped [priorities]uint64
	closed  bool
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// push answers false when the queue is full or closed.
func (q *queue) push(p Priority, m message.Message, until time.Time) bool {
	q.mu.Lock()
	ok := !q.closed && len(q.waiting[p]) < p.limit()
	if ok {
		q.waiting[p] = append(q.waiting[p], entry{m, until})
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

// next tells the most urgent priority that waits; false when nothing does.
func (q *queue) next() (Priority, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for p := range q.waiting {
		if len(q.waiting[p]) > 0 {
			return Priority(p), true
		}
	}
	return 0, false
}

// pop takes the oldest message of the most urgent priority, nil when there is none. What has waited too long is dropped.
func (q *queue) pop(now time.Time) message.Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	for p := range q.waiting {
		for len(q.waiting[p]) > 0 {
			w := q.waiting[p]
			e := w[0]
			w[0] = entry{}
			q.waiting[p] = w[1:]
			if e.until.IsZero() || !now.After(e.until) {
				return e.message
			}
			q.dropped[p]++
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
