package camera

import (
	"fmt"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// Command is something that a camera can be told; the types below are all there are.
type Command interface {
	// wire makes the order, or says in words why the camera cannot do that.
	wire(c Camera) (Order, error)
}

// Order is a command of the MAVLink command protocol.
type Order struct {
	Command common.MAV_CMD
	Params  [7]float64
	// Once forbids repetition: heard twice it would be done twice.
	Once bool
	// Shows are the messages that show what came of it.
	Shows []uint32
}

// UnableError says in words what a camera cannot do.
type UnableError struct{ Reason string }

func (e *UnableError) Error() string { return e.Reason }

// InvalidError says what is wrong with a command for any camera.
type InvalidError struct{ Reason string }

func (e *InvalidError) Error() string { return e.Reason }

// Of makes the order that tells a camera something. The error is an *UnableError or an *InvalidError.
func Of(c Camera, command Command) (Order, error) { return command.wire(c) }

// How a zoom or focus is changed; the numbers are those of CAMERA_ZOOM_TYPE and, to 3, of SET_FOCUS_TYPE.
const (
	Step        = iota // by Value steps, -1 or 1
	Rate               // goes on at Value, -1 to 1, until a rate of 0
	Percent            // to Value, 0 to 100, of the full range
	FocalLength        // zoom: to Value in millimetres; focus: Distance
	HFOV               // zoom: to a horizontal field of view of Value in degrees
)

// Distance is a focus in metres.
const Distance = FocalLength

// Zoom changes the field of view: narrower where Value is positive.
type Zoom struct {
	How   int
	Value float64
}

// Focus changes the focus: farther where Value is positive.
type Focus struct {
	How   int
	Value float64
}

// AutoFocus lets the camera focus by itself: "on", "single" or "continuous".
type AutoFocus struct{ How string }

// TakePhotos takes one photo, or with an interval Count of them, 0 until StopPhoto.
type TakePhotos struct {
	Interval time.Duration
	Count    int
	// Sequence counts the single photos, by which a camera knows a repeated command.
	Sequence int
}

// StopPhoto ends photos at an interval.
type StopPhoto struct{}

// Record begins to record the video of a stream (0: all).
type Record struct{ Stream int }

// StopRecord ends it.
type StopRecord struct{ Stream int }

// Mode changes what the camera is set up for: "photo", "video" or "survey".
type Mode struct{ Name string }

// Source chooses the imager: "default", "eo", "ir" or "ndvi"; Second is shown with it, empty for none.
type Source struct{ First, Second string }

// Play starts or stops a video stream.
type Play struct {
	Stream int
	On     bool
}

// Format erases a storage.
type Format struct{ Storage int }

// Reset sets the camera's settings back to those of the factory.
type Reset struct{}

// TrackPoint follows what is at a point of the picture, TrackBox what is in a box (left, top, right, bottom), from 0 to 1 from
// the upper left corner. Radius is a share of the picture's width.
type (
	TrackPoint struct{ X, Y, Radius float64 }
	TrackBox   struct{ Left, Top, Right, Bottom float64 }
	// StopTracking ends both.
	StopTracking struct{}
)

func unable(c Camera, format string, args ...any) error {
	return &UnableError{fmt.Sprintf("camera %d %s", c.ID, fmt.Sprintf(format, args...))}
}

func invalid(format string, args ...any) error {
	return &InvalidError{fmt.Sprintf(format, args...)}
}

func order(command common.MAV_CMD, params ...float64) Order {
	o := Order{Command: command}
	copy(o.Params[:], params)
	return o
}

func (o Order) shows(ids ...uint32) Order {
	o.Shows = ids
	return o
}

// Ids of the messages that show what came of a command.
const (
	idInformation = 259
	idSettings    = 260
	idStorage     = 261
	idCapture     = 262
	idStreams     = 269
	idStatus      = 270
	idView        = 271
)

func (z Zoom) wire(c Camera) (Order, error) {
	if !c.Can(common.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM) {
		return Order{}, unable(c, "has no zoom")
	}
	if err := checkLens(z.How, z.Value, HFOV); err != nil {
		return Order{}, err
	}
	o := order(common.MAV_CMD_SET_CAMERA_ZOOM, float64(z.How), z.Value, float64(c.Device)).shows(idSettings, idView, idStatus, idInformation)
	o.Once = z.How == Step
	return o, nil
}

func (f Focus) wire(c Camera) (Order, error) {
	if !c.Can(common.CAMERA_CAP_FLAGS_HAS_BASIC_FOCUS) {
		return Order{}, unable(c, "has no focus to set")
	}
	if err := checkLens(f.How, f.Value, Distance); err != nil {
		return Order{}, err
	}
	o := order(common.MAV_CMD_SET_CAMERA_FOCUS, float64(f.How), f.Value, float64(c.Device)).shows(idSettings)
	o.Once = f.How == Step
	return o, nil
}

func checkLens(how int, v float64, last int) error {
	low, high := -1.0, 1.0
	switch how {
	case Step:
		if v != -1 && v != 1 {
			return invalid("a step is -1 or 1, not %v", v)
		}
	case Percent:
		low, high = 0, 100
	case FocalLength, HFOV:
		low, high = 1e-3, 1e5
		if how == HFOV {
			high = 180
		}
	}
	if how < Step || how > last || !(v >= low && v <= high) {
		return invalid("%v is not within %v and %v", v, low, high)
	}
	return nil
}

func (a AutoFocus) wire(c Camera) (Order, error) {
	if !c.Can(common.CAMERA_CAP_FLAGS_HAS_BASIC_FOCUS) {
		return Order{}, unable(c, "has no focus to set")
	}
	how, ok := map[string]common.SET_FOCUS_TYPE{
		"on": common.FOCUS_TYPE_AUTO, "single": common.FOCUS_TYPE_AUTO_SINGLE, "continuous": common.FOCUS_TYPE_AUTO_CONTINUOUS,
	}[a.How]
	if !ok {
		return Order{}, invalid("auto focus %q: on, single or continuous", a.How)
	}
	return order(common.MAV_CMD_SET_CAMERA_FOCUS, float64(how), 0, float64(c.Device)).shows(idSettings), nil
}

func (p TakePhotos) wire(c Camera) (Order, error) {
	switch {
	case !c.Can(common.CAMERA_CAP_FLAGS_CAPTURE_IMAGE):
		return Order{}, unable(c, "takes no photos")
	case c.Known && c.Mode == "video" && c.Flags&common.CAMERA_CAP_FLAGS_HAS_MODES != 0 && c.Flags&common.CAMERA_CAP_FLAGS_CAN_CAPTURE_IMAGE_IN_VIDEO_MODE == 0:
		return Order{}, unable(c, "takes no photos in video mode: set the mode photo first")
	case p.Count < 0 || p.Count > math.MaxInt16:
		return Order{}, invalid("%d photos", p.Count)
	case p.Interval == 0 && p.Count > 1, p.Interval != 0 && (p.Interval < 100*time.Millisecond || p.Interval > 24*time.Hour):
		return Order{}, invalid("photos at an interval of %v", p.Interval)
	case p.Interval == 0:
		return order(common.MAV_CMD_IMAGE_START_CAPTURE, float64(c.Device), 0, 1, float64(p.Sequence)).shows(idCapture, idStorage), nil
	default:
		return order(common.MAV_CMD_IMAGE_START_CAPTURE, float64(c.Device), p.Interval.Seconds(), float64(p.Count), 0).shows(idCapture), nil
	}
}

func (StopPhoto) wire(c Camera) (Order, error) {
	return order(common.MAV_CMD_IMAGE_STOP_CAPTURE, float64(c.Device)).shows(idCapture, idStorage), nil
}

func (r Record) wire(c Camera) (Order, error) {
	switch {
	case !c.Can(common.CAMERA_CAP_FLAGS_CAPTURE_VIDEO):
		return Order{}, unable(c, "records no video")
	case c.Known && (c.Mode == "photo" || c.Mode == "survey") && c.Flags&common.CAMERA_CAP_FLAGS_HAS_MODES != 0 && c.Flags&common.CAMERA_CAP_FLAGS_CAN_CAPTURE_VIDEO_IN_IMAGE_MODE == 0:
		return Order{}, unable(c, "records no video in %s mode: set the mode video first", c.Mode)
	}
	if err := c.checkStream(r.Stream, true); err != nil {
		return Order{}, err
	}
	const statusHz = 1
	return order(common.MAV_CMD_VIDEO_START_CAPTURE, float64(r.Stream), statusHz, float64(c.Device)).shows(idCapture), nil
}

func (r StopRecord) wire(c Camera) (Order, error) {
	if err := c.checkStream(r.Stream, true); err != nil {
		return Order{}, err
	}
	return order(common.MAV_CMD_VIDEO_STOP_CAPTURE, float64(r.Stream), float64(c.Device)).shows(idCapture, idStorage), nil
}

func (c Camera) checkStream(id int, orAll bool) error {
	if id == 0 && orAll {
		return nil
	}
	if id < 1 || id > math.MaxUint8 {
		return invalid("stream %d", id)
	}
	for _, s := range c.Streams {
		if s.StreamID == id {
			return nil
		}
	}
	if len(c.Streams) == 0 {
		return nil // it has not told: it decides
	}
	return unable(c, "has no stream %d", id)
}

func (m Mode) wire(c Camera) (Order, error) {
	for id, name := range modeNames {
		if name != m.Name {
			continue
		}
		if !c.Can(common.CAMERA_CAP_FLAGS_HAS_MODES) {
			return Order{}, unable(c, "has no modes")
		}
		if name == "survey" && !c.Can(common.CAMERA_CAP_FLAGS_HAS_IMAGE_SURVEY_MODE) {
			return Order{}, unable(c, "has no survey mode")
		}
		return order(common.MAV_CMD_SET_CAMERA_MODE, float64(c.Device), float64(id)).shows(idSettings, idStatus), nil
	}
	return Order{}, invalid("camera mode %q: photo, video or survey", m.Name)
}

var sources = map[string]common.CAMERA_SOURCE{
	"default": common.CAMERA_SOURCE_DEFAULT, "eo": common.CAMERA_SOURCE_RGB, "ir": common.CAMERA_SOURCE_IR, "ndvi": common.CAMERA_SOURCE_NDVI,
}

func (s Source) wire(c Camera) (Order, error) {
	first, ok := sources[s.First]
	second, okToo := sources[s.Second]
	if !ok || s.Second != "" && !okToo {
		return Order{}, invalid("camera source %q, %q: default, eo, ir or ndvi", s.First, s.Second)
	}
	return order(common.MAV_CMD_SET_CAMERA_SOURCE, float64(c.Device), float64(first), float64(second)).shows(idInformation, idStreams, idView), nil
}

func (p Play) wire(c Camera) (Order, error) {
	if !c.Can(common.CAMERA_CAP_FLAGS_HAS_VIDEO_STREAM) {
		return Order{}, unable(c, "has no video stream")
	}
	if err := c.checkStream(p.Stream, true); err != nil {
		return Order{}, err
	}
	command := common.MAV_CMD_VIDEO_STOP_STREAMING
	if p.On {
		command = common.MAV_CMD_VIDEO_START_STREAMING
	}
	return order(command, float64(p.Stream), float64(c.Device)).shows(idStatus), nil
}

func (f Format) wire(c Camera) (Order, error) {
	if f.Storage < 1 || f.Storage > math.MaxUint8 {
		return Order{}, invalid("storage %d", f.Storage)
	}
	known := len(c.Storages) == 0 // it has not told: it decides
	for _, s := range c.Storages {
		known = known || s.ID == f.Storage
		if s.ID == f.Storage && s.Status == "empty" {
			return Order{}, unable(c, "has no medium in storage %d", f.Storage)
		}
	}
	if !known {
		return Order{}, unable(c, "has no storage %d", f.Storage)
	}
	if c.Capture != nil && c.Capture.Recording {
		return Order{}, unable(c, "is recording: stop that first")
	}
	const format, resetImageLog = 1, 1
	o := order(common.MAV_CMD_STORAGE_FORMAT, float64(f.Storage), format, resetImageLog).shows(idStorage, idCapture)
	o.Once = true
	return o, nil
}

func (Reset) wire(c Camera) (Order, error) {
	return order(common.MAV_CMD_RESET_CAMERA_SETTINGS, 1, float64(c.Device)).shows(idSettings, idInformation, idView), nil
}

func (t TrackPoint) wire(c Camera) (Order, error) {
	if !c.Can(common.CAMERA_CAP_FLAGS_HAS_TRACKING_POINT) {
		return Order{}, unable(c, "cannot follow a point of its picture")
	}
	if !share(t.X, t.Y, t.Radius) {
		return Order{}, invalid("a point and its radius are shares of the picture, from 0 to 1")
	}
	return order(common.MAV_CMD_CAMERA_TRACK_POINT, t.X, t.Y, t.Radius, float64(c.Device)), nil
}

func (t TrackBox) wire(c Camera) (Order, error) {
	if !c.Can(common.CAMERA_CAP_FLAGS_HAS_TRACKING_RECTANGLE) {
		return Order{}, unable(c, "cannot follow a box of its picture")
	}
	if !share(t.Left, t.Top, t.Right, t.Bottom) || t.Left >= t.Right || t.Top >= t.Bottom {
		return Order{}, invalid("a box goes from its upper left to its lower right corner, in shares of the picture from 0 to 1")
	}
	return order(common.MAV_CMD_CAMERA_TRACK_RECTANGLE, t.Left, t.Top, t.Right, t.Bottom, float64(c.Device)), nil
}

func (StopTracking) wire(c Camera) (Order, error) {
	return order(common.MAV_CMD_CAMERA_STOP_TRACKING, float64(c.Device)), nil
}

func share(values ...float64) bool {
	for _, v := range values {
		if !(v >= 0 && v <= 1) {
			return false
		}
	}
	return true
}
