package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// Times of an upload as measured on ArduPilot.
const (
	askAgainAfter = 1.0 // s without the item asked for
	abandonAfter  = 8.0 // s
)

// upload is a list on its way in: one station at a time for each type.
type upload struct {
	peer      *peer
	system    uint8
	component uint8
	kind      mav.MAV_MISSION_TYPE
	items     []item // the whole list as it will be
	next      int    // the item that is waited for
	last      int    // the last one that will be asked for
	total     int    // MIS_TOTAL as it was, for an upload that fails
	askedAt   float64
	heardAt   float64 // of the last good item
}

func (c *Copter) missionAck(p *peer, system, component uint8, kind mav.MAV_MISSION_TYPE, r mav.MAV_MISSION_RESULT) {
	p.send(autopilotComponent, &mav.MessageMissionAck{TargetSystem: system, TargetComponent: component, Type: r, MissionType: kind})
}

// busy tells whether another station is uploading a list of this type.
func (c *Copter) busy(k packet, kind mav.MAV_MISSION_TYPE) bool {
	u := c.uploads[kind]
	return u != nil && (u.system != k.system || u.component != k.component)
}

// missionCount starts an upload.
func (c *Copter) missionCount(p *peer, k packet, m *mav.MessageMissionCount) {
	refuse := func(r mav.MAV_MISSION_RESULT) { c.missionAck(p, k.system, k.component, m.MissionType, r) }
	switch {
	case !hasPlan(m.MissionType):
		refuse(mav.MAV_MISSION_UNSUPPORTED)
		return
	case c.busy(k, m.MissionType):
		refuse(mav.MAV_MISSION_DENIED)
		return
	case int(m.Count) > mostItems(m.MissionType):
		refuse(mav.MAV_MISSION_NO_SPACE)
		return
	}
	u := &upload{peer: p, system: k.system, component: k.component, kind: m.MissionType, items: make([]item, m.Count), last: int(m.Count) - 1}
	c.uploads[m.MissionType] = u
	if m.Count == 0 {
		c.finishUpload(u)
		return
	}
	if u.kind == mav.MAV_MISSION_TYPE_MISSION {
		u.total = len(c.flight.mission)
		c.flight.setCounter("MIS_TOTAL", min(u.total, int(m.Count)))
	}
	c.beginUpload(u)
}

// partialWrite starts an upload of a range of items that exist, or that follow directly.
func (c *Copter) partialWrite(p *peer, k packet, m *mav.MessageMissionWritePartialList) {
	refuse := func(r mav.MAV_MISSION_RESULT) { c.missionAck(p, k.system, k.component, m.MissionType, r) }
	if !hasPlan(m.MissionType) {
		refuse(mav.MAV_MISSION_UNSUPPORTED)
		return
	}
	old := c.flight.plan(m.MissionType)
	first, last := int(m.StartIndex), int(m.EndIndex)
	switch {
	case c.busy(k, m.MissionType):
		refuse(mav.MAV_MISSION_DENIED)
	case first < 0 || first > len(old) || last > len(old) || last < first || last >= mostItems(m.MissionType):
		c.flight.say(mav.MAV_SEVERITY_WARNING, "Flight plan update rejected")
		refuse(mav.MAV_MISSION_ERROR)
	default:
		items := make([]item, max(len(old), last+1))
		copy(items, old)
		u := &upload{
			peer: p, system: k.system, component: k.component, kind: m.MissionType, items: items,
			next: first, last: last, total: len(old),
		}
		c.uploads[m.MissionType] = u
		c.beginUpload(u)
	}
}

func (c *Copter) beginUpload(u *upload) {
	u.heardAt = c.flight.age()
	c.askItem(u)
}

// askItem asks for the next item with MISSION_REQUEST, as the recorded autopilot does.
func (c *Copter) askItem(u *upload) {
	u.askedAt = c.flight.age()
	u.peer.send(autopilotComponent, &mav.MessageMissionRequest{
		TargetSystem: u.system, TargetComponent: u.component, Seq: uint16(u.next), MissionType: u.kind,
	})
}

