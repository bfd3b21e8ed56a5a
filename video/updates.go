package video

import (
	"context"
	"sync"
	"sync/atomic"
)

// updates passes feed states on, the latest of each feed, to one receiver that may be slow.
type updates struct {
	out  chan FeedState
	wake chan struct{}

	mu     sync.Mutex
	latest map[string]FeedState
	order  []string // ids in latest, the longest waiting first
}

func newUpdates() *updates {
	return &updates{out: make(chan FeedState), wake: make(chan struct{}, 1), latest: make(map[string]FeedState)}
}

func (u *updates) put(s FeedState) {
	u.mu.Lock()
	if _, waiting := u.latest[s.ID]; !waiting {
		u.order = append(u.order, s.ID)
	}
	u.latest[s.ID] = s
	u.mu.Unlock()
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

func (u *updates) pop() (FeedState, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.order) == 0 {
		return FeedState{}, false
	}
	id := u.order[0]
	u.order = u.order[1:]
	s := u.latest[id]
	delete(u.latest, id)
	return s, true
}

// run delivers until ctx ends.
func (u *updates) run(ctx context.Context) {
	for ctx.Err() == nil {
		s, ok := u.pop()
		if !ok {
			select {
			case <-u.wake:
			case <-ctx.Done():
			}
			continue
		}
		select {
		case u.out <- s:
		case <-ctx.Done():
		}
	}
}

// detectionQueue holds results for one receiver; when full, the oldest goes.
type detectionQueue struct {
	out     chan Detections
	dropped atomic.Uint64
}

func newDetectionQueue() *detectionQueue {
	return &detectionQueue{out: make(chan Detections, 64)}
}

func (q *detectionQueue) put(d Detections) {
	for {
		select {
		case q.out <- d:
			return
		default:
		}
		select {
		case <-q.out:
			q.dropped.Add(1)
		default:
		}
	}
}
