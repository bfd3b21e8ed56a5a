package mavlink_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

// TestAVehicleFollowsThePostUntilItsPositionIsLost also asks for what cannot be: following a post that nobody knows.
func TestAVehicleFollowsThePostUntilItsPositionIsLost(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{PX4: true})
	if _, err := s.Command(within(t), 1, mavlink.Follow{}); !errors.Is(err, mavlink.ErrInvalid) || !strings.Contains(err.Error(), "not known") {
		t.Errorf("followed nobody: %v", err)
	}
	if err := s.SetPost(mavlink.Post{Lat: 95}); !errors.Is(err, mavlink.ErrInvalid) {
		t.Errorf("a post beyond the pole: %v", err)
	}
	post := mavlink.Post{Lat: -35.36, Lon: 149.16, AltAMSL: 590, SpeedMS: 5, CourseDeg: 90, Time: time.Now()}
	if err := s.SetPost(post); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Do(within(t), 1, mavlink.Follow{RateHz: 5}, mavlink.Given{By: "anna"}); err != nil {
		t.Fatal(err)
	}
	told := func() (n int) {
		for _, m := range a.Heard() {
			if f, ok := m.(*common.MessageFollowTarget); ok && f.Lat != 0 && f.Alt == 590 {
				n++
			}
		}
		return n
	}
	eventually(t, "it is told where the post is", func() bool {
		v, _ := s.Vehicle(1)
		return told() >= 3 && v.Mode == "AUTO.FOLLOW_TARGET" && v.Leading != nil && v.Leading.Kind == "follow"
	})
	// The receiver falls silent.
	eventually(t, "it holds, and says why", func() bool {
		v, _ := s.Vehicle(1)
		return v.Leading == nil && v.Mode == "AUTO.LOITER" &&
			slices.ContainsFunc(v.Messages, func(m mavlink.Text) bool {
				return strings.Contains(m.Text, "follow ended: the position of the post is")
			})
	})
}

func TestChecksTellWhatTheyFind(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	a.Change(func(f *mavlinktest.Faults) { f.PreArm = "PreArm: Compass not calibrated" })
	ack, err := s.Command(within(t), 1, mavlink.PreflightCheck{})
	if err != nil || !strings.Contains(ack.Reason, "Compass not calibrated") {
		t.Errorf("%+v, %v", ack, err)
	}
}
