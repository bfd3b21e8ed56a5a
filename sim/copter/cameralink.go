package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// The lenses: full horizontal fields of view in degrees.
const (
	ThermalHFOVDeg = 24.6
	EOHFOVDeg      = 50.0
	framesPerS     = 15
	pixelPitchMM   = 0.012 // of the thermal sensor
)

// stream ids of the camera component.
var videoStreams = [...]struct {
	name          string
	kind          string // last part of the URI
	flags         mav.VIDEO_STREAM_STATUS_FLAGS
	width, height uint16
	hfov          float64
	bitrate       uint32
}{
	{"thermal", "thermal", mav.VIDEO_STREAM_STATUS_FLAGS_RUNNING | mav.VIDEO_STREAM_STATUS_FLAGS_THERMAL, 640, 512, ThermalHFOVDeg, 900_000},
	{"eo", "eo", mav.VIDEO_STREAM_STATUS_FLAGS_RUNNING, 960, 540, EOHFOVDeg, 1_500_000},
}

func (c *Copter) buildCamera(id uint32) message.Message {
	if id == 270 {
		return c.videoStatus(0)
	}
	thermal := videoStreams[0]
	width := float64(thermal.width) * pixelPitchMM
	m := &mav.MessageCameraInformation{
		TimeBootMs: c.flight.bootMs(), FirmwareVersion: 1, Flags: mav.CAMERA_CAP_FLAGS_HAS_VIDEO_STREAM,
		// The lens of the thermal camera, exact where the streams' whole degrees are not.
		FocalLength: float32(width / 2 / math.Tan(thermal.hfov*toRad/2)), SensorSizeH: float32(width),
		SensorSizeV: float32(float64(thermal.height) * pixelPitchMM), ResolutionH: thermal.width, ResolutionV: thermal.height,
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
		Framerate: framesPerS, ResolutionH: s.width, ResolutionV: s.height, Bitrate: s.bitrate, Hfov: uint16(math.Round(s.hfov)),
		Name: s.name, Uri: uri, Encoding: mav.VIDEO_STREAM_ENCODING_H264,
	}
}

func (c *Copter) videoStatus(i int) *mav.MessageVideoStreamStatus {
	s := videoStreams[i]
	return &mav.MessageVideoStreamStatus{
		StreamId: uint8(i + 1), Flags: s.flags, Framerate: framesPerS, ResolutionH: s.width, ResolutionV: s.height,
		Bitrate: s.bitrate, Hfov: uint16(math.Round(s.hfov)),
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

// cameraCommand handles what is addressed to the camera component.
func (c *Copter) cameraCommand(p *peer, cmd command) mav.MAV_RESULT {
	switch cmd.id {
	case common.MAV_CMD_REQUEST_MESSAGE:
		switch id := uint32(clamp(cmd.p[0], 0, math.MaxUint32)); id {
		case 0:
			p.send(cameraComponent, cameraHeartbeat())
		case 259:
			p.send(cameraComponent, c.build(id))
		case 269, 270:
			return c.sendVideo(p, id, cmd.p[1])
		default:
			return mav.MAV_RESULT_FAILED
		}
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_REQUEST_CAMERA_INFORMATION:
		p.send(cameraComponent, c.build(259))
		return mav.MAV_RESULT_ACCEPTED
	case common.MAV_CMD_REQUEST_VIDEO_STREAM_INFORMATION:
		return c.sendVideo(p, 269, cmd.p[0])
	case common.MAV_CMD_REQUEST_VIDEO_STREAM_STATUS:
		return c.sendVideo(p, 270, cmd.p[0])
	case common.MAV_CMD_SET_MESSAGE_INTERVAL:
		return c.setInterval(p, uint32(clamp(cmd.p[0], 0, math.MaxUint32)), cmd.p[1])
	case common.MAV_CMD_VIDEO_START_STREAMING, common.MAV_CMD_VIDEO_STOP_STREAMING:
		return mav.MAV_RESULT_ACCEPTED // the RTSP server streams to whoever plays
	}
	return mav.MAV_RESULT_UNSUPPORTED
}
