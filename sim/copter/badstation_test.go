package copter

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/sim/mavftp"
	"vedette/sim/scenario"
)

// badRadio loses two datagrams of a hundred, repeats one, and takes 50 ms each way.
var badRadio = scenario.Drone{LossPct: 2, DuplicatePct: 1, DelayMS: 50, JitterMS: 5}

// insist sends a command until it is answered, as the protocol asks.
func (s *station) insist(id common.MAV_CMD, params ...float32) mav.MAV_RESULT {
	s.t.Helper()
	var p [7]float32
	copy(p[:], params)
	for try := range 15 {
		s.send(&mav.MessageCommandLong{
			TargetSystem: 1, TargetComponent: 1, Command: id, Confirmation: uint8(try),
			Param1: p[0], Param2: p[1], Param3: p[2], Param4: p[3], Param5: p[4], Param6: p[5], Param7: p[6],
		})
		if a, ok := within(s, 700*time.Millisecond, func(m *mav.MessageCommandAck) bool { return m.Command == id }); ok {
			return a.Result
		}
	}
	s.t.Fatalf("%v is not answered", id)
	return 0
}

// insistParam sets a parameter until its echo comes.
func (s *station) insistParam(name string, value float32) {
	s.t.Helper()
	for range 15 {
		s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: name, ParamValue: value})
		if _, ok := within(s, 700*time.Millisecond, func(m *mav.MessageParamValue) bool { return m.ParamId == name && m.ParamValue == value }); ok {
			return
		}
	}
	s.t.Fatalf("%s is not echoed", name)
}

// patientRead downloads a list and asks again for what is lost.
func (s *station) patientRead(kind mav.MAV_MISSION_TYPE) []*mav.MessageMissionItemInt {
	s.t.Helper()
	var count *mav.MessageMissionCount
	for range 10 {
		s.send(&mav.MessageMissionRequestList{TargetSystem: 1, TargetComponent: 1, MissionType: kind})
		if m, ok := within(s, patience, func(m *mav.MessageMissionCount) bool { return m.MissionType == kind }); ok {
			count = m
			break
		}
	}
	if count == nil {
		s.t.Fatal("no count")
	}
	items := make([]*mav.MessageMissionItemInt, count.Count)
	for tries := 0; slices.Contains(items, nil); tries++ {
		if tries > 40 {
			s.t.Fatal("items are missing for good")
		}
		window := 0
		for i := range items {
			if items[i] == nil && window < 100 {
				s.send(&mav.MessageMissionRequestInt{TargetSystem: 1, TargetComponent: 1, Seq: uint16(i), MissionType: kind})
				window++
			}
		}
		within(s, 400*time.Millisecond, func(m *mav.MessageMissionItemInt) bool {
			if int(m.Seq) < len(items) && items[m.Seq] == nil {
				items[m.Seq] = m
				window--
			}
			return window == 0
		})
	}
	return items
}

