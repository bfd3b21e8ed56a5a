package copter

import (
	"math"
	"testing"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/sim/scenario"
)

// mode waits until the heartbeat tells a mode.
func (s *station) mode(m Mode) {
	s.t.Helper()
	until(s, m.String(), func(h *mav.MessageHeartbeat) bool {
		return h.Type == mav.MAV_TYPE_QUADROTOR && h.CustomMode == uint32(m)
	})
}

func TestResultsOfCommandsOnTheGround(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	nan := float32(math.NaN())
	const (
		ok, no, never = mav.MAV_RESULT_ACCEPTED, mav.MAV_RESULT_FAILED, mav.MAV_RESULT_UNSUPPORTED
		denied        = mav.MAV_RESULT_DENIED
	)
	for _, x := range []struct {
		what string
		want mav.MAV_RESULT
		id   common.MAV_CMD
		p    []float32
	}{
		{"orbit", never, common.MAV_CMD_DO_ORBIT, nil},
		{"standard mode", never, common.MAV_CMD_DO_SET_STANDARD_MODE, []float32{1}},
		{"protocol version", ok, common.MAV_CMD_REQUEST_PROTOCOL_VERSION, []float32{1}},
		{"capabilities", ok, common.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES, []float32{1}},
		{"capabilities without 1", no, common.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES, nil},
		{"home", ok, common.MAV_CMD_GET_HOME_POSITION, nil},
		{"interval of nothing", no, common.MAV_CMD_GET_MESSAGE_INTERVAL, []float32{9999}},
		{"checks", ok, common.MAV_CMD_RUN_PREARM_CHECKS, nil},
		{"arm with 2", never, common.MAV_CMD_COMPONENT_ARM_DISARM, []float32{2}},
		{"disarm when disarmed", ok, common.MAV_CMD_COMPONENT_ARM_DISARM, []float32{0}},
		{"mode without the flag", denied, common.MAV_CMD_DO_SET_MODE, []float32{0, 4}},
		{"mode NaN", denied, common.MAV_CMD_DO_SET_MODE, []float32{nan, 4}},
		{"FOLLOW", no, common.MAV_CMD_DO_SET_MODE, []float32{1, 23}},
		{"GUIDED", ok, common.MAV_CMD_DO_SET_MODE, []float32{1, 4}},
		{"take-off while disarmed", no, common.MAV_CMD_NAV_TAKEOFF, []float32{0, 0, 0, 0, 0, 0, 10}},
		{"take-off to NaN", denied, common.MAV_CMD_NAV_TAKEOFF, []float32{0, 0, 0, 0, 0, 0, nan}},
		{"mission start with a range", denied, common.MAV_CMD_MISSION_START, []float32{1, 2}},
		{"mission start without a mission", no, common.MAV_CMD_MISSION_START, nil},
		{"current item of none", no, common.MAV_CMD_DO_SET_MISSION_CURRENT, []float32{5}},
		{"yaw beyond a circle", no, common.MAV_CMD_CONDITION_YAW, []float32{400}},
		{"yaw", ok, common.MAV_CMD_CONDITION_YAW, []float32{90}},
		{"pause on the ground", no, common.MAV_CMD_DO_PAUSE_CONTINUE, []float32{0}},
		{"pause with 7", denied, common.MAV_CMD_DO_PAUSE_CONTINUE, []float32{7}},
		{"speed of nothing", no, common.MAV_CMD_DO_CHANGE_SPEED, []float32{1, -3}},
		{"home at 0, 0", denied, common.MAV_CMD_DO_SET_HOME, nil},
		{"home NaN", denied, common.MAV_CMD_DO_SET_HOME, []float32{0, 0, 0, 0, -35, 149, nan}},
		{"fence with 5", no, common.MAV_CMD_DO_FENCE_ENABLE, []float32{5}},
		{"termination with 0", no, common.MAV_CMD_DO_FLIGHTTERMINATION, nil},
		{"a motor's servo", no, common.MAV_CMD_DO_SET_SERVO, []float32{1, 1500}},
		{"a free servo", ok, common.MAV_CMD_DO_SET_SERVO, []float32{8, 1500}},
		{"shutdown", never, common.MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN, []float32{2}},
		{"mode by switch", ok, 218, []float32{55, 2}},
	} {
		if got := s.command(1, x.id, x.p...); got != x.want {
			t.Errorf("%s: %v instead of %v", x.what, got, x.want)
		}
	}
	if r := s.commandInt(common.MAV_CMD_DO_REPOSITION, 1, -35.36, 149.16, nan); r != denied {
		t.Errorf("reposition to NaN: %v", r)
	}
	if r := s.commandInt(common.MAV_CMD_DO_REPOSITION, 1, 123, 149.16, 10); r != denied {
		t.Errorf("reposition to latitude 123: %v", r)
	}
	if m := all[*mav.MessageMessageInterval](s); len(m) != 1 || m[0].IntervalUs != 0 {
		t.Errorf("interval of nothing: %v", m)
	}
	if v := all[*mav.MessageProtocolVersion](s); len(v) != 1 || v[0].MaxVersion != 200 {
		t.Errorf("protocol version %v", v)
	}
	s.send(&mav.MessageSetMode{TargetSystem: 1, BaseMode: 1, CustomMode: uint32(Loiter)})
	s.must(s.ack(11))
	s.mode(Loiter)
}

