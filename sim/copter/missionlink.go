package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// Times of a mission upload as measured on ArduPilot.
const (
	askAgainAfter = 1.0 // s without the item asked for
	abandonAfter  = 8.0 // s
	mostItems     = 700
)

// upload is a mission on its way in; one station at a time.
type upload struct {
	peer      *peer
	system    uint8
	component uint8
	items     []item
	next      int
	askedAt   float64
	heardAt   float64
}

func (c *Copter) missionAck(p *peer, system, component uint8, kind mav.MAV_MISSION_TYPE, r mav.MAV_MISSION_RESULT) {
	p.send(autopilotComponent, &mav.MessageMissionAck{TargetSystem: system, TargetComponent: component, Type: r, MissionType: kind})
}

// missionCount starts an upload.
func (c *Copter) missionCount(p *peer, k packet, m *mav.MessageMissionCount) {
	refuse := func(r mav.MAV_MISSION_RESULT) { c.missionAck(p, k.system, k.component, m.MissionType, r) }
	switch {
	case m.MissionType != mav.MAV_MISSION_TYPE_MISSION:
		refuse(mav.MAV_MISSION_UNSUPPORTED)
	case c.upload != nil && (c.upload.peer != p || c.upload.system != k.system):
		refuse(mav.MAV_MISSION_DENIED)
	case m.Count > mostItems:
		refuse(mav.MAV_MISSION_NO_SPACE)
	case m.Count == 0:
		c.clearMission()
		refuse(mav.MAV_MISSION_ACCEPTED)
	default:
		c.upload = &upload{peer: p, system: k.system, component: k.component, items: make([]item, m.Count), heardAt: c.flight.age()}
		c.askItem()
	}
}

// askItem asks for the next item with MISSION_REQUEST, as the recorded autopilot does.
func (c *Copter) askItem() {
	u := c.upload
	u.askedAt = c.flight.age()
	u.peer.send(autopilotComponent, &mav.MessageMissionRequest{TargetSystem: u.system, TargetComponent: u.component, Seq: uint16(u.next)})
}

// missionItem takes one item of an upload.
func (c *Copter) missionItem(p *peer, k packet, m *mav.MessageMissionItemInt) {
	u := c.upload
	if m.MissionType != mav.MAV_MISSION_TYPE_MISSION {
		c.missionAck(p, k.system, k.component, m.MissionType, mav.MAV_MISSION_UNSUPPORTED)
		return
	}
	if u == nil || u.peer != p || u.system != k.system {
		c.missionAck(p, k.system, k.component, m.MissionType, mav.MAV_MISSION_ERROR)
		return
	}
	u.heardAt = c.flight.age()
	if int(m.Seq) != u.next {
		// A repeated item: the upload goes on, but a real one complains.
		c.missionAck(p, k.system, k.component, m.MissionType, mav.MAV_MISSION_INVALID_SEQUENCE)
		return
	}
	it := item{
		frame: m.Frame, cmd: m.Command, autocontinue: m.Autocontinue, x: m.X, y: m.Y, z: m.Z,
		p: [4]float32{m.Param1, m.Param2, m.Param3, m.Param4},
	}
	if u.next > 0 { // item 0 is overwritten by home anyway
		if r := it.check(); r != mav.MAV_MISSION_ACCEPTED {
			c.upload = nil
			c.missionAck(p, k.system, k.component, m.MissionType, r)
			return
		}
	}
	u.items[u.next] = it
	u.next++
	c.setParam("MIS_TOTAL", float64(u.next))
	if u.next < len(u.items) {
		c.askItem()
		return
	}
	c.upload = nil
	f := c.flight
	f.mission = u.items
	f.mission[0] = f.homeItem()
	f.auto.jumps = map[int]int{}
	f.auto.done, f.auto.running = false, false
	if f.mode != Auto || f.auto.index >= len(f.mission) {
		f.auto.index = 0
		if f.mode == Auto {
			f.auto.index = 1
		}
	}
	c.missionAck(p, k.system, k.component, m.MissionType, mav.MAV_MISSION_ACCEPTED)
	f.say(mav.MAV_SEVERITY_INFO, "Flight plan received")
}

// stepUpload asks again, or gives up.
func (c *Copter) stepUpload() {
	u := c.upload
	if u == nil {
		return
	}
	now := c.flight.age()
	switch {
	case now-u.heardAt > abandonAfter:
		c.upload = nil
		c.missionAck(u.peer, u.system, u.component, mav.MAV_MISSION_TYPE_MISSION, mav.MAV_MISSION_OPERATION_CANCELLED)
		c.flight.say(mav.MAV_SEVERITY_WARNING, "Mission upload timeout")
	case now-u.askedAt > askAgainAfter:
		c.askItem()
	}
}

// missionList answers MISSION_REQUEST_LIST. There are no fence and no rally points: their lists are empty.
func (c *Copter) missionList(p *peer, k packet, kind mav.MAV_MISSION_TYPE) {
	count := 0
	if kind == mav.MAV_MISSION_TYPE_MISSION {
		count = len(c.flight.mission)
		c.flight.mission[0] = c.flight.homeItem()
	}
	p.send(autopilotComponent, &mav.MessageMissionCount{
		TargetSystem: k.system, TargetComponent: k.component, Count: uint16(count), MissionType: kind,
	})
}

// missionRequest answers a request for one item; old asks for the float message.
func (c *Copter) missionRequest(p *peer, k packet, seq uint16, kind mav.MAV_MISSION_TYPE, old bool) {
	if kind != mav.MAV_MISSION_TYPE_MISSION || int(seq) >= len(c.flight.mission) {
		c.missionAck(p, k.system, k.component, kind, mav.MAV_MISSION_INVALID_SEQUENCE)
		return
	}
	it := c.flight.mission[seq]
	var current uint8
	if int(seq) == c.flight.auto.index {
		current = 1
	}
	if old {
		p.send(autopilotComponent, &mav.MessageMissionItem{
			TargetSystem: k.system, TargetComponent: k.component, Seq: seq, Frame: it.frame, Command: it.cmd, Current: current,
			Autocontinue: it.autocontinue, Param1: it.p[0], Param2: it.p[1], Param3: it.p[2], Param4: it.p[3],
			X: float32(float64(it.x) / 1e7), Y: float32(float64(it.y) / 1e7), Z: it.z,
		})
		return
	}
	p.send(autopilotComponent, &mav.MessageMissionItemInt{
		TargetSystem: k.system, TargetComponent: k.component, Seq: seq, Frame: it.frame, Command: it.cmd, Current: current,
		Autocontinue: it.autocontinue, Param1: it.p[0], Param2: it.p[1], Param3: it.p[2], Param4: it.p[3], X: it.x, Y: it.y, Z: it.z,
	})
}

func (c *Copter) clearMission() {
	f := c.flight
	f.mission = []item{f.homeItem()}
	f.auto.index, f.auto.running = 0, false
	c.setParam("MIS_TOTAL", 1)
}

// missionClear answers MISSION_CLEAR_ALL; type ALL is not supported, as measured.
func (c *Copter) missionClear(p *peer, k packet, kind mav.MAV_MISSION_TYPE) {
	result := mav.MAV_MISSION_ACCEPTED
	switch kind {
	case mav.MAV_MISSION_TYPE_MISSION:
		c.clearMission()
	case mav.MAV_MISSION_TYPE_FENCE, mav.MAV_MISSION_TYPE_RALLY: // empty already
	default:
		result = mav.MAV_MISSION_UNSUPPORTED
	}
	c.missionAck(p, k.system, k.component, kind, result)
}
