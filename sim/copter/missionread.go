package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// missionList answers MISSION_REQUEST_LIST.
func (c *Copter) missionList(p *peer, k packet, kind mav.MAV_MISSION_TYPE) {
	switch {
	case !hasPlan(kind):
		c.missionAck(p, k.system, k.component, kind, mav.MAV_MISSION_UNSUPPORTED)
		return
	case c.uploads[kind] != nil:
		c.missionAck(p, k.system, k.component, kind, mav.MAV_MISSION_DENIED)
		return
	}
	items := c.flight.plan(kind)
	if kind == mav.MAV_MISSION_TYPE_MISSION && len(items) > 0 {
		items[0] = c.flight.homeItem()
	}
	p.send(autopilotComponent, &mav.MessageMissionCount{
		TargetSystem: k.system, TargetComponent: k.component, Count: uint16(len(items)), MissionType: kind, OpaqueId: planID(kind, items),
	})
}

// missionRequest answers a request for one item; old asks for the float message.
func (c *Copter) missionRequest(p *peer, k packet, seq uint16, kind mav.MAV_MISSION_TYPE, old bool) {
	refuse := func(r mav.MAV_MISSION_RESULT) { c.missionAck(p, k.system, k.component, kind, r) }
	if !hasPlan(kind) {
		refuse(mav.MAV_MISSION_UNSUPPORTED)
		return
	}
	items := c.flight.plan(kind)
	mission := kind == mav.MAV_MISSION_TYPE_MISSION
	switch {
	case c.uploads[kind] != nil:
		refuse(mav.MAV_MISSION_DENIED)
		return
	case int(seq) >= len(items) && mission:
		// As ArduPilot: it tells how many there are.
		p.send(autopilotComponent, &mav.MessageMissionCount{TargetSystem: k.system, TargetComponent: k.component, Count: uint16(len(items))})
		refuse(mav.MAV_MISSION_ERROR)
		return
	case int(seq) >= len(items):
		refuse(mav.MAV_MISSION_INVALID_SEQUENCE)
		return
	}
	it := items[seq]
	var current uint8
	if mission && int(seq) == c.flight.auto.index {
		current = 1
	}
	if old {
		p.send(autopilotComponent, &mav.MessageMissionItem{
			TargetSystem: k.system, TargetComponent: k.component, Seq: seq, Frame: it.frame, Command: it.cmd, Current: current,
			Autocontinue: it.autocontinue, Param1: it.p[0], Param2: it.p[1], Param3: it.p[2], Param4: it.p[3],
			X: float32(float64(it.x) / 1e7), Y: float32(float64(it.y) / 1e7), Z: it.z, MissionType: kind,
		})
		return
	}
	p.send(autopilotComponent, &mav.MessageMissionItemInt{
		TargetSystem: k.system, TargetComponent: k.component, Seq: seq, Frame: it.frame, Command: it.cmd, Current: current,
		Autocontinue: it.autocontinue, Param1: it.p[0], Param2: it.p[1], Param3: it.p[2], Param4: it.p[3],
		X: it.x, Y: it.y, Z: it.z, MissionType: kind,
	})
}

// missionClear answers MISSION_CLEAR_ALL; type ALL is not supported, as measured, and a mission that is being flown stays.
func (c *Copter) missionClear(p *peer, k packet, kind mav.MAV_MISSION_TYPE) {
	f := c.flight
	var result mav.MAV_MISSION_RESULT
	switch {
	case !hasPlan(kind):
		result = mav.MAV_MISSION_UNSUPPORTED
	case c.busy(k, kind):
		result = mav.MAV_MISSION_DENIED
	case kind == mav.MAV_MISSION_TYPE_MISSION && f.armed && f.mode == Auto && f.auto.running:
		result = mav.MAV_MISSION_ERROR
	default:
		c.uploads[kind] = nil
		result = f.setPlan(kind, nil)
	}
	c.missionAck(p, k.system, k.component, kind, result)
}

// setCurrentItem answers MISSION_SET_CURRENT: with the very number that was asked for, which stations take as the answer.
func (c *Copter) setCurrentItem(p *peer, seq uint16) {
	if !c.flight.setCurrent(int(seq)) {
		return
	}
	if m, ok := c.build(42).(*mav.MessageMissionCurrent); ok {
		m.Seq = seq
		p.send(autopilotComponent, m)
	}
}
