package mission

import (
	"fmt"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Upload sends a list to a vehicle. It ends without error when the vehicle has all items; whether it stored them
// must be verified by a Download. Items go only when the vehicle asks. When it gives the upload up, as after a cut of the
// link of more than eight seconds or a reboot, the upload begins again.
type Upload struct {
	peer  Peer
	kind  Kind
	items []Item
	// first and last are the items that go; part tells that the others stay as they are (MISSION_WRITE_PARTIAL_LIST, 38).
	first, last int
	part        bool

	pace     pace
	began    time.Time
	heard    time.Time // the last that came from the vehicle about this upload
	attempts int       // how often it was begun
	counts   int       // how often the count was sent in this attempt
	retryAt  time.Time
	asked    bool
	furthest int // items asked for in this attempt
	sent     map[int]time.Time
	lastSent bool
	// doubt is when an error that may belong to an earlier transfer is believed, unless the vehicle asks on before.
	doubt  time.Time
	reason error // of the doubt
	id     uint32
	done   bool
}

// doubtFor is longer than a vehicle waits before it asks again.
const doubtFor = 1500 * time.Millisecond

// NewUpload prepares an upload; the first Tick begins it. An empty list cannot be uploaded: clear instead.
func NewUpload(peer Peer, kind Kind, items []Item) (*Upload, error) {
	if len(items) == 0 || len(items) > maxItems {
		return nil, fmt.Errorf("a list of %d items", len(items))
	}
	for i, it := range items {
		if err := it.Validate(); err != nil {
			return nil, fmt.Errorf("item %d: %w", i, err)
		}
	}
	return &Upload{peer: peer, kind: kind, items: items, last: len(items) - 1, pace: newPace(peer.RTT), sent: make(map[int]time.Time)}, nil
}

// newPart prepares an upload of some items of a list, of which the vehicle has the others.
func newPart(peer Peer, kind Kind, items []Item, part Part) (*Upload, error) {
	u, err := NewUpload(peer, kind, items)
	if err != nil {
		return nil, err
	}
	if part.First < 0 || part.Last < part.First || part.Last >= len(items) || part.Last > math.MaxInt16 {
		return nil, fmt.Errorf("items %d to %d of %d", part.First, part.Last, len(items))
	}
	u.first, u.last, u.part = part.First, part.Last, true
	return u, nil
}

// Progress is how many items were asked for so far, and how many there are.
func (u *Upload) Progress() (sent, total int) { return u.furthest, u.last - u.first + 1 }

// ID is the id that the vehicle gave the list (MISSION_ACK.opaque_id), 0 where it gives none.
func (u *Upload) ID() uint32 { return u.id }

// Tick tells the machine the time.
func (u *Upload) Tick(now time.Time) Step {
	if u.began.IsZero() {
		u.began = now
	}
	switch {
	case u.done:
		return Step{Done: true}
	case u.heard.IsZero() && now.Sub(u.began) >= noContact, !u.heard.IsZero() && now.Sub(u.heard) >= patience:
		return u.end(ErrNoAnswer)
	case !u.asked && !u.doubt.IsZero() && !now.Before(u.doubt):
		return u.end(u.reason)
	case !u.asked:
		return u.announce(now)
	case !u.doubt.IsZero() && !now.Before(u.doubt):
		return u.again(now, u.reason)
	case u.lastSent && now.Sub(u.heard) >= 2*retryAfter:
		// The acknowledgement was lost; reading back decides.
		return u.end(nil)
	case now.Sub(u.heard) >= abandoned:
		return u.again(now, ErrNoAnswer)
	default:
		return u.wait()
	}
}

func (u *Upload) announce(now time.Time) Step {
	if now.Before(u.retryAt) {
		return u.wait()
	}
	u.counts++
	u.retryAt = now.Add(min(retryAfter, u.pace.retry(u.counts)))
	var begin message.Message = &common.MessageMissionCount{
		TargetSystem: u.peer.System, TargetComponent: u.peer.Component, Count: uint16(len(u.items)), MissionType: u.kind,
	}
	if u.part {
		begin = &common.MessageMissionWritePartialList{
			TargetSystem: u.peer.System, TargetComponent: u.peer.Component, StartIndex: int16(u.first), EndIndex: int16(u.last), MissionType: u.kind,
		}
	}
	step := u.wait()
	step.Send = []message.Message{begin}
	return step
}

// again begins the upload anew.
func (u *Upload) again(now time.Time, why error) Step {
	if u.attempts++; u.attempts >= uploads {
		return u.end(why)
	}
	u.counts, u.retryAt, u.asked, u.furthest, u.lastSent = 0, now, false, 0, false
	u.doubt, u.reason = time.Time{}, nil
	clear(u.sent)
	return u.announce(now)
}

// Handle takes a message of the vehicle's.
func (u *Upload) Handle(m message.Message, now time.Time) Step {
	if u.done {
		return Step{Done: true}
	}
	if seq, ok := u.wants(m); ok {
		return u.request(seq, now)
	}
	if ack, ok := m.(*common.MessageMissionAck); ok && u.peer.toUs(ack.TargetSystem, ack.TargetComponent) && ack.MissionType == u.kind {
		return u.ack(ack, now)
	}
	return u.wait()
}

// wants tells a request for an item of this list. Old and new autopilots ask with either message; both get MISSION_ITEM_INT.
func (u *Upload) wants(m message.Message) (seq int, ok bool) {
	switch m := m.(type) {
	case *common.MessageMissionRequest:
		return int(m.Seq), u.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == u.kind
	case *common.MessageMissionRequestInt:
		return int(m.Seq), u.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == u.kind
	}
	return 0, false
}

func (u *Upload) request(seq int, now time.Time) Step {
	if seq < u.first || seq > u.last || u.counts == 0 {
		return u.wait()
	}
	if last, ok := u.sent[seq]; ok && now.Sub(last) < repeatedRequest {
		return u.wait()
	}
	if !u.asked && u.counts == 1 {
		u.pace.took(now.Sub(u.retryAt.Add(-min(retryAfter, u.pace.retry(1)))))
	}
	u.asked = true
	u.sent[seq] = now
	u.heard = now
	u.doubt = time.Time{}
	u.furthest = max(u.furthest, seq-u.first+1)
	u.lastSent = u.lastSent || seq == u.last
	step := u.wait()
	step.Send = []message.Message{u.items[seq].message(u.peer, u.kind, seq)}
	return step
}

func (u *Upload) ack(m *common.MessageMissionAck, now time.Time) Step {
	switch r := m.Type; {
	case r == common.MAV_MISSION_INVALID_SEQUENCE:
		return u.wait() // a duplicate; the vehicle goes on asking
	case r == common.MAV_MISSION_ACCEPTED && u.lastSent:
		u.id = m.OpaqueId
		return u.end(nil)
	case r == common.MAV_MISSION_ERROR && u.lastSent:
		return u.end(nil) // a repeated last item after a lost acknowledgement; reading back decides
	case r == common.MAV_MISSION_ACCEPTED, !u.asked && r == common.MAV_MISSION_OPERATION_CANCELLED:
		return u.wait() // of a transfer before this one
	case u.asked && (r == common.MAV_MISSION_OPERATION_CANCELLED || r == common.MAV_MISSION_ERROR), !u.asked && !u.part && r == common.MAV_MISSION_ERROR:
		// Given up or refused, unless it is the late word about an earlier transfer, such as a part that was announced twice and refused
		// twice: then the vehicle asks on.
		if u.doubt.IsZero() {
			u.doubt, u.reason = now.Add(doubtFor), &RefusedError{Result: uint8(r)}
		}
		return u.wait()
	default:
		return u.end(&RefusedError{Result: uint8(r)})
	}
}

func (u *Upload) wait() Step {
	wake := u.retryAt
	if u.asked {
		wake = u.heard.Add(abandoned)
		if u.lastSent {
			wake = u.heard.Add(2 * retryAfter)
		}
	}
	if !u.doubt.IsZero() {
		wake = earlier(wake, u.doubt)
	}
	return Step{Wake: wake}
}

func (u *Upload) end(err error) Step {
	u.done = true
	return Step{Done: true, Err: err}
}
