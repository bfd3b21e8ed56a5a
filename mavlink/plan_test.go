package mavlink_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

func corners() []mavlink.MissionItem {
	items := []mavlink.MissionItem{}
	for _, c := range [][2]float64{{-35.36, 149.16}, {-35.36, 149.17}, {-35.37, 149.17}, {-35.37, 149.16}} {
		items = append(items, mavlink.MissionItem{Command: 5001, AutoContinue: true, Params: [4]float64{4}, Lat: c[0], Lon: c[1]})
	}
	return append(items, mavlink.MissionItem{Command: 5004, AutoContinue: true, Params: [4]float64{50}, Lat: -35.365, Lon: 149.165})
}

func TestFenceAndRallyPointsAreListsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, px4 := range []bool{false, true} {
		s, a := found(t, mavlinktest.Config{PX4: px4})
		// What was measured on ArduPilot: the upload is acknowledged and nothing is stored.
		a.Change(func(f *mavlinktest.Faults) { f.ForgetLists = 1 })
		stored, err := s.UploadPlan(within(t), 1, mavlink.PlanFence, corners())
		if err != nil || len(stored) != 5 || len(a.Plan(common.MAV_MISSION_TYPE_FENCE)) != 5 {
			t.Fatalf("%v, %d read back", err, len(stored))
		}
		rally := []mavlink.MissionItem{{Command: 5100, Frame: 3, AutoContinue: true, Lat: -35.361, Lon: 149.161, Alt: 40}}
		if _, err := s.UploadPlan(within(t), 1, mavlink.PlanRally, rally); err != nil || len(a.Plan(common.MAV_MISSION_TYPE_RALLY)) != 1 {
			t.Fatal(err)
		}
		got, err := s.DownloadPlan(within(t), 1, mavlink.PlanRally)
		if err != nil || len(got) != 1 || got[0].Command != 5100 || got[0].Alt != 40 {
			t.Errorf("%+v, %v", got, err)
		}
		if len(a.Mission()) != 0 {
			t.Error("the mission changed")
		}
		if _, err := s.UploadPlan(within(t), 1, mavlink.PlanFence, nil); err != nil || len(a.Plan(common.MAV_MISSION_TYPE_FENCE)) != 0 {
			t.Errorf("clear: %v", err)
		}
		v, _ := s.Vehicle(1)
		if len(v.Plans) != 2 || v.Plans[0].Kind != mavlink.PlanFence || v.Plans[1].Count != 1 || v.Plans[1].SyncedAt.IsZero() {
			t.Errorf("%+v", v.Plans)
		}
		if _, err := s.EnableFence(within(t), 1, true); err != nil {
			t.Error(err)
		}
	}
}

func TestTheCurrentItemIsSetTheNewWayAndTheOld(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		px4, old bool
		seq      uint16
	}{{false, false, 3}, {true, false, 2}, {false, true, 3}} {
		s, a := found(t, mavlinktest.Config{PX4: c.px4})
		a.Change(func(f *mavlinktest.Faults) { f.OldAutopilot = c.old })
		if _, err := s.SetMissionItem(within(t), 1, 3); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
		told := false
		for _, m := range a.Heard() {
			switch m := m.(type) {
			case *common.MessageCommandLong:
				told = told || !c.old && m.Command == common.MAV_CMD_DO_SET_MISSION_CURRENT && m.Param1 == float32(c.seq)
			case *common.MessageMissionSetCurrent:
				told = told || c.old && m.Seq == c.seq
			}
		}
		if !told {
			t.Errorf("%+v: not told", c)
		}
	}
	s, _ := found(t, mavlinktest.Config{})
	if _, err := s.SetMissionItem(within(t), 1, 0); !errors.Is(err, mavlink.ErrInvalid) {
		t.Error(err)
	}
}

// told waits for an event of the vehicle.
func told(t *testing.T, s *mavlink.Service, event string) mavlink.Vehicle {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case u := <-s.Updates():
			if u.Event == event {
				return u.Vehicle
			}
		case <-deadline:
			t.Fatalf("no %s", event)
		}
	}
}

