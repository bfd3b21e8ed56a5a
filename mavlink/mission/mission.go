// Package mission is the MAVLink mission protocol as state machines. They know no clock and no network: they are told
// what came and what time it is, and answer what to send and when to look again. What ArduPilot was measured to do
// decides the details: a duplicated item is answered with an error although the upload goes on, so that error is passed
// over; items are sent only when the vehicle asks; and an upload counts only after it was read back.
package mission

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Item is one item of a mission, fence or rally list.
type Item struct {
	// Seq is its place in the vehicle's list.
	Seq int
	// Frame is the MAV_FRAME of the place: 3 is height above home, 0 above mean sea level, 2 no place at all.
	Frame uint8
	// Command is the MAV_CMD.
	Command uint16
	// Current marks the item that is flown next, AutoContinue that the next one follows by itself.
	Current, AutoContinue bool
	// Params are the first four parameters.
	Params [4]float64
	// Lat and Lon are degrees in global frames, metres in local ones, and parameters 5 and 6 where there is no place.
	Lat, Lon float64
	// Alt is metres in the sense of Frame, or parameter 7.
	Alt float64
}

// Kind is the list that is transferred.
type Kind = common.MAV_MISSION_TYPE

// The kinds of list.
const (
	Flight = common.MAV_MISSION_TYPE_MISSION
	Fence  = common.MAV_MISSION_TYPE_FENCE
	Rally  = common.MAV_MISSION_TYPE_RALLY
)

// Peer names both ends: the vehicle that is spoken to, and us.
type Peer struct {
	System, Component       uint8
	OwnSystem, OwnComponent uint8
	// Home tells that item 0 of the vehicle's flight plan is its home, which it writes itself.
	Home bool
	// Window is how many items may be asked for at once, 0 is 1. ArduPilot answers a request for any item; PX4 wants them
	// one after the other.
	Window int
	// RTT is the round trip to the vehicle as far as it is known, else 0.
	RTT time.Duration
}

func (p Peer) toUs(system, component uint8) bool {
	return (system == 0 || system == p.OwnSystem) && (component == 0 || component == p.OwnComponent)
}

// ErrNoAnswer means that the vehicle stopped answering.
var ErrNoAnswer = errors.New("the vehicle stopped answering")

// RefusedError means that the vehicle ended a transfer.
type RefusedError struct {
	// Result is the MAV_MISSION_RESULT.
	Result uint8
}

func (e *RefusedError) Error() string { return "the vehicle refused: " + ResultName(e.Result) }

// Step is what a machine answers: what to send now, and when to call Tick at the latest. After Done it says
// nothing more; Err then tells why, if it failed.
type Step struct {
	Send []message.Message
	Wake time.Time
	Done bool
	Err  error
}

const (
	retryAfter = time.Second
	// noContact ends a transfer that a vehicle never answered.
	noContact = 5 * time.Second
	// patience ends a transfer that was going on, when the vehicle stays away.
	patience = 45 * time.Second
	// abandoned is the silence after which a vehicle has given an upload up: ArduPilot does after eight seconds.
	abandoned = 9 * time.Second
	// uploads bounds how often an upload is begun, lists how often a list is written and read back.
	uploads = 6
	lists   = 3
	// repeatedRequest is a copy of a request that a lossy link made; PX4 asks again after 250 ms, ArduPilot after a second.
	repeatedRequest = 200 * time.Millisecond
	maxItems        = 10000
)

const (
	perDegree     = 1e7
	perLocalMetre = 1e4
)

func scale(frame uint8) float64 {
	switch common.MAV_FRAME(frame) {
	case common.MAV_FRAME_MISSION:
		return 1
	case common.MAV_FRAME_LOCAL_NED, common.MAV_FRAME_LOCAL_ENU, common.MAV_FRAME_LOCAL_OFFSET_NED,
		common.MAV_FRAME_BODY_NED, common.MAV_FRAME_BODY_OFFSET_NED, common.MAV_FRAME_BODY_FRD,
		common.MAV_FRAME_LOCAL_FRD, common.MAV_FRAME_LOCAL_FLU:
		return perLocalMetre
	default:
		return perDegree
	}
}

// Raw gives Lat and Lon as the whole numbers that travel, and FromRaw is its inverse.
func (it Item) Raw() (x, y int32) {
	k := scale(it.Frame)
	return int32(math.Round(it.Lat * k)), int32(math.Round(it.Lon * k))
}

