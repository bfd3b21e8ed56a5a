package copter

import (
	"math"
	"testing"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/sim/scenario"
)

// looks waits until the gimbal reports angles in degrees, the yaw from the nose.
func (s *station) looks(what string, pitch, yaw float64) {
	s.t.Helper()
	until(s, what, func(m *mav.MessageGimbalDeviceAttitudeStatus) bool {
		p, y := anglesOf(m.Q)
		return math.Abs(p-pitch) < 1 && math.Abs(geo.DiffDeg(yaw, y)) < 1.5
	})
}

func anglesOf(q [4]float32) (pitch, yaw float64) {
	w, x, y, z := float64(q[0]), float64(q[1]), float64(q[2]), float64(q[3])
	return math.Asin(2*(w*y-z*x)) / toRad, math.Atan2(2*(w*z+x*y), 1-2*(y*y+z*z)) / toRad
}

const pitchYaw = common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW

func TestTheGimbalManagerObeysCommandsAndRefusesWhatItCannot(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	s.stream(20, 285, 281)
	const (
		ok, no, denied = mav.MAV_RESULT_ACCEPTED, mav.MAV_RESULT_FAILED, mav.MAV_RESULT_DENIED
		lock           = float32(mav.GIMBAL_MANAGER_FLAGS_YAW_LOCK)
		vehicle        = float32(mav.GIMBAL_MANAGER_FLAGS_YAW_IN_VEHICLE_FRAME)
		earth          = float32(mav.GIMBAL_MANAGER_FLAGS_YAW_IN_EARTH_FRAME)
	)
	for _, x := range []struct {
		what string
		want mav.MAV_RESULT
		id   common.MAV_CMD
		p    []float32
	}{
		{"angles", ok, pitchYaw, []float32{-40, 30, nan32, nan32, 0, 0, 0}},
		{"its component", ok, pitchYaw, []float32{-40, 30, nan32, nan32, 0, 0, 154}},
		{"the first mount", ok, pitchYaw, []float32{-40, 30, nan32, nan32, 0, 0, 1}},
		{"another gimbal", no, pitchYaw, []float32{-10, 0, nan32, nan32, 0, 0, 2}},
		{"too high", denied, pitchYaw, []float32{26, 0, nan32, nan32}},
		{"too low", denied, pitchYaw, []float32{-91, 0, nan32, nan32}},
		{"infinite", denied, pitchYaw, []float32{float32(math.Inf(1)), 0, nan32, nan32}},
		{"more than a turn", denied, pitchYaw, []float32{0, 400, nan32, nan32}},
		{"nothing", denied, pitchYaw, []float32{nan32, nan32, nan32, nan32}},
		{"two frames", denied, pitchYaw, []float32{0, 0, nan32, nan32, vehicle + earth}},
		{"control for a system of 300", denied, common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE, []float32{300, 1}},
		{"control of another gimbal", no, common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE, []float32{-2, -2, -1, -1, 0, 0, 9}},
		{"look at a place with another gimbal", no, common.MAV_CMD_DO_SET_ROI_LOCATION, []float32{3, 0, 0, 0, -35.36, 149.16, 600}},
		{"look at itself", denied, common.MAV_CMD_DO_SET_ROI_SYSID, []float32{1}},
		{"an unknown mount mode", no, common.MAV_CMD_DO_MOUNT_CONTROL, []float32{0, 0, 0, 0, 0, 0, 9}},
		{"half a mount mode", no, common.MAV_CMD_DO_MOUNT_CONTROL, []float32{0, 0, 0, 0, 0, 0, 1.5}},
	} {
		if got := s.command(1, x.id, x.p...); got != x.want {
			t.Errorf("%s: %v instead of %v", x.what, got, x.want)
		}
	}
	s.looks("what was accepted", -40, 30)
	s.must(s.command(1, pitchYaw, nan32, -50, nan32, nan32))
	s.looks("the old pitch", -40, -50)
	s.must(s.command(1, pitchYaw, -20, nan32, nan32, nan32))
	s.looks("the old yaw", -20, -50)
	// The nose points north: from there and from the nose is the same.
	s.must(s.command(1, pitchYaw, -30, 60, nan32, nan32, earth))
	s.looks("a yaw from north", -30, 60)
	s.must(s.command(1, pitchYaw, -30, 80, nan32, nan32, lock))
	until(s, "the lock", func(m *mav.MessageGimbalManagerStatus) bool { return m.Flags&mav.GIMBAL_MANAGER_FLAGS_YAW_LOCK != 0 })
	s.must(s.command(1, pitchYaw, nan32, nan32, nan32, 20))
	s.looks("a turn", -30, 160)
	s.must(s.command(1, pitchYaw, nan32, nan32, nan32, nan32, float32(mav.GIMBAL_MANAGER_FLAGS_RETRACT)))
	until(s, "retracted", func(m *mav.MessageGimbalDeviceAttitudeStatus) bool {
		p, y := anglesOf(m.Q)
		return m.Flags&mav.GIMBAL_DEVICE_FLAGS_RETRACT != 0 && math.Hypot(p, y) < 2
	})
	s.must(s.command(1, pitchYaw, nan32, nan32, nan32, nan32, float32(mav.GIMBAL_MANAGER_FLAGS_NEUTRAL)))
	until(s, "neutral", func(m *mav.MessageGimbalManagerStatus) bool {
		return m.Flags&(mav.GIMBAL_MANAGER_FLAGS_NEUTRAL|mav.GIMBAL_MANAGER_FLAGS_RETRACT) == mav.GIMBAL_MANAGER_FLAGS_NEUTRAL
	})
	s.must(s.command(1, common.MAV_CMD_DO_MOUNT_CONTROL, -70, 0, 15, 0, 0, 0, 2))
	s.looks("the old command", -70, 15)
	s.must(s.command(1, common.MAV_CMD_DO_MOUNT_CONFIGURE, 0))
	s.looks("retracted by the old command", 0, 0)
}

