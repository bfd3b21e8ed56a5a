package live

import (
	"time"

	"vedette/ui/api"
)

const (
	maxEvents  = 1024 // ordered messages that may wait; one more cuts the client
	tripEvents = 256  // ordered messages beyond which trips are left out
	maxBatch   = 64   // messages taken at once: what is written is never much older than what waits
	slowAfter  = 500 * time.Millisecond
)

// trackInterval is the least time between two messages about the same track.
const trackInterval = time.Second / 5

// interval is the least time between two messages about the same thing.
func interval(kind string) time.Duration {
	switch kind {
	case api.TypeVehicle, api.TypeTrack:
		return trackInterval
	case api.TypeDetections:
		return time.Second / 8
	}
	return 0
}

// ordered tells whether every message of a kind counts, in its order; of the others only the latest of each thing does.
func ordered(kind string) bool {
	switch kind {
	case api.TypeAlert, api.TypeCue, api.TypeTrip, api.TypeTrackGone, api.TypeSensorGone, api.TypeFeedGone, api.TypeConfigured:
		return true
	}
	return false
}

type key struct{ kind, id string }

type message struct {
	key
	data []byte // the JSON of the data member, shared between clients and never changed
}

// state is the latest of one thing; data is nil once it was sent.
type state struct {
	data []byte
	sent time.Time
}

// queue is what one client has not been told yet. It is pure: not safe for several goroutines, and time is an argument.
type queue struct {
	events []message
	states map[key]*state
	dirty  []key // states with data, the longest waiting first
	swept  time.Time
	shared []*batch // what all clients are told alike of tracks, the oldest first
	told   int      // texts of the first of them that were sent
	rows   rowQueue // rows that the client could not take in time

	writing time.Time // since when the writer waits for the client; zero: it does not

	dropped, coalesced uint64
}

func newQueue() *queue { return &queue{states: map[key]*state{}} }

// slow tells whether the client has kept the writer waiting.
func (q *queue) slow(now time.Time) bool {
	return !q.writing.IsZero() && now.Sub(q.writing) > slowAfter
}

// push adds a message. It is false where the client has so much to catch up with that it must start over.
func (q *queue) push(now time.Time, m message) bool {
	switch m.kind {
	case api.TypeDetections:
		if q.slow(now) {
			q.dropped++
			return true
		}
	case api.TypeTrip:
		if q.slow(now) || len(q.events) >= tripEvents {
			q.dropped++
			return true
		}
	case api.TypeTrackGone:
		q.forget(key{api.TypeTrack, m.id})
	case api.TypeSensorGone:
		q.forget(key{api.TypeSensor, m.id})
	case api.TypeFeedGone:
		q.forget(key{api.TypeFeed, m.id})
	}
	if ordered(m.kind) {
		return q.pushEvent(m)
	}
	st := q.states[m.key]
	if st == nil {
		st = &state{}
		q.states[m.key] = st
	}
	if st.data == nil {
		q.dirty = append(q.dirty, m.key)
	} else {
		q.coalesced++
	}
	st.data = m.data
	return true
}

// pushEvent keeps the order; when much is waiting, only the newest of each alert and cue stays.
func (q *queue) pushEvent(m message) bool {
	if len(q.events) >= tripEvents {
		for i, old := range q.events {
			if old.key == m.key && m.kind != api.TypeTrip {
				q.events = append(q.events[:i], q.events[i+1:]...)
				q.coalesced++
				break
			}
		}
	}
	if len(q.events) >= maxEvents {
		return false
	}
	q.events = append(q.events, m)
	return true
}

// forget drops what waits about a thing. Its key may stay in dirty and is skipped there.
func (q *queue) forget(k key) {
	if st := q.states[k]; st != nil && st.data != nil {
		st.data = nil
		q.coalesced++
	}
}

// take returns what may be sent now, and when there may be more: zero means that nothing waits. Ordered messages come
// first, so that a track that ended and began again is told in that order.
func (q *queue) take(now time.Time) (batch []message, next time.Time) {
	n := min(len(q.events), maxBatch)
	batch = append(batch, q.events[:n]...)
	q.events = append(q.events[:0], q.events[n:]...)
	if len(q.events) > 0 {
		return batch, now
	}
	rest := q.dirty[:0]
	for i, k := range q.dirty {
		if len(batch) >= maxBatch { // a console that is told of a thousand tracks at once must not look at all of them for each batch
			rest, next = append(rest, q.dirty[i:]...), now
			break
		}
		st := q.states[k]
		if st == nil || st.data == nil {
			continue
		}
		due := st.sent.Add(interval(k.kind))
		if now.Before(due) {
			rest = append(rest, k)
			if next.IsZero() || due.Before(next) {
				next = due
			}
			continue
		}
		batch = append(batch, message{k, st.data})
		st.data, st.sent = nil, now
	}
	q.dirty = rest
	q.sweep(now)
	return batch, next
}

// sweep forgets things that nothing was heard of: tracks come and go for weeks.
func (q *queue) sweep(now time.Time) {
	if now.Sub(q.swept) < 10*time.Second {
		return
	}
	q.swept = now
	for k, st := range q.states {
		if st.data == nil && now.Sub(st.sent) > time.Second {
			delete(q.states, k)
		}
	}
}
