package copter

import (
	"bytes"
	"errors"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
	"github.com/bluenviron/gomavlib/v3/pkg/streamwriter"

	"vedette/internal/geo"
	"vedette/sim/scenario"
)

// quick is how many simulated seconds pass in one.
const quick = 50

func TestOnlyHeartbeatsBeforeAStationAsks(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	first := until(s, "a heartbeat", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_QUADROTOR })
	if first.Autopilot != mav.MAV_AUTOPILOT_ARDUPILOTMEGA || first.CustomMode != 0 || first.BaseMode&128 != 0 {
		t.Errorf("%+v", first)
	}
	for range 5 {
		until[*mav.MessageHeartbeat](s, "more", nil)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	components := map[uint8]bool{}
	for _, h := range s.messages {
		components[h.component] = true
		switch h.msg.(type) {
		case *mav.MessageHeartbeat, *mav.MessageTimesync:
		default:
			t.Errorf("unasked: %+v", h.msg)
		}
	}
	if !components[1] || !components[100] || !components[154] {
		t.Errorf("components %v", components)
	}
}

func TestIntervalsAreHonouredAndSequencesUnbroken(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, 5)
	s.stream(10, 30, 285)
	s.stream(2, 33)
	begin := until[*mav.MessageGlobalPositionInt](s, "a position", nil).TimeBootMs
	until(s, "ten seconds", func(m *mav.MessageGlobalPositionInt) bool { return m.TimeBootMs >= begin+10_000 })
	count := map[string]int{}
	for _, m := range all[*mav.MessageAttitude](s) {
		if m.TimeBootMs > begin && m.TimeBootMs <= begin+10_000 {
			count["attitude"]++
		}
	}
	for _, m := range all[*mav.MessageGimbalDeviceAttitudeStatus](s) {
		if m.TimeBootMs > begin && m.TimeBootMs <= begin+10_000 {
			count["gimbal"]++
		}
	}
	for _, m := range all[*mav.MessageGlobalPositionInt](s) {
		if m.TimeBootMs > begin && m.TimeBootMs <= begin+10_000 {
			count["position"]++
		}
	}
	if a, g, p := count["attitude"], count["gimbal"], count["position"]; a < 98 || a > 102 || g < 98 || g > 102 || p < 19 || p > 21 {
		t.Errorf("in ten seconds: %v", count)
	}
	s.must(s.command(1, common.MAV_CMD_SET_MESSAGE_INTERVAL, 30, -1))
	s.must(s.command(1, common.MAV_CMD_GET_MESSAGE_INTERVAL, 33))
	if r := s.command(1, common.MAV_CMD_SET_MESSAGE_INTERVAL, 9999, 1e5); r != mav.MAV_RESULT_FAILED {
		t.Errorf("an unknown message: %v", r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next := map[uint8]uint8{}
	for i, h := range s.messages {
		if want, ok := next[h.component]; ok && h.seq != want {
			t.Fatalf("message %d of component %d has sequence %d instead of %d", i, h.component, h.seq, want)
		}
		next[h.component] = h.seq + 1
	}
}

func TestTakeOffGoSomewhereReturn(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{YawBiasDeg: 0.5}, quick)
	if r := s.command(1, common.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, 30); r != mav.MAV_RESULT_FAILED {
		t.Errorf("take-off while disarmed: %v", r)
	}
	s.stream(5, 33, 245)
	s.takeOff(30)
	landed := until[*mav.MessageExtendedSysState](s, "state", nil)
	if landed.LandedState == mav.MAV_LANDED_STATE_ON_GROUND {
		t.Errorf("landed state %v in the air", landed.LandedState)
	}
	if r := s.command(1, common.MAV_CMD_COMPONENT_ARM_DISARM, 0); r != mav.MAV_RESULT_FAILED {
		t.Errorf("disarm in the air: %v", r)
	}

	target := geo.Offset(c.State().LatLon, 60, 150)
	s.must(s.commandInt(common.MAV_CMD_DO_REPOSITION, 1, target.Lat, target.Lon, 45))
	at := func(m *mav.MessageGlobalPositionInt) geo.LatLon {
		return geo.LatLon{Lat: float64(m.Lat) / 1e7, Lon: float64(m.Lon) / 1e7}
	}
	until(s, "arrival", func(m *mav.MessageGlobalPositionInt) bool {
		return geo.Distance(at(m), target) < 1 && math.Abs(float64(m.RelativeAlt)/1000-45) < 1
	})
	if d := geo.Distance(c.State().LatLon, target); d > 3 {
		t.Errorf("truly %.1f m from the target", d)
	}

	s.must(s.command(1, common.MAV_CMD_NAV_RETURN_TO_LAUNCH))
	until(s, "landing", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_QUADROTOR && m.BaseMode&128 == 0 })
	if !c.State().Landed || math.Hypot(c.State().E, c.State().N) > 3 {
		t.Errorf("landed at %+v", c.State())
	}
}

