package copter

import (
	"math"
	"testing"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
	"vedette/sim/scenario"
	"vedette/sim/world"
)

// ofCamera asks the camera for a message and gives it.
func ofCamera[M message.Message](s *station, id uint32) M {
	s.t.Helper()
	s.must(s.command(cameraComponent, common.MAV_CMD_REQUEST_MESSAGE, float32(id)))
	found := all[M](s)
	if len(found) == 0 {
		s.t.Fatalf("message %d did not come", id)
	}
	return found[len(found)-1]
}

func TestZoomNarrowsTheFieldOfView(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, quick)
	info := ofCamera[*mav.MessageCameraInformation](s, 259)
	if info.Flags&cameraFlags != cameraFlags {
		t.Errorf("flags %v", info.Flags)
	}
	wide := float64(ofCamera[*mav.MessageCameraFovStatus](s, 271).Hfov)
	if math.Abs(wide-ThermalHFOVDeg) > 0.01 {
		t.Errorf("%v degrees wide", wide)
	}
	s.must(s.command(cameraComponent, common.MAV_CMD_SET_CAMERA_ZOOM, float32(mav.ZOOM_TYPE_RANGE), 100))
	s.stream(10, 260)
	until(s, "the end of the zoom", func(m *mav.MessageCameraSettings) bool { return m.Zoomlevel == 100 })
	want := 2 * math.Atan(math.Tan(ThermalHFOVDeg/2*toRad)/thermalMostZoom) / toRad
	if got := float64(ofCamera[*mav.MessageCameraFovStatus](s, 271).Hfov); math.Abs(got-want) > 0.01 {
		t.Errorf("%v degrees, want %v", got, want)
	}
	if zoom := c.State().Camera.ThermalZoom; math.Abs(zoom-thermalMostZoom) > 0.01 {
		t.Errorf("the picture is drawn with zoom %v", zoom)
	}
	// The daylight picture has a zoom of its own, here by its field of view.
	s.must(s.command(cameraComponent, common.MAV_CMD_SET_CAMERA_SOURCE, 0, float32(mav.CAMERA_SOURCE_RGB)))
	s.must(s.command(cameraComponent, common.MAV_CMD_SET_CAMERA_ZOOM, float32(mav.ZOOM_TYPE_HORIZONTAL_FOV), 10))
	s.stream(10, 271)
	until(s, "ten degrees", func(m *mav.MessageCameraFovStatus) bool { return math.Abs(float64(m.Hfov)-10) < 0.01 })
	for _, bad := range [][]float32{{2, 101}, {2, nan32}, {9, 1}, {3, -1}} {
		if got := s.command(cameraComponent, common.MAV_CMD_SET_CAMERA_ZOOM, bad...); got != mav.MAV_RESULT_DENIED {
			t.Errorf("zoom %v: %v", bad, got)
		}
	}
}

func TestPhotosAndRecordingsFillTheCard(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	s.must(s.command(cameraComponent, common.MAV_CMD_IMAGE_START_CAPTURE, 0, 0, 1))
	shot := until[*mav.MessageCameraImageCaptured](s, "the record of a photo", nil)
	if shot.ImageIndex != 0 || shot.CaptureResult != 1 || shot.Lat == 0 {
		t.Errorf("%+v", shot)
	}
	s.must(s.command(cameraComponent, common.MAV_CMD_IMAGE_START_CAPTURE, 0, 2, 3))
	for i := range int32(3) {
		until(s, "a photo of the series", func(m *mav.MessageCameraImageCaptured) bool { return m.ImageIndex == i+1 })
	}
	s.must(s.command(cameraComponent, common.MAV_CMD_VIDEO_START_CAPTURE, 0, 1))
	until(s, "a recording", func(m *mav.MessageCameraCaptureStatus) bool { return m.VideoStatus == 1 && m.RecordingTimeMs > 1000 })
	if got := s.command(cameraComponent, common.MAV_CMD_STORAGE_FORMAT, 1, 1); got != mav.MAV_RESULT_DENIED {
		t.Errorf("format while recording: %v", got)
	}
	s.must(s.command(cameraComponent, common.MAV_CMD_VIDEO_STOP_CAPTURE))
	if m := ofCamera[*mav.MessageCameraCaptureStatus](s, 262); m.VideoStatus != 0 || m.ImageCount != 4 {
		t.Errorf("%+v", m)
	}
	if m := ofCamera[*mav.MessageStorageInformation](s, 261); m.UsedCapacity < 4*photoMiB || m.UsedCapacity+m.AvailableCapacity != m.TotalCapacity {
		t.Errorf("%+v", m)
	}
	s.must(s.command(cameraComponent, common.MAV_CMD_REQUEST_CAMERA_IMAGE_CAPTURE, 2))
	if got := s.command(cameraComponent, common.MAV_CMD_REQUEST_CAMERA_IMAGE_CAPTURE, 77); got != mav.MAV_RESULT_FAILED {
		t.Errorf("a photo that was never taken: %v", got)
	}
	s.must(s.command(cameraComponent, common.MAV_CMD_STORAGE_FORMAT, 1, 1))
	if m := ofCamera[*mav.MessageStorageInformation](s, 261); m.UsedCapacity != 0 {
		t.Errorf("after formatting %+v", m)
	}
	if got := s.command(cameraComponent, common.MAV_CMD_DO_SET_SERVO); got != mav.MAV_RESULT_UNSUPPORTED {
		t.Errorf("a command that is not the camera's: %v", got)
	}
}

