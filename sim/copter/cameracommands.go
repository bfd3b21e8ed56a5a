package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// cameraCommands are those that the camera component has; it answers UNSUPPORTED to all others.
var cameraCommands = map[common.MAV_CMD]func(c *Copter, p *peer, cmd command) mav.MAV_RESULT{
	common.MAV_CMD_REQUEST_CAMERA_INFORMATION:       cameraMessage(259),
	common.MAV_CMD_REQUEST_CAMERA_SETTINGS:          cameraMessage(260),
	common.MAV_CMD_REQUEST_STORAGE_INFORMATION:      cameraMessage(261),
	common.MAV_CMD_REQUEST_CAMERA_CAPTURE_STATUS:    cameraMessage(262),
	common.MAV_CMD_REQUEST_VIDEO_STREAM_INFORMATION: cameraVideo(269),
	common.MAV_CMD_REQUEST_VIDEO_STREAM_STATUS:      cameraVideo(270),
	common.MAV_CMD_REQUEST_CAMERA_IMAGE_CAPTURE:     (*Copter).tellPhoto,

	common.MAV_CMD_SET_CAMERA_MODE:       (*Copter).commandCameraMode,
	common.MAV_CMD_SET_CAMERA_ZOOM:       (*Copter).commandZoom,
	common.MAV_CMD_SET_CAMERA_FOCUS:      (*Copter).commandFocus,
	common.MAV_CMD_SET_CAMERA_SOURCE:     (*Copter).commandSource,
	common.MAV_CMD_RESET_CAMERA_SETTINGS: (*Copter).resetCamera,
	common.MAV_CMD_STORAGE_FORMAT:        (*Copter).formatStorage,

	common.MAV_CMD_IMAGE_START_CAPTURE:   (*Copter).startPhotos,
	common.MAV_CMD_IMAGE_STOP_CAPTURE:    (*Copter).stopPhotos,
	common.MAV_CMD_VIDEO_START_CAPTURE:   (*Copter).startRecording,
	common.MAV_CMD_VIDEO_STOP_CAPTURE:    (*Copter).stopRecording,
	common.MAV_CMD_VIDEO_START_STREAMING: (*Copter).switchStream, // the RTSP server streams to whoever plays
	common.MAV_CMD_VIDEO_STOP_STREAMING:  (*Copter).switchStream,

	common.MAV_CMD_CAMERA_TRACK_POINT:     (*Copter).trackPoint,
	common.MAV_CMD_CAMERA_TRACK_RECTANGLE: (*Copter).trackBox,
	common.MAV_CMD_CAMERA_STOP_TRACKING:   (*Copter).stopTracking,
}

// cameraCommand handles what is addressed to the camera component.
func (c *Copter) cameraCommand(p *peer, cmd command) mav.MAV_RESULT {
	switch cmd.id {
	case common.MAV_CMD_REQUEST_MESSAGE:
		return c.requestOfCamera(p, cmd)
	case common.MAV_CMD_SET_MESSAGE_INTERVAL:
		if id := whole(cmd.p[0]); streamed[id].component == cameraComponent {
			return c.setInterval(p, id, cmd.p[1])
		}
		return mav.MAV_RESULT_FAILED
	}
	if run, ok := cameraCommands[cmd.id]; ok {
		return run(c, p, cmd)
	}
	return mav.MAV_RESULT_UNSUPPORTED
}

func (c *Copter) requestOfCamera(p *peer, cmd command) mav.MAV_RESULT {
	switch id := whole(cmd.p[0]); {
	case id == 0:
		p.send(cameraComponent, cameraHeartbeat())
	case id == 269 || id == 270:
		return c.sendVideo(p, id, cmd.p[1])
	case id == 263:
		cmd.p[0] = cmd.p[1]
		return c.tellPhoto(p, cmd)
	case streamed[id].component == cameraComponent:
		p.send(cameraComponent, c.build(id))
	default:
		return mav.MAV_RESULT_FAILED
	}
	return mav.MAV_RESULT_ACCEPTED
}

