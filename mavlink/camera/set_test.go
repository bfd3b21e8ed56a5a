package camera_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/camera"
)

const autopilot = 1

var start = time.Unix(1_800_000_000, 0).UTC()

type told struct {
	component uint8
	message   message.Message
}

func setOf(t *testing.T, all ...told) *camera.Set {
	t.Helper()
	s := camera.NewSet(autopilot)
	for _, m := range all {
		if _, ok := s.Apply(m.component, m.message, start, start); !ok {
			t.Fatalf("%T is not understood", m.message)
		}
	}
	return s
}

func only(t *testing.T, all ...told) camera.Camera {
	t.Helper()
	list := setOf(t, all...).List()
	if len(list) != 1 {
		t.Fatalf("%d cameras", len(list))
	}
	return list[0]
}

func info(flags common.CAMERA_CAP_FLAGS) *common.MessageCameraInformation {
	return &common.MessageCameraInformation{Flags: flags}
}

func TestCamerasAreComponentsOrTheAutopilots(t *testing.T) {
	t.Parallel()
	device := func(n uint8) *common.MessageCameraInformation {
		return &common.MessageCameraInformation{CameraDeviceId: n}
	}
	for name, c := range map[string]struct {
		told []told
		want []uint8
	}{
		"components":                      {[]told{{101, device(0)}, {100, device(0)}}, []uint8{100, 101}},
		"the autopilot's two":             {[]told{{1, device(2)}, {1, device(1)}}, []uint8{1, 2}},
		"the autopilot's, without number": {[]told{{1, device(0)}}, []uint8{1}},
		"its status without number":       {[]told{{1, device(2)}, {1, &common.MessageCameraCaptureStatus{}}}, []uint8{2}},
		"a component that numbers itself": {[]told{{100, device(3)}}, []uint8{100}},
		"ArduPilot's feedback":            {[]told{{1, device(2)}, {1, device(1)}, {1, &ardupilotmega.MessageCameraFeedback{CamIdx: 1}}}, []uint8{1, 2}},
	} {
		var got []uint8
		for _, c := range setOf(t, c.told...).List() {
			got = append(got, c.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	s := setOf(t, told{1, device(1)}, told{100, device(0)})
	if c, ok := s.Find(0); !ok || c.ID != 100 {
		t.Errorf("the first: %d", c.ID)
	}
	if _, ok := s.Find(105); ok {
		t.Error("a camera that is not there")
	}
	if c, ok := camera.NewSet(1).Find(0); !ok || c.Component != 1 {
		t.Error("where nothing is known the autopilot must be asked")
	}
	s.Forget(100)
	if n := len(s.List()); n != 1 {
		t.Errorf("%d cameras after the restart of one", n)
	}
}

func TestWhatACameraTells(t *testing.T) {
	t.Parallel()
	nan := float32(math.NaN())
	c := only(t,
		told{100, &common.MessageCameraInformation{
			VendorName: [32]uint8{'A', 'c', 'm', 'e'}, ModelName: [32]uint8{'X', 0x1B, '1'}, FirmwareVersion: 0x00030201, GimbalDeviceId: 154,
			Flags: common.CAMERA_CAP_FLAGS_CAPTURE_IMAGE | common.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM, FocalLength: 10, SensorSizeH: 10,
		}},
		told{100, &common.MessageCameraSettings{ModeId: common.CAMERA_MODE_VIDEO, Zoomlevel: 40, Focuslevel: nan}},
		told{100, &common.MessageStorageInformation{StorageId: 1, Status: common.STORAGE_STATUS_READY, TotalCapacity: 32000, AvailableCapacity: 12000, Type: common.STORAGE_TYPE_MICROSD}},
		told{100, &common.MessageStorageInformation{StorageId: 2, Status: common.STORAGE_STATUS_EMPTY, TotalCapacity: 1}},
		told{100, &common.MessageCameraCaptureStatus{ImageStatus: 2, ImageInterval: 1.5, VideoStatus: 1, RecordingTimeMs: 2500, ImageCount: 7, AvailableCapacity: nan}},
		told{100, &common.MessageCameraImageCaptured{ImageIndex: 7, CaptureResult: 1, Lat: -35e7, Lon: 149e7, Alt: 600e3, TimeUtc: uint64(start.Add(-time.Second).UnixMicro())}},
		told{100, &common.MessageVideoStreamInformation{StreamId: 1, Count: 1, Hfov: 53, Uri: "rtsp://h/a\n", Flags: common.VIDEO_STREAM_STATUS_FLAGS_THERMAL, Encoding: common.VIDEO_STREAM_ENCODING_H265}},
		told{100, &common.MessageCameraThermalRange{StreamId: 1, Min: -5, Max: 30, MinPointX: nan, MaxPointX: 0.25, MaxPointY: 0.5}},
	)
	if c.Name != "Acme X1" || c.Firmware != "1.2.3" || c.Gimbal != 154 || math.Abs(c.LensHFOVDeg-53.13) > 0.01 || c.Kind() != "thermal" ||
		!slices.Equal(c.AbilityNames(), []string{"photo", "zoom"}) {
		t.Errorf("%+v", c)
	}
	if c.Mode != "video" || *c.ZoomPercent != 40 || c.FocusPercent != nil {
		t.Errorf("settings: %+v", c)
	}
	if p := c.Capture; p.Photo != "interval" || p.Interval != 1500*time.Millisecond || !p.Recording || p.RecordingTime != 2500*time.Millisecond || *p.Photos != 8 || p.FreeMiB != nil {
		t.Errorf("capture: %+v", p)
	}
	if s := c.Storages; len(s) != 2 || *s[0].FreeMiB != 12000 || s[0].Kind != "microSD" || s[1].Status != "empty" || s[1].TotalMiB != nil {
		t.Errorf("storages: %+v", s)
	}
	if p := c.LastPhoto; !p.OK || !p.Placed || p.Lat != -35 || p.AltAMSL != 600 || !p.Time.Equal(start.Add(-time.Second)) {
		t.Errorf("photo: %+v", p)
	}
	if s := c.Streams[0]; s.URI != "rtsp://h/a" || s.Gimbal != 154 || s.Encoding != "H265" || s.Camera != "Acme X1" {
		t.Errorf("stream: %+v", s)
	}
	if r := c.Thermal[0]; r.MinC != -5 || r.MinPlace != nil || *r.MaxPlace != [2]float64{0.25, 0.5} {
		t.Errorf("thermal range: %+v", r)
	}
}

func TestTheFieldOfViewIsTheOneOfItsTimeAndImager(t *testing.T) {
	t.Parallel()
	stream := func(id uint8, hfov uint16) *common.MessageVideoStreamInformation {
		return &common.MessageVideoStreamInformation{StreamId: id, Count: 2, Hfov: hfov}
	}
	lens := &common.MessageCameraInformation{FocalLength: 17.6, SensorSizeH: 7.68} // 24.6 degrees
	view := func(hfov float32) *common.MessageCameraFovStatus {
		return &common.MessageCameraFovStatus{Hfov: hfov}
	}
	one := setOf(t, told{100, stream(1, 50)})
	for i, hfov := range []float32{50, 40, 20} {
		at := start.Add(time.Duration(i) * time.Second)
		one.Apply(100, view(hfov), at, at)
	}
	late := start.Add(1500 * time.Millisecond) // reordered on its way
	one.Apply(100, view(30), late, late.Add(time.Second))
	for _, c := range []struct {
		after time.Duration
		want  float64
	}{{0, 50}, {500 * time.Millisecond, 45}, {1250 * time.Millisecond, 35}, {1750 * time.Millisecond, 25}, {3 * time.Second, 20}, {time.Minute, 50}, {-time.Second, 50}} {
		if got := one.HFOVAt(100, 1, start.Add(c.after)); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("after %v: %v, want %v", c.after, got, c.want)
		}
	}
	two := setOf(t, told{100, lens}, told{100, stream(1, 25)}, told{100, stream(2, 50)})
	if a, b := two.HFOVAt(100, 1, start), two.HFOVAt(100, 2, start); math.Abs(a-24.6) > 0.1 || a == 25 || b != 50 {
		t.Errorf("lens: %v and %v", a, b)
	}
	two.Apply(100, view(12), start, start)
	if a, b := two.HFOVAt(100, 1, start), two.HFOVAt(100, 2, start); a != 12 || b != 50 {
		t.Errorf("the lens zooms: %v and %v", a, b)
	}
	if got := two.HFOVAt(7, 1, start); got != 0 {
		t.Errorf("no camera: %v", got)
	}
	for range 5000 {
		start := start.Add(time.Minute)
		one.Apply(100, view(float32(math.NaN())), start, start)
		one.Apply(100, view(33), start, start)
	}
	if got := one.HFOVAt(100, 1, start.Add(time.Minute)); got != 33 {
		t.Errorf("after a flood: %v", got)
	}
}

func TestATargetInThePicture(t *testing.T) {
	t.Parallel()
	const active = common.CAMERA_TRACKING_STATUS_FLAGS_ACTIVE
	nan := float32(math.NaN())
	s := camera.NewSet(autopilot)
	apply := func(m message.Message) camera.Camera {
		s.Apply(100, m, start, start)
		return s.List()[0]
	}
	box := &common.MessageCameraTrackingImageStatus{TrackingStatus: active, TrackingMode: common.CAMERA_TRACKING_MODE_RECTANGLE, RecTopX: 0.25, RecTopY: 0.25, RecBottomX: 0.5, RecBottomY: 0.75, PointX: nan}
	if k := apply(box).Tracking; k.State != "active" || *k.Box != [4]float64{0.25, 0.25, 0.5, 0.75} || k.Point != nil {
		t.Errorf("%+v", k)
	}
	geo := &common.MessageCameraTrackingGeoStatus{TrackingStatus: active, Lat: -35e7, Lon: 149e7, Alt: 580, HAcc: 6, VAcc: nan, VelD: 1}
	if g := apply(geo).Tracking.Geo; g == nil || g.Lat != -35 || g.HorizontalM != 6 || g.VelUp != -1 || !math.IsNaN(g.VerticalM) {
		t.Errorf("%+v", g)
	}
	coasting := *box
	coasting.TrackingStatus |= common.CAMERA_TRACKING_STATUS_FLAGS_COASTING
	if k := apply(&coasting).Tracking; k.State != "coasting" || k.Geo == nil {
		t.Errorf("%+v", k)
	}
	point := &common.MessageCameraTrackingImageStatus{TrackingStatus: active, TrackingMode: common.CAMERA_TRACKING_MODE_POINT, PointX: 0.5, PointY: 0.25, Radius: 0.125}
	if k := apply(point).Tracking; *k.Point != [2]float64{0.5, 0.25} || k.Radius != 0.125 || k.Box != nil {
		t.Errorf("%+v", k)
	}
	if k := apply(&common.MessageCameraTrackingImageStatus{}).Tracking; k.State != "idle" || k.Geo != nil {
		t.Errorf("%+v", k)
	}
	if k := apply(geo).Tracking; k.State != "idle" || k.Geo != nil {
		t.Errorf("a late place wakes it again: %+v", k)
	}
	for _, m := range []*common.MessageCameraTrackingImageStatus{
		{TrackingStatus: active, TrackingMode: common.CAMERA_TRACKING_MODE_RECTANGLE, RecTopX: 0.5, RecBottomX: 0.2, RecBottomY: 1},
		{TrackingStatus: active, TrackingMode: common.CAMERA_TRACKING_MODE_RECTANGLE, RecTopX: nan, RecBottomX: 1, RecBottomY: 1},
		{TrackingStatus: active, TrackingMode: common.CAMERA_TRACKING_MODE_POINT, PointX: 200, PointY: 100},
	} {
		if k := apply(m).Tracking; k.Box != nil || k.Point != nil {
			t.Errorf("%+v is a target", k)
		}
	}
}

func TestAVehicleCannotMakeUsKeepWithoutEnd(t *testing.T) {
	t.Parallel()
	s := camera.NewSet(autopilot)
	for i := range 256 {
		n := uint8(i)
		for _, component := range []uint8{n, 100} {
			s.Apply(component, info(0), start, start)
			s.Apply(component, &common.MessageVideoStreamInformation{StreamId: n, Count: 255, Name: strings.Repeat("x", 32)}, start, start)
			s.Apply(component, &common.MessageStorageInformation{StorageId: n}, start, start)
			s.Apply(component, &common.MessageCameraThermalRange{StreamId: n, Max: 1}, start, start)
		}
	}
	list := s.List()
	if len(list) > 16 {
		t.Errorf("%d cameras", len(list))
	}
	for _, c := range list {
		if len(c.Streams) > 16 || len(c.Storages) > 8 || len(c.Thermal) > 16 {
			t.Errorf("camera %d: %d streams, %d storages, %d ranges", c.ID, len(c.Streams), len(c.Storages), len(c.Thermal))
		}
	}
}

func TestStreamsThatWereNotDescribed(t *testing.T) {
	t.Parallel()
	s := setOf(t, told{100, &common.MessageVideoStreamInformation{StreamId: 2, Count: 3}})
	if id, missing := s.MissingStream(100); !missing || id != 1 {
		t.Errorf("%d %v", id, missing)
	}
	s.Apply(100, &common.MessageVideoStreamInformation{StreamId: 1, Count: 3}, start, start)
	if id, missing := s.MissingStream(100); !missing || id != 3 {
		t.Errorf("%d %v", id, missing)
	}
	s.Apply(100, &common.MessageVideoStreamInformation{StreamId: 0, Count: 0}, start, start) // no stream
	if n := len(s.List()[0].Streams); n != 2 {
		t.Errorf("%d streams", n)
	}
	change, _ := s.Apply(100, &common.MessageVideoStreamStatus{StreamId: 1, Hfov: 20}, start, start)
	if change != camera.State {
		t.Errorf("a zoomed stream is another feed: %v", change)
	}
}
