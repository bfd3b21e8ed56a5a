package copter

import (
	"math"
	"slices"
	"strings"
	"testing"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/sim/scenario"
)

// said tells whether a text was said since the notes were last cleared.
func said(f *flight, text string) bool {
	return slices.ContainsFunc(f.notes, func(n note) bool { return n.text == text })
}

// run steps for some simulated seconds.
func run(f *flight, seconds float64) {
	for range int(seconds / dt) {
		f.step()
	}
}

func TestWhatAFailsafeDoesIsChosenByItsParameter(t *testing.T) {
	t.Parallel()
	smart := "SmartRTL Unavailable, Using RTL Mode"
	smartLand := "SmartRTL Unavailable, Using Land Mode"
	for _, x := range []struct {
		name, param string
		value       float64
		begin       func(f *flight)
		want        Mode
		armed       bool
		texts       []string
	}{
		{"station", "FS_GCS_ENABLE", 0, silence, Guided, true, nil},
		{"station", "FS_GCS_ENABLE", 1, silence, RTL, true, []string{"GCS Failsafe"}},
		{"station", "FS_GCS_ENABLE", 2, silence, RTL, true, []string{"GCS Failsafe"}},
		{"station", "FS_GCS_ENABLE", 3, silence, SmartRTL, true, []string{"GCS Failsafe"}},
		{"station", "FS_GCS_ENABLE", 4, func(f *flight) { f.endTrail("buffer full"); silence(f) }, Land, true, []string{smartLand}},
		{"station", "FS_GCS_ENABLE", 5, silence, Land, true, []string{"GCS Failsafe"}},
		{"station", "FS_GCS_ENABLE", 6, silence, RTL, true, []string{"GCS Failsafe"}},
		{"station", "FS_GCS_ENABLE", 7, silence, Brake, true, []string{"GCS Failsafe"}},
		{"radio", "FS_THR_ENABLE", 0, noRadio, Guided, true, nil},
		{"radio", "FS_THR_ENABLE", 1, noRadio, RTL, true, []string{"Radio Failsafe"}},
		{"radio", "FS_THR_ENABLE", 3, noRadio, Land, true, []string{"Radio Failsafe"}},
		{"radio", "FS_THR_ENABLE", 7, noRadio, Brake, true, []string{"Radio Failsafe"}},
		{"battery", "BATT_FS_LOW_ACT", 0, lowVoltage, Guided, true, []string{"Battery Failsafe"}},
		{"battery", "BATT_FS_LOW_ACT", 1, lowVoltage, Land, true, []string{"Battery Failsafe"}},
		{"battery", "BATT_FS_LOW_ACT", 2, lowVoltage, RTL, true, []string{"Battery Failsafe"}},
		{"battery", "BATT_FS_LOW_ACT", 3, func(f *flight) { f.endTrail("buffer full"); lowVoltage(f) }, RTL, true, []string{smart}},
		{"battery", "BATT_FS_LOW_ACT", 4, lowVoltage, SmartRTL, true, nil},
		{"battery", "BATT_FS_LOW_ACT", 5, lowVoltage, Guided, false, []string{"Terminating"}},
		{"battery", "BATT_FS_LOW_ACT", 6, lowVoltage, RTL, true, nil},
		{"battery", "BATT_FS_LOW_ACT", 7, lowVoltage, Brake, true, nil},
		{"critical", "BATT_FS_CRT_ACT", 2, critVoltage, RTL, true, []string{"Battery Failsafe"}},
		{"estimate", "FS_EKF_ACTION", 0, noSatellites, Guided, true, []string{"EKF variance"}},
		{"estimate", "FS_EKF_ACTION", 1, noSatellites, Land, true, []string{"EKF variance", "EKF Failsafe: changed to LAND Mode"}},
		{"estimate", "FS_EKF_ACTION", 2, noSatellites, AltHold, true, []string{"EKF Failsafe: changed to ALT_HOLD Mode"}},
	} {
		f := inTheAir(t, vec{2, 0, 0}, 40)
		f.params.set(x.param, x.value)
		f.stationBack()
		run(f, 1)
		if f.failsafe.any() {
			t.Fatalf("%s: active at once: %v", x.name, f.notes)
		}
		f.notes = nil
		x.begin(f)
		run(f, 13)
		if f.mode != x.want || f.armed != x.armed {
			t.Errorf("%s with %s %.0f: %s, armed %v: %v", x.name, x.param, x.value, f.mode, f.armed, f.notes)
		}
		for _, text := range x.texts {
			if !said(f, text) {
				t.Errorf("%s with %s %.0f: not said %q: %v", x.name, x.param, x.value, text, f.notes)
			}
		}
	}
}

