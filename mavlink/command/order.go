// Package command is the MAVLink command protocol as a state machine. It knows no clock and no network: an Exchange is
// told what came and what time it is, and answers what to send and when to look again.
//
// An acknowledgement (77) names only the command and who asked, never which request it answers. So a History for each
// command of each component remembers what may still be under way: an answer to something that was given up is never
// taken for the answer to what was asked since.
package command

import (
	"math"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Peer names both ends: the component that is spoken to, and us.
type Peer struct {
	System, Component       uint8
	OwnSystem, OwnComponent uint8
}

// ours tells an acknowledgement to us from one to another station. Old senders name nobody.
func (p Peer) ours(ack *common.MessageCommandAck) bool {
	return (ack.TargetSystem == 0 || ack.TargetSystem == p.OwnSystem) &&
		(ack.TargetComponent == 0 || ack.TargetComponent == p.OwnComponent)
}

// Form is the message that carries a command.
type Form int

// The forms of a command.
const (
	// Long is COMMAND_LONG (76): seven floating point numbers, degrees only to about a metre.
	Long Form = iota
	// Int is COMMAND_INT (75): latitude and longitude as integers, with the frame of the height.
	Int
)

// Order is one command.
type Order struct {
	Command common.MAV_CMD
	// Params are the seven parameters; 5 and 6 are degrees where the command has a place.
	Params [7]float64
	// Form is how it is sent first; the other form is tried when the component asks for it.
	Form Form
	// Frame is the MAV_FRAME of a place; it travels only in COMMAND_INT.
	Frame common.MAV_FRAME
	// Once forbids repetition: heard twice it would be done twice.
	Once bool
	// Strict demands certainty: an answer that could belong to an earlier request of the same command is passed over, and
	// the command is sent again until an answer can only be its own. Without it the risk is taken for speed.
	Strict bool
}

const perDegree = 1e7

// message makes the frame's content; confirmation counts repetitions.
func (o Order) message(p Peer, form Form, confirmation uint8) message.Message {
	var v [7]float32
	for i := range o.Params {
		v[i] = float32(o.Params[i])
	}
	if form == Int {
		return &common.MessageCommandInt{
			TargetSystem: p.System, TargetComponent: p.Component, Frame: o.Frame, Command: o.Command,
			Param1: v[0], Param2: v[1], Param3: v[2], Param4: v[3], X: degrees(o.Params[4]), Y: degrees(o.Params[5]), Z: v[6],
		}
	}
	return &common.MessageCommandLong{
		TargetSystem: p.System, TargetComponent: p.Component, Command: o.Command, Confirmation: confirmation,
		Param1: v[0], Param2: v[1], Param3: v[2], Param4: v[3], Param5: v[4], Param6: v[5], Param7: v[6],
	}
}

// degrees is the integer of a place; the largest one says 'not given', as not-a-number does in COMMAND_LONG.
func degrees(v float64) int32 {
	scaled := math.Round(v * perDegree)
	if !(math.Abs(scaled) < math.MaxInt32) {
		return math.MaxInt32
	}
	return int32(scaled)
}