// cameraMessage answers the old requests, whose first parameter says whether anything is wanted.
func cameraMessage(id uint32) func(*Copter, *peer, command) mav.MAV_RESULT {
	return func(c *Copter, p *peer, cmd command) mav.MAV_RESULT {
		// REQUEST_STORAGE_INFORMATION names the card first, 0 for all.
		if wanted := cmd.p[0] == 1 || id == 261 && cmd.p[1] == 1; wanted {
			p.send(cameraComponent, c.build(id))
		}
		return mav.MAV_RESULT_ACCEPTED
	}
}

func cameraVideo(id uint32) func(*Copter, *peer, command) mav.MAV_RESULT {
	return func(c *Copter, p *peer, cmd command) mav.MAV_RESULT { return c.sendVideo(p, id, cmd.p[0]) }
}

// tellPhoto sends the record of a photo again, by its index from 0.
func (c *Copter) tellPhoto(p *peer, cmd command) mav.MAV_RESULT {
	for _, shot := range c.flight.camera.photos {
		if float64(shot.index-1) == cmd.p[0] {
			p.send(cameraComponent, shot.message())
			return mav.MAV_RESULT_ACCEPTED
		}
	}
	return mav.MAV_RESULT_FAILED
}

func (c *Copter) commandCameraMode(_ *peer, cmd command) mav.MAV_RESULT {
	mode := cmd.p[1]
	if mode != float64(mav.CAMERA_MODE_IMAGE) && mode != float64(mav.CAMERA_MODE_VIDEO) {
		return mav.MAV_RESULT_DENIED
	}
	c.flight.camera.mode = mav.CAMERA_MODE(mode)
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) commandZoom(_ *peer, cmd command) mav.MAV_RESULT {
	l, value := c.flight.camera.lens(), cmd.p[1]
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return mav.MAV_RESULT_DENIED
	}
	switch mav.CAMERA_ZOOM_TYPE(whole(cmd.p[0])) {
	case mav.ZOOM_TYPE_STEP:
		l.goTo(l.want + zoomStep*value)
	case mav.ZOOM_TYPE_CONTINUOUS:
		l.run(value)
	case mav.ZOOM_TYPE_RANGE:
		if value < 0 || value > 100 {
			return mav.MAV_RESULT_DENIED
		}
		l.goTo(value)
	case mav.ZOOM_TYPE_FOCAL_LENGTH:
		if value <= 0 {
			return mav.MAV_RESULT_DENIED
		}
		l.goToFocal(value)
	case mav.ZOOM_TYPE_HORIZONTAL_FOV:
		if value <= 0 || value >= 180 {
			return mav.MAV_RESULT_DENIED
		}
		l.goToHFOV(value)
	default:
		return mav.MAV_RESULT_DENIED
	}
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) commandFocus(_ *peer, cmd command) mav.MAV_RESULT {
	l, value := c.flight.camera.lens(), cmd.p[1]
	kind := mav.SET_FOCUS_TYPE(whole(cmd.p[0]))
	auto := kind == mav.FOCUS_TYPE_AUTO || kind == mav.FOCUS_TYPE_AUTO_SINGLE || kind == mav.FOCUS_TYPE_AUTO_CONTINUOUS
	if !auto && (math.IsNaN(value) || math.IsInf(value, 0)) {
		return mav.MAV_RESULT_DENIED
	}
	l.manualFocus, l.focusDrive = !auto, 0
	switch {
	case auto:
	case kind == mav.FOCUS_TYPE_STEP:
		l.focusPercent = clamp(l.focusPercent+zoomStep*value, 0, 100)
	case kind == mav.FOCUS_TYPE_CONTINUOUS:
		l.focusDrive = clamp(value, -1, 1)
	case kind == mav.FOCUS_TYPE_RANGE && value >= 0 && value <= 100:
		l.focusPercent = value
	case kind == mav.FOCUS_TYPE_METERS && value > 0:
		l.focusPercent = clamp(100*(1-1/value), 0, 100)
	default:
		return mav.MAV_RESULT_DENIED
	}
	return mav.MAV_RESULT_ACCEPTED
}

