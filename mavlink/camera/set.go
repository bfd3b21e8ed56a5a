package camera

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// What a vehicle can make us keep is bounded.
const (
	maxCameras  = 16
	maxStreams  = 16
	maxStorages = 8
	lastDevice  = 6 // of the cameras that an autopilot drives
)

// Set is the cameras of one vehicle.
type Set struct {
	autopilot uint8
	cameras   map[uint8]*entry
}

// entry is one camera with what is not for others.
type entry struct {
	Camera
	count    int  // of streams, as announced
	counts   bool // it counts its photos: older cameras have no such field, which then reads 0
	streams  map[uint8]Stream
	storages map[uint8]Storage
	thermal  map[uint8]ThermalRange
	views    views
}

// Change says what a message changed.
type Change int

// The kinds of change; each includes the one before it.
const (
	Nothing Change = iota
	State
	Streams
)

// NewSet is for a vehicle whose autopilot has this component id.
func NewSet(autopilot uint8) *Set {
	return &Set{autopilot: autopilot, cameras: make(map[uint8]*entry)}
}

// Meet makes a camera known by its component alone.
func (s *Set) Meet(component uint8) { s.camera(component, 0) }

// Forget drops the cameras of a component, after its restart.
func (s *Set) Forget(component uint8) {
	maps.DeleteFunc(s.cameras, func(_ uint8, e *entry) bool { return e.Component == component })
}

// Apply takes a message of a component that was made at one time and came at another; false for those that are not about
// cameras.
func (s *Set) Apply(component uint8, m message.Message, made, at time.Time) (Change, bool) {
	switch m := m.(type) {
	case *common.MessageCameraInformation:
		return s.with(component, m.CameraDeviceId, func(e *entry) Change { return e.identify(m) }), true
	case *common.MessageCameraSettings:
		return s.with(component, m.CameraDeviceId, func(e *entry) Change { return e.settings(m) }), true
	case *common.MessageStorageInformation:
		return s.with(component, 0, func(e *entry) Change { return e.storage(m, at) }), true
	case *common.MessageCameraCaptureStatus:
		return s.with(component, m.CameraDeviceId, func(e *entry) Change { return e.capture(m, at) }), true
	case *common.MessageCameraImageCaptured:
		return s.with(component, m.CameraId, func(e *entry) Change { return e.photo(photoOf(m, at)) }), true
	case *ardupilotmega.MessageCameraFeedback:
		device := uint8(min(int(m.CamIdx)+1, lastDevice)) // ArduPilot counts them from 0 here
		if component != s.autopilot || s.cameras[device] == nil {
			device = 0
		}
		return s.with(component, device, func(e *entry) Change { return e.feedback(m, at) }), true
	case *common.MessageVideoStreamInformation:
		return s.with(component, m.CameraDeviceId, func(e *entry) Change { return e.offer(m) }), true
	case *common.MessageVideoStreamStatus:
		return s.with(component, m.CameraDeviceId, func(e *entry) Change { return e.update(m) }), true
	case *common.MessageCameraFovStatus:
		return s.with(component, m.CameraDeviceId, func(e *entry) Change { return e.see(m, made) }), true
	case *common.MessageCameraThermalRange:
		return s.with(component, m.CameraDeviceId, func(e *entry) Change { return e.heat(m, at) }), true
	case *common.MessageCameraTrackingImageStatus:
		return s.with(component, m.CameraDeviceId, func(e *entry) Change { return e.track(m, at) }), true
	case *common.MessageCameraTrackingGeoStatus:
		return s.with(component, m.CameraDeviceId, func(e *entry) Change { return e.place(m, at) }), true
	default:
		return Nothing, false
	}
}

func (s *Set) with(component, device uint8, apply func(*entry) Change) Change {
	e := s.camera(component, device)
	if e == nil {
		return Nothing
	}
	return apply(e)
}

// camera finds a camera, or makes it. Devices count only behind an autopilot.
func (s *Set) camera(component, device uint8) *entry {
	if component != s.autopilot || device > lastDevice {
		device = 0
	}
	id := component
	if device != 0 {
		id = device
	} else if component == s.autopilot {
		id = s.first()
	}
	if e, ok := s.cameras[id]; ok {
		return e
	}
	if component == 0 || len(s.cameras) >= maxCameras {
		return nil
	}
	e := &entry{
		Camera:  Camera{ID: id, Component: component, Device: device},
		streams: make(map[uint8]Stream), storages: make(map[uint8]Storage), thermal: make(map[uint8]ThermalRange),
	}
	s.cameras[id] = e
	return e
}

// first is the camera that an autopilot means by none: its first.
func (s *Set) first() uint8 {
	id := uint8(0)
	for _, e := range s.cameras {
		if e.Component == s.autopilot && (id == 0 || e.ID < id) {
			id = e.ID
		}
	}
	return max(id, 1)
}

