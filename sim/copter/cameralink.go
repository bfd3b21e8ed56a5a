package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

const (
	framesPerS   = 15
	pixelPitchMM = 0.012 // of the thermal sensor

	cameraFlags = mav.CAMERA_CAP_FLAGS_CAPTURE_VIDEO | mav.CAMERA_CAP_FLAGS_CAPTURE_IMAGE | mav.CAMERA_CAP_FLAGS_HAS_MODES |
		mav.CAMERA_CAP_FLAGS_CAN_CAPTURE_IMAGE_IN_VIDEO_MODE | mav.CAMERA_CAP_FLAGS_CAN_CAPTURE_VIDEO_IN_IMAGE_MODE |
		mav.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM | mav.CAMERA_CAP_FLAGS_HAS_BASIC_FOCUS | mav.CAMERA_CAP_FLAGS_HAS_VIDEO_STREAM |
		mav.CAMERA_CAP_FLAGS_HAS_TRACKING_POINT | mav.CAMERA_CAP_FLAGS_HAS_TRACKING_RECTANGLE |
		mav.CAMERA_CAP_FLAGS_HAS_TRACKING_GEO_STATUS | mav.CAMERA_CAP_FLAGS_HAS_THERMAL_RANGE
)

// stream ids of the camera component.
var videoStreams = [...]struct {
	name          string
	kind          string // last part of the URI
	flags         mav.VIDEO_STREAM_STATUS_FLAGS
	width, height uint16
	bitrate       uint32
}{
	{"thermal", "thermal", mav.VIDEO_STREAM_STATUS_FLAGS_RUNNING | mav.VIDEO_STREAM_STATUS_FLAGS_THERMAL, 640, 512, 900_000},
	{"eo", "eo", mav.VIDEO_STREAM_STATUS_FLAGS_RUNNING, 960, 540, 1_500_000},
}

func (c *Copter) buildCamera(id uint32) message.Message {
	switch id {
	case 260:
		return c.cameraSettings()
	case 261:
		return c.storage()
	case 262:
		return c.captureStatus()
	case 270:
		return c.videoStatus(c.flight.camera.source)
	case 271:
		return c.fieldOfView()
	case 275:
		return c.trackingInPicture()
	case 276:
		return c.trackingOnGround()
	case 277:
		return c.thermalRange()
	}
	thermal := &c.flight.camera.lenses[thermalSource]
	s := videoStreams[thermalSource]
	m := &mav.MessageCameraInformation{
		TimeBootMs: c.flight.bootMs(), FirmwareVersion: 1, Flags: cameraFlags,
		// The lens of the thermal camera unzoomed, exact where the streams' whole degrees are not.
		FocalLength: float32(thermal.sensorMM / 2 / math.Tan(thermal.wideDeg*toRad/2)), SensorSizeH: float32(thermal.sensorMM),
		SensorSizeV: float32(float64(s.height) * pixelPitchMM), ResolutionH: s.width, ResolutionV: s.height,
		GimbalDeviceId: gimbalComponent,
	}
	copy(m.VendorName[:], "Vedette")
	copy(m.ModelName[:], "Simulated thermal and EO")
	return m
}

func (c *Copter) videoInformation(i int) *mav.MessageVideoStreamInformation {
	s := videoStreams[i]
	uri := ""
	if c.cfg.StreamURI != nil {
		uri = c.cfg.StreamURI(s.kind)
	}
	return &mav.MessageVideoStreamInformation{
		StreamId: uint8(i + 1), Count: uint8(len(videoStreams)), Type: mav.VIDEO_STREAM_TYPE_RTSP, Flags: s.flags,
		Framerate: framesPerS, ResolutionH: s.width, ResolutionV: s.height, Bitrate: s.bitrate, Hfov: uint16(math.Round(c.flight.camera.lenses[i].hfovDeg())),
		Name: s.name, Uri: uri, Encoding: mav.VIDEO_STREAM_ENCODING_H264,
	}
}

func (c *Copter) videoStatus(i int) *mav.MessageVideoStreamStatus {
	s := videoStreams[i]
	return &mav.MessageVideoStreamStatus{
		StreamId: uint8(i + 1), Flags: s.flags, Framerate: framesPerS, ResolutionH: s.width, ResolutionV: s.height,
		Bitrate: s.bitrate, Hfov: uint16(math.Round(c.flight.camera.lenses[i].hfovDeg())),
	}
}

// cameraHeartbeat is the camera component's.
func cameraHeartbeat() *mav.MessageHeartbeat {
	return &mav.MessageHeartbeat{
		Type: mav.MAV_TYPE_CAMERA, Autopilot: mav.MAV_AUTOPILOT_INVALID, SystemStatus: mav.MAV_STATE_ACTIVE, MavlinkVersion: 3,
	}
}

// gimbalHeartbeat is the gimbal device's.
func gimbalHeartbeat() *mav.MessageHeartbeat {
	return &mav.MessageHeartbeat{
		Type: mav.MAV_TYPE_GIMBAL, Autopilot: mav.MAV_AUTOPILOT_INVALID, SystemStatus: mav.MAV_STATE_ACTIVE, MavlinkVersion: 3,
	}
}

// sendVideo sends what a request for 269 or 270 asks: stream 0 means all.
func (c *Copter) sendVideo(p *peer, id uint32, stream float64) mav.MAV_RESULT {
	if !(stream >= 0 && stream <= float64(len(videoStreams))) {
		return mav.MAV_RESULT_DENIED
	}
	for i := range videoStreams {
		if int(stream) != 0 && int(stream) != i+1 {
			continue
		}
		if id == 269 {
			p.send(cameraComponent, c.videoInformation(i))
		} else {
			p.send(cameraComponent, c.videoStatus(i))
		}
	}
	return mav.MAV_RESULT_ACCEPTED
}