func silence(f *flight) { f.heardStation = f.age() }

func noRadio(f *flight)      { f.params.set("SIM_RC_FAIL", 1); f.stationForEver() }
func lowVoltage(f *flight)   { f.params.set("SIM_BATT_VOLTAGE", 13.7); f.stationForEver() }
func critVoltage(f *flight)  { f.params.set("SIM_BATT_VOLTAGE", 11); f.stationForEver() }
func noSatellites(f *flight) { f.params.set("SIM_GPS1_ENABLE", 0); f.stationForEver() }

func (f *flight) stationForEver() { f.params.set("FS_GCS_TIMEOUT", 1e6) }

func TestOptionsLetAFlightGoOnAndALandingBeFinished(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		options float64
		begin   func(f *flight)
		mode    Mode
		want    Mode
		text    string
	}{
		{0, silence, Loiter, RTL, "GCS Failsafe"},
		{16, silence, Loiter, Loiter, "GCS Failsafe - Continuing Pilot Control"},
		{16, silence, Guided, RTL, "GCS Failsafe"},
		{8, silence, Land, Land, "GCS Failsafe - Continuing Landing"},
		{0, silence, Land, RTL, "GCS Failsafe"},
		{4, noRadio, Guided, Guided, "Radio Failsafe - Continuing Guided Mode"},
		{8, noRadio, Land, Land, "Radio Failsafe - Continuing Landing"},
		{8, lowVoltage, Land, Land, "Battery Failsafe - Continuing Landing"},
	} {
		f := inTheAir(t, vec{}, 60)
		f.params.set("FS_OPTIONS", x.options)
		f.setMode(x.mode)
		f.stationBack()
		x.begin(f)
		run(f, 12)
		if f.mode != x.want || !said(f, x.text) || !f.failsafe.any() {
			t.Errorf("options %.0f in %s: %s, %v", x.options, x.mode, f.mode, f.notes)
		}
	}
}

func TestAMissionGoesOnWithoutItsStationOnlyWhereThatIsAllowed(t *testing.T) {
	t.Parallel()
	for options, want := range map[float64]Mode{0: RTL, 2: Auto} {
		f := inTheAir(t, vec{}, 30)
		p, _ := f.position(vec{800, 0, 30})
		f.mission = append(f.mission, item{frame: 3, cmd: common.MAV_CMD_NAV_WAYPOINT, x: e7(p.Lat), y: e7(p.Lon), z: 30})
		f.params.set("FS_OPTIONS", options)
		f.stationBack()
		f.setMode(Auto)
		run(f, 8)
		if f.mode != want || !f.failsafe.station {
			t.Errorf("options %.0f: %s, %v", options, f.mode, f.notes)
		}
		f.stationBack()
		run(f, 0.1)
		if f.mode != want || !said(f, "GCS Failsafe Cleared") || f.failsafe.any() {
			t.Errorf("after it came back: %s, %v", f.mode, f.notes)
		}
	}
}