// commandSource chooses whose picture zoom, focus and tracking are about.
func (c *Copter) commandSource(_ *peer, cmd command) mav.MAV_RESULT {
	source := thermalSource
	switch mav.CAMERA_SOURCE(whole(cmd.p[1])) {
	case mav.CAMERA_SOURCE_DEFAULT, mav.CAMERA_SOURCE_IR:
	case mav.CAMERA_SOURCE_RGB:
		source = eoSource
	default:
		return mav.MAV_RESULT_DENIED
	}
	if source != c.flight.camera.source {
		c.flight.stopTracking()
		c.flight.camera.source = source
	}
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) resetCamera(_ *peer, cmd command) mav.MAV_RESULT {
	if cmd.p[0] == 1 {
		c.flight.stopTracking()
		c.flight.camera.reset()
	}
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) formatStorage(_ *peer, cmd command) mav.MAV_RESULT {
	if cmd.p[0] > 1 || c.flight.camera.recordingFrom >= 0 {
		return mav.MAV_RESULT_DENIED
	}
	if cmd.p[1] == 1 {
		c.flight.camera.format()
	}
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) startPhotos(_ *peer, cmd command) mav.MAV_RESULT {
	every, count := cmd.p[1], cmd.p[2]
	if !(every >= 0) || !(count >= 0 && count <= math.MaxUint16) || count != 1 && every == 0 {
		return mav.MAV_RESULT_DENIED
	}
	if c.flight.camera.everyS > 0 {
		return mav.MAV_RESULT_TEMPORARILY_REJECTED // a series is under way
	}
	return accepted(c.flight.startPhotos(every, int(count)))
}

func (c *Copter) stopPhotos(*peer, command) mav.MAV_RESULT {
	c.flight.camera.everyS, c.flight.camera.status = 0, true
	return mav.MAV_RESULT_ACCEPTED
}

// startRecording begins a recording; parameter 2 is the rate of the capture status in hertz, 0 for none.
func (c *Copter) startRecording(p *peer, cmd command) mav.MAV_RESULT {
	cam := &c.flight.camera
	if cam.full() {
		return mav.MAV_RESULT_FAILED
	}
	if cam.recordingFrom < 0 {
		cam.recordingFrom = c.flight.age()
	}
	if hz := cmd.p[1]; hz > 0 && !p.mute {
		c.setInterval(p, 262, 1e6/hz)
	}
	cam.status = true
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) stopRecording(*peer, command) mav.MAV_RESULT {
	c.flight.camera.recordingFrom, c.flight.camera.status = -1, true
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) switchStream(_ *peer, cmd command) mav.MAV_RESULT {
	if whole(cmd.p[0]) > uint32(len(videoStreams)) {
		return mav.MAV_RESULT_DENIED
	}
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) trackPoint(_ *peer, cmd command) mav.MAV_RESULT {
	x, y, radius := cmd.p[0], cmd.p[1], cmd.p[2]
	if !inPicture(x, y) {
		return mav.MAV_RESULT_DENIED
	}
	if !(radius > 0 && radius <= 1) {
		radius = c.flight.camera.settings.reach
	}
	return accepted(c.flight.trackAt(mav.CAMERA_TRACKING_MODE_POINT, [4]float64{x - radius, y - radius, x + radius, y + radius}, radius))
}

func (c *Copter) trackBox(_ *peer, cmd command) mav.MAV_RESULT {
	left, top, right, bottom := cmd.p[0], cmd.p[1], cmd.p[2], cmd.p[3]
	if !inPicture(left, top) || !inPicture(right, bottom) || right <= left || bottom <= top {
		return mav.MAV_RESULT_DENIED
	}
	return accepted(c.flight.trackAt(mav.CAMERA_TRACKING_MODE_RECTANGLE, [4]float64{left, top, right, bottom}, 0))
}

func (c *Copter) stopTracking(*peer, command) mav.MAV_RESULT {
	c.flight.stopTracking()
	return mav.MAV_RESULT_ACCEPTED
}
