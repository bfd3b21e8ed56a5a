package station

import (
	"context"
	"sync"

	"vedette/ui/api"
)

const hubQueue = 2048

// hub hands every change to every live socket. It never waits: a reader whose queue is full is cut off, which makes it
// start over with a fresh snapshot.
type hub struct {
	mu      sync.Mutex
	readers map[chan api.Change]struct{}
	cut     uint64
}

func newHub() *hub { return &hub{readers: map[chan api.Change]struct{}{}} }

// publish hands changes out in their order.
func (h *hub) publish(changes ...api.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range changes {
		for r := range h.readers {
			select {
			case r <- c:
			default:
				delete(h.readers, r)
				close(r)
				h.cut++
			}
		}
	}
}

// subscribe delivers what is published from now on, until the context is done.
func (h *hub) subscribe(ctx context.Context) <-chan api.Change {
	r := make(chan api.Change, hubQueue)
	h.mu.Lock()
	h.readers[r] = struct{}{}
	h.mu.Unlock()
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, still := h.readers[r]; still {
			delete(h.readers, r)
			close(r)
		}
	})
	return r
}
