package copter

import (
	"testing"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/sim/scenario"
)

// sendPlan uploads a list as a careful station does, and gives the last answer.
func (s *station) sendPlan(kind mav.MAV_MISSION_TYPE, items []*mav.MessageMissionItemInt) *mav.MessageMissionAck {
	s.t.Helper()
	for {
		s.send(&mav.MessageMissionCount{TargetSystem: 1, TargetComponent: 1, Count: uint16(len(items)), MissionType: kind})
		ack := s.feedPlan(kind, items)
		if ack.Type != mav.MAV_MISSION_OPERATION_CANCELLED { // the machine was slower than the vehicle's eight simulated seconds
			return ack
		}
	}
}

// feedPlan answers the vehicle's requests until it acknowledges.
func (s *station) feedPlan(kind mav.MAV_MISSION_TYPE, items []*mav.MessageMissionItemInt) (ack *mav.MessageMissionAck) {
	s.t.Helper()
	for ack == nil {
		until(s, "a request or an ack", func(m mavMessage) bool {
			switch m := m.(type) {
			case *mav.MessageMissionRequest:
				if m.MissionType == kind {
					it := *items[m.Seq]
					it.TargetSystem, it.TargetComponent, it.Seq, it.MissionType = 1, 1, m.Seq, kind
					s.send(&it)
					return true
				}
			case *mav.MessageMissionAck:
				if m.MissionType == kind && m.Type != mav.MAV_MISSION_INVALID_SEQUENCE {
					ack = m
					return true
				}
			}
			return false
		})
	}
	return ack
}

// readPlan downloads a list.
func (s *station) readPlan(kind mav.MAV_MISSION_TYPE) []*mav.MessageMissionItemInt {
	s.t.Helper()
	s.send(&mav.MessageMissionRequestList{TargetSystem: 1, TargetComponent: 1, MissionType: kind})
	n := until(s, "the count", func(m *mav.MessageMissionCount) bool { return m.MissionType == kind }).Count
	items := make([]*mav.MessageMissionItemInt, n)
	for i := range items {
		s.send(&mav.MessageMissionRequestInt{TargetSystem: 1, TargetComponent: 1, Seq: uint16(i), MissionType: kind})
		items[i] = until(s, "an item", func(m *mav.MessageMissionItemInt) bool { return int(m.Seq) == i && m.MissionType == kind })
	}
	return items
}

func way(cmd common.MAV_CMD, p geo.LatLon, z float32, params ...float32) *mav.MessageMissionItemInt {
	m := &mav.MessageMissionItemInt{Frame: mav.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT, Command: cmd, Autocontinue: 1, X: e7(p.Lat), Y: e7(p.Lon), Z: z}
	for i, v := range params {
		*[]*float32{&m.Param1, &m.Param2, &m.Param3, &m.Param4}[i] = v
	}
	return m
}

func same(a, b *mav.MessageMissionItemInt) bool {
	return a.Command == b.Command && a.Frame == b.Frame && a.X == b.X && a.Y == b.Y && a.Z == b.Z &&
		a.Param1 == b.Param1 && a.Param2 == b.Param2 && a.Param3 == b.Param3 && a.Param4 == b.Param4
}

func refusals(s *station) (n int) {
	for _, m := range all[*mav.MessageMissionAck](s) {
		if m.Type == mav.MAV_MISSION_ERROR {
			n++
		}
	}
	return n
}