func TestCommandsThatDoNotFit(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	for _, c := range []struct {
		what string
		got  mav.MAV_RESULT
		want mav.MAV_RESULT
	}{
		{"unknown", s.command(1, common.MAV_CMD_DO_PARACHUTE, 1), mav.MAV_RESULT_UNSUPPORTED},
		{"unknown mode", s.command(1, common.MAV_CMD_DO_SET_MODE, 1, 77), mav.MAV_RESULT_FAILED},
		{"AUTO without a mission", s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Auto)), mav.MAV_RESULT_FAILED},
		{"reposition without the flag", s.commandInt(common.MAV_CMD_DO_REPOSITION, 0, -35.36, 149.16, 30), mav.MAV_RESULT_DENIED},
		{"unknown message", s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 4242), mav.MAV_RESULT_FAILED},
		{"camera: unknown", s.command(100, common.MAV_CMD_DO_SET_MODE, 1, 4), mav.MAV_RESULT_UNSUPPORTED},
		{"the gimbal's own message", s.command(154, common.MAV_CMD_REQUEST_MESSAGE, 283), mav.MAV_RESULT_ACCEPTED},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v instead of %v", c.what, c.got, c.want)
		}
	}
	// For another vehicle: no answer; the next answer is to the next command.
	s.send(&mav.MessageCommandLong{TargetSystem: 9, TargetComponent: 1, Command: common.MAV_CMD_NAV_LAND})
	s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 148))
	for _, a := range all[*mav.MessageCommandAck](s) {
		if a.Command == common.MAV_CMD_NAV_LAND {
			t.Error("answered for another vehicle")
		}
	}
	if got := all[*mav.MessageAutopilotVersion](s); len(got) == 0 || got[0].FlightSwVersion>>24 != 4 {
		t.Errorf("version %+v", got)
	}
	s.send(&mav.MessageTimesync{Ts1: 4711})
	if m := until(s, "time", func(m *mav.MessageTimesync) bool { return m.Ts1 == 4711 }); m.Tc1 == 0 {
		t.Error("an empty clock")
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	s.send(&mav.MessageParamRequestList{TargetSystem: 1, TargetComponent: 1})
	names := map[string]bool{}
	count := 0
	until(s, "the whole list", func(m *mav.MessageParamValue) bool {
		names[m.ParamId], count = true, int(m.ParamCount)
		return len(names) == count
	})
	if count != 1380 || !names["ARMING_ACCTHRESH"] || !names["WPNAV_SPEED"] || !names["MAV_SYSID"] {
		t.Errorf("%d parameters", count)
	}
	s.send(&mav.MessageParamRequestRead{TargetSystem: 1, TargetComponent: 1, ParamId: "RTL_ALT", ParamIndex: -1})
	if m := until(s, "RTL_ALT", func(m *mav.MessageParamValue) bool { return m.ParamId == "RTL_ALT" }); m.ParamValue != 6000 || m.ParamIndex == math.MaxUint16 {
		t.Errorf("%+v", m)
	}
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "RTL_ALT", ParamValue: 4500.4, ParamType: mav.MAV_PARAM_TYPE_REAL32})
	until(s, "the new value", func(m *mav.MessageParamValue) bool { return m.ParamId == "RTL_ALT" && m.ParamValue == 4500 })
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "MAV_SYSID", ParamValue: 9})
	until(s, "the old value", func(m *mav.MessageParamValue) bool { return m.ParamId == "MAV_SYSID" && m.ParamValue == 1 })
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "MAV1_EXTRA1", ParamValue: 4})
	until[*mav.MessageAttitude](s, "a stream by parameter", nil)
}

func TestTheParametersAreThoseOfTheRecording(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(recorded), "\n")
	list := newParameters(7).list
	if len(lines) != 1380 || len(list) != len(lines) {
		t.Fatalf("%d lines, %d parameters", len(lines), len(list))
	}
	for i, p := range list {
		if name, _, _ := strings.Cut(lines[i], " "); name != p.name || len(name) > 16 || p.kind == 0 {
			t.Errorf("%d: %+v from %q", i, p, lines[i])
		}
	}
	for name := range own {
		if _, known := table().index[name]; !known {
			t.Errorf("no parameter %s", name)
		}
	}
	if newParameters(7).get("MAV_SYSID") != 7 || newParameters(8).get("MAV_SYSID") != 8 {
		t.Error("two vehicles share their values")
	}
}