// crowd is flat country with somebody in it.
type crowd struct {
	plain
	all func(t time.Time) []world.Object
}

func (c crowd) ObjectsAt(t time.Time) []world.Object { return c.all(t) }

func TestTheTrackerFollowsAWalkerAndLosesWhatIsGone(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{}, 60)
	start, present := f.now(), true
	walker := func(at time.Time) (e, n float64) { return 10 + 1.4*at.Sub(start).Seconds(), 80 }
	f.land = crowd{newPlain(vec{}), func(at time.Time) []world.Object {
		if !present {
			return nil
		}
		e, n := walker(at)
		return []world.Object{{ID: "w", E: e, N: n, VE: 1.4, LengthM: 0.4, WidthM: 0.5, HeightM: 1.8, TempC: 30}}
	}}
	f.gimbal.lookAt(vec{14, 80, 0})
	fly(t, f, 3, "looking there", func() bool { return f.now().Sub(start) > 2900*time.Millisecond }, nil)
	s := f.sight(thermalSource)
	e, n := walker(f.now())
	x, y, _, _ := s.project(vec{e, n, 0.9})
	if !f.trackAt(mav.CAMERA_TRACKING_MODE_POINT, [4]float64{x - 0.02, y - 0.02, x + 0.02, y + 0.02}, 0.02) {
		t.Fatal("nothing to track")
	}
	fly(t, f, 40, "a long walk", func() bool { return f.now().Sub(start) > 38*time.Second }, nil)
	s = f.sight(thermalSource)
	e, n = walker(f.now())
	x, y, _, _ = s.project(vec{e, n, 0.9})
	tr := &f.camera.tracker
	if tr.status() != mav.CAMERA_TRACKING_STATUS_FLAGS_ACTIVE || math.Hypot(x-0.5, y-0.5) > 0.1 {
		t.Errorf("status %v, the walker stands at %.2f %.2f in the picture", tr.status(), x, y)
	}
	if x < tr.box[0] || x > tr.box[2] || y < tr.box[1] || y > tr.box[3] {
		t.Errorf("the walker at %.3f %.3f is not in the box %v", x, y, tr.box)
	}
	present = false
	fly(t, f, 10, "the loss", func() bool { return tr.status() == mav.CAMERA_TRACKING_STATUS_FLAGS_ERROR }, nil)
	if f.gimbal.byTracker {
		t.Error("the tracker has lost its target and still steers")
	}
}

func TestTrackingIsReported(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, quick)
	s.stream(10, 33, 275, 276)
	s.takeOff(40)
	if m := ofCamera[*mav.MessageCameraTrackingImageStatus](s, 275); m.TrackingStatus != mav.CAMERA_TRACKING_STATUS_FLAGS_IDLE {
		t.Errorf("%+v", m)
	}
	s.must(s.command(cameraComponent, common.MAV_CMD_CAMERA_TRACK_RECTANGLE, 0.45, 0.45, 0.55, 0.55))
	box := until(s, "a box", func(m *mav.MessageCameraTrackingImageStatus) bool {
		return m.TrackingStatus == mav.CAMERA_TRACKING_STATUS_FLAGS_ACTIVE && m.TrackingMode == mav.CAMERA_TRACKING_MODE_RECTANGLE
	})
	if !(box.RecTopX < box.RecBottomX) || !math.IsNaN(float64(box.PointX)) {
		t.Errorf("%+v", box)
	}
	place := until(s, "a place", func(m *mav.MessageCameraTrackingGeoStatus) bool { return m.Lat != 0 })
	at := c.State().LatLon
	if d := geo.Distance(at, geo.LatLon{Lat: float64(place.Lat) / 1e7, Lon: float64(place.Lon) / 1e7}); d > float64(place.Dist)+5 || place.HAcc <= 0 {
		t.Errorf("%.0f m away, told %+v", d, place)
	}
	s.must(s.command(cameraComponent, common.MAV_CMD_CAMERA_STOP_TRACKING))
	until(s, "the end", func(m *mav.MessageCameraTrackingImageStatus) bool {
		return m.TrackingStatus == mav.CAMERA_TRACKING_STATUS_FLAGS_IDLE
	})
	for _, bad := range [][]float32{{1.2, 0.5}, {nan32, 0.5}} {
		if got := s.command(cameraComponent, common.MAV_CMD_CAMERA_TRACK_POINT, bad...); got != mav.MAV_RESULT_DENIED {
			t.Errorf("point %v: %v", bad, got)
		}
	}
}
