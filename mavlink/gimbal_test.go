package mavlink_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

const rad = math.Pi / 180

// twoGimbals are one with all abilities and one that only pitches.
func twoGimbals() []common.MessageGimbalManagerInformation {
	const pitch, yaw = common.GIMBAL_MANAGER_CAP_FLAGS_HAS_PITCH_AXIS, common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_AXIS
	return []common.MessageGimbalManagerInformation{
		{
			GimbalDeviceId: 1, PitchMin: -90 * rad, PitchMax: 20 * rad, YawMin: -math.Pi, YawMax: math.Pi,
			CapFlags: pitch | yaw | common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_LOCK | common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_FOLLOW | common.GIMBAL_MANAGER_CAP_FLAGS_HAS_NEUTRAL,
		},
		{GimbalDeviceId: 2, PitchMin: -30 * rad, PitchMax: 30 * rad, CapFlags: pitch},
	}
}

// pitchYaws gives the commands to turn gimbals, in order.
func pitchYaws(a *mavlinktest.Autopilot) (all []*common.MessageCommandLong) {
	_, _, longs := orders(a)
	for _, m := range longs {
		if m.Command == common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW {
			all = append(all, m)
		}
	}
	return all
}

func withGimbals(t *testing.T, cfg mavlinktest.Config) (*mavlink.Service, *mavlinktest.Autopilot) {
	t.Helper()
	if cfg.Gimbals == nil {
		cfg.Gimbals = twoGimbals()
	}
	s, a := found(t, cfg)
	eventually(t, "both gimbals have told everything", func() bool {
		v, _ := s.Vehicle(1)
		ready := len(v.Gimbals) == len(cfg.Gimbals)
		for _, g := range v.Gimbals {
			ready = ready && g.Valid && g.Abilities != nil && g.PitchRange != nil && g.Control != nil && g.VehicleYawDeg != nil
		}
		return ready
	})
	return s, a
}

func TestGimbalsTellWhatTheyCanAndWhoControlsThem(t *testing.T) {
	t.Parallel()
	s, a := withGimbals(t, mavlinktest.Config{GimbalPitch: -20, GimbalYaw: 30, YawRate: 5})
	v, _ := s.Vehicle(1)
	if g := v.Gimbals[0]; g.ID != 1 || !slices.Contains(g.Abilities, "lock") || math.Abs(g.PitchRange[0]+90) > 0.1 || math.Abs(*g.VehicleYawDeg-30) > 0.1 || math.Abs(g.PitchDeg+20) > 0.1 {
		t.Errorf("%+v", g)
	}
	if g := v.Gimbals[1]; g.ID != 2 || g.YawRange != nil || g.Control.System != 0 {
		t.Errorf("%+v", g)
	}
	if v.Gimbal == nil || v.Gimbal.ID != 1 {
		t.Errorf("the first: %+v", v.Gimbal)
	}
	a.Control(2, 254, 190)
	eventually(t, "the other station's control is seen", func() bool {
		v, _ := s.Vehicle(1)
		c := v.Gimbals[1].Control
		return c != nil && c.System == 254 && c.Component == 190 && !c.Ours
	})
}