func TestModesAreToldOneByOneOrAll(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 435, 4))
	m := all[*mav.MessageAvailableModes](s)[0] // it comes before the acknowledgement
	if m.ModeIndex != 4 || m.NumberModes != 24 || m.ModeName != "AUTO" || m.CustomMode != 3 {
		t.Errorf("%+v", m)
	}
	if r := s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 435, 25); r != mav.MAV_RESULT_DENIED {
		t.Errorf("mode 25: %v", r)
	}
	s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 435, 0))
	seen := map[uint8]bool{}
	until(s, "all modes", func(m *mav.MessageAvailableModes) bool { seen[m.ModeIndex] = true; return len(seen) == 24 })
	if r := s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 436); r != mav.MAV_RESULT_FAILED {
		t.Errorf("CURRENT_MODE: %v", r)
	}
}

func TestWorkThatTakesTimeSaysSo(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, 5)
	if r := s.command(1, common.MAV_CMD_STORAGE_FORMAT, 1, 1); r != mav.MAV_RESULT_IN_PROGRESS {
		t.Fatalf("first %v", r)
	}
	if r := s.command(1, common.MAV_CMD_STORAGE_FORMAT, 1, 1); r != mav.MAV_RESULT_TEMPORARILY_REJECTED {
		t.Errorf("meanwhile %v", r)
	}
	s.must(s.ack(common.MAV_CMD_STORAGE_FORMAT))
	if r := s.command(1, common.MAV_CMD_PREFLIGHT_CALIBRATION, 1); r != mav.MAV_RESULT_IN_PROGRESS {
		t.Fatalf("calibration %v", r)
	}
	s.send(&mav.MessageCommandCancel{TargetSystem: 1, TargetComponent: 1, Command: common.MAV_CMD_PREFLIGHT_CALIBRATION})
	if r := s.ack(common.MAV_CMD_PREFLIGHT_CALIBRATION); r != mav.MAV_RESULT_CANCELLED {
		t.Errorf("cancelled: %v", r)
	}
}

