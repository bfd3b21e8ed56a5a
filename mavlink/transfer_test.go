package mavlink_test

import (
	"errors"
	"fmt"
	"testing"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

func waypoints(n int) []mavlink.MissionItem {
	items := []mavlink.MissionItem{{Frame: 3, Command: 22, AutoContinue: true, Lat: -35.3632, Lon: 149.1652, Alt: 30}}
	for i := 1; i < n; i++ {
		items = append(items, mavlink.MissionItem{Frame: 3, Command: 16, AutoContinue: true, Params: [4]float64{5}, Lat: float64(-353600000+100*i) / 1e7, Lon: float64(1491600000+100*i) / 1e7, Alt: 60})
	}
	return items
}

func clear(t *testing.T, s *mavlink.Service) error {
	t.Helper()
	_, err := s.UploadPlan(within(t), 1, mavlink.PlanMission, nil)
	return err
}

func TestAMissionGoesUpAndComesBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		px4    bool
		faults mavlinktest.Faults
		stored int
	}{
		"ardupilot":              {stored: 13},
		"px4":                    {px4: true, stored: 12},
		"a link that duplicates": {faults: mavlinktest.Faults{DuplicateItems: true}, stored: 13},
		"a lost acknowledgement": {faults: mavlinktest.Faults{LoseMissionAck: true}, stored: 13},
		"both":                   {faults: mavlinktest.Faults{LoseMissionAck: true, DuplicateItems: true}, stored: 13},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := found(t, mavlinktest.Config{PX4: c.px4})
			a.Change(func(f *mavlinktest.Faults) { *f = c.faults })
			want := waypoints(12)
			if _, err := s.UploadPlan(within(t), 1, mavlink.PlanMission, want); err != nil {
				t.Fatal(err)
			}
			if got := len(a.Mission()); got != c.stored {
				t.Errorf("%d items stored, want %d", got, c.stored)
			}
			got, err := s.DownloadPlan(within(t), 1, mavlink.PlanMission)
			if err != nil || len(got) != len(want) {
				t.Fatalf("%d items, %v", len(got), err)
			}
			for i := range got {
				w := want[i]
				w.Seq = got[i].Seq
				if got[i] != w {
					t.Errorf("item %d: %+v, want %+v", i, got[i], w)
				}
			}
			if err := clear(t, s); err != nil || len(a.Mission()) != 0 {
				t.Errorf("cleared: %v, %d left", err, len(a.Mission()))
			}
			if got, err := s.DownloadPlan(within(t), 1, mavlink.PlanMission); err != nil || len(got) != 0 {
				t.Errorf("an empty mission: %v, %v", got, err)
			}
		})
	}
}

func TestAMissionThatWasNotStoredIsNoSuccess(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	a.Change(func(f *mavlinktest.Faults) { f.ForgetMission = true })
	var denied *mavlink.DeniedError
	if _, err := s.UploadPlan(within(t), 1, mavlink.PlanMission, waypoints(3)); !errors.As(err, &denied) || denied.Result != "differs" {
		t.Errorf("%v", err)
	}
	bad := waypoints(2)
	bad[1].Lat = 95
	if _, err := s.UploadPlan(within(t), 1, mavlink.PlanMission, bad); !errors.Is(err, mavlink.ErrInvalid) {
		t.Errorf("%v", err)
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	settings := map[string]float32{"READ_ONLY": 1, "ARMING_ACCTHRESH": 0.75}
	for i := range 120 {
		settings[fmt.Sprintf("P%03d_VALUE", i)] = float32(i) / 4
	}
	s, a := found(t, mavlinktest.Config{Parameters: settings})
	a.Change(func(f *mavlinktest.Faults) { f.LoseParameters = 7 })
	all, err := s.Parameters(within(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(settings) {
		t.Errorf("%d parameters, want %d", len(all), len(settings))
	}
	for _, p := range all {
		if want := settings[p.Name]; p.Value != float64(want) {
			t.Errorf("%s is %v, want %v", p.Name, p.Value, want)
		}
	}
	p, err := s.Parameter(within(t), 1, "ARMING_ACCTHRESH")
	if err != nil || p.Value != 0.75 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err = s.SetParameter(within(t), 1, "P003_VALUE", 12.3); err != nil || float32(p.Value) != 12.3 {
		t.Errorf("%+v, %v", p, err)
	}
	var denied *mavlink.DeniedError
	if _, err := s.SetParameter(within(t), 1, "READ_ONLY", 5); !errors.As(err, &denied) {
		t.Errorf("%v", err)
	}
	if _, err := s.Parameter(within(t), 1, "NO_SUCH"); !errors.Is(err, mavlink.ErrNoParameter) {
		t.Errorf("%v", err)
	}
	if _, err := s.Parameter(within(t), 1, "A_NAME_OF_MORE_THAN_16"); !errors.Is(err, mavlink.ErrInvalid) {
		t.Errorf("%v", err)
	}
}
