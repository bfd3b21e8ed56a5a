// Package virtual is a link with faults on a virtual clock, for tests of the protocol machines below package mavlink: it loses,
// repeats, delays, reorders and paces messages, and is cut. All that chance decides comes from the seed, and hours pass in
// no time. A Link belongs to one goroutine.
package virtual

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

// Link joins a station and a vehicle. Its fields may be changed at any time and act on what is sent from then on.
type Link struct {
	// Now is the time on the clock, which only Next moves.
	Now time.Time
	// Loss and Copies are the shares of messages that are lost and that come once more, below 1 for Copies.
	Loss, Copies float64
	// Delay is the time on the way, Jitter what is added to it at most, at random: what is sent together is reordered.
	Delay, Jitter time.Duration
	// Think is what a vehicle takes to answer.
	Think time.Duration
	// Wire is how long a message occupies its direction; what is sent meanwhile waits. Nil: no time.
	Wire func(toVehicle bool, m message.Message) time.Duration
	// Nothing that is sent from CutFrom until CutTo gets through.
	CutFrom, CutTo time.Time
	// OnWay is what has been sent and has not come.
	OnWay []Packet
	// Requests counts the messages that were sent to the vehicle, lost ones too.
	Requests int

	random    *rand.Rand
	free      map[bool]time.Time // when each direction is free again
	sequences uint8
}

// Packet is a message on its way.
type Packet struct {
	At        time.Time
	ToVehicle bool
	// Sequence numbers what is sent; a copy has that of its original.
	Sequence uint8
	Message  message.Message
}

// New makes a link that loses nothing and delays by 10 ms.
func New(seed uint64) *Link {
	return &Link{
		Now: time.Unix(1_000_000_000, 0), Delay: 10 * time.Millisecond,
		random: rand.New(rand.NewPCG(seed, 1)), free: make(map[bool]time.Time),
	}
}

// EachFromVehicle is a Wire on which each message of the vehicle takes the same time, and those to it none.
func EachFromVehicle(d time.Duration) func(bool, message.Message) time.Duration {
	return func(toVehicle bool, _ message.Message) time.Duration {
		if toVehicle {
			return 0
		}
		return d
	}
}

// Send puts messages on the way.
func (l *Link) Send(toVehicle bool, messages ...message.Message) {
	for _, m := range messages {
		l.sequences++
		if toVehicle {
			l.Requests++
		}
		for n := 1; n > 0; n-- {
			if l.random.Float64() < l.Copies {
				n++
			}
			cut := !l.Now.Before(l.CutFrom) && l.Now.Before(l.CutTo)
			if l.random.Float64() >= l.Loss && !cut {
				l.OnWay = append(l.OnWay, Packet{l.arrival(toVehicle, m), toVehicle, l.sequences, m})
			}
		}
	}
}

func (l *Link) arrival(toVehicle bool, m message.Message) time.Time {
	at := l.Now
	if l.Wire != nil {
		if l.free[toVehicle].After(at) {
			at = l.free[toVehicle]
		}
		at = at.Add(l.Wire(toVehicle, m))
		l.free[toVehicle] = at
	}
	if !toVehicle {
		at = at.Add(l.Think)
	}
	return at.Add(l.Delay + time.Duration(l.random.Float64()*float64(l.Jitter)))
}

// Next moves the clock to what comes first, a message or the time of waking; false: it is time to wake.
func (l *Link) Next(wake time.Time) (Packet, bool) {
	first := -1
	for i, p := range l.OnWay {
		if p.At.Before(wake) {
			wake, first = p.At, i
		}
	}
	if wake.After(l.Now) {
		l.Now = wake
	}
	if first < 0 {
		return Packet{}, false
	}
	p := l.OnWay[first]
	l.OnWay = slices.Delete(l.OnWay, first, first+1)
	return p, true
}

// Play plays a machine to its end, and gives the error that it ends with. hear is a vehicle that speaks only when it is
// spoken to.
func (l *Link) Play(t testing.TB, m dialog.Machine, hear func(message.Message)) error {
	t.Helper()
	step := m.Tick(l.Now)
	for begun := l.Now; !step.Done; {
		l.Send(true, step.Send...)
		l.Patient(t, begun, time.Hour)
		p, came := l.Next(step.Wake)
		switch {
		case !came:
			step = m.Tick(l.Now)
		case p.ToVehicle:
			step.Send = nil
			hear(p.Message)
		default:
			step = m.Handle(p.Message, l.Now)
		}
	}
	l.Send(true, step.Send...)
	return step.Err
}

// Patient ends a test that has gone on for longer than limit in virtual time.
func (l *Link) Patient(t testing.TB, begun time.Time, limit time.Duration) {
	t.Helper()
	if l.Now.Sub(begun) > limit {
		t.Fatalf("not done after %v", limit)
	}
}
