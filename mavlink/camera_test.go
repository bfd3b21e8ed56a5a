package mavlink_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/camera"
	"vedette/mavlink/mavlinktest"
)

const everything = common.CAMERA_CAP_FLAGS_CAPTURE_IMAGE | common.CAMERA_CAP_FLAGS_CAPTURE_VIDEO | common.CAMERA_CAP_FLAGS_HAS_MODES |
	common.CAMERA_CAP_FLAGS_CAN_CAPTURE_IMAGE_IN_VIDEO_MODE | common.CAMERA_CAP_FLAGS_CAN_CAPTURE_VIDEO_IN_IMAGE_MODE |
	common.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM | common.CAMERA_CAP_FLAGS_HAS_VIDEO_STREAM | common.CAMERA_CAP_FLAGS_HAS_TRACKING_RECTANGLE

// withCamera is a vehicle whose camera has told what it can do and how it is.
func withCamera(t *testing.T, flags common.CAMERA_CAP_FLAGS) (*mavlink.Service, *mavlinktest.Autopilot) {
	t.Helper()
	s, a := found(t, mavlinktest.Config{
		Lens:    common.MessageCameraInformation{Flags: flags, VendorName: [32]uint8{'A'}},
		Streams: []common.MessageVideoStreamInformation{{StreamId: 1, Count: 1, Hfov: 60, Uri: "rtsp://127.0.0.1:1/a"}},
	})
	eventually(t, "the camera has told what it can do", func() bool { return cameraOf(s).Known })
	return s, a
}

func cameraOf(s *mavlink.Service) mavlink.Camera {
	v, _ := s.Vehicle(1)
	for _, c := range v.Cameras {
		if c.ID == 100 {
			return c
		}
	}
	return mavlink.Camera{}
}

func TestACameraIsAskedHowItIs(t *testing.T) {
	t.Parallel()
	s, _ := withCamera(t, everything)
	eventually(t, "settings, storage, capture and view have come", func() bool {
		c := cameraOf(s)
		return c.Mode == "photo" && c.ZoomPercent != nil && len(c.Storages) == 1 && c.Capture != nil && c.View != nil && len(c.Streams) == 1
	})
	if c := cameraOf(s); *c.Storages[0].FreeMiB != 750 || *c.ZoomPercent != 0 || c.Capture.Recording {
		t.Errorf("%+v", c)
	}
}