func TestMissionUpDownAndRun(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, quick)
	s.stream(4, 33, 42)
	home := c.State().LatLon
	items := []*mav.MessageMissionItemInt{
		{Command: common.MAV_CMD_NAV_WAYPOINT},
		{Command: common.MAV_CMD_NAV_TAKEOFF, Z: 20},
		{Command: common.MAV_CMD_NAV_WAYPOINT, Z: 30},
		{Command: common.MAV_CMD_NAV_WAYPOINT, Z: 25, Param1: 2},
		{Command: common.MAV_CMD_NAV_RETURN_TO_LAUNCH},
	}
	for i, m := range items {
		p := geo.Offset(home, float64(40*i), float64(30*i))
		m.TargetSystem, m.TargetComponent, m.Seq, m.Frame, m.Autocontinue = 1, 1, uint16(i), mav.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT, 1
		if i == 2 || i == 3 {
			m.X, m.Y = e7(p.Lat), e7(p.Lon)
		}
	}
	s.send(&mav.MessageMissionCount{TargetSystem: 1, TargetComponent: 1, Count: uint16(len(items))})
	for i, m := range items {
		until(s, "a request", func(r *mav.MessageMissionRequest) bool { return int(r.Seq) == i })
		if i == 2 { // lost: it asks again
			until(s, "the request again", func(r *mav.MessageMissionRequest) bool { return int(r.Seq) == i })
		}
		s.send(m)
	}
	if a := until[*mav.MessageMissionAck](s, "the ack", nil); a.Type != mav.MAV_MISSION_ACCEPTED {
		t.Fatalf("upload: %v", a.Type)
	}
	s.send(&mav.MessageMissionRequestList{TargetSystem: 1, TargetComponent: 1})
	if n := until[*mav.MessageMissionCount](s, "the count", nil).Count; int(n) != len(items) {
		t.Fatalf("%d items", n)
	}
	for i, m := range items {
		s.send(&mav.MessageMissionRequestInt{TargetSystem: 1, TargetComponent: 1, Seq: uint16(i)})
		got := until(s, "an item", func(r *mav.MessageMissionItemInt) bool { return int(r.Seq) == i })
		if i > 0 && (got.Command != m.Command || got.X != m.X || got.Y != m.Y || got.Z != m.Z || got.Param1 != m.Param1) {
			t.Errorf("item %d came back as %+v", i, got)
		}
		if i == 0 && math.Abs(float64(got.X)/1e7-home.Lat) > 1e-4 {
			t.Errorf("item 0 is not home: %+v", got)
		}
	}

	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Guided)))
	s.arm()
	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Auto)))
	s.must(s.command(1, common.MAV_CMD_MISSION_START))
	for _, seq := range []uint16{1, 2, 3} {
		until(s, "an item reached", func(m *mav.MessageMissionItemReached) bool { return m.Seq == seq })
	}
	until(s, "landing", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_QUADROTOR && m.BaseMode&128 == 0 })

	// A bad item ends the upload with its reason.
	s.send(&mav.MessageMissionCount{TargetSystem: 1, TargetComponent: 1, Count: 2})
	s.send(items[0])
	s.send(&mav.MessageMissionItemInt{TargetSystem: 1, TargetComponent: 1, Seq: 1, Command: common.MAV_CMD_DO_VTOL_TRANSITION, Frame: mav.MAV_FRAME_MISSION})
	until(s, "the refusal", func(m *mav.MessageMissionAck) bool { return m.Type == mav.MAV_MISSION_UNSUPPORTED })
	s.send(&mav.MessageMissionClearAll{TargetSystem: 1, TargetComponent: 1})
	until(s, "cleared", func(m *mav.MessageMissionAck) bool { return m.Type == mav.MAV_MISSION_ACCEPTED })
}