// Stopped notes that a camera was told to follow nothing any more, and agreed.
func (s *Set) Stopped(id uint8, at time.Time) {
	if e, ok := s.cameras[id]; ok {
		e.Tracking = &Tracking{State: "idle", Time: at.UTC()}
	}
}

// Shows notes whether a camera agreed to show an imager, which no ability tells: one that it refused it is taken not to have, until it agrees or starts anew.
func (s *Set) Shows(id uint8, source string, agreed bool) Change {
	e, ok := s.cameras[id]
	if !ok || slices.Contains(e.NoSources, source) != agreed {
		return Nothing
	}
	// Anew each time: copies of the camera hold the list.
	left := slices.DeleteFunc(slices.Clone(e.NoSources), func(name string) bool { return name == source })
	if !agreed {
		left = append(left, source)
		slices.Sort(left)
	}
	e.NoSources = left
	return State
}

// List gives the cameras by id.
func (s *Set) List() []Camera {
	all := make([]Camera, 0, len(s.cameras))
	for _, e := range s.cameras {
		all = append(all, e.view())
	}
	slices.SortFunc(all, func(a, b Camera) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Find gives a camera by its id, or for 0 the first that is a component, else the autopilot's first. Where no camera is known
// it is the autopilot's, whichever that is: the autopilot itself then accepts or refuses.
func (s *Set) Find(id uint8) (Camera, bool) {
	if e, ok := s.cameras[id]; ok {
		return e.view(), true
	}
	if id != 0 {
		return Camera{}, false
	}
	all := s.List()
	for _, c := range all {
		if c.Component != s.autopilot {
			return c, true
		}
	}
	if len(all) > 0 {
		return all[0], true
	}
	return Camera{Component: s.autopilot}, true
}

func (e *entry) view() Camera {
	c := e.Camera
	c.Streams = slices.SortedFunc(maps.Values(e.streams), func(a, b Stream) int { return cmp.Compare(a.StreamID, b.StreamID) })
	for i := range c.Streams {
		c.Streams[i].Camera, c.Streams[i].Gimbal = c.Name, c.Gimbal
	}
	c.Storages = slices.SortedFunc(maps.Values(e.storages), func(a, b Storage) int { return cmp.Compare(a.ID, b.ID) })
	c.Thermal = slices.SortedFunc(maps.Values(e.thermal), func(a, b ThermalRange) int { return cmp.Compare(a.StreamID, b.StreamID) })
	return c
}

func (e *entry) identify(m *common.MessageCameraInformation) Change {
	was := e.Camera
	e.Name = printable(cString(m.VendorName[:]) + " " + cString(m.ModelName[:]))
	e.Firmware = version(m.FirmwareVersion)
	e.Flags, e.Known = m.Flags, m.Flags != 0
	e.Gimbal = m.GimbalDeviceId
	e.DefinitionURI, e.DefinitionVersion = printable(m.CamDefinitionUri), int(m.CamDefinitionVersion)
	if m.FocalLength > 0 && m.SensorSizeH > 0 && finite(m.FocalLength, m.SensorSizeH) {
		e.LensHFOVDeg = 2 * math.Atan(float64(m.SensorSizeH)/(2*float64(m.FocalLength))) * 180 / math.Pi
	}
	switch {
	case was.Name != e.Name, was.LensHFOVDeg != e.LensHFOVDeg, was.Gimbal != e.Gimbal, was.Known != e.Known:
		return Streams
	case was.Flags != e.Flags, was.Firmware != e.Firmware, was.DefinitionURI != e.DefinitionURI:
		return State
	default:
		return Nothing
	}
}

// version reads major in the lowest byte, then minor, patch and development.
func version(v uint32) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", v&0xFF, v>>8&0xFF, v>>16&0xFF)
}

func (e *entry) settings(m *common.MessageCameraSettings) Change {
	was := e.Camera
	e.Mode = modeNames[m.ModeId]
	e.ZoomPercent, e.FocusPercent = percent(m.Zoomlevel), percent(m.Focuslevel)
	if was.Mode != e.Mode || !equal(was.ZoomPercent, e.ZoomPercent) || !equal(was.FocusPercent, e.FocusPercent) {
		return State
	}
	return Nothing
}

var modeNames = map[common.CAMERA_MODE]string{
	common.CAMERA_MODE_IMAGE: "photo", common.CAMERA_MODE_VIDEO: "video", common.CAMERA_MODE_IMAGE_SURVEY: "survey",
}

func percent(v float32) *float64 {
	if !finite(v) || v < 0 || v > 100 {
		return nil
	}
	return new(float64(v))
}

func equal(a, b *float64) bool {
	return a == b || a != nil && b != nil && *a == *b
}