func TestZoomChangesTheFieldOfView(t *testing.T) {
	t.Parallel()
	s, _ := withCamera(t, everything)
	eventually(t, "the wide view is known", func() bool { return s.HFOVAt(1, 100, 1, time.Now()) == 60 && cameraOf(s).View != nil })
	wide := cameraOf(s).View.Time
	if _, err := s.Camera(within(t), 1, 0, camera.Zoom{How: camera.Percent, Value: 50}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the narrow view is known", func() bool { return math.Abs(s.HFOVAt(1, 100, 1, time.Now())-33) < 0.01 })
	if got := s.HFOVAt(1, 100, 1, wide); math.Abs(got-60) > 2 {
		t.Errorf("the view before the zoom: %v", got)
	}
	eventually(t, "the zoom is told", func() bool { z := cameraOf(s).ZoomPercent; return z != nil && *z == 50 })
	if st := s.Streams(1); math.Abs(st[0].HFOVDeg-33) > 0.1 {
		t.Errorf("the stream has %v°", st[0].HFOVDeg)
	}
}

func TestARepeatedPhotoIsOne(t *testing.T) {
	t.Parallel()
	s, a := withCamera(t, everything)
	a.Change(func(f *mavlinktest.Faults) { f.LoseAcks = 1 })
	if _, err := s.Camera(within(t), 1, 100, camera.TakePhotos{}); err != nil {
		t.Fatal(err)
	}
	if photos, _, _ := a.Camera(); photos != 1 {
		t.Errorf("%d photos", photos)
	}
	eventually(t, "the photo is told", func() bool { p := cameraOf(s).LastPhoto; return p != nil && p.OK && p.Placed })
	eventually(t, "and counted", func() bool { c := cameraOf(s).Capture; return c != nil && c.Photos != nil && *c.Photos == 1 })
	if _, err := s.Camera(within(t), 1, 100, camera.TakePhotos{}); err != nil {
		t.Fatal(err)
	}
	if photos, _, _ := a.Camera(); photos != 2 {
		t.Errorf("%d photos", photos)
	}
}

func TestARecordingWhoseAgreementWasLostIsNoRefusal(t *testing.T) {
	t.Parallel()
	s, a := withCamera(t, everything)
	a.Change(func(f *mavlinktest.Faults) { f.LoseAcks = 1 }) // the repeated command is then refused: it records already
	ack, err := s.Camera(within(t), 1, 100, camera.Record{})
	if err != nil || ack.Result != "accepted" {
		t.Fatalf("%+v, %v", ack, err)
	}
	eventually(t, "it records", func() bool { c := cameraOf(s).Capture; return c != nil && c.Recording })
	if _, err := s.Camera(within(t), 1, 100, camera.StopRecord{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it does not record", func() bool { return !cameraOf(s).Capture.Recording })
	if _, err := s.Camera(within(t), 1, 100, camera.Source{First: "ir"}); err != nil {
		t.Fatal(err)
	}
	if _, _, source := a.Camera(); source != 2 {
		t.Errorf("source %d", source)
	}
	if no := cameraOf(s).NoSources; len(no) != 0 {
		t.Errorf("it is said to lack %v", no)
	}
	if _, err := s.Camera(within(t), 1, 100, camera.Source{First: "ndvi"}); err == nil {
		t.Error("an imager that it has not was shown")
	}
	eventually(t, "it is known that it lacks it", func() bool { return slices.Equal(cameraOf(s).NoSources, []string{"ndvi"}) })
}

func TestWhatACameraCannotDoIsNotSent(t *testing.T) {
	t.Parallel()
	s, a := withCamera(t, common.CAMERA_CAP_FLAGS_HAS_VIDEO_STREAM)
	for _, c := range []mavlink.CameraCommand{camera.Zoom{How: camera.Rate, Value: 1}, camera.TakePhotos{}, camera.TrackBox{Right: 1, Bottom: 1}} {
		if _, err := s.Camera(within(t), 1, 100, c); !errors.Is(err, mavlink.ErrUnable) {
			t.Errorf("%T: %v", c, err)
		}
	}
	if _, err := s.Camera(within(t), 1, 103, camera.TakePhotos{}); !errors.Is(err, mavlink.ErrInvalid) {
		t.Errorf("a camera that is not there: %v", err)
	}
	if got, _, _ := orders(a); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}

func TestATrackedBoxIsAskedForAndShown(t *testing.T) {
	t.Parallel()
	s, a := withCamera(t, everything)
	if _, err := s.Camera(within(t), 1, 100, camera.TrackBox{Left: 0.25, Top: 0.25, Right: 0.5, Bottom: 0.75}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the box and its place are shown", func() bool {
		k := cameraOf(s).Tracking
		return k != nil && k.State == "active" && k.Box != nil && *k.Box == [4]float64{0.25, 0.25, 0.5, 0.75} && k.Geo != nil && k.Geo.HorizontalM == 7
	})
	if _, err := s.Camera(within(t), 1, 100, camera.StopTracking{}); err != nil {
		t.Fatal(err)
	}
	if k := cameraOf(s).Tracking; k.State != "idle" || k.Geo != nil {
		t.Errorf("%+v", k)
	}
	eventually(t, "the streams of it are ended", func() bool {
		ended := 0
		for _, m := range a.Heard() {
			if c, ok := m.(*common.MessageCommandLong); ok && c.Command == common.MAV_CMD_SET_MESSAGE_INTERVAL && c.TargetComponent == 100 &&
				(c.Param1 == 275 || c.Param1 == 276) && c.Param2 == -1 {
				ended++
			}
		}
		return ended >= 2
	})
}

// requests counts what a component was asked.
func requests(a *mavlinktest.Autopilot, component uint8, message float32) (n int) {
	for _, m := range a.Heard() {
		if c, ok := m.(*common.MessageCommandLong); ok && c.TargetComponent == component &&
			c.Command == common.MAV_CMD_REQUEST_MESSAGE && c.Param1 == message {
			n++
		}
	}
	return n
}

func TestACameraThatRestartsIsAskedAgain(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{
		Uptime: time.Hour, Lens: common.MessageCameraInformation{Flags: everything},
		Streams: []common.MessageVideoStreamInformation{{StreamId: 1, Count: 1, Hfov: 60}},
	})
	eventually(t, "the view is streamed", func() bool { return cameraOf(s).View != nil && cameraOf(s).ZoomPercent != nil })
	before := requests(a, 100, 259)
	a.RebootCamera()
	for i := range 3 {
		a.Send(100, &common.MessageCameraFovStatus{TimeBootMs: uint32(1 + i), Hfov: 60})
	}
	eventually(t, "it is asked who it is again", func() bool { return requests(a, 100, 259) > before })
	eventually(t, "it streams again", func() bool {
		v := cameraOf(s).View
		return v != nil && time.Since(v.Time) < 500*time.Millisecond
	})
}

func TestADeafCameraHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	s, addr := station(t)
	a := fly(t, mavlinktest.Config{
		Address: addr, Lat: -35, Lon: 149, Streams: []common.MessageVideoStreamInformation{{StreamId: 1, Count: 1}},
	})
	a.Change(func(f *mavlinktest.Faults) { f.CameraDeaf = true })
	eventually(t, "the modes, which are asked for last, have come", func() bool { v, ok := s.Vehicle(1); return ok && len(v.Modes) == 3 })
	if n := requests(a, 100, 259); n == 0 || n > 12 {
		t.Errorf("a deaf camera was asked %d times", n)
	}
	a.Change(func(f *mavlinktest.Faults) { f.CameraDeaf = false })
	eventually(t, "it is asked again", func() bool { return len(s.Streams(1)) == 1 })
}

func TestACameraThatFailsIsNotStormed(t *testing.T) {
	t.Parallel()
	s, addr := station(t)
	a := fly(t, mavlinktest.Config{
		Address: addr, Lat: -35, Lon: 149, Lens: common.MessageCameraInformation{Flags: everything},
		Streams: []common.MessageVideoStreamInformation{{StreamId: 1, Count: 1}},
	})
	a.Change(func(f *mavlinktest.Faults) { f.CameraFails = true })
	eventually(t, "it is asked twice", func() bool { return requests(a, 100, 259) >= 2 })
	total := 0
	for _, id := range []float32{259, 260, 261, 262, 269, 270, 271} {
		total += requests(a, 100, id)
	}
	if total > 8 {
		t.Errorf("%d requests in some seconds to a camera that refuses them", total)
	}
	if slices.ContainsFunc(s.Vehicles()[0].Cameras, func(c mavlink.Camera) bool { return c.Known }) {
		t.Error("a camera that told nothing is known")
	}
}
