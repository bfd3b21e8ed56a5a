package camera

import (
	"bytes"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// Bits of CAMERA_CAPTURE_STATUS.image_status.
const (
	photoBusy     = 1
	photoInterval = 2
)

func (e *entry) capture(m *common.MessageCameraCaptureStatus, at time.Time) Change {
	c := Capture{
		Photo: photoState(m.ImageStatus), Recording: m.VideoStatus == 1,
		RecordingTime: time.Duration(m.RecordingTimeMs) * time.Millisecond, FreeMiB: size(m.AvailableCapacity), Time: at.UTC(),
	}
	if m.ImageStatus&photoInterval != 0 && finite(m.ImageInterval) && m.ImageInterval > 0 && m.ImageInterval < 1e6 {
		c.Interval = time.Duration(float64(m.ImageInterval) * float64(time.Second))
	}
	e.counts = e.counts || m.ImageCount > 0
	if m.ImageCount > 0 || m.ImageCount == 0 && (e.counts || e.LastPhoto == nil) {
		c.Photos = new(int(m.ImageCount))
	}
	e.Capture = &c
	return State
}

func photoState(status uint8) string {
	switch status & (photoBusy | photoInterval) {
	case photoBusy:
		return "busy"
	case photoInterval:
		return "interval"
	case photoBusy | photoInterval:
		return "intervalBusy"
	default:
		return "idle"
	}
}

// size reads mebibytes; what is no number or negative is not known.
func size(v float32) *float64 {
	if !finite(v) || v < 0 {
		return nil
	}
	return new(float64(v))
}

var storageStatus = map[common.STORAGE_STATUS]string{
	common.STORAGE_STATUS_EMPTY: "empty", common.STORAGE_STATUS_UNFORMATTED: "unformatted",
	common.STORAGE_STATUS_READY: "ready", common.STORAGE_STATUS_NOT_SUPPORTED: "notSupported",
}

var storageKinds = map[common.STORAGE_TYPE]string{
	common.STORAGE_TYPE_USB_STICK: "usb", common.STORAGE_TYPE_SD: "sd", common.STORAGE_TYPE_MICROSD: "microSD",
	common.STORAGE_TYPE_CF: "cFast", common.STORAGE_TYPE_CFE: "cfExpress", common.STORAGE_TYPE_XQD: "xqd", common.STORAGE_TYPE_HD: "disk",
}

func (e *entry) storage(m *common.MessageStorageInformation, at time.Time) Change {
	if m.StorageId == 0 { // "no storage" in answer to a request for all
		return Nothing
	}
	if _, known := e.storages[m.StorageId]; !known && len(e.storages) >= maxStorages {
		return Nothing
	}
	s := Storage{ID: int(m.StorageId), Status: storageStatus[m.Status], Name: printable(m.Name), Kind: storageKinds[m.Type], Time: at.UTC()}
	if m.Status == common.STORAGE_STATUS_READY {
		s.TotalMiB, s.UsedMiB, s.FreeMiB = size(m.TotalCapacity), size(m.UsedCapacity), size(m.AvailableCapacity)
	}
	if m.StorageUsage&common.STORAGE_USAGE_FLAG_SET != 0 {
		s.Photos = m.StorageUsage&common.STORAGE_USAGE_FLAG_PHOTO != 0
		s.Videos = m.StorageUsage&common.STORAGE_USAGE_FLAG_VIDEO != 0
	}
	e.storages[m.StorageId] = s
	return State
}

func photoOf(m *common.MessageCameraImageCaptured, at time.Time) Photo {
	p := Photo{Index: int(m.ImageIndex), OK: m.CaptureResult == 1, URL: printable(m.FileUrl), Time: at.UTC()}
	// Microseconds; some senders give milliseconds.
	told := int64(min(m.TimeUtc, math.MaxInt64))
	for _, t := range []time.Time{time.UnixMicro(told), time.UnixMilli(told)} {
		if d := at.Sub(t); told > 0 && d > -time.Hour && d < 30*24*time.Hour {
			p.Time = t.UTC()
			break
		}
	}
	p.Lat, p.Lon, p.AltAMSL = float64(m.Lat)/1e7, float64(m.Lon)/1e7, float64(m.Alt)/1e3
	p.Placed = onEarth(p.Lat, p.Lon) && (m.Lat != 0 || m.Lon != 0)
	return p
}

// photo counts a photo; one that comes again, because it was asked for or repeated by a link, is the same.
func (e *entry) photo(p Photo) Change {
	e.LastPhoto = &p
	if e.Capture != nil && e.Capture.Photos != nil && p.OK && p.Index >= 0 && p.Index+1 > *e.Capture.Photos && p.Index < math.MaxInt32 {
		c := *e.Capture
		c.Photos = new(p.Index + 1)
		e.Capture = &c
	}
	return State
}

// feedback is ArduPilot's word on a photo.
func (e *entry) feedback(m *ardupilotmega.MessageCameraFeedback, at time.Time) Change {
	p := Photo{Index: int(m.ImgIdx), OK: true, AltAMSL: float64(m.AltMsl), Lat: float64(m.Lat) / 1e7, Lon: float64(m.Lng) / 1e7, Time: at.UTC()}
	p.Placed = onEarth(p.Lat, p.Lon) && (m.Lat != 0 || m.Lng != 0) && finite(m.AltMsl)
	e.LastPhoto = &p
	if e.Capture == nil {
		e.Capture = &Capture{}
	}
	c := *e.Capture
	c.Photos, c.Time = new(max(int(m.CompletedCaptures), int(m.ImgIdx))), at.UTC()
	e.Capture = &c
	return State
}

func (e *entry) heat(m *common.MessageCameraThermalRange, at time.Time) Change {
	if !finite(m.Min, m.Max) || m.Min > m.Max {
		return Nothing
	}
	if _, known := e.thermal[m.StreamId]; !known && len(e.thermal) >= maxStreams {
		return Nothing
	}
	e.thermal[m.StreamId] = ThermalRange{
		StreamID: int(m.StreamId), MinC: float64(m.Min), MaxC: float64(m.Max),
		MinPlace: inPicture(m.MinPointX, m.MinPointY), MaxPlace: inPicture(m.MaxPointX, m.MaxPointY), Time: at.UTC(),
	}
	return State
}

// inPicture is a point of the picture from 0 to 1, nil where it is none.
func inPicture(x, y float32) *[2]float64 {
	if !(x >= 0 && x <= 1 && y >= 0 && y <= 1) {
		return nil
	}
	return &[2]float64{float64(x), float64(y)}
}

func onEarth(lat, lon float64) bool { return math.Abs(lat) <= 90 && math.Abs(lon) <= 180 }

func finite(values ...float32) bool {
	for _, v := range values {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return false
		}
	}
	return true
}

func cString(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// printable keeps a camera's bytes from making lines or controls of their own.
func printable(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s))
}
