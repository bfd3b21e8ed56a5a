// Package event receives the events that PX4 sends over MAVLink (EVENT 410 and what belongs to it) in their order, asks again
// for those that were lost, and puts the reports about health and arming into words. It has neither clock nor network.
package event

import "time"

// Event is one event of a component.
type Event struct {
	// ID holds the component in its upper byte and a hash of the event's name below.
	ID uint32
	// Sequence counts the events of the component.
	Sequence uint16
	// Level is for people: 0 emergency, 1 alert, 2 critical, 3 error, 4 warning, 5 notice, 6 info, 7 debug, 8 protocol, 9 disabled.
	Level uint8
	// Arguments are packed without gaps, little-endian.
	Arguments [40]byte
}

// Request asks for the events from First to Last again.
type Request struct{ First, Last uint16 }

const (
	// settle is how long a gap may close by itself, because messages overtake one another.
	settle = 100 * time.Millisecond
	// retry is the wait for an answer, tries how often is asked.
	retry = 500 * time.Millisecond
	tries = 5
	// history is how many past events are asked for at the beginning: the last report of the arming checks is among them.
	history = 16
	// window bounds the events that wait for earlier ones.
	window = 256
)

// Receiver puts the events of one component in order. The zero value is ready.
type Receiver struct {
	started bool
	// next is the sequence number that is due, latest the newest that is known to exist.
	next, latest uint16
	waiting      map[uint16]Event
	// gap is since when one is missing, asked when was asked for it, try how often.
	gap, asked time.Time
	try        int
	// Lost counts events that could not be had.
	Lost uint64
}

// Take takes an event and gives those that are now complete up to here, in order.
func (r *Receiver) Take(e Event, now time.Time) []Event {
	if !r.started {
		r.started, r.next, r.latest = true, e.Sequence, e.Sequence
	}
	ahead := int16(e.Sequence - r.next)
	if ahead < 0 {
		return nil // a copy
	}
	var ready []Event
	if ahead >= window {
		// Too far ahead to wait for all between.
		ready = r.skip(e.Sequence - window + 1)
	}
	if r.waiting == nil {
		r.waiting = make(map[uint16]Event)
	}
	r.waiting[e.Sequence] = e
	r.know(e.Sequence)
	return append(ready, r.drain(now)...)
}

// Current takes the newest sequence number that the component has; restarted tells that it began to count anew.
func (r *Receiver) Current(sequence uint16, restarted bool, now time.Time) []Event {
	if restarted && (!r.started || int16(sequence-r.next) < -1) {
		lost := r.Lost
		*r = Receiver{Lost: lost}
	}
	if !r.started {
		r.started, r.next, r.latest = true, sequence-min(sequence, history-1), sequence
	}
	var ready []Event
	if int16(sequence-r.next) >= window {
		ready = r.skip(sequence - window + 1)
	}
	r.know(sequence)
	return append(ready, r.drain(now)...)
}

// Refused takes the word that events up to, and without, oldest are no longer there.
func (r *Receiver) Refused(sequence, oldest uint16, now time.Time) []Event {
	if !r.started || sequence != r.next {
		return nil
	}
	to := r.next + 1
	if ahead := int16(oldest - r.next); ahead > 0 && ahead < window {
		to = oldest
	}
	ready := r.skip(to)
	return append(ready, r.drain(now)...)
}

// Ask gives a request that is due to be sent, and events that come free because others are given up.
func (r *Receiver) Ask(now time.Time) (q Request, due bool, ready []Event) {
	if !r.missing() || now.Sub(r.gap) < settle || r.try > 0 && now.Sub(r.asked) < retry {
		return q, false, nil
	}
	last := r.latest
	for s := r.next; s != r.latest+1; s++ {
		if _, ok := r.waiting[s]; ok {
			last = s - 1
			break
		}
	}
	if r.try >= tries {
		ready = r.skip(last + 1)
		return q, false, append(ready, r.drain(now)...)
	}
	r.try++
	r.asked = now
	return Request{r.next, last}, true, nil
}

// missing tells that an event is known to exist and has not come.
func (r *Receiver) missing() bool { return r.started && int16(r.latest-r.next) >= 0 }

func (r *Receiver) know(sequence uint16) {
	if int16(sequence-r.latest) > 0 {
		r.latest = sequence
	}
}

// skip gives up what is missing before a sequence number, and gives what has come of it.
func (r *Receiver) skip(to uint16) (ready []Event) {
	for s := r.next; s != to; s++ {
		if e, ok := r.waiting[s]; ok {
			ready = append(ready, e)
			delete(r.waiting, s)
		} else {
			r.Lost++
		}
	}
	r.next, r.try = to, 0
	r.know(to - 1)
	return ready
}

func (r *Receiver) drain(now time.Time) (ready []Event) {
	for {
		e, ok := r.waiting[r.next]
		if !ok {
			break
		}
		delete(r.waiting, r.next)
		r.next++
		r.try = 0
		ready = append(ready, e)
	}
	switch {
	case !r.missing():
		r.gap = time.Time{}
	case r.gap.IsZero() || len(ready) > 0:
		r.gap = now
	}
	return ready
}
