package mavlink_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
	"vedette/mavlink/routing"
	"vedette/mavlink/signing"
)

func TestOtherStationsSeeTheVehiclesByteForByte(t *testing.T) {
	t.Parallel()
	s, _ := shared(t, nil, mavlink.RouteConfig{Name: "qgc"}, mavlink.RouteConfig{Name: "tak", TCPServer: "127.0.0.1:0", Vehicles: []int{2}})
	qgc, tak := newGround(t, s.RouteAddr("qgc"), 252), newGround(t, s.RouteAddr("tak"), 253)
	qgc.says()
	eventually(t, "both are served", func() bool { return qgc.count(1, 0) > 3 && qgc.count(2, 0) > 3 && tak.count(2, 0) > 3 })
	if tak.count(1, 0) != 0 {
		t.Error("a vehicle is seen that should not be")
	}
	// A vehicle of its own socket whose frames are compared: known, signed with a key that nobody here has, unknown.
	conn, err := net.Dial("udp", s.LinkAddr("lan").String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	write := func(b []byte) {
		t.Helper()
		if _, err := conn.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	beat := func() []byte {
		b, err := qgc.codec.Encode(nil, &common.MessageHeartbeat{Type: 2, Autopilot: 3, MavlinkVersion: 3}, 0, 7, 1)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	odd, ghost := unknownFrame(7, []byte("nobody knows")), unknownFrame(77, []byte("nobody knows"))
	write(odd) // not yet a vehicle
	eventually(t, "a vehicle", func() bool { write(beat()); _, ok := s.Vehicle(7); return ok })
	key := signing.NewKey()
	text, err := qgc.codec.Encode(nil, &common.MessageStatustext{Severity: 6, Text: "signed"}, 5, 7, 1)
	if err != nil {
		t.Fatal(err)
	}
	text[2] = 1
	crc := checksumOf(text[1:len(text)-2], 83)
	text[len(text)-2], text[len(text)-1] = byte(crc), byte(crc>>8)
	end := signing.Sign(key, text, 3, 12345)
	signedText := append(text, end[:]...)
	if qgc.has(odd) {
		t.Error("an unknown message of an unknown system was passed on")
	}
	eventually(t, "the frames are passed on as they are", func() bool {
		write(slices.Concat(signedText, odd, ghost))
		return qgc.has(signedText) && qgc.has(odd)
	})
	if qgc.has(ghost) {
		t.Error("a frame of no vehicle was passed on")
	}
	if _, ok := s.Vehicle(77); ok {
		t.Error("an unknown message made a vehicle")
	}
	if st := s.Stats(); st.Unknown == 0 || st.Routing.ToStations == 0 || st.Routing.Peers != 2 || st.Routing.Dropped != 0 {
		t.Errorf("%+v", st)
	}
}

func checksumOf(b []byte, extra byte) uint16 {
	crc := uint16(0xFFFF)
	for _, v := range append(bytes.Clone(b), extra) {
		t := v ^ byte(crc)
		t ^= t << 4
		crc = crc>>8 ^ uint16(t)<<8 ^ uint16(t)<<3 ^ uint16(t)>>4
	}
	return crc
}

func TestTheShapeIsAStar(t *testing.T) {
	t.Parallel()
	s, a := shared(t, nil, mavlink.RouteConfig{Name: "one", Control: true}, mavlink.RouteConfig{Name: "two"})
	one, two := newGround(t, s.RouteAddr("one"), 252), newGround(t, s.RouteAddr("two"), 253)
	one.says()
	two.says()
	eventually(t, "both are served", func() bool { return one.count(1, 0) > 0 && two.count(1, 0) > 0 })
	one.send(land(1))
	eventually(t, "the vehicle answers the asker", func() bool { return slices.Contains(one.acks(common.MAV_CMD_NAV_LAND), common.MAV_RESULT_ACCEPTED) })
	isLand := func(m *common.MessageCommandLong) bool { return m.Command == common.MAV_CMD_NAV_LAND }
	if hearings(a[1], isLand) != 1 || hearings(a[2], isLand) != 0 {
		t.Error("a command went to another vehicle too")
	}
	if len(two.acks(common.MAV_CMD_NAV_LAND)) != 0 || two.count(252, 0) != 0 || one.count(253, 0) != 0 {
		t.Error("stations hear one another")
	}
	// What is addressed reaches another station.
	one.send(&common.MessagePing{Seq: 5, TargetSystem: 253, TargetComponent: 190})
	eventually(t, "the ping is there", func() bool { return two.count(252, 4) == 1 })
	// Heartbeats reach all vehicles; no vehicle hears another.
	eventually(t, "the heartbeats are there", func() bool {
		gcs := func(m *common.MessageHeartbeat) bool { return m.Type == common.MAV_TYPE_GCS }
		one.says()
		return hearings(a[1], gcs) > 0 && hearings(a[2], gcs) > 0
	})
	copter := func(m *common.MessageHeartbeat) bool { return m.Type != common.MAV_TYPE_GCS }
	if hearings(a[1], copter) != 0 || hearings(a[2], copter) != 0 {
		t.Error("vehicles hear one another")
	}
	// Loops end here.
	before := s.Stats().Routing
	for _, f := range two.frames() {
		two.write(f.Raw)
	}
	eventually(t, "the loop is cut", func() bool { return s.Stats().Routing.Looped >= before.Looped+uint64(len(two.frames())/4) })
	if hearings(a[1], copter) != 0 || hearings(a[2], copter) != 0 {
		t.Error("a loop reaches vehicles")
	}
	// For nobody who is here.
	one.send(land(99))
	eventually(t, "counted", func() bool { return s.Stats().Routing.Unaddressed > before.Unaddressed })
}

func TestAReadOnlyStationReadsAndNoMore(t *testing.T) {
	t.Parallel()
	s, a := shared(t, nil, mavlink.RouteConfig{Name: "tak"})
	tak := newGround(t, s.RouteAddr("tak"), 250)
	tak.says()
	tak.send(
		&common.MessageCommandLong{TargetSystem: 1, TargetComponent: 1, Command: common.MAV_CMD_REQUEST_MESSAGE, Param1: 148},
		&common.MessageParamRequestRead{TargetSystem: 1, TargetComponent: 1, ParamId: "A", ParamIndex: -1},
		&common.MessageMissionRequestList{TargetSystem: 1, TargetComponent: 1},
	)
	eventually(t, "it is answered", func() bool {
		return slices.Contains(tak.acks(common.MAV_CMD_REQUEST_MESSAGE), common.MAV_RESULT_ACCEPTED) && tak.count(1, 22) == 1
	})
	eventually(t, "the mission is asked for", func() bool {
		return hearings(a[1], func(m *common.MessageMissionRequestList) bool { return m.TargetSystem == 1 }) == 1
	})
	denied := []message.Message{
		land(1),
		&common.MessageCommandInt{TargetSystem: 1, TargetComponent: 1, Command: common.MAV_CMD_DO_REPOSITION},
		&common.MessageSetMode{TargetSystem: 1, CustomMode: 4},
		&common.MessageMissionCount{TargetSystem: 1, TargetComponent: 1, Count: 3, MissionType: common.MAV_MISSION_TYPE_FENCE},
		&common.MessageMissionClearAll{TargetSystem: 1, TargetComponent: 1},
		&common.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "A", ParamValue: 5},
		&common.MessageManualControl{Target: 1, X: 1000},
		&common.MessageRcChannelsOverride{TargetSystem: 1, TargetComponent: 1, Chan1Raw: 2000},
		&common.MessageSetPositionTargetGlobalInt{TargetSystem: 1, TargetComponent: 1},
		&common.MessageFileTransferProtocol{TargetSystem: 1, TargetComponent: 1, Payload: [251]uint8{3: 8, 12: '/', 13: 'x'}},
		&common.MessageSetupSigning{TargetSystem: 1, TargetComponent: 1, SecretKey: [32]uint8{1}},
		&common.MessageGpsRtcmData{Len: 5},
		&common.MessageSystemTime{TimeUnixUsec: 5},
	}
	tak.send(denied...)
	eventually(t, "all are denied", func() bool { return s.Stats().Routing.Denied >= uint64(len(denied)) })
	for _, m := range a[1].Heard() {
		if slices.ContainsFunc(denied, func(d message.Message) bool { return d.GetID() == m.GetID() && m.GetID() != 76 && m.GetID() != 75 }) {
			t.Errorf("the vehicle heard %T", m)
		}
	}
	if hearings(a[1], func(m *common.MessageCommandLong) bool { return m.Command == common.MAV_CMD_NAV_LAND }) != 0 {
		t.Error("the vehicle was told to land")
	}
	eventually(t, "the refusals are answered", func() bool {
		return slices.Equal(tak.acks(common.MAV_CMD_NAV_LAND), []common.MAV_RESULT{common.MAV_RESULT_DENIED}) &&
			slices.Equal(tak.acks(common.MAV_CMD_DO_REPOSITION), []common.MAV_RESULT{common.MAV_RESULT_DENIED}) && tak.count(1, 345) == 1 && tak.count(1, 110) == 1
	})
	types := map[common.MAV_MISSION_TYPE]common.MAV_MISSION_RESULT{}
	for _, f := range tak.frames() {
		m, err := tak.codec.Decode(f)
		if ack, ok := m.(*common.MessageMissionAck); err == nil && ok && ack.TargetSystem == 250 {
			types[ack.MissionType] = ack.Type
		}
	}
	if types[common.MAV_MISSION_TYPE_FENCE] != common.MAV_MISSION_DENIED || types[common.MAV_MISSION_TYPE_MISSION] != common.MAV_MISSION_DENIED {
		t.Errorf("%v", types)
	}
	act := <-s.RouteActs()
	if act.Station != "tak" || act.Vehicle != 1 || act.Denied == nil || act.Remote == "" {
		t.Errorf("%+v", act)
	}
}

func TestAStationCommandsOnlyWhatNobodyElseHolds(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	holder := ""
	arbiter := func(_ int, operator string) error {
		mu.Lock()
		defer mu.Unlock()
		if holder != "" && holder != operator {
			return errors.New(holder + " holds the control lease")
		}
		return nil
	}
	set := func(who string) { mu.Lock(); defer mu.Unlock(); holder = who }
	s, a := shared(t, arbiter, mavlink.RouteConfig{Name: "qgc", Control: true, Operator: "anna"})
	qgc := newGround(t, s.RouteAddr("qgc"), 252)
	count := func(r common.MAV_RESULT) (n int) {
		for _, got := range qgc.acks(common.MAV_CMD_NAV_LAND) {
			if got == r {
				n++
			}
		}
		return n
	}
	qgc.send(land(1))
	eventually(t, "nobody holds it: accepted", func() bool { return count(common.MAV_RESULT_ACCEPTED) == 1 })
	set("bert")
	qgc.send(land(1))
	eventually(t, "another holds it: denied", func() bool { return count(common.MAV_RESULT_DENIED) == 1 })
	set("anna")
	qgc.send(land(1))
	eventually(t, "its operator holds it: accepted", func() bool { return count(common.MAV_RESULT_ACCEPTED) == 2 })
	if n := hearings(a[1], func(m *common.MessageCommandLong) bool { return m.Command == common.MAV_CMD_NAV_LAND }); n != 2 {
		t.Errorf("the vehicle was told %d times", n)
	}
	var done, refused int
	for range 2 { // the third is the first again
		if act := <-s.RouteActs(); act.Denied == nil {
			done++
		} else if act.Denied.Error() == "bert holds the control lease" && act.Command == 21 {
			refused++
		}
	}
	if done != 1 || refused != 1 {
		t.Errorf("%d done, %d refused", done, refused)
	}
}

func TestPlanTransfersOfTwoStationsDoNotMix(t *testing.T) {
	t.Parallel()
	s, a := shared(t, nil, mavlink.RouteConfig{Name: "qgc", Control: true})
	qgc := newGround(t, s.RouteAddr("qgc"), 252)
	qgc.says()
	// Theirs begins and stays unfinished: ours waits for it and then goes through.
	qgc.send(&common.MessageMissionCount{TargetSystem: 1, TargetComponent: 1, Count: 2})
	eventually(t, "the vehicle has it", func() bool {
		return hearings(a[1], func(m *common.MessageMissionCount) bool { return m.Count == 2 }) == 1
	})
	items := []mavlink.MissionItem{{Command: 16, Frame: 3, Lat: -35, Lon: 149, Alt: 50}, {Command: 20, Frame: 2}}
	eventually(t, "ours waits", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		qgc.send(&common.MessageMissionCount{TargetSystem: 1, TargetComponent: 1, Count: 2})
		_, err := s.DownloadPlan(ctx, 1, mavlink.PlanMission)
		return errors.Is(err, mavlink.ErrBusy)
	})
	// Ours goes on: theirs is denied.
	a[2].Change(func(f *mavlinktest.Faults) { f.Deaf = true })
	var upload sync.WaitGroup
	upload.Go(func() { _, _ = s.UploadPlan(t.Context(), 2, mavlink.PlanMission, items) })
	eventually(t, "ours is shown", func() bool { v, _ := s.Vehicle(2); return v.Transfer != nil })
	qgc.send(&common.MessageMissionCount{TargetSystem: 2, TargetComponent: 1, Count: 2})
	eventually(t, "theirs is denied", func() bool { return qgc.count(2, 47) == 1 })
	a[2].Change(func(f *mavlinktest.Faults) { f.Deaf = false })
	upload.Wait()
}

func TestASlowStationHoldsUpNobody(t *testing.T) {
	t.Parallel()
	s, _ := shared(t, nil, mavlink.RouteConfig{Name: "slow", TCPServer: "127.0.0.1:0"}, mavlink.RouteConfig{Name: "quick"})
	slow, err := net.Dial("tcp", s.RouteAddr("slow").String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	if c, ok := slow.(*net.TCPConn); ok {
		_ = c.SetReadBuffer(1024) // and never reads
	}
	quick := newGround(t, s.RouteAddr("quick"), 252)
	quick.says()
	eventually(t, "the quick one is served", func() bool { return quick.count(1, 0) > 0 })
	a := fly(t, mavlinktest.Config{Address: s.LinkAddr("lan").String(), SystemID: 9})
	live(t, s, 9)
	full := &common.MessageFileTransferProtocol{}
	for i := range full.Payload {
		full.Payload[i] = 0xAA // no zeros at the end that would be cut off
	}
	flood := slices.Repeat([]message.Message{full}, 220) // nearly a whole datagram
	eventually(t, "the slow one's queue is full, or it is cut off", func() bool {
		a.Send(1, flood...)
		st := s.Stats().Routing
		return st.Dropped > 0 || st.Peers < 2
	})
	// What the quick one gets now comes behind all of the flood that the station had still to read.
	eventually(t, "the quick one is still served", func() bool {
		a.Send(1, &common.MessageDebug{})
		return quick.count(9, (&common.MessageDebug{}).GetID()) > 0
	})
	if _, err := s.Command(within(t), 1, mavlink.Land{}); err != nil {
		t.Error(err)
	}
}

func TestRoutesAreChecked(t *testing.T) {
	t.Parallel()
	for name, routes := range map[string][]mavlink.RouteConfig{
		"no transport":     {{Name: "a"}},
		"two transports":   {{Name: "a", UDPServer: ":1", TCPServer: ":1"}},
		"a name twice":     {{Name: "a", UDPServer: ":1"}, {Name: "a", UDPServer: ":2"}},
		"no vehicle":       {{Name: "a", UDPServer: ":1", Vehicles: []int{300}}},
		"a needless owner": {{Name: "a", UDPServer: ":1", Operator: "anna"}},
	} {
		if _, err := mavlink.New(mavlink.Config{Routes: routes}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestRoutesAreReported(t *testing.T) {
	t.Parallel()
	s, _ := shared(t, nil, mavlink.RouteConfig{Name: "tak", Vehicles: []int{1}}, mavlink.RouteConfig{Name: "qgc", Control: true, Operator: "anna"})
	if r := s.Routes(); len(r) != 2 || len(r[0].Peers) != 0 || r[0].Link.State == mavlink.LinkUp || r[1].Operator != "anna" || !r[1].Control {
		t.Fatalf("before anybody is there: %+v", r)
	}
	tak := newGround(t, s.RouteAddr("tak"), 250)
	tak.says()
	eventually(t, "it is served", func() bool { return tak.count(1, 0) > 1 })
	for range 3 {
		tak.send(land(1))
	}
	// More different refusals than are remembered: the oldest of them make room.
	for c := range uint16(12) {
		tak.send(&common.MessageCommandLong{TargetSystem: 1, TargetComponent: 1, Command: common.MAV_CMD(200 + c)})
	}
	tak.send(land(1), land(2)) // the second is for a vehicle that it does not see
	eventually(t, "everything is counted", func() bool {
		c := s.Routes()[0].Counts
		return c.Denied == 16 && c.Unaddressed == 1
	})
	r := s.Routes()[0]
	if r.Name != "tak" || r.Control || !slices.Equal(r.Vehicles, []int{1}) || r.Link.State != mavlink.LinkUp || r.Link.Transport != "udpServer" ||
		r.Link.Address != s.RouteAddr("tak").String() {
		t.Errorf("%+v", r)
	}
	if len(r.Peers) != 1 || r.Peers[0].Remote != tak.conn.LocalAddr().String() || r.Peers[0].LastHeard.IsZero() || r.Peers[0].BytesOut == 0 ||
		!slices.Equal(r.Peers[0].Addresses, []routing.Address{{System: 250, Component: 190}}) {
		t.Errorf("%+v", r.Peers)
	}
	if r.Counts.ToStation == 0 || r.Counts.ToVehicles == 0 || r.Counts.Dropped != 0 {
		t.Errorf("%+v", r.Counts)
	}
	first, last := r.Refusals[0], r.Refusals[len(r.Refusals)-1]
	if len(r.Refusals) != 8 || first.Command != uint16(common.MAV_CMD_NAV_LAND) || first.Vehicle != 1 || first.Message != 76 || first.Reason == "" ||
		first.At.IsZero() || last.Command != 205 {
		t.Errorf("%+v", r.Refusals)
	}
	if other := s.Routes()[1]; other.Counts.Denied != 0 || len(other.Refusals) != 0 {
		t.Errorf("another station's refusals: %+v", other)
	}
	if sum := s.Stats().Routing; sum.Denied != 16 || sum.Unaddressed != 1 || sum.ToStations < r.Counts.ToStation {
		t.Errorf("%+v", sum)
	}
}
