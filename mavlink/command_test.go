package mavlink_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

// orders gives the commands that the vehicle got of these kinds, in order and without repetitions.
func orders(a *mavlinktest.Autopilot) (list []common.MAV_CMD, places []*common.MessageCommandInt, longs []*common.MessageCommandLong) {
	for _, m := range a.Heard() {
		switch m := m.(type) {
		case *common.MessageCommandLong:
			if m.Command != common.MAV_CMD_SET_MESSAGE_INTERVAL && m.Command != common.MAV_CMD_REQUEST_MESSAGE {
				list = append(list, m.Command)
				longs = append(longs, m)
			}
		case *common.MessageCommandInt:
			list = append(list, m.Command)
			places = append(places, m)
		}
	}
	return list, places, longs
}

func equal(a, b []common.MAV_CMD) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestTakeoffChangesModeArmsAndClimbs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		px4    bool
		want   []common.MAV_CMD
		height float32
	}{
		"ardupilot": {false, []common.MAV_CMD{common.MAV_CMD_DO_SET_MODE, common.MAV_CMD_COMPONENT_ARM_DISARM, common.MAV_CMD_NAV_TAKEOFF}, 30},
		"px4":       {true, []common.MAV_CMD{common.MAV_CMD_COMPONENT_ARM_DISARM, common.MAV_CMD_NAV_TAKEOFF}, 614},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := found(t, mavlinktest.Config{PX4: c.px4})
			ack, err := s.Command(within(t), 1, mavlink.Takeoff{AltRelativeM: 30})
			if err != nil {
				t.Fatal(err)
			}
			if ack.Result != "accepted" || ack.Command != uint16(common.MAV_CMD_NAV_TAKEOFF) || ack.Elapsed <= 0 {
				t.Errorf("%+v", ack)
			}
			got, _, longs := orders(a)
			if !equal(got, c.want) {
				t.Errorf("sent %v, want %v", got, c.want)
			}
			if h := longs[len(longs)-1].Param7; h != c.height {
				t.Errorf("takeoff to %v, want %v", h, c.height)
			}
			eventually(t, "it is armed and climbs", func() bool {
				v, _ := s.Vehicle(1)
				return v.Armed && v.Landed == "takingOff" && v.Position.AltRelative == 30
			})
		})
	}
}

func TestPlacesGoAsIntegers(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	if _, err := s.Command(within(t), 1, mavlink.Goto{Lat: -35.3612345, Lon: 149.1698765, AltAMSL: 640, SpeedMS: 8}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PointAt(within(t), 1, -35.3612346, 149.1698764, 580); err != nil {
		t.Fatal(err)
	}
	got, places, _ := orders(a)
	want := []common.MAV_CMD{common.MAV_CMD_DO_REPOSITION, common.MAV_CMD_DO_CHANGE_SPEED, common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE, common.MAV_CMD_DO_SET_ROI_LOCATION}
	if !equal(got, want) {
		t.Fatalf("sent %v, want %v", got, want)
	}
	if p := places[0]; p.X != -353612345 || p.Y != 1491698765 || p.Z != 640 || p.Param2 != 1 || p.Frame != common.MAV_FRAME_GLOBAL {
		t.Errorf("goto: %+v", p)
	}
	if p := places[1]; p.X != -353612346 || p.Y != 1491698764 || p.Z != 580 {
		t.Errorf("look at: %+v", p)
	}
}

func TestControlOfTheGimbalIsTakenOnce(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	if _, err := s.PointAngles(within(t), 1, -30, 270); err != nil {
		t.Fatal(err)
	}
	took := func() (n int) {
		list, _, _ := orders(a)
		for _, c := range list {
			if c == common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE {
				n++
			}
		}
		return n
	}
	// Once the manager says that we are in control, nothing is taken any more.
	eventually(t, "no more taking", func() bool {
		before := took()
		_, err := s.PointRates(within(t), 1, 5, -3)
		if errors.Is(err, mavlink.ErrNoAnswer) {
			return false // on a busy machine the movement of 0.6 s may be over before it was accepted
		}
		if err != nil {
			t.Fatal(err)
		}
		return took() == before
	})
	_, _, longs := orders(a)
	for _, m := range longs {
		if m.Command == common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW {
			if m.Param1 != -30 || m.Param2 != -90 || !math.IsNaN(float64(m.Param3)) || m.Param5 != 4+8+16+64 || m.Param7 != 1 {
				t.Errorf("angles: %+v", m)
			}
			break
		}
	}
}

func TestARefusalCarriesTheVehiclesReason(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	a.Change(func(f *mavlinktest.Faults) { f.PreArm = "PreArm: Compass not calibrated"; f.RefusePlaces = true })
	var denied *mavlink.DeniedError
	_, err := s.Command(within(t), 1, mavlink.Arm{})
	if !errors.As(err, &denied) || denied.Result != "failed" || denied.Reason != "PreArm: Compass not calibrated" {
		t.Errorf("%v", err)
	}
	_, err = s.Command(within(t), 1, mavlink.Takeoff{AltRelativeM: 10})
	if !errors.As(err, &denied) || !strings.Contains(denied.Reason, "Compass") {
		t.Errorf("takeoff of a vehicle that does not arm: %v", err)
	}
	if _, err := s.Command(within(t), 1, mavlink.Goto{Lat: 1, Lon: 1}); !errors.As(err, &denied) || denied.Result != "denied" {
		t.Errorf("%v", err)
	}
	if got := s.Stats().Commands.Denied; got < 3 {
		t.Errorf("%d refusals counted", got)
	}
}

func TestALostAcknowledgementIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	a.Change(func(f *mavlinktest.Faults) { f.LoseAcks = 2 })
	ack, err := s.Command(within(t), 1, mavlink.Return{})
	if err != nil || ack.Elapsed < 2*time.Second {
		t.Fatalf("%+v, %v", ack, err)
	}
	_, _, longs := orders(a)
	if len(longs) != 3 || longs[0].Confirmation != 0 || longs[1].Confirmation != 1 || longs[2].Confirmation != 2 {
		t.Errorf("sent %+v", longs)
	}
}