// FromRaw sets Lat and Lon from the whole numbers that travel; Frame must be set before.
func (it *Item) FromRaw(x, y int32) {
	k := scale(it.Frame)
	it.Lat, it.Lon = float64(x)/k, float64(y)/k
}

// Validate says what of an item cannot be sent. Parameters may be not a number where an autopilot allows it.
func (it Item) Validate() error {
	k := scale(it.Frame)
	for _, v := range []float64{it.Lat, it.Lon} {
		if math.IsNaN(v) || math.Abs(v*k) > math.MaxInt32 {
			return fmt.Errorf("a place at %v, %v", it.Lat, it.Lon)
		}
	}
	if k == perDegree && (math.Abs(it.Lat) > 90 || math.Abs(it.Lon) > 180) {
		return fmt.Errorf("a place at %v, %v", it.Lat, it.Lon)
	}
	if math.IsNaN(it.Alt) || math.IsInf(it.Alt, 0) {
		return fmt.Errorf("a height of %v", it.Alt)
	}
	return nil
}

func (it Item) message(p Peer, kind Kind, seq int) *common.MessageMissionItemInt {
	m := &common.MessageMissionItemInt{
		TargetSystem: p.System, TargetComponent: p.Component, Seq: uint16(seq),
		Frame: common.MAV_FRAME(it.Frame), Command: common.MAV_CMD(it.Command),
		Param1: float32(it.Params[0]), Param2: float32(it.Params[1]), Param3: float32(it.Params[2]), Param4: float32(it.Params[3]),
		Z: float32(it.Alt), MissionType: kind,
	}
	m.X, m.Y = it.Raw()
	if it.Current {
		m.Current = 1
	}
	if it.AutoContinue {
		m.Autocontinue = 1
	}
	return m
}

func itemOf(m *common.MessageMissionItemInt) Item {
	it := Item{
		Seq: int(m.Seq), Frame: uint8(m.Frame), Command: uint16(m.Command), Current: m.Current == 1, AutoContinue: m.Autocontinue != 0,
		Params: [4]float64{float64(m.Param1), float64(m.Param2), float64(m.Param3), float64(m.Param4)},
		Alt:    float64(m.Z),
	}
	it.FromRaw(m.X, m.Y)
	return it
}

// Message is a MAVLink message.
type Message = message.Message

// ResultText says a MAV_MISSION_RESULT to people, or nothing where its name says it all.
func ResultText(r uint8) string {
	switch result := common.MAV_MISSION_RESULT(r); {
	case result == common.MAV_MISSION_NO_SPACE:
		return "it has no room for so many items; on ArduPilot BRD_SD_MISSION and BRD_SD_FENCE give more"
	case result == common.MAV_MISSION_ERROR:
		return "it failed at this; ArduPilot does so when the mission that it flies is cleared"
	case result == common.MAV_MISSION_UNSUPPORTED:
		return "it does not know this list, or a command in it"
	case result == common.MAV_MISSION_UNSUPPORTED_FRAME:
		return "it does not know heights of that kind for an item"
	case result == common.MAV_MISSION_DENIED:
		return "it takes no list now, perhaps because another station transfers one"
	case result == common.MAV_MISSION_OPERATION_CANCELLED:
		return "it gave the transfer up again and again"
	case result >= common.MAV_MISSION_INVALID_PARAM1 && result <= common.MAV_MISSION_INVALID_PARAM7:
		return fmt.Sprintf("it does not take parameter %d of an item", result-common.MAV_MISSION_INVALID_PARAM1+1)
	default:
		return ""
	}
}

// ResultName names a MAV_MISSION_RESULT.
func ResultName(r uint8) string {
	switch common.MAV_MISSION_RESULT(r) {
	case common.MAV_MISSION_ACCEPTED:
		return "accepted"
	case common.MAV_MISSION_ERROR:
		return "failed"
	case common.MAV_MISSION_UNSUPPORTED_FRAME:
		return "unsupportedFrame"
	case common.MAV_MISSION_UNSUPPORTED:
		return "unsupported"
	case common.MAV_MISSION_NO_SPACE:
		return "noSpace"
	case common.MAV_MISSION_INVALID:
		return "invalid"
	case common.MAV_MISSION_INVALID_SEQUENCE:
		return "invalidSequence"
	case common.MAV_MISSION_DENIED:
		return "denied"
	case common.MAV_MISSION_OPERATION_CANCELLED:
		return "cancelled"
	default:
		return fmt.Sprintf("invalid parameter (%d)", r)
	}
}