func TestOnTheGroundAFailsafeOnlyStopsTheMotorsAndRefusesArming(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		begin           func(f *flight)
		text, forbidden string
	}{
		{silence, "GCS Failsafe - Disarming", "GCS failsafe on"},
		{noRadio, "Radio Failsafe - Disarming", "Radio failsafe on"},
		{lowVoltage, "Battery Failsafe - Disarming", "Battery 1 below minimum arming voltage"},
		{noSatellites, "EKF variance", "GPS 1: not healthy"},
	} {
		f := standing(vec{})
		f.params.set("DISARM_DELAY", 0)
		f.params.set("BATT_LOW_TIMER", 2)
		f.setMode(Guided)
		if !f.arm(false) {
			t.Fatal(f.notes)
		}
		f.stationBack()
		x.begin(f)
		run(f, 9)
		if f.armed || f.mode != Guided || !said(f, x.text) {
			t.Errorf("%s: armed %v, %s, %v", x.text, f.armed, f.mode, f.notes)
		}
		f.notes = nil
		if f.arm(false) || !said(f, "Arm: "+x.forbidden) {
			t.Errorf("%s: armed again, %v", x.text, f.notes)
		}
	}
}

func TestAPositionThatIsLostEndsInALandingThatComesBackToUse(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{3, 0, 0}, 40)
	f.stationForEver()
	f.params.set("SIM_GPS1_ENABLE", 0)
	took := fly(t, f, 15, "LAND", func() bool { return f.mode == Land }, nil)
	if took < 3 || took > 8 || !said(f, "EKF3 IMU0 stopped aiding") {
		t.Errorf("after %.1f s: %v", took, f.notes)
	}
	if f.setMode(RTL) || f.ekfFlags()&mav.EKF_POS_HORIZ_ABS != 0 || f.ekfFlags()&mav.EKF_CONST_POS_MODE == 0 {
		t.Errorf("returns without a position, flags %b", f.ekfFlags())
	}
	run(f, 4.5)
	start := f.body.pos
	run(f, 8)
	if drift := f.body.pos.sub(start); drift[0] < 5 || drift[2] > -4 {
		t.Errorf("it should sink, and drift with the wind: %v", drift)
	}
	f.params.set("SIM_GPS1_ENABLE", 1)
	fly(t, f, 10, "the position", f.ready, nil)
	fly(t, f, 5, "the end", func() bool { return said(f, "EKF Failsafe Cleared") }, nil)
	if !f.setMode(Guided) || f.est.pos.sub(f.body.pos).length() > 4 {
		t.Errorf("%v, %.1f m off", f.notes, f.est.pos.sub(f.body.pos).length())
	}
}

func TestGlitchesAreRefusedFirstAndBelievedInTheEnd(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{}, 40)
	f.stationForEver()
	at := f.body.pos
	f.params.set("SIM_GPS1_GLTCH_X", 0.0004) // 44 m to the north
	run(f, 4)
	if !said(f, "GPS Glitch or Compass error") || f.ekfFlags()&mav.EKF_GPS_GLITCHING == 0 || f.ekf.horizontal < 1 {
		t.Errorf("%v, %+v", f.notes, f.ekf)
	}
	if d := f.body.pos.sub(at).horizontal(); d > 3 || f.gps.pos.sub(f.body.pos)[1] < 40 {
		t.Errorf("moved %.1f m, the receiver is %v off", d, f.gps.pos.sub(f.body.pos))
	}
	run(f, 25)
	if d := f.body.pos.sub(at); d[1] > -35 || !said(f, "Glitch cleared") || f.mode != Guided {
		t.Errorf("believing it, the vehicle should go south: %v in %s, %v", d, f.mode, f.notes)
	}
}

func TestSensorsThatFailAreSeenAndFlownWith(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{}, 40)
	f.stationForEver()
	f.params.set("SIM_MAG1_FAIL", 1)
	run(f, 2)
	if f.healthBits()&mav.MAV_SYS_STATUS_SENSOR_3D_MAG != 0 || !said(f, "EKF3 IMU0 switching to compass 1") || f.ekf.heading > 0.5 {
		t.Errorf("%v, %+v", f.notes, f.ekf)
	}
	f.params.set("SIM_MAG2_FAIL", 1)
	f.params.set("SIM_MAG3_FAIL", 1)
	run(f, 10)
	if f.ekf.heading < 1 || math.Abs(f.ekf.yawOff) < 8 || f.mode != Guided {
		t.Errorf("without a compass: %+v in %s", f.ekf, f.mode)
	}
	before := f.body.pos[2]
	f.params.set("SIM_BARO_GLITCH", 6)
	run(f, 20)
	if d := f.body.pos[2] - before; d > -4.5 || d < -7.5 {
		t.Errorf("a barometer 6 m too high moved it by %.1f m", d)
	}
	f.params.set("SIM_WIND_SPD", 9)
	f.params.set("SIM_WIND_DIR", 270)
	f.params.set("SIM_WIND_TURB", 2)
	run(f, 15)
	lean := 0.0
	for range 2000 {
		f.step()
		lean = max(lean, math.Hypot(f.body.rollDeg, f.body.pitchDeg))
	}
	if w := f.wind(); w[0] < 3 || lean < 6 {
		t.Errorf("wind %v, leans %.1f degrees", w, lean)
	}
}