func TestGimbalLooksAtAPlaceAndSaysSo(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, quick)
	s.stream(10, 33, 30, 285)
	s.takeOff(50)
	target := geo.Offset(c.State().LatLon, 200, 120)
	e := c.cfg.World.Frame().ToENU(target, 0)
	ground := c.cfg.World.GroundU(e[0], e[1])
	_, amsl := c.flight.position(vec{e[0], e[1], ground})
	s.send(&mav.MessageCommandInt{
		TargetSystem: 1, TargetComponent: 1, Frame: mav.MAV_FRAME_GLOBAL, Command: common.MAV_CMD_DO_SET_ROI_LOCATION,
		X: e7(target.Lat), Y: e7(target.Lon), Z: float32(amsl),
	})
	s.must(s.ack(common.MAV_CMD_DO_SET_ROI_LOCATION))
	deadline := time.Now().Add(atMost)
	for {
		st := c.State()
		d := vec{e[0] - st.E, e[1] - st.N, ground - st.U}
		off := math.Hypot(geo.DiffDeg(st.Camera.YawDeg, d.courseDeg()), st.Camera.PitchDeg-math.Atan2(d[2], d.horizontal())/toRad)
		if off < 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%.1f degrees off", off)
		}
		<-time.After(time.Millisecond)
	}
	// What it reports, put together with the attitude, is where it looks.
	until(s, "a report of the true direction", func(a *mav.MessageAttitude) bool {
		reports := all[*mav.MessageGimbalDeviceAttitudeStatus](s)
		g := reports[len(reports)-1]
		q := g.Q
		yaw := math.Atan2(2*float64(q[0]*q[3]+q[1]*q[2]), 1-2*float64(q[2]*q[2]+q[3]*q[3])) / toRad
		pitch := math.Asin(2*float64(q[0]*q[2]-q[3]*q[1])) / toRad
		st := c.State()
		return g.Flags&mav.GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME != 0 && math.Abs(pitch-st.Camera.PitchDeg) < 1 &&
			math.Abs(geo.DiffDeg(st.Camera.YawDeg, yaw+float64(a.Yaw)/toRad)) < 1.5
	})
	s.must(s.command(1, common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE, -2, -2, -1, -1))
	s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 281))
	s.must(s.command(1, common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW, -60, 20, float32(math.NaN()), float32(math.NaN()), 0))
	if got := all[*mav.MessageGimbalManagerStatus](s); len(got) == 0 || got[0].PrimaryControlSysid != 255 || got[0].GimbalDeviceId != 154 {
		t.Errorf("manager %+v", got)
	}
	s.must(s.command(1, common.MAV_CMD_DO_SET_ROI_NONE))
}

func TestTheCameraNamesItsStreams(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	s.must(s.command(100, common.MAV_CMD_REQUEST_MESSAGE, 269, 0))
	s.must(s.command(100, common.MAV_CMD_REQUEST_MESSAGE, 259))
	streams := all[*mav.MessageVideoStreamInformation](s)
	if len(streams) != 2 {
		t.Fatalf("%d streams", len(streams))
	}
	for i, kind := range []string{"thermal", "eo"} {
		m := streams[i]
		if int(m.StreamId) != i+1 || m.Count != 2 || !strings.HasSuffix(m.Uri, "/1/"+kind) || !strings.HasPrefix(m.Uri, "rtsp://") ||
			(m.Flags&mav.VIDEO_STREAM_STATUS_FLAGS_THERMAL != 0) != (kind == "thermal") {
			t.Errorf("%+v", m)
		}
	}
	info := all[*mav.MessageCameraInformation](s)[0]
	if fov := 2 * math.Atan(float64(info.SensorSizeH/info.FocalLength)/2) / toRad; math.Abs(fov-24.6) > 0.01 {
		t.Errorf("field of view %.2f", fov)
	}
}

func TestAPatrolStartsInTheAirAndGoesRound(t *testing.T) {
	t.Parallel()
	w, err := testWorld()
	if err != nil {
		t.Fatal(err)
	}
	drone := w.Scenario().Drones[0]
	s, c := newPair(t, drone, 60)
	if st := c.State(); st.Landed || !st.Armed || st.Mode != "AUTO" || st.AltAGL < 60 || st.AltAGL > 80 {
		t.Fatalf("starts %+v", st)
	}
	if _, ok := c.TruePose(w.Start()); !ok {
		t.Error("no pose at the start")
	}
	reached := map[uint16]bool{}
	until(s, "the round", func(m *mav.MessageMissionItemReached) bool {
		again := reached[m.Seq]
		reached[m.Seq] = true
		if h := c.State().AltAGL; h < 45 || h > 95 {
			t.Fatalf("%.0f m above the ground", h)
		}
		return again
	})
	if len(reached) != len(drone.Patrol) {
		t.Errorf("reached %v", reached)
	}
}

func TestPosesAreInterpolated(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, 1)
	until(s, "a heartbeat", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_CAMERA })
	deadline := time.Now().Add(atMost)
	for {
		now := time.Now()
		if p, ok := c.TruePose(now); ok && p.Time.Equal(now) && math.Abs(p.E) < 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no pose for now")
		}
		<-time.After(time.Millisecond)
	}
	if _, ok := c.TruePose(time.Now().Add(time.Minute)); ok {
		t.Error("a pose of the future")
	}
	if _, ok := c.TruePose(time.Now().Add(-time.Hour)); ok {
		t.Error("a pose of the past")
	}
}

