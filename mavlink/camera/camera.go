// Package camera holds what the cameras of a vehicle say about themselves (camera protocol v2, messages 259 to 277, and
// CAMERA_FEEDBACK 180 of ArduPilot), and makes and checks the commands that they take. It has no clock, no network and no
// goroutine: it takes messages and the time.
package camera

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// Camera is one camera, as a copy that does not change. A pointer is nil while the value is not known.
type Camera struct {
	// ID is the component id of the camera, or 1 to 6 for one that the autopilot drives. Component takes its commands; Device
	// is the id that commands name there, 0 for a camera that is a component.
	ID, Component, Device uint8
	// Name is the vendor's and the model's, Firmware its version as "1.2.3".
	Name, Firmware string
	// Flags are its abilities; they count when Known is set.
	Flags common.CAMERA_CAP_FLAGS
	Known bool
	// Gimbal is the device that carries it, 0 for none that is known.
	Gimbal uint8
	// DefinitionURI is where its settings are described, empty for none.
	DefinitionURI     string
	DefinitionVersion int
	// LensHFOVDeg is of the lens as CAMERA_INFORMATION has it, 0 while not known.
	LensHFOVDeg float64
	// View is the field of view as the camera measures it now.
	View *View
	// Mode is "photo", "video", "survey" or empty. ZoomPercent and FocusPercent are of the full range.
	Mode                      string
	ZoomPercent, FocusPercent *float64
	Capture                   *Capture
	Storages                  []Storage
	LastPhoto                 *Photo
	// Streams are its video streams by their id.
	Streams  []Stream
	Thermal  []ThermalRange
	Tracking *Tracking
	// NoSources are the imagers that it refused to show (see Source), by their names there.
	NoSources []string
}

// View is a field of view in degrees; VFOVDeg is 0 while not known.
type View struct {
	HFOVDeg, VFOVDeg float64
	Time             time.Time
}

// Capture is what a camera is doing.
type Capture struct {
	// Photo is "idle", "busy", "interval" (it waits for the next) or "intervalBusy".
	Photo string
	// Interval is between photos, 0 for none.
	Interval time.Duration
	// Recording tells that video is recorded, for RecordingTime as of Time; 0 where the camera does not count.
	Recording     bool
	RecordingTime time.Duration
	// Photos is how many it has taken, nil while not known. FreeMiB is what is left for more.
	Photos  *int
	FreeMiB *float64
	Time    time.Time
}

// Storage is one memory of a camera. Sizes count when Status is "ready".
type Storage struct {
	ID int
	// Status is "empty", "unformatted", "ready" or "notSupported".
	Status, Name, Kind         string
	TotalMiB, UsedMiB, FreeMiB *float64
	// Photos and Videos tell that they are kept here.
	Photos, Videos bool
	Time           time.Time
}

// Photo is one that was taken.
type Photo struct {
	Index   int
	OK      bool
	Lat     float64
	Lon     float64
	AltAMSL float64
	// Placed tells that the camera knew where it was.
	Placed bool
	URL    string
	Time   time.Time
}

// ThermalRange is the coldest and hottest of a thermal picture, in degrees Celsius, at places from 0 to 1 from the upper left
// corner; a place is nil while not known.
type ThermalRange struct {
	StreamID   int
	MinC, MaxC float64
	MinPlace   *[2]float64
	MaxPlace   *[2]float64
	Time       time.Time
}

// Stream is one video stream that a camera offers.
type Stream struct {
	// CameraComponent is the component id of the camera, CameraID the camera's, StreamID its number there.
	CameraComponent, CameraID, StreamID int
	Name, URI                           string
	// Camera is the vendor's and model's name, Gimbal the device that carries the camera, 0 for none that is known.
	Camera string
	Gimbal uint8
	// Thermal tells a thermal imager from a daylight camera.
	Thermal bool
	// Running tells whether the camera says that the stream runs.
	Running           bool
	WidthPx, HeightPx int
	FrameRate         float64
	BitrateBps        int
	// HFOVDeg is the horizontal field of view as the stream was described, 0 while not known.
	HFOVDeg float64
	// Encoding is "H264", "H265" or empty.
	Encoding string
}

// Tracking is what a camera follows in its picture.
type Tracking struct {
	// State is "idle", "active", "coasting" (the target is hidden and its way is guessed) or "error".
	State string
	// Point, with Radius, or Box (left, top, right, bottom) is the target in the picture, from 0 to 1 from the upper left
	// corner. Radius is a share of the picture's width and 0 while not known.
	Point  *[2]float64
	Radius float64
	Box    *[4]float64
	Time   time.Time
	// Geo is where the target is on the ground.
	Geo *Geo
}

// Geo is the place of a target; accuracies in metres are NaN while not known.
type Geo struct {
	Lat, Lon, AltAMSL                   float64
	HorizontalM, VerticalM              float64
	VelNorth, VelEast, VelUp, DistanceM float64
	Time                                time.Time
}

// Can tells whether the camera has an ability; one that has not told its abilities may have any.
func (c Camera) Can(f common.CAMERA_CAP_FLAGS) bool { return !c.Known || c.Flags&f != 0 }

var abilities = []struct {
	flag common.CAMERA_CAP_FLAGS
	name string
}{
	{common.CAMERA_CAP_FLAGS_CAPTURE_VIDEO, "record"},
	{common.CAMERA_CAP_FLAGS_CAPTURE_IMAGE, "photo"},
	{common.CAMERA_CAP_FLAGS_HAS_MODES, "modes"},
	{common.CAMERA_CAP_FLAGS_CAN_CAPTURE_IMAGE_IN_VIDEO_MODE, "photoInVideoMode"},
	{common.CAMERA_CAP_FLAGS_CAN_CAPTURE_VIDEO_IN_IMAGE_MODE, "recordInPhotoMode"},
	{common.CAMERA_CAP_FLAGS_HAS_IMAGE_SURVEY_MODE, "survey"},
	{common.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM, "zoom"},
	{common.CAMERA_CAP_FLAGS_HAS_BASIC_FOCUS, "focus"},
	{common.CAMERA_CAP_FLAGS_HAS_VIDEO_STREAM, "streams"},
	{common.CAMERA_CAP_FLAGS_HAS_TRACKING_POINT, "trackPoint"},
	{common.CAMERA_CAP_FLAGS_HAS_TRACKING_RECTANGLE, "trackBox"},
	{common.CAMERA_CAP_FLAGS_HAS_TRACKING_GEO_STATUS, "trackPlace"},
	{common.CAMERA_CAP_FLAGS_HAS_THERMAL_RANGE, "thermalRange"},
}

// AbilityNames lists what the camera says it can do, by short names; nil while it has not told.
func (c Camera) AbilityNames() []string {
	var names []string
	for _, a := range abilities {
		if c.Known && c.Flags&a.flag != 0 {
			names = append(names, a.name)
		}
	}
	return names
}

// Kind is "thermal", "eo" or "both" by its streams, empty while none is known.
func (c Camera) Kind() string {
	thermal, eo := false, false
	for _, s := range c.Streams {
		thermal, eo = thermal || s.Thermal, eo || !s.Thermal
	}
	switch {
	case thermal && eo:
		return "both"
	case thermal:
		return "thermal"
	case eo:
		return "eo"
	default:
		return ""
	}
}