func TestAMotorThatFailsIsACrash(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{}, 30)
	f.params.set("SIM_ENGINE_MUL", 0.5)
	f.params.set("SIM_ENGINE_FAIL", 1)
	run(f, 5)
	if math.Abs(f.body.pos[2]-30) > 2 || !said(f, "Potential Thrust Loss (1)") {
		t.Errorf("with half a motor at %v: %v", f.body.pos, f.notes)
	}
	f.params.set("SIM_ENGINE_MUL", 0)
	fly(t, f, 20, "the crash", func() bool { return !f.armed }, nil)
	crashed := slices.ContainsFunc(f.notes, func(n note) bool { return strings.HasPrefix(n.text, "Crash: Disarming") })
	if !f.body.onGround || !crashed || f.body.touchMS < 5 {
		t.Errorf("touched with %.1f m/s: %v", f.body.touchMS, f.notes)
	}
	if f.arm(false) || f.prearm() != "Leaning" {
		t.Errorf("armed on its back: %q", f.prearm())
	}
}

func TestFaultsAreTheSameForASeed(t *testing.T) {
	t.Parallel()
	var ends []vec
	for range 2 {
		f := inTheAir(t, vec{1, 1, 0}, 20)
		f.params.set("SIM_WIND_TURB", 3)
		f.params.set("SIM_GPS1_NOISE", 2)
		f.params.set("SIM_GPS1_JAM", 1)
		run(f, 20)
		ends = append(ends, f.body.pos)
	}
	if ends[0] != ends[1] {
		t.Errorf("%v and %v", ends[0], ends[1])
	}
}

// set sets a parameter and waits for its echo.
func (s *station) set(name string, value float32) {
	s.t.Helper()
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: name, ParamValue: value, ParamType: mav.MAV_PARAM_TYPE_REAL32})
	until(s, name, func(m *mav.MessageParamValue) bool { return m.ParamId == name && m.ParamValue == value })
}

// text waits for a text.
func (s *station) text(text string) {
	s.t.Helper()
	until(s, text, func(m *mav.MessageStatustext) bool { return m.Text == text })
}

func TestAStationSeesSatellitesFailAndComeBack(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, 20)
	s.stream(5, 1, 24, 33, 193)
	s.set("SIM_GPS1_ENABLE", 0)
	until(s, "no receiver", func(m *mav.MessageGpsRawInt) bool {
		return m.FixType == mav.GPS_FIX_TYPE_NO_GPS && m.SatellitesVisible == 0
	})
	until(s, "the health", func(m *mav.MessageSysStatus) bool {
		return m.OnboardControlSensorsHealth&(mav.MAV_SYS_STATUS_SENSOR_GPS|mav.MAV_SYS_STATUS_PREARM_CHECK) == 0
	})
	if r := s.command(1, common.MAV_CMD_COMPONENT_ARM_DISARM, 1); r != mav.MAV_RESULT_FAILED {
		t.Errorf("armed without satellites: %v", r)
	}
	if texts := all[*mav.MessageStatustext](s); !slices.ContainsFunc(texts, func(m *mav.MessageStatustext) bool { return m.Text == "Arm: GPS 1: not healthy" }) {
		t.Errorf("no reason in %v", texts)
	}
	s.set("SIM_GPS1_ENABLE", 1)
	until(s, "all well", func(m *mav.MessageSysStatus) bool {
		const both = mav.MAV_SYS_STATUS_SENSOR_GPS | mav.MAV_SYS_STATUS_PREARM_CHECK
		return m.OnboardControlSensorsHealth&both == both
	})
	s.takeOff(20)
	s.set("SIM_GPS1_JAM", 1)
	s.text("EKF Failsafe: changed to LAND Mode")
	until(s, "its flags", func(m *mav.MessageEkfStatusReport) bool {
		return m.Flags&(mav.EKF_POS_HORIZ_ABS|mav.EKF_CONST_POS_MODE) == mav.EKF_CONST_POS_MODE
	})
	until(s, "CRITICAL", func(m *mav.MessageHeartbeat) bool {
		return m.Type == mav.MAV_TYPE_QUADROTOR && m.SystemStatus == mav.MAV_STATE_CRITICAL && m.CustomMode == uint32(Land)
	})
	until(s, "down", func(m *mav.MessageHeartbeat) bool {
		return m.Type == mav.MAV_TYPE_QUADROTOR && m.BaseMode&128 == 0 && m.SystemStatus == mav.MAV_STATE_STANDBY
	})
}

