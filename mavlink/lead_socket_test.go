package mavlink_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

// setpoints counts the places that the vehicle was led to.
func setpoints(a *mavlinktest.Autopilot) (n int) {
	for _, m := range a.Heard() {
		if t, ok := m.(*common.MessageSetPositionTargetGlobalInt); ok && t.TargetSystem == 1 && t.TargetComponent == 1 {
			n++
		}
	}
	return n
}

func TestAnOrbitOfAnArduCopterIsLedUntilSomethingElseIsCommanded(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Fatal(err)
	}
	v, _ := s.Vehicle(1)
	orbit := mavlink.Orbit{Lat: v.Position.Lat + 50/111195.0, Lon: v.Position.Lon, AltAMSL: v.Position.AltAMSL, RadiusM: 50}
	if _, err := s.Do(within(t), 1, orbit, mavlink.Given{By: "anna"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is led around", func() bool {
		v, _ := s.Vehicle(1)
		return setpoints(a) > 3 && v.Leading != nil && v.Leading.Kind == "orbit" && v.Leading.By == "anna"
	})
	if _, err := s.Command(within(t), 1, mavlink.Goto{Lat: -35.3, Lon: 149.1, AltAMSL: 700}); err != nil {
		t.Fatal(err)
	}
	v, _ = s.Vehicle(1)
	if v.Leading != nil || v.Destination == nil || v.Destination.AltAMSL != 700 {
		t.Errorf("after a goto: leading %+v, destination %+v", v.Leading, v.Destination)
	}
	if !slices.ContainsFunc(v.Messages, func(m mavlink.Text) bool { return strings.Contains(m.Text, "orbit ended: replaced by goto") }) {
		t.Errorf("texts %+v", v.Messages)
	}
}

func TestAnOrbitThatIsEndedHolds(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Fatal(err)
	}
	v, _ := s.Vehicle(1)
	if _, err := s.Command(within(t), 1, mavlink.Orbit{Lat: v.Position.Lat, Lon: v.Position.Lon, AltAMSL: 640, RadiusM: 50}); err != nil {
		t.Fatal(err)
	}
	s.EndLeading(within(t), 1, "the lease ended")
	s.EndLeading(within(t), 1, "once more")
	list, _, _ := orders(a)
	if last := list[len(list)-1]; last != common.MAV_CMD_DO_REPOSITION || len(list) != 3 {
		t.Errorf("sent %v", list)
	}
	v, _ = s.Vehicle(1)
	if v.Leading != nil || !slices.ContainsFunc(v.Messages, func(m mavlink.Text) bool { return m.Text == "station: orbit ended: the lease ended" }) {
		t.Errorf("%+v, texts %+v", v.Leading, v.Messages)
	}
}

func TestLandingAtAPlaceLandsThere(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Fatal(err)
	}
	v, _ := s.Vehicle(1)
	if _, err := s.Command(within(t), 1, mavlink.LandAt{Lat: v.Position.Lat, Lon: v.Position.Lon, AltAMSL: 600}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is told to land", func() bool {
		list, _, _ := orders(a)
		return slices.Contains(list, common.MAV_CMD_NAV_LAND)
	})
}
