package mission

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Clear empties a list of a vehicle. There is one for each kind, because ArduPilot does not support MAV_MISSION_TYPE_ALL.
type Clear struct {
	peer    Peer
	kind    Kind
	began   time.Time
	tries   int
	retryAt time.Time
	pace    pace
	done    bool
}

// NewClear prepares a clearing; the first Tick begins it.
func NewClear(peer Peer, kind Kind) *Clear {
	return &Clear{peer: peer, kind: kind, pace: newPace(peer.RTT)}
}

// Tick tells the machine the time.
func (c *Clear) Tick(now time.Time) Step {
	if c.began.IsZero() {
		c.began = now
	}
	switch {
	case c.done:
		return Step{Done: true}
	case now.Sub(c.began) >= noContact:
		c.done = true
		return Step{Done: true, Err: ErrNoAnswer}
	case now.Before(c.retryAt):
		return Step{Wake: c.retryAt}
	default:
		c.tries++
		c.retryAt = now.Add(min(retryAfter, c.pace.retry(c.tries)))
		m := &common.MessageMissionClearAll{TargetSystem: c.peer.System, TargetComponent: c.peer.Component, MissionType: c.kind}
		return Step{Send: []message.Message{m}, Wake: c.retryAt}
	}
}

// Handle takes a message of the vehicle's.
func (c *Clear) Handle(m message.Message, _ time.Time) Step {
	if c.done {
		return Step{Done: true}
	}
	ack, ok := m.(*common.MessageMissionAck)
	if !ok || !c.peer.toUs(ack.TargetSystem, ack.TargetComponent) || ack.MissionType != c.kind ||
		ack.Type != common.MAV_MISSION_ACCEPTED && !refusal(ack.Type) {
		return Step{Wake: c.retryAt}
	}
	c.done = true
	if ack.Type != common.MAV_MISSION_ACCEPTED {
		return Step{Done: true, Err: &RefusedError{Result: uint8(ack.Type)}}
	}
	return Step{Done: true}
}

// refusal leaves out what may belong to an earlier transfer.
func refusal(r common.MAV_MISSION_RESULT) bool {
	return r != common.MAV_MISSION_ACCEPTED && r != common.MAV_MISSION_INVALID_SEQUENCE && r != common.MAV_MISSION_OPERATION_CANCELLED
}