func TestAThousandItemsGoUpAndComeDown(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, 1)
	home := c.State().LatLon
	items := []*mav.MessageMissionItemInt{way(common.MAV_CMD_NAV_WAYPOINT, home, 0), way(common.MAV_CMD_NAV_TAKEOFF, home, 20)}
	for i := 2; i < 1000; i++ {
		items = append(items, way(common.MAV_CMD_NAV_WAYPOINT, geo.Offset(home, float64(i%360), float64(10+i)), float32(20+i%50), float32(i%7)))
	}
	ack := s.sendPlan(mav.MAV_MISSION_TYPE_MISSION, items)
	if ack.Type != mav.MAV_MISSION_ACCEPTED || ack.OpaqueId == 0 {
		t.Fatalf("%+v", ack)
	}
	back := s.readPlan(mav.MAV_MISSION_TYPE_MISSION)
	if len(back) != len(items) {
		t.Fatalf("%d items", len(back))
	}
	for i := 1; i < len(back); i++ {
		if !same(back[i], items[i]) {
			t.Fatalf("item %d came back as %+v", i, back[i])
		}
	}
	s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 42))
	cur := all[*mav.MessageMissionCurrent](s)
	if m := cur[len(cur)-1]; m.Total != 999 || m.MissionId != ack.OpaqueId {
		t.Errorf("%+v, uploaded as %d", m, ack.OpaqueId)
	}

	// One item is written anew.
	items[500] = way(common.MAV_CMD_NAV_LOITER_TIME, home, 33, 5)
	s.send(&mav.MessageMissionWritePartialList{TargetSystem: 1, TargetComponent: 1, StartIndex: 500, EndIndex: 500})
	if again := s.feedPlan(mav.MAV_MISSION_TYPE_MISSION, items); again.Type != mav.MAV_MISSION_ACCEPTED || again.OpaqueId == ack.OpaqueId {
		t.Errorf("%+v", again)
	}
	s.send(&mav.MessageMissionRequestInt{TargetSystem: 1, TargetComponent: 1, Seq: 500})
	if got := until(s, "item 500", func(m *mav.MessageMissionItemInt) bool { return m.Seq == 500 }); !same(got, items[500]) {
		t.Errorf("%+v", got)
	}
	// ArduCopter refuses a part that does not follow on the list, and passes over a request for a part.
	s.send(&mav.MessageMissionRequestPartialList{TargetSystem: 1, TargetComponent: 1, StartIndex: 3, EndIndex: 4})
	told := len(all[*mav.MessageMissionItemInt](s)) + len(all[*mav.MessageMissionCount](s))
	for _, part := range []mav.MessageMissionWritePartialList{{StartIndex: 1001, EndIndex: 1001}, {StartIndex: 5, EndIndex: 4}, {StartIndex: -1, EndIndex: 4}, {StartIndex: 5, EndIndex: 1001}} {
		part.TargetSystem, part.TargetComponent = 1, 1
		before := refusals(s)
		s.send(&part)
		until(s, "the part is refused", func(*mav.MessageMissionAck) bool { return refusals(s) > before })
	}
	if n := len(all[*mav.MessageMissionItemInt](s)) + len(all[*mav.MessageMissionCount](s)); n != told {
		t.Error("a request for a part was answered")
	}
	s.send(&mav.MessageMissionRequestInt{TargetSystem: 1, TargetComponent: 1, Seq: 1000})
	until(s, "no such item", func(m *mav.MessageMissionAck) bool { return m.Type == mav.MAV_MISSION_ERROR })
	s.send(&mav.MessageMissionCount{TargetSystem: 1, TargetComponent: 1, Count: 60000})
	until(s, "no space", func(m *mav.MessageMissionAck) bool { return m.Type == mav.MAV_MISSION_NO_SPACE })
	s.send(&mav.MessageMissionClearAll{TargetSystem: 1, TargetComponent: 1, MissionType: mav.MAV_MISSION_TYPE_ALL})
	until(s, "the refusal to clear all", func(m *mav.MessageMissionAck) bool { return m.Type == mav.MAV_MISSION_UNSUPPORTED })
	s.send(&mav.MessageMissionClearAll{TargetSystem: 1, TargetComponent: 1})
	until(s, "cleared", func(m *mav.MessageMissionAck) bool { return m.Type == mav.MAV_MISSION_ACCEPTED })
	if n := len(s.readPlan(mav.MAV_MISSION_TYPE_MISSION)); n != 0 {
		t.Errorf("%d items after clearing", n)
	}
}

func TestAnAbandonedUploadIsCancelledAndLeavesTheOldMission(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, quick)
	home := c.State().LatLon
	items := []*mav.MessageMissionItemInt{way(common.MAV_CMD_NAV_WAYPOINT, home, 0), way(common.MAV_CMD_NAV_TAKEOFF, home, 20), way(common.MAV_CMD_NAV_RETURN_TO_LAUNCH, home, 0)}
	s.sendPlan(mav.MAV_MISSION_TYPE_MISSION, items)
	s.send(&mav.MessageMissionCount{TargetSystem: 1, TargetComponent: 1, Count: 40})
	asked := 0
	until(s, "the end", func(m mavMessage) bool {
		switch m := m.(type) {
		case *mav.MessageMissionRequest:
			asked++
		case *mav.MessageMissionAck:
			return m.Type == mav.MAV_MISSION_OPERATION_CANCELLED
		}
		return false
	})
	if asked < 7 || asked > 9 {
		t.Errorf("asked %d times", asked)
	}
	until(s, "the text", func(m *mav.MessageStatustext) bool { return m.Text == "Mission upload timeout" })
	if n := len(s.readPlan(mav.MAV_MISSION_TYPE_MISSION)); n != 3 {
		t.Errorf("%d items are left", n)
	}
	it := *items[2]
	it.TargetSystem, it.Seq = 1, 2
	s.send(&it) // the last one again, as after a lost ack
	until(s, "an error", func(m *mav.MessageMissionAck) bool { return m.Type == mav.MAV_MISSION_ERROR })
}

