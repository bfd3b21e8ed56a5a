package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/internal/geo"
)

// The two pictures of the camera, in the order of their streams.
const (
	thermalSource = iota
	eoSource
)

const (
	storageMiB = 32 * 1024.0
	photoMiB   = 8.0
	videoMiBs  = 0.3 // MiB a second for both pictures
	// keptPhotos can be asked for again.
	keptPhotos = 256
)

// camera is the payload's camera component: two lenses, a memory card, and a tracker. It belongs to the vehicle's goroutine.
type camera struct {
	lenses [2]lens
	source int // whose picture zoom, focus and tracking are about
	mode   mav.CAMERA_MODE

	usedMiB float64
	photos  []photo // the latest
	count   int32   // ever taken onto this card
	// everyS is the interval of a series, 0 for none; left is how many more, negative for no end; nextAt in seconds since power-up.
	everyS, nextAt float64
	left           int
	// recordingFrom is when the recording began in seconds since power-up; negative for none.
	recordingFrom float64
	tracker       tracker
	settings      cameraSettings

	// taken photos that the stations have not been told of, status whether the capture status has changed.
	taken  []photo
	status bool
}

// photo is what is known of one picture that was taken.
type photo struct {
	index      int32
	bootMs     uint32
	utcMicros  uint64
	place      geo.LatLon
	amsl       geo.AMSL
	aboveHome  float64
	pitch, yaw float64 // degrees
}

func newCamera() camera {
	return camera{
		lenses: [2]lens{
			{wideDeg: ThermalHFOVDeg, mostZoom: thermalMostZoom, sensorMM: float64(videoStreams[thermalSource].width) * pixelPitchMM},
			{wideDeg: EOHFOVDeg, mostZoom: eoMostZoom, sensorMM: 6.3},
		},
		mode: mav.CAMERA_MODE_VIDEO, recordingFrom: -1, settings: factorySettings,
	}
}

func (c *camera) lens() *lens { return &c.lenses[c.source] }

func (c *camera) full() bool { return c.usedMiB+photoMiB > storageMiB }

// step moves the lenses, goes on with a series of photos and with the recording.
func (f *flight) stepCamera() {
	c := &f.camera
	for i := range c.lenses {
		c.lenses[i].step(dt, c.settings.zoomRate)
	}
	if c.recordingFrom >= 0 {
		c.usedMiB = min(c.usedMiB+videoMiBs*dt, storageMiB)
		if c.full() {
			c.recordingFrom, c.status = -1, true
		}
	}
	for c.everyS > 0 && f.age() >= c.nextAt {
		f.takePhoto()
		c.nextAt += c.everyS
		if c.left--; c.left == 0 || c.full() {
			c.everyS, c.status = 0, true
		}
	}
	f.stepTracker()
}

// takePhoto takes one picture; false when the card is full.
func (f *flight) takePhoto() bool {
	c := &f.camera
	if c.full() {
		return false
	}
	c.usedMiB += photoMiB
	c.count++
	place, amsl := f.position(f.est.pos)
	p := photo{
		index: c.count, bootMs: f.bootMs(), utcMicros: uint64(f.now().UnixMicro()), place: place, amsl: amsl,
		aboveHome: f.est.pos[2] - f.home[2], pitch: f.gimbal.truePitch, yaw: f.gimbal.trueYaw,
	}
	c.photos = append(c.photos, p)
	if len(c.photos) > keptPhotos {
		c.photos = c.photos[1:]
	}
	c.taken = append(c.taken, p)
	return true
}

// startPhotos takes count pictures (0: without end) every so many seconds.
func (f *flight) startPhotos(everyS float64, count int) bool {
	c := &f.camera
	if c.full() {
		return false
	}
	if count == 1 {
		return f.takePhoto()
	}
	c.everyS, c.left, c.nextAt, c.status = max(everyS, c.settings.shortestS), count, f.age(), true
	if count == 0 {
		c.left = math.MinInt32
	}
	return true
}

// format empties the card.
func (c *camera) format() {
	c.usedMiB, c.count, c.photos, c.status = 0, 0, nil, true
}

// reset goes back to the settings of the factory; the card stays as it is.
func (c *camera) reset() {
	fresh := newCamera()
	c.lenses, c.source, c.mode, c.everyS, c.settings = fresh.lenses, fresh.source, fresh.mode, 0, fresh.settings
}
