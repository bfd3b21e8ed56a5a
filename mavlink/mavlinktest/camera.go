package mavlinktest

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// cameraState is what the camera component does. It does as much as the flags of the lens say.
type cameraState struct {
	due       map[uint32]*schedule
	mode      common.CAMERA_MODE
	zoom      float32
	recording bool
	photos    int32
	sequence  float32 // of the last single photo
	formatted int
	source    float32
	tracked   *common.MessageCameraTrackingImageStatus
	boot      time.Time
}

// RebootCamera starts the camera's clock anew and forgets what it was asked to stream.
func (a *Autopilot) RebootCamera() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.camera = cameraState{boot: time.Now()}
}

// Camera tells how many photos and formats the camera has done, and its source.
func (a *Autopilot) Camera() (photos, formats, source int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return int(a.camera.photos), a.camera.formatted, int(a.camera.source)
}

func (a *Autopilot) can(f common.CAMERA_CAP_FLAGS) bool { return a.cfg.Lens.Flags&f != 0 }

// cameraCommand answers what is for the camera; mu must be held.
func (a *Autopilot) cameraCommand(m *common.MessageCommandLong) {
	if a.faults.CameraDeaf || len(a.cfg.Streams) == 0 {
		return
	}
	c := &a.camera
	result := common.MAV_RESULT_ACCEPTED
	needs := func(f common.CAMERA_CAP_FLAGS) bool {
		if !a.can(f) {
			result = common.MAV_RESULT_UNSUPPORTED
		}
		return a.can(f)
	}
	switch m.Command {
	case common.MAV_CMD_REQUEST_MESSAGE:
		if a.faults.CameraFails || !a.cameraReport(uint32(m.Param1), uint8(m.Param2)) {
			result = common.MAV_RESULT_FAILED
		}
	case common.MAV_CMD_SET_MESSAGE_INTERVAL:
		if c.due == nil {
			c.due = make(map[uint32]*schedule)
		}
		delete(c.due, uint32(m.Param1))
		if m.Param2 > 0 {
			c.due[uint32(m.Param1)] = &schedule{every: time.Duration(m.Param2) * time.Microsecond}
		}
	case common.MAV_CMD_SET_CAMERA_ZOOM:
		if needs(common.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM) && m.Param1 == 2 {
			c.zoom = m.Param2
		}
	case common.MAV_CMD_SET_CAMERA_MODE:
		c.mode = common.CAMERA_MODE(m.Param2)
	case common.MAV_CMD_SET_CAMERA_SOURCE:
		if m.Param2 == float32(common.CAMERA_SOURCE_NDVI) {
			result = common.MAV_RESULT_DENIED // it has no such imager
		} else {
			c.source = m.Param2
		}
	case common.MAV_CMD_IMAGE_START_CAPTURE:
		if needs(common.CAMERA_CAP_FLAGS_CAPTURE_IMAGE) && (m.Param4 == 0 || m.Param4 != c.sequence) {
			c.sequence = m.Param4
			c.photos++
			a.send(cameraComponent, &common.MessageCameraImageCaptured{ImageIndex: c.photos - 1, CaptureResult: 1, Lat: -353632610, Lon: 1491652299, Alt: 600000, FileUrl: "http://camera/1.jpg"})
		}
	case common.MAV_CMD_VIDEO_START_CAPTURE:
		if c.recording {
			result = common.MAV_RESULT_DENIED // as some do
		}
		c.recording = true
	case common.MAV_CMD_VIDEO_STOP_CAPTURE:
		c.recording = false
	case common.MAV_CMD_STORAGE_FORMAT:
		c.formatted++
	case common.MAV_CMD_CAMERA_TRACK_RECTANGLE:
		c.tracked = &common.MessageCameraTrackingImageStatus{
			TrackingStatus: common.CAMERA_TRACKING_STATUS_FLAGS_ACTIVE, TrackingMode: common.CAMERA_TRACKING_MODE_RECTANGLE,
			RecTopX: m.Param1, RecTopY: m.Param2, RecBottomX: m.Param3, RecBottomY: m.Param4,
		}
	case common.MAV_CMD_CAMERA_STOP_TRACKING:
		c.tracked = nil
	case common.MAV_CMD_SET_CAMERA_FOCUS, common.MAV_CMD_VIDEO_START_STREAMING, common.MAV_CMD_VIDEO_STOP_STREAMING:
	default:
		result = common.MAV_RESULT_UNSUPPORTED
	}
	a.ack(cameraComponent, m.Command, result)
}

func (a *Autopilot) cameraTick(now time.Time) {
	for id, s := range a.camera.due {
		if !now.Before(s.next) {
			s.next = now.Add(s.every)
			a.cameraReport(id, 0)
		}
	}
}

// cameraReport sends one message of the camera; mu must be held.
func (a *Autopilot) cameraReport(id uint32, index uint8) bool {
	c := &a.camera
	if c.boot.IsZero() {
		c.boot = a.born
	}
	millis := uint32(time.Since(c.boot).Milliseconds()) + 1
	var m message.Message
	switch id {
	case (&common.MessageCameraInformation{}).GetID():
		m = &a.cfg.Lens
	case (&common.MessageVideoStreamInformation{}).GetID():
		// Only the first of 'all': the rest must be asked for.
		for i := range a.cfg.Streams {
			if s := &a.cfg.Streams[i]; s.StreamId == max(index, 1) {
				a.send(cameraComponent, s)
			}
		}
		return true
	case (&common.MessageCameraSettings{}).GetID():
		m = &common.MessageCameraSettings{TimeBootMs: millis, ModeId: c.mode, Zoomlevel: c.zoom}
	case (&common.MessageStorageInformation{}).GetID():
		m = &common.MessageStorageInformation{TimeBootMs: millis, StorageId: 1, StorageCount: 1, Status: common.STORAGE_STATUS_READY, TotalCapacity: 1000, UsedCapacity: 250, AvailableCapacity: 750}
	case (&common.MessageCameraCaptureStatus{}).GetID():
		s := &common.MessageCameraCaptureStatus{TimeBootMs: millis, ImageCount: c.photos, AvailableCapacity: 750}
		if c.recording {
			s.VideoStatus = 1
		}
		m = s
	case (&common.MessageCameraFovStatus{}).GetID():
		// Ten times narrower at full zoom.
		m = &common.MessageCameraFovStatus{TimeBootMs: millis, Hfov: 60 - 54*c.zoom/100}
	case (&common.MessageCameraTrackingImageStatus{}).GetID():
		if c.tracked == nil {
			m = &common.MessageCameraTrackingImageStatus{}
		} else {
			m = c.tracked
		}
	case (&common.MessageCameraTrackingGeoStatus{}).GetID():
		if c.tracked == nil {
			return false
		}
		m = &common.MessageCameraTrackingGeoStatus{TrackingStatus: common.CAMERA_TRACKING_STATUS_FLAGS_ACTIVE, Lat: -353600000, Lon: 1491600000, Alt: 590, HAcc: 7, VAcc: 3}
	default:
		return false
	}
	a.send(cameraComponent, m)
	return true
}
