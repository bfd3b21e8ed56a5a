package mavlink_test

import (
	"errors"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/camera"
	"vedette/mavlink/mavlinktest"
)

// lensOrders are what a camera was told about its lens, the first two parameters each.
func lensOrders(a *mavlinktest.Autopilot, command common.MAV_CMD) (all [][2]float32) {
	_, _, longs := orders(a)
	for _, m := range longs {
		if m.Command == command {
			all = append(all, [2]float32{m.Param1, m.Param2})
		}
	}
	return all
}

// moveLens moves a lens; on a busy machine it is stopped before the camera has answered.
func moveLens(t *testing.T, s *mavlink.Service, c mavlink.CameraCommand) {
	t.Helper()
	ack, err := s.Camera(within(t), 1, 100, c)
	if err != nil && !errors.Is(err, mavlink.ErrNoAnswer) || err == nil && ack.Result != "accepted" {
		t.Fatalf("%+v: %+v, %v", c, ack, err)
	}
}

func TestALensIsStoppedWhenNobodyAsksForItAnyMore(t *testing.T) {
	t.Parallel()
	s, a := withCamera(t, everything|common.CAMERA_CAP_FLAGS_HAS_BASIC_FOCUS)
	for command, c := range map[common.MAV_CMD]mavlink.CameraCommand{
		common.MAV_CMD_SET_CAMERA_ZOOM:  camera.Zoom{How: camera.Rate, Value: 0.5},
		common.MAV_CMD_SET_CAMERA_FOCUS: camera.Focus{How: camera.Rate, Value: 0.5},
	} {
		moveLens(t, s, c)
		eventually(t, "the lens is stopped twice", func() bool {
			all := lensOrders(a, command)
			n := len(all)
			return n >= 3 && all[n-2] == [2]float32{1, 0} && all[n-1] == [2]float32{1, 0}
		})
		if all := lensOrders(a, command); all[0] != [2]float32{1, 0.5} {
			t.Errorf("%v: the camera was told %v", command, all)
		}
	}
}

func TestALensThatIsLetGoIsStoppedAtOnce(t *testing.T) {
	t.Parallel()
	s, a := withCamera(t, everything)
	for _, rate := range []float64{1, 0, -1, 0, 0} {
		moveLens(t, s, camera.Zoom{How: camera.Rate, Value: rate})
	}
	eventually(t, "it was told to stop last", func() bool {
		all := lensOrders(a, common.MAV_CMD_SET_CAMERA_ZOOM)
		return len(all) > 0 && all[len(all)-1] == [2]float32{1, 0}
	})
}

func TestAnotherZoomEndsOneAtARate(t *testing.T) {
	t.Parallel()
	s, a := withCamera(t, everything)
	for _, c := range []camera.Zoom{{How: camera.Rate, Value: 1}, {How: camera.Percent, Value: 50}} {
		moveLens(t, s, c)
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
	eventually(t, "a second and more passes, in which the lens would have been stopped", func() bool { return beats() >= before+2 })
	if all := lensOrders(a, common.MAV_CMD_SET_CAMERA_ZOOM); all[len(all)-1] != [2]float32{2, 50} {
		t.Errorf("the camera was told %v", all)
	}
}

func TestALensThatNeverMovedIsToldWhenItEnds(t *testing.T) {
	t.Parallel()
	s, a := withCamera(t, everything)
	a.Change(func(f *mavlinktest.Faults) { f.Deaf = true })
	if _, err := s.Camera(within(t), 1, 100, camera.Zoom{How: camera.Rate, Value: 1}); !errors.Is(err, mavlink.ErrNoAnswer) {
		t.Errorf("%v", err)
	}
}