// missionItem takes one item of an upload.
func (c *Copter) missionItem(p *peer, k packet, m *mav.MessageMissionItemInt) {
	answer := func(r mav.MAV_MISSION_RESULT) { c.missionAck(p, k.system, k.component, m.MissionType, r) }
	if !hasPlan(m.MissionType) {
		answer(mav.MAV_MISSION_UNSUPPORTED)
		return
	}
	it := fromMessage(m)
	if m.Current == 2 && m.MissionType == mav.MAV_MISSION_TYPE_MISSION { // the old way to say 'fly there'
		answer(c.guidedItem(it))
		return
	}
	u := c.uploads[m.MissionType]
	switch {
	case u == nil:
		answer(mav.MAV_MISSION_ERROR)
		return
	case int(m.Seq) != u.next:
		// A repeated item: the upload goes on, but a real one complains.
		answer(mav.MAV_MISSION_INVALID_SEQUENCE)
		return
	case c.busy(k, m.MissionType):
		answer(mav.MAV_MISSION_DENIED)
		return
	}
	u.peer = p
	if r := c.flight.checkItem(u.kind, u.next, it); r != mav.MAV_MISSION_ACCEPTED {
		c.failUpload(u)
		answer(r)
		return
	}
	u.heardAt = c.flight.age()
	u.items[u.next] = it
	u.next++
	if u.kind == mav.MAV_MISSION_TYPE_MISSION && u.next > int(c.flight.params.get("MIS_TOTAL")) {
		c.flight.setCounter("MIS_TOTAL", u.next)
	}
	if u.next <= u.last {
		c.askItem(u)
		return
	}
	c.finishUpload(u)
}

// finishUpload stores what came and says so.
func (c *Copter) finishUpload(u *upload) {
	c.uploads[u.kind] = nil
	f := c.flight
	r := f.setPlan(u.kind, u.items)
	ack := &mav.MessageMissionAck{TargetSystem: u.system, TargetComponent: u.component, Type: r, MissionType: u.kind}
	if r == mav.MAV_MISSION_ACCEPTED {
		ack.OpaqueId = planID(u.kind, f.plan(u.kind))
	}
	u.peer.send(autopilotComponent, ack)
	switch {
	case r != mav.MAV_MISSION_ACCEPTED:
	case u.kind == mav.MAV_MISSION_TYPE_MISSION:
		f.say(mav.MAV_SEVERITY_INFO, "Flight plan received")
	case u.kind == mav.MAV_MISSION_TYPE_RALLY:
		f.say(mav.MAV_SEVERITY_INFO, "Rally points received")
	}
}

func (c *Copter) failUpload(u *upload) {
	c.uploads[u.kind] = nil
	if u.kind == mav.MAV_MISSION_TYPE_MISSION {
		c.flight.setCounter("MIS_TOTAL", u.total)
	}
}

// stepUploads asks again, or gives up.
func (c *Copter) stepUploads() {
	now := c.flight.age()
	for _, u := range c.uploads {
		switch {
		case u == nil:
		case now-u.heardAt > abandonAfter:
			c.failUpload(u)
			c.flight.say(mav.MAV_SEVERITY_WARNING, "%s upload timeout", planName(u.kind))
			c.missionAck(u.peer, u.system, u.component, u.kind, mav.MAV_MISSION_OPERATION_CANCELLED)
		case now-u.askedAt > askAgainAfter:
			c.askItem(u)
		}
	}
}

// guidedItem flies to the place of an item in GUIDED.
func (c *Copter) guidedItem(it item) mav.MAV_MISSION_RESULT {
	f := c.flight
	if r := it.check(); r != mav.MAV_MISSION_ACCEPTED {
		return r
	}
	to := f.target(it)
	if f.mode != Guided || !f.mayGo(to) {
		return mav.MAV_MISSION_ERROR
	}
	f.crew.operatorActs()
	f.goTo(to)
	return mav.MAV_MISSION_ACCEPTED
}

// mayGo refuses a destination beyond the fence.
func (f *flight) mayGo(to vec) bool {
	bits, _ := f.crosses(to)
	return bits&^fenceAltMin == 0
}