func TestAStationThatGoesSilentAndComesBack(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, 10)
	s.stream(5, 33)
	s.set("FS_GCS_TIMEOUT", 60)
	s.send(&mav.MessageHeartbeat{Type: mav.MAV_TYPE_GCS, Autopilot: mav.MAV_AUTOPILOT_INVALID})
	s.takeOff(10)
	s.set("FS_GCS_TIMEOUT", 5)
	s.text("GCS Failsafe")
	until(s, "RTL, critical", func(m *mav.MessageHeartbeat) bool {
		return m.Type == mav.MAV_TYPE_QUADROTOR && m.SystemStatus == mav.MAV_STATE_CRITICAL && m.CustomMode == uint32(RTL)
	})
	s.set("FS_GCS_TIMEOUT", 60)
	s.send(&mav.MessageHeartbeat{Type: mav.MAV_TYPE_GCS, Autopilot: mav.MAV_AUTOPILOT_INVALID})
	s.text("GCS Failsafe Cleared")
	until(s, "RTL, active", func(m *mav.MessageHeartbeat) bool {
		return m.Type == mav.MAV_TYPE_QUADROTOR && m.SystemStatus == mav.MAV_STATE_ACTIVE && m.CustomMode == uint32(RTL)
	})
}

func TestEveryReasonIsToldAndTheHealthSaysSo(t *testing.T) {
	t.Parallel()
	f := standing(vec{})
	run(f, 1)
	const well = mav.MAV_SYS_STATUS_PREARM_CHECK | mav.MAV_SYS_STATUS_SENSOR_GPS | mav.MAV_SYS_STATUS_SENSOR_RC_RECEIVER
	if f.healthBits()&well != well || len(f.reasons()) != 0 {
		t.Fatalf("%b, %v", f.healthBits(), f.reasons())
	}
	f.params.set("SIM_GPS1_NUMSATS", 3)
	f.params.set("SIM_RC_FAIL", 2)
	f.params.set("SIM_BATT_VOLTAGE", 12)
	f.params.set("DID_ENABLE", 1)
	run(f, 2)
	want := []string{"GPS 1: Bad fix", "Radio failsafe on", "Battery 1 below minimum arming voltage", "OpenDroneID: operator location must be set"}
	if !slices.Equal(f.reasons(), want) || f.healthBits()&well != 0 {
		t.Errorf("%q, %b", f.reasons(), f.healthBits())
	}
	if f.channel(2) != 950 || f.rawGPS().FixType != mav.GPS_FIX_TYPE_2D_FIX {
		t.Errorf("throttle %d, %+v", f.channel(2), f.rawGPS())
	}
	if !f.arm(true) || f.healthBits()&mav.MAV_SYS_STATUS_PREARM_CHECK == 0 {
		t.Error("armed by force, the check counts no more")
	}
}

