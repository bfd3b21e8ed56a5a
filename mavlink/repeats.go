package mavlink

import (
	"time"

	"vedette/mavlink/link"
)

const (
	// repeatedWithin is how far apart the copies of a frame may come on two ways. The sequence of a component that sends
	// much begins again not long after.
	repeatedWithin = 2 * time.Second
	maxRepeaters   = 8
	// ownerAge is how long the way that brought a kind of state stands for it.
	ownerAge = 1500 * time.Millisecond
)

// repeats finds frames that came on another way already, by component, sequence, message and checksum, which together
// name the content. It is asked only while a vehicle is heard on several ways, and takes no memory before.
type repeats struct {
	seen   map[uint8]*[256]sighting
	owners map[uint32]owner
}

type sighting struct {
	peer     *link.Peer
	message  uint32
	checksum uint16
	at       time.Time
}

// owner is the way by which a kind of message came last.
type owner struct {
	peer *link.Peer
	at   time.Time
}

// again tells whether the same frame came on another way shortly before, and remembers it if not.
func (r *repeats) again(peer *link.Peer, f link.Frame, at time.Time) bool {
	table, ok := r.seen[f.ComponentID]
	if !ok {
		if len(r.seen) >= maxRepeaters {
			return false
		}
		if r.seen == nil {
			r.seen = make(map[uint8]*[256]sighting)
		}
		table = &[256]sighting{}
		r.seen[f.ComponentID] = table
	}
	now := sighting{peer, f.MessageID, f.Checksum(), at}
	was := table[f.Sequence]
	if was.peer != nil && was.peer != peer && was.message == now.message && was.checksum == now.checksum && at.Sub(was.at) < repeatedWithin {
		return true
	}
	table[f.Sequence] = now
	return false
}

// behind tells whether a state of the autopilot that came on a way is to be left out because it comes on a better one
// too: an older heartbeat of a slow way must not undo what a quick one told.
func (r *repeats) behind(peer, used *link.Peer, id uint32, at time.Time) bool {
	o, ok := r.owners[id]
	if ok && peer != used && o.peer != peer && at.Sub(o.at) < ownerAge {
		return true
	}
	if r.owners == nil {
		r.owners = make(map[uint32]owner)
	}
	r.owners[id] = owner{peer, at}
	return false
}
