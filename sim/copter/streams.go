package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Components of the vehicle.
const (
	autopilotComponent = 1
	cameraComponent    = 100
	gimbalComponent    = 154
)

// stream is one message that a station gets at an interval.
type stream struct {
	every float64 // s; 0: off
	next  float64 // s since power-up
}

// fastest is the shortest interval that the autopilot grants.
const fastest = 0.01

// streamed lists the messages that can be asked for by interval, with the component that sends each, the parameter
// that gives the rate of its group before a station asks (as in ArduPilot: 0, so that nothing comes unasked), and the
// MAV_DATA_STREAM of the old request.
var streamed = map[uint32]struct {
	component uint8
	group     string
	old       mav.MAV_DATA_STREAM
}{
	0:   {autopilotComponent, "", 0},
	1:   {autopilotComponent, "MAV1_EXT_STAT", mav.MAV_DATA_STREAM_EXTENDED_STATUS},
	2:   {autopilotComponent, "MAV1_EXTRA3", mav.MAV_DATA_STREAM_EXTRA3},
	24:  {autopilotComponent, "MAV1_EXT_STAT", mav.MAV_DATA_STREAM_EXTENDED_STATUS},
	26:  {autopilotComponent, "MAV1_RAW_SENS", mav.MAV_DATA_STREAM_RAW_SENSORS},
	27:  {autopilotComponent, "MAV1_RAW_SENS", mav.MAV_DATA_STREAM_RAW_SENSORS},
	29:  {autopilotComponent, "MAV1_RAW_SENS", mav.MAV_DATA_STREAM_RAW_SENSORS},
	30:  {autopilotComponent, "MAV1_EXTRA1", mav.MAV_DATA_STREAM_EXTRA1},
	31:  {autopilotComponent, "", 0},
	32:  {autopilotComponent, "MAV1_POSITION", mav.MAV_DATA_STREAM_POSITION},
	33:  {autopilotComponent, "MAV1_POSITION", mav.MAV_DATA_STREAM_POSITION},
	35:  {autopilotComponent, "MAV1_RC_CHAN", mav.MAV_DATA_STREAM_RC_CHANNELS},
	36:  {autopilotComponent, "MAV1_RC_CHAN", mav.MAV_DATA_STREAM_RC_CHANNELS},
	42:  {autopilotComponent, "MAV1_EXT_STAT", mav.MAV_DATA_STREAM_EXTENDED_STATUS},
	46:  {autopilotComponent, "", 0},
	49:  {autopilotComponent, "", 0},
	62:  {autopilotComponent, "MAV1_EXT_STAT", mav.MAV_DATA_STREAM_EXTENDED_STATUS},
	65:  {autopilotComponent, "MAV1_RC_CHAN", mav.MAV_DATA_STREAM_RC_CHANNELS},
	74:  {autopilotComponent, "MAV1_EXTRA2", mav.MAV_DATA_STREAM_EXTRA2},
	83:  {autopilotComponent, "", 0},
	85:  {autopilotComponent, "", 0},
	87:  {autopilotComponent, "MAV1_EXT_STAT", mav.MAV_DATA_STREAM_EXTENDED_STATUS},
	116: {autopilotComponent, "MAV1_RAW_SENS", mav.MAV_DATA_STREAM_RAW_SENSORS},
	125: {autopilotComponent, "MAV1_EXT_STAT", mav.MAV_DATA_STREAM_EXTENDED_STATUS},
	129: {autopilotComponent, "MAV1_RAW_SENS", mav.MAV_DATA_STREAM_RAW_SENSORS},
	136: {autopilotComponent, "MAV1_EXTRA3", mav.MAV_DATA_STREAM_EXTRA3},
	137: {autopilotComponent, "MAV1_RAW_SENS", mav.MAV_DATA_STREAM_RAW_SENSORS},
	147: {autopilotComponent, "MAV1_EXTRA3", mav.MAV_DATA_STREAM_EXTRA3},
	148: {autopilotComponent, "", 0},
	152: {autopilotComponent, "MAV1_EXT_STAT", mav.MAV_DATA_STREAM_EXTENDED_STATUS},
	162: {autopilotComponent, "MAV1_EXT_STAT", mav.MAV_DATA_STREAM_EXTENDED_STATUS},
	163: {autopilotComponent, "MAV1_EXTRA3", mav.MAV_DATA_STREAM_EXTRA3},
	165: {autopilotComponent, "MAV1_EXTRA3", mav.MAV_DATA_STREAM_EXTRA3},
	168: {autopilotComponent, "MAV1_EXTRA3", mav.MAV_DATA_STREAM_EXTRA3},
	178: {autopilotComponent, "MAV1_EXTRA1", mav.MAV_DATA_STREAM_EXTRA1},
	193: {autopilotComponent, "MAV1_EXTRA3", mav.MAV_DATA_STREAM_EXTRA3},
	230: {autopilotComponent, "", 0},
	241: {autopilotComponent, "MAV1_EXTRA3", mav.MAV_DATA_STREAM_EXTRA3},
	242: {autopilotComponent, "", 0},
	245: {autopilotComponent, "", 0},
	259: {cameraComponent, "", 0},
	260: {cameraComponent, "", 0},
	261: {cameraComponent, "", 0},
	262: {cameraComponent, "", 0},
	270: {cameraComponent, "", 0},
	271: {cameraComponent, "", 0},
	275: {cameraComponent, "", 0},
	276: {cameraComponent, "", 0},
	277: {cameraComponent, "", 0},
	280: {autopilotComponent, "", 0},
	281: {autopilotComponent, "MAV1_EXTRA1", mav.MAV_DATA_STREAM_EXTRA1},
	283: {gimbalComponent, "", 0},
	285: {gimbalComponent, "MAV1_EXTRA1", mav.MAV_DATA_STREAM_EXTRA1},
}