func TestTheReceiverIsSlowLateAndNoisy(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{}, 40)
	f.stationForEver()
	f.goTo(vec{2000, 0, 40})
	run(f, 15)
	fixes, last := 0, f.gps.at
	var along, across, square2 float64
	const seconds = 100
	for range int(seconds / dt) {
		f.step()
		if f.gps.at != last {
			fixes, last = fixes+1, f.gps.at
			d := f.gps.pos.sub(f.body.pos)
			along += d[0]
			across += d[1]
			square2 += d[1] * d[1]
		}
	}
	n := float64(fixes)
	spread := math.Sqrt(square2/n - square(across/n))
	if fixes < 5*seconds-2 || fixes > 5*seconds+2 || along/n > -0.5 || along/n < -4 || spread < 0.4 || spread > 2 {
		t.Errorf("%d fixes, %.1f m behind, spread %.1f m", fixes, along/n, spread)
	}
}

func TestAScenarioBringsItsFaults(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{
		Parameters: map[string]float64{"RTL_ALT": 3300},
		Events:     []scenario.Event{{AtS: 40, Set: map[string]float64{"SIM_GPS1_ENABLE": 1}}, {AtS: 20, Set: map[string]float64{"SIM_GPS1_ENABLE": 0}}},
	}, 10)
	s.stream(5, 24)
	fix := func(what string, gps mav.GPS_FIX_TYPE) {
		t.Helper()
		until(s, what, func(m *mav.MessageGpsRawInt) bool { return m.FixType == gps })
	}
	fix("satellites", mav.GPS_FIX_TYPE_3D_FIX)
	until(s, "the change", func(m *mav.MessageParamValue) bool { return m.ParamId == "SIM_GPS1_ENABLE" && m.ParamValue == 0 })
	fix("none", mav.GPS_FIX_TYPE_NO_GPS)
	fix("satellites again", mav.GPS_FIX_TYPE_3D_FIX)
	s.send(&mav.MessageParamRequestRead{TargetSystem: 1, TargetComponent: 1, ParamId: "RTL_ALT", ParamIndex: -1})
	until(s, "its parameter", func(m *mav.MessageParamValue) bool { return m.ParamId == "RTL_ALT" && m.ParamValue == 3300 })

	w, err := testWorld()
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]scenario.Drone{
		"unknown":   {ID: 1, Parameters: map[string]float64{"NO_SUCH": 1}},
		"read only": {ID: 1, Parameters: map[string]float64{"MAV_SYSID": 4}},
		"event":     {ID: 1, Events: []scenario.Event{{AtS: 1, Set: map[string]float64{"NO_SUCH": 1}}}},
	} {
		if c, err := New(Config{World: w, Drone: d}); err == nil {
			c.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestHealthIsToldAsInTheRecording(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, 10)
	status := func(what string, present, enabled, healthy uint32) {
		t.Helper()
		s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 1))
		m := all[*mav.MessageSysStatus](s)
		last := m[len(m)-1]
		got := [3]uint32{uint32(last.OnboardControlSensorsPresent), uint32(last.OnboardControlSensorsEnabled), uint32(last.OnboardControlSensorsHealth)}
		if got != [3]uint32{present, enabled, healthy} {
			t.Errorf("%s: %x", what, got)
		}
	}
	status("STABILIZE", 0x5371fc2f, 0x53619c2f, 0x57719c2f)
	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Guided)))
	status("GUIDED", 0x5371fc2f, 0x5361fc2f, 0x5771fc2f)
	s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 193))
	if m := all[*mav.MessageEkfStatusReport](s); m[0].Flags != 831 {
		t.Errorf("flags %d", m[0].Flags)
	}
	s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 24))
	if m := all[*mav.MessageGpsRawInt](s)[0]; m.SatellitesVisible != 10 || m.Eph != 121 || m.FixType < mav.GPS_FIX_TYPE_3D_FIX {
		t.Errorf("%+v", m)
	}
	s.set("SIM_GPS1_NUMSATS", 2)
	s.stream(5, 193)
	until(s, "no position", func(m *mav.MessageEkfStatusReport) bool { return m.Flags == 167 })
	if c.State().Armed {
		t.Error("armed")
	}
}