func TestARebootRestartsTheClockForgetsStreamsAndKeepsWhatIsStored(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, 10)
	s.stream(10, 33)
	before := until[*mav.MessageGlobalPositionInt](s, "a position", nil).TimeBootMs
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "RTL_ALT", ParamValue: 4700})
	until(s, "the new value", func(m *mav.MessageParamValue) bool { return m.ParamId == "RTL_ALT" && m.ParamValue == 4700 })
	home := c.State().LatLon
	s.sendPlan(mav.MAV_MISSION_TYPE_MISSION, []*mav.MessageMissionItemInt{way(16, home, 0), way(22, home, 20), way(20, home, 0)})
	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Guided)))
	s.must(s.command(1, common.MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN, 1))
	s.mode(Stabilize)
	if r := s.command(1, common.MAV_CMD_COMPONENT_ARM_DISARM, 1); r != mav.MAV_RESULT_FAILED {
		t.Errorf("armed right after the start: %v", r)
	}
	positions := len(all[*mav.MessageGlobalPositionInt](s))
	s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 33))
	now := all[*mav.MessageGlobalPositionInt](s)
	if after := now[len(now)-1].TimeBootMs; after >= before || after > 15_000 || len(now) != positions+1 {
		t.Errorf("booted %d ms ago, before %d; %d positions came unasked", after, before, len(now)-positions-1)
	}
	s.send(&mav.MessageParamRequestRead{TargetSystem: 1, TargetComponent: 1, ParamId: "RTL_ALT", ParamIndex: -1})
	if m := until(s, "RTL_ALT", func(m *mav.MessageParamValue) bool { return m.ParamId == "RTL_ALT" }); m.ParamValue != 4700 {
		t.Errorf("RTL_ALT is %v", m.ParamValue)
	}
	if n := len(s.readPlan(mav.MAV_MISSION_TYPE_MISSION)); n != 3 {
		t.Errorf("%d items", n)
	}
	until(s, "GPS in use", func(m *mav.MessageStatustext) bool { return m.Text == "EKF3 IMU0 is using GPS" })
	s.must(s.command(1, common.MAV_CMD_COMPONENT_ARM_DISARM, 1))
	if r := s.command(1, common.MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN, 1); r != mav.MAV_RESULT_FAILED {
		t.Errorf("reboot while armed: %v", r)
	}
	if r := s.command(1, common.MAV_CMD_RUN_PREARM_CHECKS); r != mav.MAV_RESULT_TEMPORARILY_REJECTED {
		t.Errorf("checks while armed: %v", r)
	}
}