// setInterval sets how often a peer gets a message: us microseconds, 0 = the default, -1 = never.
func (c *Copter) setInterval(p *peer, id uint32, us float64) mav.MAV_RESULT {
	if _, known := streamed[id]; !known || math.IsNaN(us) {
		return mav.MAV_RESULT_FAILED
	}
	switch {
	case us < 0:
		p.streams[id] = &stream{}
	case us == 0: // back to the rate of the parameter
		delete(p.streams, id)
		delete(p.groups, id)
	default:
		every := max(us/1e6, fastest)
		p.streams[id] = &stream{every: every, next: c.flight.age()}
	}
	return mav.MAV_RESULT_ACCEPTED
}

// interval is how often a peer gets a message now, in seconds; 0 = never.
func (c *Copter) interval(p *peer, id uint32) float64 {
	if s, asked := p.streams[id]; asked {
		return s.every
	}
	if rate := c.flight.params.get(streamed[id].group); rate > 0 {
		return 1 / rate
	}
	return 0
}

// stream sends what is due.
func (c *Copter) stream() {
	now := c.flight.age()
	for _, id := range c.streamOrder {
		var msg message.Message // built once for all peers
		for _, p := range c.link.peers {
			s := p.streams[id]
			if s == nil {
				every := c.interval(p, id)
				if every == 0 {
					continue
				}
				if s = p.groups[id]; s == nil || s.every != every {
					s = &stream{every: every, next: now}
					p.groups[id] = s
				}
			}
			if s.every == 0 || now < s.next || !p.room() {
				continue
			}
			if s.next += s.every; s.next < now {
				s.next = now + s.every
			}
			if msg == nil {
				if msg = c.build(id); msg == nil {
					break
				}
			}
			p.tell(streamed[id].component, msg)
		}
	}
}

// requestStream is the old REQUEST_DATA_STREAM.
func (c *Copter) requestStream(p *peer, m *mav.MessageRequestDataStream) {
	for id, s := range streamed {
		if s.group == "" || m.ReqStreamId != mav.MAV_DATA_STREAM_ALL && m.ReqStreamId != s.old {
			continue
		}
		if m.StartStop == 0 || m.ReqMessageRate == 0 {
			p.streams[id] = &stream{}
			continue
		}
		c.setInterval(p, id, 1e6/float64(m.ReqMessageRate))
	}
}
