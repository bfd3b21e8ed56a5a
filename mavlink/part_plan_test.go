package mavlink_test

import (
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

// begun counts how often a vehicle was told that a part of a list comes, or all of it.
func begun(a *mavlinktest.Autopilot) (parts []*common.MessageMissionWritePartialList, whole int) {
	for _, m := range a.Heard() {
		switch m := m.(type) {
		case *common.MessageMissionWritePartialList:
			parts = append(parts, m)
		case *common.MessageMissionCount:
			whole++
		}
	}
	return parts, whole
}

func TestOnlyWhatChangedInAMissionIsWritten(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	upload := func(items []mavlink.MissionItem) {
		t.Helper()
		stored, err := s.UploadPlan(within(t), 1, mavlink.PlanMission, items)
		if err != nil || len(stored) != len(items) {
			t.Fatalf("%v, %d stored", err, len(stored))
		}
		for i := range items {
			if x, y := items[i].Raw(); a.Mission()[i+1].X != x || a.Mission()[i+1].Y != y {
				t.Fatalf("item %d is at %d, %d", i+1, a.Mission()[i+1].X, a.Mission()[i+1].Y)
			}
		}
	}
	items := waypoints(40)
	upload(items)
	items[20].Lat += 0.001
	items[22].Lat += 0.001
	upload(items)
	// On a busy machine the beginning of a transfer is told again; how many items go, package mission tests on a virtual clock.
	parts, whole := begun(a)
	if len(parts) == 0 || parts[0].StartIndex != 21 || parts[0].EndIndex != 23 {
		t.Fatalf("%+v, %d whole lists", parts, whole)
	}
	// After reading it, the station knows the list as well.
	if _, err := s.DownloadPlan(within(t), 1, mavlink.PlanMission); err != nil {
		t.Fatal(err)
	}
	// Somebody else changed it unnoticed.
	a.Mission()[30].X += 10000
	items[39].Lat += 0.001
	a.Change(func(f *mavlinktest.Faults) { f.RefuseParts = false })
	upload(items)
	again, more := begun(a)
	if len(again) <= len(parts) || more <= whole {
		t.Errorf("another list than it was known to be: %d parts, %d whole lists", len(again), more)
	}
	items[38].Lat += 0.001
	a.Change(func(f *mavlinktest.Faults) { f.RefuseParts = true })
	upload(items)
	if last, most := begun(a); len(last) <= len(again) || most <= more {
		t.Errorf("refused: %d parts, %d whole lists", len(last), most)
	}
}

func TestAPX4GetsItsWholeMission(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{PX4: true})
	items := waypoints(10)
	for range 2 {
		if _, err := s.UploadPlan(within(t), 1, mavlink.PlanMission, items); err != nil {
			t.Fatal(err)
		}
		items[3].Lat += 0.001
	}
	if parts, whole := begun(a); len(parts) != 0 || whole < 2 {
		t.Errorf("%d parts, %d whole lists", len(parts), whole)
	}
}
