package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

func (c *Copter) commandInterval(p *peer, cmd command) mav.MAV_RESULT {
	return c.setInterval(p, whole(cmd.p[0]), cmd.p[1])
}

// tellInterval answers with MESSAGE_INTERVAL: -1 for a message that does not come, 0 for one that cannot.
func (c *Copter) tellInterval(p *peer, cmd command) mav.MAV_RESULT {
	id := whole(cmd.p[0])
	if id > math.MaxUint16 {
		return mav.MAV_RESULT_FAILED
	}
	m := &mav.MessageMessageInterval{MessageId: uint16(id)}
	_, known := streamed[id]
	if every := c.interval(p, id); known && every > 0 {
		m.IntervalUs = int32(math.Round(every * 1e6))
	} else if known {
		m.IntervalUs = -1
	}
	p.send(autopilotComponent, m)
	return accepted(known)
}

// requestMessage sends a message once.
func (c *Copter) requestMessage(p *peer, cmd command) mav.MAV_RESULT {
	id := whole(cmd.p[0])
	switch id {
	case 259, 260, 261, 262, 269, 270, 271, 275, 276, 277:
		return mav.MAV_RESULT_FAILED // the camera component's
	case 435:
		return c.tellModes(p, cmd.p[1])
	}
	msg := c.build(id)
	if msg == nil {
		return mav.MAV_RESULT_FAILED // as ArduPilot answers for an unknown message
	}
	component := uint8(autopilotComponent)
	if s, ok := streamed[id]; ok {
		component = s.component
	}
	p.send(component, msg)
	return mav.MAV_RESULT_ACCEPTED
}

// tellModes sends the mode of an index, or all of them one after the other.
func (c *Copter) tellModes(p *peer, index float64) mav.MAV_RESULT {
	switch i := whole(index); {
	case i == 0:
		p.modes = len(modeList)
	case i <= uint32(len(modeList)):
		p.send(autopilotComponent, availableMode(int(i)))
	default:
		return mav.MAV_RESULT_DENIED
	}
	return mav.MAV_RESULT_ACCEPTED
}

// requestVersion is the old way to ask for PROTOCOL_VERSION and AUTOPILOT_VERSION.
func (c *Copter) requestVersion(p *peer, cmd command) mav.MAV_RESULT {
	if cmd.p[0] != 1 {
		return mav.MAV_RESULT_FAILED
	}
	if cmd.id == common.MAV_CMD_REQUEST_PROTOCOL_VERSION {
		p.send(autopilotComponent, c.build(300))
	} else {
		p.send(autopilotComponent, c.build(148))
	}
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) tellHome(p *peer, _ command) mav.MAV_RESULT {
	home := c.build(242)
	if home == nil {
		return mav.MAV_RESULT_FAILED
	}
	p.send(autopilotComponent, home)
	p.send(autopilotComponent, c.build(49))
	return mav.MAV_RESULT_ACCEPTED
}

// banner tells what the vehicle is.
func (c *Copter) banner(*peer, command) mav.MAV_RESULT {
	c.flight.say(mav.MAV_SEVERITY_INFO, firmwareText)
	c.flight.say(mav.MAV_SEVERITY_INFO, "Frame: QUAD/X")
	return mav.MAV_RESULT_ACCEPTED
}

// runChecks reports by text what would refuse arming.
func (c *Copter) runChecks(*peer, command) mav.MAV_RESULT {
	f := c.flight
	if f.armed {
		return mav.MAV_RESULT_TEMPORARILY_REJECTED
	}
	for _, reason := range f.reasons() {
		f.say(mav.MAV_SEVERITY_CRITICAL, "PreArm: %s", reason)
	}
	return mav.MAV_RESULT_ACCEPTED
}
