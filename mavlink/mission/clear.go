package mission

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Clear empties a list of a vehicle.
type Clear struct {
	peer    Peer
	kind    Kind
	tries   int
	retryAt time.Time
	done    bool
}

// NewClear prepares a clearing; the first Tick begins it.
func NewClear(peer Peer, kind Kind) *Clear { return &Clear{peer: peer, kind: kind} }

// Tick tells the machine the time.
func (c *Clear) Tick(now time.Time) Step {
	switch {
	case c.done:
		return Step{Done: true}
	case now.Before(c.retryAt):
		return Step{Wake: c.retryAt}
	case c.tries == retries:
		c.done = true
		return Step{Done: true, Err: ErrNoAnswer}
	default:
		c.tries++
		c.retryAt = now.Add(retryAfter)
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