func TestFlyingByCommandsTargetsAndSticks(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, quick)
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "FS_GCS_ENABLE", ParamValue: 0})
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "RC_OVERRIDE_TIME", ParamValue: -1})
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "GUID_TIMEOUT", ParamValue: 60})
	s.stream(10, 32, 33, 65)
	// Up in LOITER.
	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Loiter)))
	s.arm()
	s.must(s.command(1, common.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, 15))
	until(s, "15 m", func(m *mav.MessageGlobalPositionInt) bool { return m.RelativeAlt > 14_300 })
	// Forward by stick: the nose points north, x of the local frame is north.
	s.send(&mav.MessageManualControl{Target: 1, X: 600, Y: 0, Z: 500, R: 0})
	until(s, "a run to the north", func(m *mav.MessageLocalPositionNed) bool { return m.X > 20 && m.Vx > 4 && math.Abs(float64(m.Y)) < 4 })
	until(s, "the channels", func(m *mav.MessageRcChannels) bool { return m.Chan2Raw == 1200 && m.Chan3Raw == 1500 })
	s.send(&mav.MessageRcChannelsOverride{TargetSystem: 1, TargetComponent: 1, Chan1Raw: 1500, Chan2Raw: 1500, Chan3Raw: 1800, Chan4Raw: 1500})
	until(s, "a climb on the spot", func(m *mav.MessageLocalPositionNed) bool { return m.Vz < -0.8 && math.Abs(float64(m.Vx)) < 0.5 })
	s.send(&mav.MessageRcChannelsOverride{TargetSystem: 1, TargetComponent: 1})
	// To a place in the local frame, then along the body's axes.
	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Guided)))
	s.send(&mav.MessageSetPositionTargetLocalNed{TargetSystem: 1, TargetComponent: 1, CoordinateFrame: mav.MAV_FRAME_LOCAL_NED, TypeMask: 0b1101_1111_1000, X: 40, Y: -30, Z: -20})
	until(s, "arrival", func(m *mav.MessageLocalPositionNed) bool {
		return math.Abs(float64(m.X)-40) < 1 && math.Abs(float64(m.Y)+30) < 1 && math.Abs(float64(m.Z)+20) < 1
	})
	s.must(s.command(1, common.MAV_CMD_DO_PAUSE_CONTINUE, 0))
	s.must(s.command(1, common.MAV_CMD_DO_PAUSE_CONTINUE, 1))
	s.must(s.command(1, common.MAV_CMD_CONDITION_YAW, 90, 0, 1, 0))
	until(s, "east", func(m *mav.MessageGlobalPositionInt) bool { return math.Abs(float64(m.Hdg)-9000) < 200 })
	s.send(&mav.MessageSetPositionTargetLocalNed{TargetSystem: 1, TargetComponent: 1, CoordinateFrame: mav.MAV_FRAME_BODY_NED, TypeMask: 0b1101_1100_0111, Vx: 3})
	until(s, "a flight to the east", func(m *mav.MessageLocalPositionNed) bool { return m.Vy > 2 })
	// By attitude: nose down by 10 degrees, half thrust.
	q := quaternion(0, -10, 0)
	s.send(&mav.MessageSetAttitudeTarget{TargetSystem: 1, TargetComponent: 1, TypeMask: 7, Q: q, Thrust: 0.5})
	until(s, "a flight to the north", func(m *mav.MessageLocalPositionNed) bool { return m.Vx > 3 && math.Abs(float64(m.Vz)) < 1 })
	s.must(s.command(1, common.MAV_CMD_DO_SET_HOME, 1))
	until[*mav.MessageHomePosition](s, "the new home", nil)
	// A circle goes round.
	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Circle)))
	sides := map[string]bool{}
	until(s, "all sides", func(m *mav.MessageLocalPositionNed) bool {
		if math.Hypot(float64(m.Vx), float64(m.Vy)) > 1 {
			sides[map[bool]string{true: "n", false: "s"}[m.Vx > 0]+map[bool]string{true: "e", false: "w"}[m.Vy > 0]] = true
		}
		return len(sides) == 4
	})
	if r := s.command(1, common.MAV_CMD_COMPONENT_ARM_DISARM, 0); r != mav.MAV_RESULT_FAILED {
		t.Errorf("disarm in the air: %v", r)
	}
	s.must(s.command(1, common.MAV_CMD_COMPONENT_ARM_DISARM, 0, 21196))
	until(s, "the fall", func(m *mav.MessageHeartbeat) bool { return m.BaseMode&128 == 0 && c.State().Landed })
}

func TestAMissionIsPausedAndGoesOn(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, quick)
	home := c.State().LatLon
	far := geo.Offset(home, 90, 400)
	s.stream(5, 33, 42)
	s.sendPlan(mav.MAV_MISSION_TYPE_MISSION, []*mav.MessageMissionItemInt{way(16, home, 0), way(22, home, 20), way(16, far, 20), way(20, home, 0)})
	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Guided)))
	s.arm()
	s.must(s.command(1, common.MAV_CMD_MISSION_START))
	until(s, "the leg", func(m *mav.MessageMissionCurrent) bool { return m.Seq == 2 })
	until(s, "speed", func(m *mav.MessageGlobalPositionInt) bool { return m.Vy > 600 })
	s.must(s.command(1, common.MAV_CMD_DO_PAUSE_CONTINUE, 0))
	until(s, "rest", func(m *mav.MessageGlobalPositionInt) bool { return math.Abs(float64(m.Vy)) < 20 })
	s.mode(Auto)
	if r := s.command(1, common.MAV_CMD_DO_PAUSE_CONTINUE, 0); r != mav.MAV_RESULT_FAILED {
		t.Errorf("paused twice: %v", r)
	}
	s.must(s.command(1, common.MAV_CMD_DO_PAUSE_CONTINUE, 1))
	until(s, "the way point", func(m *mav.MessageMissionItemReached) bool { return m.Seq == 2 })
	until(s, "the return", func(m *mav.MessageMissionCurrent) bool { return m.Seq == 3 })
}