func TestWhatAGimbalCannotDoIsNotSent(t *testing.T) {
	t.Parallel()
	s, a := withGimbals(t, mavlinktest.Config{})
	for name, c := range map[string]struct {
		device uint8
		p      mavlink.Pointing
		err    error
		word   string
	}{
		"beyond its limit":     {1, mavlink.Angles{PitchDeg: new(25.0)}, mavlink.ErrUnable, "from -90° to 20°"},
		"no yaw":               {2, mavlink.Angles{YawDeg: new(3.0), VehicleFrame: true}, mavlink.ErrUnable, "no yaw axis"},
		"no lock":              {2, mavlink.HoldYaw{}, mavlink.ErrUnable, "keep a direction"},
		"no retract":           {1, mavlink.Retract{}, mavlink.ErrUnable, "retracted"},
		"no such gimbal":       {9, mavlink.Neutral{}, mavlink.ErrInvalid, "no gimbal 9"},
		"nothing":              {1, mavlink.Angles{}, mavlink.ErrInvalid, "neither"},
		"not a number":         {1, mavlink.Angles{PitchDeg: new(math.NaN())}, mavlink.ErrInvalid, "beyond"},
		"a system that is not": {1, mavlink.LookAtVehicle{System: 300}, mavlink.ErrInvalid, "300"},
		"no place":             {1, mavlink.LookAt{Lat: 91}, mavlink.ErrInvalid, "91"},
	} {
		if _, err := s.Point(within(t), 1, c.device, c.p, false); !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, _, _ := orders(a); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}

func TestPointingsBecomeCommands(t *testing.T) {
	t.Parallel()
	const earth, vehicle = 4 + 8 + 16 + 64, 4 + 8 + 32
	nan := math.NaN()
	s, a := withGimbals(t, mavlinktest.Config{GimbalPitch: -20, GimbalYaw: 30})
	px4, b := withGimbals(t, mavlinktest.Config{PX4: true, GimbalYaw: 15})
	for name, c := range map[string]struct {
		s    *mavlink.Service
		a    *mavlinktest.Autopilot
		p    mavlink.Pointing
		want [5]float64 // pitch, yaw, rates, flags
	}{
		"from north":           {s, a, mavlink.Angles{PitchDeg: new(-10.0), YawDeg: new(350.0)}, [5]float64{-10, -10, nan, nan, earth}},
		"from the nose":        {s, a, mavlink.Angles{PitchDeg: new(-11.0), YawDeg: new(20.0), VehicleFrame: true}, [5]float64{-11, 20, nan, nan, vehicle}},
		"one alone, filled in": {s, a, mavlink.Angles{PitchDeg: new(-12.0), VehicleFrame: true}, [5]float64{-12, 30, nan, nan, vehicle}},
		"one alone, on PX4":    {px4, b, mavlink.Angles{PitchDeg: new(-13.0)}, [5]float64{-13, 15, nan, nan, earth}},
		"follow":               {s, a, mavlink.HoldYaw{Follow: true}, [5]float64{-20, 30, nan, nan, vehicle}},
		"lock":                 {s, a, mavlink.HoldYaw{}, [5]float64{-20, 30, nan, nan, earth}},
		"neutral":              {s, a, mavlink.Neutral{}, [5]float64{0, 0, nan, nan, vehicle + 2}},
	} {
		if _, err := c.s.Point(within(t), 1, 0, c.p, false); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		all := pitchYaws(c.a)
		m := all[len(all)-1]
		got := [5]float64{float64(m.Param1), float64(m.Param2), float64(m.Param3), float64(m.Param4), float64(m.Param5)}
		for i := range got {
			if math.IsNaN(got[i]) != math.IsNaN(c.want[i]) || math.Abs(got[i]-c.want[i]) > 0.05 {
				t.Errorf("%s: %v, want %v", name, got, c.want)
				break
			}
		}
		if m.Param7 != 1 {
			t.Errorf("%s: for gimbal %v", name, m.Param7)
		}
	}
	if _, err := s.Point(within(t), 1, 2, mavlink.LookAtVehicle{System: 7}, false); err != nil {
		t.Error(err)
	}
	if _, err := s.Point(within(t), 1, 2, mavlink.LookNowhere{}, false); err != nil {
		t.Error(err)
	}
	_, _, longs := orders(a)
	longs = slices.DeleteFunc(longs, func(m *common.MessageCommandLong) bool {
		return m.Command == common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE
	})
	if m := longs[len(longs)-2]; m.Command != common.MAV_CMD_DO_SET_ROI_SYSID || m.Param1 != 7 || m.Param2 != 2 {
		t.Errorf("%+v", m)
	}
	if m := longs[len(longs)-1]; m.Command != common.MAV_CMD_DO_SET_ROI_NONE || m.Param1 != 2 {
		t.Errorf("%+v", m)
	}
}

func TestControlOfAGimbalIsTakenAndGivenBack(t *testing.T) {
	t.Parallel()
	s, a := withGimbals(t, mavlinktest.Config{})
	a.Control(1, 254, 190)
	eventually(t, "the other station's control is seen", func() bool { v, _ := s.Vehicle(1); return v.Gimbals[0].Control.System == 254 })
	look := mavlink.LookAt{Lat: -35, Lon: 149, AltAMSL: 600}
	if _, err := s.Point(within(t), 1, 1, look, true); !errors.Is(err, mavlink.ErrOthersControl) {
		t.Errorf("a machine took control from another station: %v", err)
	}
	if system, _ := a.Controller(1); system != 254 {
		t.Errorf("system %d controls", system)
	}
	if _, err := s.Point(within(t), 1, 1, look, false); err != nil {
		t.Fatal(err)
	}
	if system, component := a.Controller(1); system != 255 || component != 190 {
		t.Errorf("%d/%d controls", system, component)
	}
	eventually(t, "our control is seen", func() bool { v, _ := s.Vehicle(1); return v.Gimbals[0].Control.Ours })
	if _, err := s.ReleaseGimbal(within(t), 1, 1); err != nil {
		t.Fatal(err)
	}
	if system, _ := a.Controller(1); system != 0 {
		t.Errorf("system %d controls what was released", system)
	}
	if _, err := s.TakeGimbal(within(t), 1, 1); err != nil {
		t.Fatal(err)
	}
	if system, _ := a.Controller(1); system != 255 {
		t.Errorf("system %d controls what was taken", system)
	}
}

func TestControlThatWasLostUnnoticedIsTakenAgain(t *testing.T) {
	t.Parallel()
	s, a := withGimbals(t, mavlinktest.Config{PX4: true})
	point := func(pitch float64) error {
		_, err := s.Point(within(t), 1, 1, mavlink.Angles{PitchDeg: &pitch}, false)
		return err
	}
	if err := point(-5); err != nil {
		t.Fatal(err)
	}
	eventually(t, "our control is seen", func() bool { v, _ := s.Vehicle(1); return v.Gimbals[0].Control.Ours })
	a.Control(1, 254, 190) // its manager has not told yet
	if err := point(-6); err != nil {
		t.Fatal(err)
	}
	if system, _ := a.Controller(1); system != 255 {
		t.Errorf("system %d controls", system)
	}
	a.Control(1, 254, 190)
	eventually(t, "the gimbal turns", func() bool {
		_, err := s.Turn(within(t), 1, 1, mavlink.Rates{PitchDegS: 1})
		if err != nil && !errors.Is(err, mavlink.ErrNoAnswer) { // on a busy machine it ends before control is taken
			t.Fatal(err)
		}
		return err == nil
	})
}

func TestATurnThatNeverBeganIsToldWhenItEnds(t *testing.T) {
	t.Parallel()
	s, a := withGimbals(t, mavlinktest.Config{})
	a.Change(func(f *mavlinktest.Faults) { f.Deaf = true })
	_, err := s.Turn(within(t), 1, 1, mavlink.Rates{PitchDegS: 1})
	if !errors.Is(err, mavlink.ErrNoAnswer) || !strings.Contains(err.Error(), "the movement ended") {
		t.Errorf("%v", err)
	}
}

func TestATurnIsStoppedWhenNobodyAsksForItAnyMore(t *testing.T) {
	t.Parallel()
	s, a := withGimbals(t, mavlinktest.Config{})
	// On a busy machine a turn is over before it was accepted, or before a rate was streamed.
	turn := func() {
		if _, err := s.Turn(within(t), 1, 1, mavlink.Rates{PitchDegS: -4, YawDegS: 6}); err != nil && !errors.Is(err, mavlink.ErrNoAnswer) {
			t.Fatal(err)
		}
	}
	// streamed counts the streamed rates, and the stops after the last of them.
	streamed := func() (rates, stops int) {
		for _, m := range a.Heard() {
			p, ok := m.(*common.MessageGimbalManagerSetPitchyaw)
			switch {
			case !ok || p.GimbalDeviceId != 1:
			case p.PitchRate == 0 && p.YawRate == 0:
				stops++
			default:
				rates, stops = rates+1, 0
			}
		}
		return rates, stops
	}
	eventually(t, "rates are streamed", func() bool { turn(); rates, _ := streamed(); return rates >= 1 })
	eventually(t, "a stop is streamed", func() bool { _, stops := streamed(); return stops >= 3 })
	eventually(t, "the stop is a command too", func() bool {
		all := pitchYaws(a)
		m := all[len(all)-1]
		return len(all) >= 3 && m.Param3 == 0 && m.Param4 == 0 && math.IsNaN(float64(m.Param1))
	})
	for _, m := range a.Heard() {
		if p, ok := m.(*common.MessageGimbalManagerSetPitchyaw); ok && p.PitchRate != 0 && math.Abs(float64(p.PitchRate)+4*rad) > 1e-4 {
			t.Errorf("a rate in the wrong unit: %v", p.PitchRate)
		}
	}
}

func TestAGimbalTurnsBySticksUntilNobodyHoldsThem(t *testing.T) {
	t.Parallel()
	s, a := withGimbals(t, mavlinktest.Config{PX4: true})
	streamed := func(still bool) (n int) {
		for _, m := range a.Heard() {
			if p, ok := m.(*common.MessageGimbalManagerSetManualControl); ok && p.GimbalDeviceId == 1 && (p.PitchRate == 0 && p.YawRate == 0) == still {
				n++
				if !still && (p.PitchRate != 0.5 || p.YawRate != -1 || !math.IsNaN(float64(p.Pitch)) || !math.IsNaN(float64(p.Yaw))) {
					t.Errorf("%+v", p)
				}
			}
		}
		return n
	}
	eventually(t, "the sticks are streamed", func() bool {
		_, err := s.Turn(within(t), 1, 1, mavlink.Rates{PitchDegS: 0.5, YawDegS: -1, Manual: true})
		if err != nil && !errors.Is(err, mavlink.ErrNoAnswer) { // on a busy machine it ends before control is taken
			t.Fatal(err)
		}
		return err == nil && streamed(false) > 0
	})
	if system, component := a.Controller(1); system != 255 || component != 190 {
		t.Errorf("%d/%d controls", system, component)
	}
	eventually(t, "then a stop, also as a command", func() bool {
		all := pitchYaws(a)
		return streamed(true) >= 3 && len(all) >= 2 && all[len(all)-1].Param3 == 0 && all[len(all)-1].Param4 == 0
	})
	for _, m := range pitchYaws(a) {
		if m.Param3 != 0 || m.Param4 != 0 {
			t.Errorf("shares were sent as degrees: %+v", m)
		}
	}
	if _, err := s.Turn(within(t), 1, 1, mavlink.Rates{PitchDegS: 2, Manual: true}); !errors.Is(err, mavlink.ErrInvalid) {
		t.Errorf("twice of what there is: %v", err)
	}
	ardupilot, _ := withGimbals(t, mavlinktest.Config{})
	if _, err := ardupilot.Turn(within(t), 1, 1, mavlink.Rates{PitchDegS: 1, Manual: true}); !errors.Is(err, mavlink.ErrUnable) {
		t.Errorf("ArduPilot: %v", err)
	}
}

func TestAPointingEndsATurn(t *testing.T) {
	t.Parallel()
	s, a := withGimbals(t, mavlinktest.Config{})
	eventually(t, "the gimbal turns", func() bool {
		_, err := s.Turn(within(t), 1, 1, mavlink.Rates{YawDegS: 6})
		if err != nil && !errors.Is(err, mavlink.ErrNoAnswer) { // on a busy machine it ends before it began
			t.Fatal(err)
		}
		return err == nil
	})
	if _, err := s.Point(within(t), 1, 1, mavlink.Angles{PitchDeg: new(-15.0), YawDeg: new(0.0)}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Point(within(t), 1, 2, mavlink.Angles{PitchDeg: new(-5.0), VehicleFrame: true}, false); err != nil {
		t.Fatal(err)
	}
	beats := func() (n int) {
		for _, m := range a.Heard() {
			if _, ok := m.(*common.MessageHeartbeat); ok {
				n++
			}
		}
		return n
	}
	before := beats()
	eventually(t, "a second and more passes, in which the turn would have been stopped", func() bool { return beats() >= before+2 })
	var last *common.MessageCommandLong
	for _, m := range pitchYaws(a) {
		if m.Param7 == 1 {
			last = m
		}
	}
	if last == nil || last.Param1 != -15 {
		t.Errorf("the gimbal was told last: %+v", last)
	}
}

func TestAMountOfBeforeTheGimbalProtocol(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{Mount: true, GimbalPitch: -25, GimbalYaw: 10})
	for range 3 {
		a.Send(1, &common.MessageMountOrientation{TimeBootMs: 1000, Pitch: -25, Yaw: 10})
	}
	eventually(t, "the mount tells where it looks", func() bool {
		v, _ := s.Vehicle(1)
		return v.Gimbal != nil && math.Abs(v.Gimbal.PitchDeg+25) < 0.01
	})
	if _, err := s.Point(within(t), 1, 0, mavlink.Angles{PitchDeg: new(-40.0), YawDeg: new(15.0), VehicleFrame: true}, false); err != nil {
		t.Fatal(err)
	}
	_, _, longs := orders(a)
	if m := longs[len(longs)-1]; len(longs) != 1 || m.Command != common.MAV_CMD_DO_MOUNT_CONTROL || m.Param1 != -40 || m.Param3 != 15 || m.Param7 != 2 {
		t.Errorf("%d commands, the last %+v", len(longs), m)
	}
	if _, err := s.Turn(within(t), 1, 0, mavlink.Rates{YawDegS: 1}); !errors.Is(err, mavlink.ErrUnable) {
		t.Errorf("rates to an old mount: %v", err)
	}
}