func TestWhatSomebodyElseDoesToThePlanIsNoticed(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	if _, err := s.UploadPlan(within(t), 1, mavlink.PlanMission, waypoints(3)); err != nil {
		t.Fatal(err)
	}
	// Another station clears the fence; its frames come through a router.
	a.SendAs(254, 190, &common.MessageMissionClearAll{TargetSystem: 1, TargetComponent: 1, MissionType: common.MAV_MISSION_TYPE_FENCE})
	a.SendAs(1, 1, &common.MessageMissionAck{TargetSystem: 254, TargetComponent: 190, MissionType: common.MAV_MISSION_TYPE_FENCE})
	v := told(t, s, mavlink.EventPlan)
	if len(v.Plans) != 2 || v.Plans[1].Kind != mavlink.PlanFence || v.Plans[1].ChangedBy != "station 254/190" || !v.Plans[0].ChangedAt.IsZero() {
		t.Errorf("%+v", v.Plans)
	}
	// The vehicle tells another id for its mission, long after our upload.
	eventually(t, "the id is news", func() bool {
		a.SendAs(1, 1, &common.MessageMissionCurrent{Total: 3, MissionId: 7})
		a.SendAs(1, 1, &common.MessageMissionCurrent{Total: 3, MissionId: 8})
		v, _ := s.Vehicle(1)
		return !v.Plans[0].ChangedAt.IsZero()
	})
	if _, err := s.DownloadPlan(within(t), 1, mavlink.PlanMission); err != nil {
		t.Fatal(err)
	}
	if v, _ = s.Vehicle(1); !v.Plans[0].ChangedAt.IsZero() || v.Plans[0].Count != 3 {
		t.Errorf("after reading it: %+v", v.Plans)
	}
	// What another station reads changes nothing.
	a.SendAs(254, 190, &common.MessageMissionRequestList{TargetSystem: 1, TargetComponent: 1, MissionType: common.MAV_MISSION_TYPE_RALLY})
	a.SendAs(254, 190, &common.MessageMissionRequestInt{TargetSystem: 1, TargetComponent: 1, MissionType: common.MAV_MISSION_TYPE_RALLY})
	a.SendAs(254, 190, &common.MessageMissionAck{TargetSystem: 1, TargetComponent: 1, MissionType: common.MAV_MISSION_TYPE_RALLY})
	a.SendAs(254, 190, &common.MessageMissionClearAll{TargetSystem: 1, TargetComponent: 1, MissionType: common.MAV_MISSION_TYPE_FENCE})
	a.SendAs(1, 1, &common.MessageMissionAck{TargetSystem: 254, TargetComponent: 190, MissionType: common.MAV_MISSION_TYPE_FENCE})
	if v, _ = s.Vehicle(1); len(v.Plans) != 2 {
		t.Errorf("%+v", v.Plans)
	}
}

func TestAnotherStationsTransferIsLetThrough(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	a.SendAs(254, 190, &common.MessageMissionCount{TargetSystem: 1, TargetComponent: 1, Count: 50})
	a.SendAs(1, 1, &common.MessageMissionRequest{TargetSystem: 254, TargetComponent: 190})
	eventually(t, "it is overheard", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := s.DownloadPlan(ctx, 1, mavlink.PlanMission)
		return errors.Is(err, mavlink.ErrBusy)
	})
	began := time.Now()
	if _, err := s.UploadPlan(within(t), 1, mavlink.PlanMission, waypoints(3)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < time.Second {
		t.Errorf("ours began after %v", took)
	}
	// A vehicle that is busy says so: we come again.
	a.Change(func(f *mavlinktest.Faults) { f.BusyUploads = 1 })
	if _, err := s.UploadPlan(within(t), 1, mavlink.PlanMission, waypoints(4)); err != nil || len(a.Mission()) != 5 {
		t.Errorf("%v, %d stored", err, len(a.Mission()))
	}
}

func TestATransferOutlivesACutLink(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	done := make(chan error, 1)
	const items = 1500
	go func() {
		_, err := s.UploadPlan(t.Context(), 1, mavlink.PlanMission, waypoints(items)) // however slow the machine is
		done <- err
	}()
	cut := func(on bool) { a.Change(func(f *mavlinktest.Faults) { f.Silent, f.Deaf = on, on }) }
	eventually(t, "it is going on", func() bool {
		heard := a.Heard()
		if len(heard) == 0 {
			return false
		}
		_, isItem := heard[len(heard)-1].(*common.MessageMissionItemInt)
		return isItem
	})
	cut(true)
	eventually(t, "the vehicle is lost", func() bool { v, _ := s.Vehicle(1); return v.State == mavlink.Lost })
	select {
	case err := <-done:
		t.Fatalf("the cut did not cut: %v", err)
	default:
	}
	cut(false)
	if err := <-done; err != nil || len(a.Mission()) != items+1 {
		t.Errorf("%v, %d stored", err, len(a.Mission()))
	}
	if v, _ := s.Vehicle(1); v.Transfer != nil {
		t.Errorf("still shown: %+v", v.Transfer)
	}
}

func TestJumpsCountFromOneOnEveryAutopilot(t *testing.T) {
	t.Parallel()
	for _, px4 := range []bool{false, true} {
		s, a := found(t, mavlinktest.Config{PX4: px4})
		items := append(waypoints(3), mavlink.MissionItem{Frame: 2, Command: 177, AutoContinue: true, Params: [4]float64{2, 5}})
		stored, err := s.UploadPlan(within(t), 1, mavlink.PlanMission, items)
		if err != nil || stored[3].Params[0] != 2 {
			t.Fatalf("%v, %+v", err, stored)
		}
		want := float32(2)
		if px4 {
			want = 1
		}
		if held := a.Mission(); held[len(held)-1].Param1 != want {
			t.Errorf("PX4 %v: the vehicle jumps to %v", px4, held[len(held)-1].Param1)
		}
	}
}
