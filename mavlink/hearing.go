package mavlink

import (
	"sync"
	"sync/atomic"
	"time"

	"vedette/mavlink/link"
)

// hearing remembers which systems were heard from which peer: what is sent to everybody there is signed for, and written
// down with, each of them.
type hearing struct {
	mu    sync.RWMutex
	peers map[*link.Peer]*heardFrom
}

// heardFrom holds when each system was heard last, in Unix nanoseconds, 0 for never.
type heardFrom [256]atomic.Int64

func newHearing() *hearing { return &hearing{peers: make(map[*link.Peer]*heardFrom)} }

func (h *hearing) note(p *link.Peer, system uint8, at time.Time) {
	h.mu.RLock()
	from := h.peers[p]
	h.mu.RUnlock()
	if from == nil {
		h.mu.Lock()
		if from = h.peers[p]; from == nil {
			from = new(heardFrom)
			h.peers[p] = from
		}
		h.mu.Unlock()
	}
	from[system].Store(at.UnixNano())
}

func (h *hearing) forget(p *link.Peer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.peers, p)
}

// on gives the systems that were heard from a peer.
func (h *hearing) on(p *link.Peer) []uint8 {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var all []uint8
	if from := h.peers[p]; from != nil {
		for i := range from {
			if from[i].Load() != 0 {
				all = append(all, uint8(i))
			}
		}
	}
	return all
}

// trusted gives a peer on a trusted link from which a system was heard lately, the latest one; nil: there is none.
func (h *hearing) trusted(system uint8, now time.Time) *link.Peer {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var best *link.Peer
	latest := now.Add(-lostAfter).UnixNano()
	for p, from := range h.peers {
		if at := from[system].Load(); p.Trusted() && at > latest {
			best, latest = p, at
		}
	}
	return best
}
