package mavlink

import (
	"sync"
	"sync/atomic"

	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/command"
)

// inbound is something that came from a vehicle: a message, or a text that has become whole.
type inbound struct {
	component uint8
	// frame names the message's frame.
	frame   command.Frame
	message message.Message
	text    *Text
}

// inbox hands what a vehicle sends to whoever waits for it. A subscriber that does not keep up loses the newest, which
// is counted; the protocols ask again.
type inbox struct {
	dropped atomic.Uint64
	// waiting counts subscribers, so that most messages need no lock.
	waiting atomic.Int64

	mu          sync.Mutex
	subscribers map[*subscription]struct{}
}

type subscription struct {
	box   *inbox
	wants func(inbound) bool
	in    chan inbound
}

func (b *inbox) subscribe(room int, wants func(inbound) bool) *subscription {
	s := &subscription{box: b, wants: wants, in: make(chan inbound, room)}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subscribers == nil {
		b.subscribers = make(map[*subscription]struct{})
	}
	b.subscribers[s] = struct{}{}
	b.waiting.Store(int64(len(b.subscribers)))
	return s
}

func (s *subscription) close() {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	delete(s.box.subscribers, s)
	s.box.waiting.Store(int64(len(s.box.subscribers)))
}

// idle tells that nobody waits for anything.
func (b *inbox) idle() bool { return b.waiting.Load() == 0 }

func (b *inbox) deliver(in inbound) {
	if b.idle() {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subscribers {
		if !s.wants(in) {
			continue
		}
		select {
		case s.in <- in:
		default:
			b.dropped.Add(1)
		}
	}
}
