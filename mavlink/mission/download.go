package mission

import (
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Download reads a list from a vehicle.
type Download struct {
	peer Peer
	kind Kind

	counted bool
	total   int
	items   []Item
	tries   int
	retryAt time.Time
	done    bool
}

// NewDownload prepares a download; the first Tick begins it.
func NewDownload(peer Peer, kind Kind) *Download { return &Download{peer: peer, kind: kind} }

// Items is the list once the machine is done without error.
func (d *Download) Items() []Item { return d.items }

// Progress is how many items have come, and how many there are, 0 while that is not known.
func (d *Download) Progress() (received, total int) { return len(d.items), d.total }

// Tick tells the machine the time.
func (d *Download) Tick(now time.Time) Step {
	switch {
	case d.done:
		return Step{Done: true}
	case now.Before(d.retryAt):
		return Step{Wake: d.retryAt}
	case d.tries == retries:
		d.done = true
		return Step{Done: true, Err: ErrNoAnswer}
	default:
		d.tries++
		return d.ask(now)
	}
}

func (d *Download) ask(now time.Time) Step {
	d.retryAt = now.Add(retryAfter)
	var m message.Message
	if d.counted {
		m = &common.MessageMissionRequestInt{
			TargetSystem: d.peer.System, TargetComponent: d.peer.Component, Seq: uint16(len(d.items)), MissionType: d.kind,
		}
	} else {
		m = &common.MessageMissionRequestList{TargetSystem: d.peer.System, TargetComponent: d.peer.Component, MissionType: d.kind}
	}
	return Step{Send: []message.Message{m}, Wake: d.retryAt}
}

// Handle takes a message of the vehicle's.
func (d *Download) Handle(m message.Message, now time.Time) Step {
	if d.done {
		return Step{Done: true}
	}
	switch m := m.(type) {
	case *common.MessageMissionCount:
		if !d.counted && d.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == d.kind {
			return d.count(int(m.Count), now)
		}
	case *common.MessageMissionItemInt:
		// Anything but the item that was asked for is a copy.
		if d.counted && d.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == d.kind && int(m.Seq) == len(d.items) {
			d.items = append(d.items, itemOf(m))
			return d.next(now)
		}
	case *common.MessageMissionAck:
		if d.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == d.kind && refusal(m.Type) {
			d.done = true
			return Step{Done: true, Err: &RefusedError{Result: uint8(m.Type)}}
		}
	}
	return Step{Wake: d.retryAt}
}

// refusal leaves out what may belong to an earlier transfer.
func refusal(r common.MAV_MISSION_RESULT) bool {
	return r != common.MAV_MISSION_ACCEPTED && r != common.MAV_MISSION_INVALID_SEQUENCE && r != common.MAV_MISSION_OPERATION_CANCELLED
}

func (d *Download) count(total int, now time.Time) Step {
	if total > maxItems {
		d.done = true
		return Step{Done: true, Err: fmt.Errorf("the vehicle announces %d items", total)}
	}
	d.counted, d.total = true, total
	return d.next(now)
}

func (d *Download) next(now time.Time) Step {
	if len(d.items) < d.total {
		d.tries = 1
		return d.ask(now)
	}
	d.done = true
	// The acknowledgement tells the vehicle that we are done; nobody answers it.
	ack := &common.MessageMissionAck{TargetSystem: d.peer.System, TargetComponent: d.peer.Component, Type: common.MAV_MISSION_ACCEPTED, MissionType: d.kind}
	return Step{Send: []message.Message{ack}, Done: true}
}
