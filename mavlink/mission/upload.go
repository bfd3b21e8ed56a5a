package mission

import (
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Upload sends a list to a vehicle. It ends without error when the vehicle has all items; whether it stored them
// must be verified by a Download.
type Upload struct {
	peer  Peer
	kind  Kind
	items []Item

	counts   int // how often the count was sent
	asked    bool
	sent     map[int]time.Time
	lastSent bool
	progress time.Time
	retryAt  time.Time
	done     bool
}

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
	return &Upload{peer: peer, kind: kind, items: items, sent: make(map[int]time.Time)}, nil
}

// Progress is how many items were asked for so far, and how many there are.
func (u *Upload) Progress() (sent, total int) { return len(u.sent), len(u.items) }

// Tick tells the machine the time.
func (u *Upload) Tick(now time.Time) Step {
	switch {
	case u.done:
		return Step{Done: true}
	case !u.asked && now.Before(u.retryAt):
		return u.wait()
	case !u.asked && u.counts == retries:
		return u.end(ErrNoAnswer)
	case !u.asked:
		u.counts++
		u.retryAt = now.Add(retryAfter)
		count := &common.MessageMissionCount{
			TargetSystem: u.peer.System, TargetComponent: u.peer.Component, Count: uint16(len(u.items)), MissionType: u.kind,
		}
		return Step{Send: []message.Message{count}, Wake: u.retryAt}
	case u.lastSent && now.Sub(u.progress) >= 2*retryAfter:
		// The acknowledgement was lost; reading back decides.
		return u.end(nil)
	case now.Sub(u.progress) >= quiet:
		return u.end(ErrNoAnswer)
	default:
		return u.wait()
	}
}

// Handle takes a message of the vehicle's.
func (u *Upload) Handle(m message.Message, now time.Time) Step {
	if u.done {
		return Step{Done: true}
	}
	switch m := m.(type) {
	case *common.MessageMissionRequest:
		if u.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == u.kind {
			return u.request(int(m.Seq), now)
		}
	case *common.MessageMissionRequestInt:
		if u.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == u.kind {
			return u.request(int(m.Seq), now)
		}
	case *common.MessageMissionAck:
		if u.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == u.kind {
			return u.ack(m.Type)
		}
	}
	return u.wait()
}

func (u *Upload) request(seq int, now time.Time) Step {
	if seq >= len(u.items) {
		return u.wait()
	}
	if last, ok := u.sent[seq]; ok && now.Sub(last) < repeatedRequest {
		return u.wait()
	}
	u.asked = true
	u.sent[seq] = now
	u.progress = now
	u.lastSent = u.lastSent || seq == len(u.items)-1
	step := u.wait()
	step.Send = []message.Message{u.items[seq].message(u.peer, u.kind, seq)}
	return step
}

func (u *Upload) ack(result common.MAV_MISSION_RESULT) Step {
	switch {
	case result == common.MAV_MISSION_INVALID_SEQUENCE:
		return u.wait() // a duplicate; the vehicle goes on asking
	case result == common.MAV_MISSION_OPERATION_CANCELLED && !u.asked:
		return u.wait() // of a transfer before this one
	case result == common.MAV_MISSION_ACCEPTED && u.lastSent:
		return u.end(nil)
	case result == common.MAV_MISSION_ACCEPTED:
		return u.wait() // of an earlier transfer
	case result == common.MAV_MISSION_ERROR && u.lastSent:
		return u.end(nil) // a repeated last item after a lost acknowledgement; reading back decides
	default:
		return u.end(&RefusedError{Result: uint8(result)})
	}
}

func (u *Upload) wait() Step {
	wake := u.retryAt
	if u.asked {
		wake = u.progress.Add(quiet)
		if u.lastSent {
			wake = u.progress.Add(2 * retryAfter)
		}
	}
	return Step{Wake: wake}
}

func (u *Upload) end(err error) Step {
	u.done = true
	return Step{Done: true, Err: err}
}
