package impair

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// mostWaiting bounds the packets that a direction holds; more are lost as in a full queue.
const mostWaiting = 1 << 14

// line is one direction: a channel and the packets that are on their way, which deliver hands on in the order of their arrival.
type line struct {
	deliver func([]byte)
	wake    chan struct{}

	mu      sync.Mutex
	channel *channel
	waiting packets
	serial  uint64
	ended   bool
}

type packet struct {
	at     time.Time
	serial uint64
	body   []byte
}

func newLine(p Profile, seed uint64, deliver func([]byte)) *line {
	return &line{deliver: deliver, wake: make(chan struct{}, 1), channel: newChannel(p, seed)}
}

// send takes a packet, which it copies.
func (l *line) send(b []byte, now time.Time) {
	l.mu.Lock()
	if len(l.waiting) >= mostWaiting {
		l.channel.counts.Overflowed++
		l.mu.Unlock()
		return
	}
	for _, at := range l.channel.pass(len(b), now) {
		l.serial++
		heap.Push(&l.waiting, packet{at, l.serial, append([]byte(nil), b...)})
	}
	l.mu.Unlock()
	l.poke()
}

func (l *line) set(p Profile) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.channel.profile = p
}

// cut drops what is on its way too: the wire is gone.
func (l *line) cut(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.channel.cut = cut
	if cut {
		l.channel.counts.Cut += uint64(len(l.waiting))
		l.waiting = nil
	}
}

func (l *line) counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.channel.counts
}

// end says that nothing more will be sent: run returns when the last packet has arrived.
func (l *line) end() {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	l.poke()
}

func (l *line) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// due takes the next packet that has arrived; else it says how long until the next one, negative when none waits, and
// whether none will come any more.
func (l *line) due(now time.Time) (body []byte, wait time.Duration, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		return nil, -1, l.ended
	}
	if wait := l.waiting[0].at.Sub(now); wait > 0 {
		return nil, wait, false
	}
	next, _ := heap.Pop(&l.waiting).(packet)
	return next.body, 0, false
}

// run hands packets on until ctx ends, or the last one after end.
func (l *line) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		body, wait, over := l.due(time.Now())
		switch {
		case over:
			return
		case body != nil:
			l.deliver(body)
			continue
		case wait >= 0:
			timer.Reset(wait)
		default:
			timer.Stop()
		}
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-timer.C:
		}
	}
}

// packets is a heap by arrival, then by order of sending.
type packets []packet

func (p packets) Len() int      { return len(p) }
func (p packets) Swap(i, j int) { p[i], p[j] = p[j], p[i] }

func (p packets) Less(i, j int) bool {
	if p[i].at.Equal(p[j].at) {
		return p[i].serial < p[j].serial
	}
	return p[i].at.Before(p[j].at)
}

func (p *packets) Push(x any) {
	if one, ok := x.(packet); ok {
		*p = append(*p, one)
	}
}

func (p *packets) Pop() any {
	last := len(*p) - 1
	one := (*p)[last]
	(*p)[last] = packet{}
	*p = (*p)[:last]
	return one
}