func TestAVehicleThatSaysNothing(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	a.Change(func(f *mavlinktest.Faults) { f.Deaf = true })
	_, err := s.Command(within(t), 1, mavlink.Land{})
	var unknown *mavlink.UnknownError
	if !errors.Is(err, mavlink.ErrNoAnswer) || !errors.As(err, &unknown) || !strings.Contains(unknown.Evidence, "still reported what it did before: disarmed, mode ") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Command(ctx, 1, mavlink.Land{}); !errors.Is(err, mavlink.ErrNoAnswer) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestProgressExtendsTheWait(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{PX4: true})
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Fatal(err)
	}
	a.Change(func(f *mavlinktest.Faults) { f.Progress = 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	// Without progress the command would have been repeated after a second, and accepted.
	if _, err := s.Command(ctx, 1, mavlink.Takeoff{AltRelativeM: 10}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestModesByName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		px4        bool
		mode       string
		p1, p2, p3 float32
	}{
		"ardupilot": {false, "guided", 1, 4, 0},
		"px4":       {true, "AUTO.LOITER", 1, 4, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := found(t, mavlinktest.Config{PX4: c.px4})
			if _, err := s.Command(within(t), 1, mavlink.SetMode{Name: c.mode}); err != nil {
				t.Fatal(err)
			}
			_, _, longs := orders(a)
			if m := longs[0]; m.Param1 != c.p1 || m.Param2 != c.p2 || m.Param3 != c.p3 {
				t.Errorf("%+v", m)
			}
			eventually(t, "the mode shows", func() bool { v, _ := s.Vehicle(1); return strings.EqualFold(v.Mode, c.mode) })
			if _, err := s.Command(within(t), 1, mavlink.SetMode{Name: "WARP"}); !errors.Is(err, mavlink.ErrInvalid) {
				t.Errorf("an unknown mode: %v", err)
			}
		})
	}
}

func TestHoldStopsWhereTheVehicleCanStop(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{North: 10})
	before, _ := s.Vehicle(1)
	if _, err := s.Command(within(t), 1, mavlink.Hold{}); err != nil {
		t.Fatal(err)
	}
	_, places, _ := orders(a)
	// 10 m/s at 2.5 m/s² is 20 m; the vehicle flew on while the test looked.
	if d := (float64(places[0].X)/1e7 - before.Position.Lat) * 111195; d < 19 || d > 200 {
		t.Errorf("stops %.1f m ahead", d)
	}
}

func TestWhatCannotBeCommanded(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	nan := math.NaN()
	for _, c := range []mavlink.Command{
		mavlink.Takeoff{}, mavlink.Takeoff{AltRelativeM: nan}, mavlink.Takeoff{AltRelativeM: 1e6},
		mavlink.Goto{Lat: 91}, mavlink.Goto{Lat: nan}, mavlink.Goto{Lon: 181}, mavlink.Goto{AltAMSL: nan}, mavlink.Goto{SpeedMS: -1},
		mavlink.ChangeSpeed{}, mavlink.SetMode{},
	} {
		if _, err := s.Command(within(t), 1, c); !errors.Is(err, mavlink.ErrInvalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, err := range []error{
		second(s.PointAt(within(t), 1, 100, 0, 0)), second(s.PointAngles(within(t), 1, nan, 0)), second(s.PointRates(within(t), 1, 0, 1e9)),
	} {
		if !errors.Is(err, mavlink.ErrInvalid) {
			t.Errorf("%v", err)
		}
	}
	if _, err := s.Command(within(t), 7, mavlink.Land{}); !errors.Is(err, mavlink.ErrUnknownVehicle) {
		t.Errorf("%v", err)
	}
	if got, _, _ := orders(a); len(got) != 0 {
		t.Errorf("sent all the same: %v", got)
	}
}

func second(_ mavlink.Ack, err error) error { return err }