func TestTheGimbalManagerKnowsWhoControls(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, 10)
	configure := common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE
	control := func(a, b, c, d uint8) {
		t.Helper()
		until(s, "the status", func(m *mav.MessageGimbalManagerStatus) bool {
			return [4]uint8{m.PrimaryControlSysid, m.PrimaryControlCompid, m.SecondaryControlSysid, m.SecondaryControlCompid} == [4]uint8{a, b, c, d}
		})
	}
	// A change is told unasked, before the acknowledgement.
	s.send(&mav.MessageCommandLong{TargetSystem: 1, TargetComponent: 1, Command: configure, Param1: -2, Param2: -2, Param3: -1, Param4: -1})
	control(255, 190, 0, 0)
	s.send(&mav.MessageCommandLong{TargetSystem: 1, TargetComponent: 1, Command: configure, Param1: -1, Param2: -1, Param3: 42, Param4: 7})
	control(255, 190, 42, 7)
	s.must(s.command(1, configure, -1, -1, -3, -3)) // not the sender's to give up
	s.stream(5, 281)
	control(255, 190, 42, 7)
	s.must(s.command(1, configure, -3, -3, 0, 0))
	control(0, 0, 0, 0)
}

func TestEachGimbalMessageComesFromItsOwner(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, 10)
	for id, component := range map[float32]uint8{280: 1, 281: 1, 283: 154, 285: 154} {
		s.must(s.command(component, common.MAV_CMD_REQUEST_MESSAGE, id))
	}
	if r := s.command(154, common.MAV_CMD_REQUEST_MESSAGE, 280); r == mav.MAV_RESULT_ACCEPTED {
		t.Error("the device gave the manager's message")
	}
	if r := s.command(154, common.MAV_CMD_SET_MESSAGE_INTERVAL, 33, 1e6); r == mav.MAV_RESULT_ACCEPTED {
		t.Error("the device streams positions")
	}
	if r := s.command(154, pitchYaw, 0, 0, nan32, nan32); r != mav.MAV_RESULT_UNSUPPORTED {
		t.Errorf("the device is no manager: %v", r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var manager *mav.MessageGimbalManagerInformation
	var device *mav.MessageGimbalDeviceInformation
	for _, h := range s.messages {
		switch m := h.msg.(type) {
		case *mav.MessageGimbalManagerInformation:
			manager = m
			if h.component != 1 {
				t.Errorf("280 from %d", h.component)
			}
		case *mav.MessageGimbalDeviceInformation:
			device = m
			if h.component != 154 {
				t.Errorf("283 from %d", h.component)
			}
		}
	}
	if manager == nil || device == nil {
		t.Fatal("not told")
	}
	const common16 = 0xffff
	if manager.GimbalDeviceId != 154 || uint32(manager.CapFlags)&common16 != uint32(device.CapFlags) ||
		manager.PitchMin != device.PitchMin || manager.PitchMax != device.PitchMax || manager.YawMax != device.YawMax {
		t.Errorf("manager %+v, device %+v", manager, device)
	}
}

func TestTheGimbalObeysMessages(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, quick)
	s.stream(20, 285)
	s.send(&mav.MessageGimbalManagerSetPitchyaw{TargetSystem: 1, TargetComponent: 1, Pitch: -0.5, Yaw: 0.5, PitchRate: nan32, YawRate: nan32})
	s.looks("287", -0.5/toRad, 0.5/toRad)
	s.send(&mav.MessageGimbalManagerSetAttitude{
		TargetSystem: 1, TargetComponent: 1, GimbalDeviceId: 154, Q: quaternion(0, -70, -20), AngularVelocityX: nan32, AngularVelocityY: nan32, AngularVelocityZ: nan32,
	})
	s.looks("282", -70, -20)
	s.send(&mav.MessageGimbalManagerSetAttitude{TargetSystem: 1, TargetComponent: 1, GimbalDeviceId: 5, Q: quaternion(0, 0, 0)}) // another
	s.send(&mav.MessageGimbalManagerSetManualControl{TargetSystem: 1, TargetComponent: 1, Pitch: -0.5, Yaw: 0.25, PitchRate: nan32, YawRate: nan32})
	s.looks("288", -45, 45)
	s.send(&mav.MessageGimbalDeviceSetAttitude{
		TargetSystem: 1, TargetComponent: 154, Q: quaternion(0, 60, 90), AngularVelocityX: nan32, AngularVelocityY: nan32, AngularVelocityZ: nan32,
	})
	s.looks("284, as high as it goes", 25, 90)
	none := [4]float32{nan32, nan32, nan32, nan32}
	s.send(&mav.MessageGimbalDeviceSetAttitude{TargetSystem: 1, TargetComponent: 154, Q: none, AngularVelocityX: nan32, AngularVelocityY: -0.3, AngularVelocityZ: nan32})
	s.looks("284 with rates", -90, 90)
	s.send(&mav.MessageGimbalDeviceSetAttitude{TargetSystem: 1, TargetComponent: 154, Flags: mav.GIMBAL_DEVICE_FLAGS_NEUTRAL, Q: none})
	s.looks("neutral", gimbalNeutral, 0)

	// Another vehicle's position, as a router would pass it on.
	s.must(s.command(1, common.MAV_CMD_DO_SET_ROI_SYSID, 42))
	there := geo.Offset(c.State().LatLon, 90, 300)
	s.out.SystemID, s.out.ComponentID = 42, 1
	s.send(&mav.MessageGlobalPositionInt{Lat: e7(there.Lat), Lon: e7(there.Lon), Alt: int32(float64(c.State().AltAMSL) * 1000)})
	s.out.SystemID, s.out.ComponentID = 255, 190
	s.looks("at the other vehicle", 0, 90)
	s.must(s.command(1, common.MAV_CMD_DO_SET_ROI_NONE))
	s.looks("ahead again", gimbalNeutral, 0)
}