func FuzzDatagram(f *testing.F) {
	d, err := newDialect()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{0xfd, 9, 0, 0, 0, 255, 190, 0, 0, 0, 0, 0, 0, 0, 6, 8, 0, 0, 3, 0, 0})
	f.Add([]byte{0xfe, 0xfd, 0xfd})
	f.Fuzz(func(t *testing.T, raw []byte) {
		l := &link{dialect: d, system: 1, inbox: make(chan packet, inboxFrames)}
		l.decode(origin{}, raw, &scanner{whole: true})
		if got := int(l.received.Load()); got > len(raw)/8 {
			t.Fatalf("%d frames in %d bytes", got, len(raw))
		}
	})
}

// FuzzHandle feeds arbitrary frames to a flying autopilot, which must stay somewhere.
func FuzzHandle(f *testing.F) {
	w, err := testWorld()
	if err != nil {
		f.Fatal(err)
	}
	d, err := newDialect()
	if err != nil {
		f.Fatal(err)
	}
	frames := &bytes.Buffer{}
	out := &streamwriter.Writer{FrameWriter: &frame.Writer{ByteWriter: frames, DialectRW: d}, Version: streamwriter.V2, SystemID: 255, ComponentID: 190}
	if err := errors.Join(out.FrameWriter.Initialize(), out.Initialize()); err != nil {
		f.Fatal(err)
	}
	nan := float32(math.NaN())
	for _, m := range []message.Message{
		&mav.MessageCommandLong{TargetSystem: 1, Command: common.MAV_CMD_DO_SET_MODE, Param1: 1, Param2: nan},
		&mav.MessageCommandInt{TargetSystem: 1, Command: common.MAV_CMD_DO_REPOSITION, Param2: 1, X: math.MaxInt32, Z: nan},
		&mav.MessageSetPositionTargetGlobalInt{TargetSystem: 1, CoordinateFrame: 6, TypeMask: 3520, Vx: 1e30},
		&mav.MessageMissionCount{TargetSystem: 1, Count: 65535}, &mav.MessageMissionItemInt{TargetSystem: 1, Seq: 3},
		&mav.MessageParamSet{TargetSystem: 1, ParamId: "WPNAV_ACCEL", ParamValue: -1},
		&mav.MessageGimbalManagerSetPitchyaw{TargetSystem: 1, Pitch: nan, Yaw: 1e20},
		&mav.MessageGimbalManagerSetAttitude{TargetSystem: 1, Q: [4]float32{nan, 1, 0, 0}, AngularVelocityZ: 1e30},
		&mav.MessageGimbalDeviceSetAttitude{TargetSystem: 1, TargetComponent: 154, Q: [4]float32{1, 1, 1, 1}},
		&mav.MessageGimbalManagerSetManualControl{TargetSystem: 1, Pitch: -3, Yaw: nan},
		&mav.MessageCommandLong{TargetSystem: 1, Command: common.MAV_CMD_DO_MOUNT_CONTROL, Param4: nan, Param7: 4},
		&mav.MessageParamSet{TargetSystem: 1, ParamId: "SIM_GPS1_LAG_MS", ParamValue: -7000},
		&mav.MessageParamSet{TargetSystem: 1, ParamId: "SIM_BATT_CAP_AH", ParamValue: 1e-30},
		&mav.MessageParamSet{TargetSystem: 1, ParamId: "TERRAIN_SPACING", ParamValue: 0},
		&mav.MessageOpenDroneIdSystem{TargetSystem: 1, OperatorLatitude: math.MinInt32},
		&mav.MessageTerrainData{Gridbit: 255}, &mav.MessageTerrainCheck{Lat: math.MaxInt32},
	} {
		frames.Reset()
		if err := out.Write(m); err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.Clone(frames.Bytes()))
	}
	c, err := New(Config{World: w, Drone: w.Scenario().Drones[0]})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(c.Close)
	from := origin{c.link.sockets[0].(*datagrams), netip.MustParseAddrPort("127.0.0.1:9")}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c.link.decode(from, raw, &scanner{whole: true})
		for len(c.link.inbox) > 0 {
			c.receive(<-c.link.inbox)
		}
		for range 20 {
			c.step()
		}
		if p := c.flight.body.pos; !(p.length() < 1e6) {
			t.Fatalf("it is at %v", p)
		}
	})
}
