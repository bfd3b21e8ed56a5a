package gimbal_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/gimbal"
)

const autopilot = 1

var start = time.Unix(1_800_000_000, 0)

type told struct {
	component uint8
	message   message.Message
}

func setOf(t *testing.T, all ...told) *gimbal.Set {
	t.Helper()
	s := gimbal.NewSet(autopilot)
	for _, m := range all {
		if !s.Apply(m.component, m.message, start) {
			t.Fatalf("%T is not understood", m.message)
		}
	}
	return s
}

func ids(s *gimbal.Set) (all []uint8) {
	for _, d := range s.List() {
		all = append(all, d.ID)
	}
	return all
}

func TestGimbalsAreTheDevicesOfTheirManagers(t *testing.T) {
	t.Parallel()
	info := func(device uint8) *common.MessageGimbalManagerInformation {
		return &common.MessageGimbalManagerInformation{GimbalDeviceId: device}
	}
	for name, c := range map[string]struct {
		told []told
		want []uint8
	}{
		"ArduPilot with two of its own":           {[]told{{1, info(2)}, {1, info(1)}}, []uint8{1, 2}},
		"a gimbal that manages itself, as on PX4": {[]told{{154, info(154)}}, []uint8{154}},
		"a device that ArduPilot manages under another id": {
			[]told{{154, &common.MessageGimbalDeviceAttitudeStatus{}}, {1, info(1)}}, []uint8{1},
		},
		"attitudes before the manager":      {[]told{{154, &common.MessageGimbalDeviceAttitudeStatus{}}}, []uint8{154}},
		"attitudes from the autopilot":      {[]told{{1, info(2)}, {1, &common.MessageGimbalDeviceAttitudeStatus{GimbalDeviceId: 2}}}, []uint8{2}},
		"attitudes of before the device id": {[]told{{1, info(3)}, {1, &common.MessageGimbalDeviceAttitudeStatus{}}}, []uint8{3}},
		"an old mount":                      {[]told{{1, &ardupilotmega.MessageMountStatus{}}}, []uint8{1}},
		"an old mount beside a manager":     {[]told{{1, &ardupilotmega.MessageMountStatus{}}, {1, info(5)}}, []uint8{5}},
		"a status without information":      {[]told{{1, &common.MessageGimbalManagerStatus{GimbalDeviceId: 171}}}, []uint8{171}},
		"a manager of nothing":              {[]told{{1, info(0)}}, nil},
	} {
		if got := ids(setOf(t, c.told...)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestTheAutopilotsWordOutweighsTheDevices(t *testing.T) {
	t.Parallel()
	s := setOf(t,
		told{154, &common.MessageGimbalManagerInformation{GimbalDeviceId: 154}},
		told{1, &common.MessageGimbalManagerInformation{GimbalDeviceId: 154, CapFlags: common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_LOCK}},
		told{154, &common.MessageGimbalManagerInformation{GimbalDeviceId: 154, CapFlags: common.GIMBAL_MANAGER_CAP_FLAGS_HAS_RETRACT}},
	)
	d, ok := s.Find(0)
	if !ok || d.Manager != autopilot || !slices.Equal(d.AbilityNames(), []string{"lock"}) {
		t.Errorf("%+v", d)
	}
	if _, ok := s.Find(7); ok {
		t.Error("a gimbal that is not there")
	}
	if d, ok := gimbal.NewSet(1).Find(0); !ok || d.ID != 0 {
		t.Error("where nothing is known the autopilot must be asked")
	}
}

func TestWhoControls(t *testing.T) {
	t.Parallel()
	s := setOf(t, told{1, &common.MessageGimbalManagerStatus{GimbalDeviceId: 1, PrimaryControlSysid: 254, PrimaryControlCompid: 190, Flags: common.GIMBAL_MANAGER_FLAGS_YAW_LOCK}})
	d, _ := s.Find(1)
	if who, known := d.Control(start.Add(time.Second)); !known || who != (gimbal.Controller{System: 254, Component: 190}) || d.Mode() != "lock" {
		t.Errorf("%v %v, %s", who, known, d.Mode())
	}
	if _, known := d.Control(start.Add(time.Minute)); known {
		t.Error("a status of a minute ago is believed")
	}
}

func TestWhatAGimbalCannotReach(t *testing.T) {
	t.Parallel()
	const rad = math.Pi / 180
	nan := float32(math.NaN())
	full := &common.MessageGimbalManagerInformation{
		GimbalDeviceId: 1, PitchMin: -90 * rad, PitchMax: 30 * rad, YawMin: -120 * rad, YawMax: 120 * rad, RollMin: nan, RollMax: nan,
		CapFlags: common.GIMBAL_MANAGER_CAP_FLAGS_HAS_PITCH_AXIS | common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_AXIS | common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_LOCK,
	}
	endless := *full
	endless.CapFlags |= common.GIMBAL_MANAGER_CAP_FLAGS_SUPPORTS_INFINITE_YAW
	fixed := *full
	fixed.CapFlags = common.GIMBAL_MANAGER_CAP_FLAGS_HAS_PITCH_AXIS
	silent := &common.MessageGimbalManagerInformation{GimbalDeviceId: 1, PitchMin: nan, YawMin: -6000, YawMax: 6000}
	for _, c := range []struct {
		name       string
		info       *common.MessageGimbalManagerInformation
		pitch, yaw *float64
		vehicle    bool
		refusal    string
	}{
		{"down", full, new(-90.0), new(200.0), false, ""},
		{"too far up", full, new(45.0), nil, false, "from -90° to 30°, not to 45.0°"},
		{"behind", full, nil, new(170.0), true, "yaw reaches"},
		{"behind, endless", &endless, nil, new(170.0), true, ""},
		{"no yaw", &fixed, new(-10.0), new(5.0), true, "no yaw axis"},
		{"no lock", &fixed, nil, new(5.0), false, "against the vehicle"},
		{"limits that are not known", silent, new(80.0), new(170.0), true, ""},
	} {
		d, _ := setOf(t, told{1, c.info}).Find(1)
		err := d.CheckAngles(c.pitch, c.yaw, c.vehicle)
		if (err == nil) != (c.refusal == "") || err != nil && !strings.Contains(err.Error(), c.refusal) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAVehicleCannotMakeUsKeepWithoutEnd(t *testing.T) {
	t.Parallel()
	s := gimbal.NewSet(autopilot)
	for id := range 256 {
		s.Apply(1, &common.MessageGimbalManagerInformation{GimbalDeviceId: uint8(id)}, start)
		s.Apply(uint8(id), &common.MessageGimbalDeviceAttitudeStatus{}, start)
		s.Apply(uint8(id), &common.MessageGimbalDeviceInformation{VendorName: "a\x1b[31m\nb", ModelName: strings.Repeat("x", 32)}, start)
	}
	if n := len(s.List()); n > 16 {
		t.Errorf("%d gimbals", n)
	}
	for _, d := range s.List() {
		if strings.ContainsAny(d.Name, "\x1b\n") {
			t.Errorf("name %q", d.Name)
		}
	}
	s.Forget(autopilot)
	if n := len(s.List()); n != 0 {
		t.Errorf("%d gimbals after their manager's restart", n)
	}
}

func TestFailuresAndAbilitiesOfADevice(t *testing.T) {
	t.Parallel()
	s := setOf(t,
		told{154, &common.MessageGimbalDeviceInformation{VendorName: "Acme", ModelName: "G1", CapFlags: common.GIMBAL_DEVICE_CAP_FLAGS_HAS_NEUTRAL, PitchMin: -1, PitchMax: 1}},
		told{154, &common.MessageGimbalDeviceAttitudeStatus{FailureFlags: common.GIMBAL_DEVICE_ERROR_FLAGS_MOTOR_ERROR, Flags: common.GIMBAL_DEVICE_FLAGS_RETRACT}},
	)
	d, _ := s.Find(154)
	if d.Name != "Acme G1" || !slices.Equal(d.AbilityNames(), []string{"neutral"}) || !slices.Equal(d.Failures, []string{"motor error"}) ||
		d.Pitch == nil || d.Mode() != "retracted" || d.Can(common.GIMBAL_MANAGER_CAP_FLAGS_HAS_RETRACT) {
		t.Errorf("%+v", d)
	}
}
