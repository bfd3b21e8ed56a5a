// Package dialog is what the protocol state machines below package mavlink have in common. A machine knows no clock
// and no network: it is told what came and what time it is, and answers what to send and when to look again.
package dialog

import (
	"errors"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Step is what a machine answers. After Done it says nothing more; Err then tells why, if it failed.
type Step struct {
	// Send goes out now, in order.
	Send []message.Message
	// Wake is when Tick must be called at the latest.
	Wake time.Time
	Done bool
	Err  error
}

// Machine is one exchange with a vehicle. The first Tick begins it.
type Machine interface {
	Tick(now time.Time) Step
	Handle(m message.Message, now time.Time) Step
}

// Peer names both ends: the component that is spoken to, and us.
type Peer struct {
	System, Component       uint8
	OwnSystem, OwnComponent uint8
}

// ToUs tells whether a target means us; 0 is everybody.
func (p Peer) ToUs(system, component uint8) bool {
	return (system == 0 || system == p.OwnSystem) && (component == 0 || component == p.OwnComponent)
}

// ErrNoAnswer means that the vehicle stopped answering.
var ErrNoAnswer = errors.New("the vehicle stopped answering")