// TestAStationFliesTheVehicleOverABadRadio does everything at once that a crew does, with losses, copies and delay.
func TestAStationFliesTheVehicleOverABadRadio(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, badRadio, 5)
	const ok = mav.MAV_RESULT_ACCEPTED
	home := c.State().LatLon

	// Identity and rates.
	for _, id := range []float32{148, 300, 242, 245} {
		if r := s.insist(common.MAV_CMD_REQUEST_MESSAGE, id); r != ok {
			t.Errorf("message %v: %v", id, r)
		}
	}
	for _, id := range []float32{33, 42, 162, 1, 245} {
		if r := s.insist(common.MAV_CMD_SET_MESSAGE_INTERVAL, id, 200_000); r != ok {
			t.Errorf("rate of %v: %v", id, r)
		}
	}

	// Parameters, gaps read by index.
	have := map[uint16]string{}
	s.send(&mav.MessageParamRequestList{TargetSystem: 1, TargetComponent: 1})
	gather := func(long time.Duration) {
		within(s, long, func(m *mav.MessageParamValue) bool {
			if m.ParamIndex < m.ParamCount {
				have[m.ParamIndex] = m.ParamId
			}
			return len(have) == 1380
		})
	}
	gather(3 * time.Second)
	for range 20 {
		for i := range uint16(1380) {
			if have[i] == "" {
				s.send(&mav.MessageParamRequestRead{TargetSystem: 1, TargetComponent: 1, ParamIndex: int16(i)})
			}
		}
		if len(have) == 1380 {
			break
		}
		gather(time.Second)
	}
	if len(have) != 1380 {
		t.Fatalf("%d parameters", len(have))
	}

	// A list of each type.
	fence := []*mav.MessageMissionItemInt{way(common.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION, home, 0, 300)}
	rally := []*mav.MessageMissionItemInt{way(common.MAV_CMD_NAV_RALLY_POINT, geo.Offset(home, 180, 60), 25)}
	mission := []*mav.MessageMissionItemInt{way(16, home, 0), way(22, home, 20), way(16, geo.Offset(home, 90, 80), 20), way(18, geo.Offset(home, 90, 80), 20, 1, 0, 15), way(20, home, 0)}
	for i := len(mission); i < 60; i++ {
		mission = append(mission, way(16, geo.Offset(home, float64(i), 50), 30))
	}
	for kind, items := range map[mav.MAV_MISSION_TYPE][]*mav.MessageMissionItemInt{0: mission, 1: fence, 2: rally} {
		s.patientWrite(kind, items)
		back := s.patientRead(kind)
		if len(back) != len(items) || !same(back[len(back)-1], items[len(items)-1]) {
			t.Fatalf("type %d: %d items came back of %d", kind, len(back), len(items))
		}
	}

	// A file by bursts, and a log.
	pack := s.burstFile("@PARAM/param.pck")
	if got := unpackAll(t, pack); len(got) != 1380 {
		t.Errorf("%d parameters in the file", len(got))
	}
	var entry *mav.MessageLogEntry
	for range 10 {
		s.send(&mav.MessageLogRequestList{TargetSystem: 1, TargetComponent: 1, End: 0xFFFF})
		if m, found := within(s, patience, func(m *mav.MessageLogEntry) bool { return m.Id == 1 }); found {
			entry = m
			break
		}
	}
	if entry == nil {
		t.Fatal("no log")
	}
	if b := s.download(1, entry.Size); records(t, b)["ATT"] == 0 {
		t.Error("the log came damaged")
	}

	// Flight, by mission, with the fence on, home by rally point.
	s.insistParam("RALLY_INCL_HOME", 0)
	s.insistParam("RTL_ALT", 1500)
	for _, x := range []struct {
		id common.MAV_CMD
		p  []float32
	}{
		{common.MAV_CMD_DO_FENCE_ENABLE, []float32{1}}, {common.MAV_CMD_DO_SET_MODE, []float32{1, 4}},
		{common.MAV_CMD_COMPONENT_ARM_DISARM, []float32{1}}, {common.MAV_CMD_MISSION_START, nil},
	} {
		if r := s.insist(x.id, x.p...); r != ok {
			t.Fatalf("%v: %v", x.id, r)
		}
	}
	until(s, "the circle", func(m *mav.MessageMissionCurrent) bool { return m.Seq == 3 })
	until(s, "the return", func(m *mav.MessageMissionCurrent) bool { return m.Seq == 4 })
	until(s, "landing", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_QUADROTOR && m.BaseMode&128 == 0 })
	if c.Stats().LostInAir == 0 {
		t.Error("nothing was lost: the radio was not bad")
	}
}

// patientWrite uploads a list, anew when the last acknowledgement is lost.
func (s *station) patientWrite(kind mav.MAV_MISSION_TYPE, items []*mav.MessageMissionItemInt) {
	s.t.Helper()
	for range 30 {
		s.send(&mav.MessageMissionCount{TargetSystem: 1, TargetComponent: 1, Count: uint16(len(items)), MissionType: kind})
		var ack *mav.MessageMissionAck
		for heard := true; heard && ack == nil; {
			_, heard = within(s, 3*time.Second, func(m mavMessage) bool {
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
		if ack != nil && ack.Type == mav.MAV_MISSION_ACCEPTED {
			return
		}
	}
	s.t.Fatalf("type %d could not be uploaded", kind)
}

// burstFile reads a file by bursts and fills the gaps by single reads.
func (s *station) burstFile(path string) []byte {
	s.t.Helper()
	seq := uint16(rand.IntN(1000))
	if p := s.ask(mavftp.Packet{Seq: seq, Session: 2, Opcode: mavftp.OpenFileRO, Data: []byte(path)}); p.Opcode != mavftp.Ack {
		s.t.Fatalf("open: %+v", p)
	}
	parts := map[uint32][]byte{}
	end := uint32(0)
	for try := 0; end == 0; try++ {
		if try == 10 {
			s.t.Fatal("the burst does not end")
		}
		seq += 2000
		s.send(&mav.MessageFileTransferProtocol{TargetSystem: 1, TargetComponent: 1, Payload: mavftp.Packet{Seq: seq, Session: 2, Opcode: mavftp.BurstReadFile, Size: 200}.Payload()})
		within(s, patience, func(m *mav.MessageFileTransferProtocol) bool {
			p := mavftp.Parse(m.Payload)
			switch {
			case p.Requested != mavftp.BurstReadFile:
			case p.Opcode == mavftp.Nak:
				end = p.Offset
			default:
				parts[p.Offset] = p.Data
			}
			return end != 0
		})
	}
	var out []byte
	for at := uint32(0); at < end; at = uint32(len(out)) {
		part, have := parts[at]
		if !have {
			seq += 2
			part = s.ask(mavftp.Packet{Seq: seq, Session: 2, Opcode: mavftp.ReadFile, Size: 200, Offset: at}).Data
		}
		out = append(out, part...)
	}
	s.ask(mavftp.Packet{Seq: seq + 2, Session: 2, Opcode: mavftp.TerminateSession})
	return out
}