func TestFenceAndRally(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, quick)
	home := c.State().LatLon
	const fence, rally = mav.MAV_MISSION_TYPE_FENCE, mav.MAV_MISSION_TYPE_RALLY
	corner := func(bearing, n float64) *mav.MessageMissionItemInt {
		m := way(common.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION, geo.Offset(home, bearing, 120), 0, float32(n))
		m.Frame = mav.MAV_FRAME_GLOBAL
		return m
	}
	for what, items := range map[string][]*mav.MessageMissionItemInt{
		"two corners":      {corner(0, 2), corner(90, 2)},
		"a missing one":    {corner(0, 4), corner(90, 4), corner(180, 4)},
		"another count":    {corner(0, 3), corner(90, 4), corner(180, 3)},
		"no radius":        {way(common.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION, home, 0, 0)},
		"two return spots": {way(common.MAV_CMD_NAV_FENCE_RETURN_POINT, home, 0), way(common.MAV_CMD_NAV_FENCE_RETURN_POINT, home, 0)},
	} {
		if a := s.sendPlan(fence, items); a.Type == mav.MAV_MISSION_ACCEPTED {
			t.Errorf("%s: accepted", what)
		}
	}
	if a := s.sendPlan(rally, []*mav.MessageMissionItemInt{way(common.MAV_CMD_NAV_WAYPOINT, home, 0)}); a.Type != mav.MAV_MISSION_UNSUPPORTED {
		t.Errorf("a way point as a rally point: %v", a.Type)
	}
	good := []*mav.MessageMissionItemInt{
		corner(45, 4), corner(135, 4), corner(225, 4), corner(315, 4),
		way(common.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION, geo.Offset(home, 10, 60), 0, 15),
	}
	if a := s.sendPlan(fence, good); a.Type != mav.MAV_MISSION_ACCEPTED {
		t.Fatalf("fence: %v", a.Type)
	}
	place := geo.Offset(home, 200, 40)
	if a := s.sendPlan(rally, []*mav.MessageMissionItemInt{way(common.MAV_CMD_NAV_RALLY_POINT, place, 30)}); a.Type != mav.MAV_MISSION_ACCEPTED {
		t.Fatalf("rally: %v", a.Type)
	}
	for kind, want := range map[mav.MAV_MISSION_TYPE]int{fence: 5, rally: 1} {
		if back := s.readPlan(kind); len(back) != want || kind == fence && !same(back[4], good[4]) {
			t.Errorf("type %d came back as %v", kind, back)
		}
	}

	s.must(s.command(1, common.MAV_CMD_DO_FENCE_ENABLE, 1))
	s.stream(5, 33, 162)
	s.takeOff(30)
	outside := geo.Offset(home, 100, 300)
	if r := s.commandInt(common.MAV_CMD_DO_REPOSITION, 1, outside.Lat, outside.Lon, 30); r != mav.MAV_RESULT_FAILED {
		t.Errorf("a destination beyond the fence: %v", r)
	}
	// Flown through it by velocity: it turns back by itself and lands at the rally point, which is nearer than home.
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "RALLY_INCL_HOME", ParamValue: 0})
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "FS_GCS_ENABLE", ParamValue: 0})
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "GUID_TIMEOUT", ParamValue: 300})
	s.send(&mav.MessageSetPositionTargetGlobalInt{
		TargetSystem: 1, TargetComponent: 1, CoordinateFrame: mav.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT, TypeMask: 0b0000_1101_1100_0111, Vx: -6,
	})
	until(s, "the text", func(m *mav.MessageStatustext) bool { return m.Text == "Polygon fence breached" })
	until(s, "the breach", func(m *mav.MessageFenceStatus) bool {
		return m.BreachStatus == 1 && m.BreachType == mav.FENCE_BREACH_BOUNDARY && m.BreachCount == 1
	})
	until(s, "the return", func(m *mav.MessageHeartbeat) bool {
		return m.Type == mav.MAV_TYPE_QUADROTOR && m.CustomMode == uint32(RTL)
	})
	until(s, "landing", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_QUADROTOR && m.BaseMode&128 == 0 })
	if d := geo.Distance(c.State().LatLon, place); d > 4 {
		t.Errorf("landed %.0f m from the rally point", d)
	}
	for _, kind := range []mav.MAV_MISSION_TYPE{fence, rally} {
		s.send(&mav.MessageMissionClearAll{TargetSystem: 1, TargetComponent: 1, MissionType: kind})
		until(s, "cleared", func(m *mav.MessageMissionAck) bool {
			return m.Type == mav.MAV_MISSION_ACCEPTED && m.MissionType == kind
		})
		if n := len(s.readPlan(kind)); n != 0 {
			t.Errorf("type %d: %d items after clearing", kind, n)
		}
	}
}