func TestYawCountsFromWhereTheFlagsSay(t *testing.T) {
	t.Parallel()
	f := standing(vec{})
	turn := func(to float64) {
		f.body.yawDeg = to
		run(f, 6)
	}
	order := func(yaw float64, flags mav.GIMBAL_MANAGER_FLAGS) {
		t.Helper()
		if r := f.orderGimbal(gimbalOrder{-10, yaw, math.NaN(), math.NaN(), uint32(flags)}); r != mav.MAV_RESULT_ACCEPTED {
			t.Fatal(r)
		}
		run(f, 6)
	}
	looks := func(what string, north float64) {
		t.Helper()
		if off := math.Abs(geo.DiffDeg(north, f.gimbal.trueYaw)); off > 2 {
			t.Errorf("%s: %.1f instead of %.0f", what, f.gimbal.trueYaw, north)
		}
	}
	turn(90)
	order(20, 0)
	looks("from the nose", 110)
	order(20, mav.GIMBAL_MANAGER_FLAGS_YAW_LOCK)
	looks("locked, from north", 20)
	order(20, mav.GIMBAL_MANAGER_FLAGS_YAW_IN_EARTH_FRAME)
	looks("from north", 20)
	turn(180)
	looks("it follows the nose", 110)
	order(20, mav.GIMBAL_MANAGER_FLAGS_YAW_LOCK|mav.GIMBAL_MANAGER_FLAGS_YAW_IN_VEHICLE_FRAME)
	looks("locked, from the nose", 200)
	turn(270)
	looks("it stays", 200)
}
