package camera

import (
	"math"
	"sort"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

func (e *entry) offer(m *common.MessageVideoStreamInformation) Change {
	if m.StreamId == 0 { // "no stream" in answer to a request for all
		return Nothing
	}
	if _, known := e.streams[m.StreamId]; !known && len(e.streams) >= maxStreams {
		return Nothing
	}
	s := Stream{
		CameraComponent: int(e.Component), CameraID: int(e.ID), StreamID: int(m.StreamId),
		Name: printable(m.Name), URI: printable(m.Uri),
		WidthPx: int(m.ResolutionH), HeightPx: int(m.ResolutionV), BitrateBps: int(min(m.Bitrate, math.MaxInt32)),
		HFOVDeg: float64(m.Hfov), Encoding: encodings[m.Encoding],
	}
	if finite(m.Framerate) {
		s.FrameRate = float64(m.Framerate)
	}
	s.flags(m.Flags)
	e.count = int(m.Count)
	return e.stream(s)
}

func (e *entry) update(m *common.MessageVideoStreamStatus) Change {
	s, ok := e.streams[m.StreamId]
	if !ok {
		return Nothing
	}
	s.flags(m.Flags)
	if m.Hfov > 0 && m.Hfov < 360 {
		s.HFOVDeg = float64(m.Hfov)
	}
	return e.stream(s)
}

func (e *entry) stream(s Stream) Change {
	was := e.streams[uint8(s.StreamID)]
	if was == s {
		return Nothing
	}
	e.streams[uint8(s.StreamID)] = s
	was.HFOVDeg = s.HFOVDeg // it changes with the zoom, and the feed stays the same
	if was == s {
		return State
	}
	return Streams
}

func (s *Stream) flags(f common.VIDEO_STREAM_STATUS_FLAGS) {
	s.Running = f&common.VIDEO_STREAM_STATUS_FLAGS_RUNNING != 0
	s.Thermal = f&common.VIDEO_STREAM_STATUS_FLAGS_THERMAL != 0
}

var encodings = map[common.VIDEO_STREAM_ENCODING]string{
	common.VIDEO_STREAM_ENCODING_H264: "H264", common.VIDEO_STREAM_ENCODING_H265: "H265",
}

// MissingStream is the least number of an announced stream that a camera has not described; false when none is missing.
func (s *Set) MissingStream(component uint8) (int, bool) {
	for _, e := range s.cameras {
		if e.Component != component {
			continue
		}
		for id := 1; id <= min(e.count, maxStreams); id++ {
			if _, known := e.streams[uint8(id)]; !known {
				return id, true
			}
		}
	}
	return 0, false
}

// views is the field of view over the last time, in the order of its time.
type views struct{ all []View }

const (
	keepViews = 60 * time.Second
	maxViews  = 1024
	// viewAge is how long a measured field of view counts without a newer one.
	viewAge = 5 * time.Second
)

func (v *views) add(n View) {
	i := sort.Search(len(v.all), func(i int) bool { return v.all[i].Time.After(n.Time) })
	if len(v.all)-i > 8 {
		return // far too late
	}
	v.all = append(v.all, View{})
	copy(v.all[i+1:], v.all[i:])
	v.all[i] = n
	newest := v.all[len(v.all)-1].Time
	const block = 64
	if len(v.all) > maxViews || len(v.all) > block && newest.Sub(v.all[block].Time) > keepViews {
		v.all = append(v.all[:0], v.all[block:]...)
	}
}

// at is the field of view at a time, between the measurements around it; false where none is near.
func (v *views) at(t time.Time) (float64, bool) {
	i := sort.Search(len(v.all), func(i int) bool { return !v.all[i].Time.Before(t) })
	switch {
	case len(v.all) == 0:
		return 0, false
	case i == len(v.all):
		last := v.all[i-1]
		return last.HFOVDeg, t.Sub(last.Time) <= viewAge
	case i == 0:
		first := v.all[0]
		return first.HFOVDeg, first.Time.Sub(t) <= viewAge
	}
	a, b := v.all[i-1], v.all[i]
	gap := b.Time.Sub(a.Time)
	if gap > 2*viewAge {
		return 0, false
	}
	if gap <= 0 {
		return b.HFOVDeg, true
	}
	return a.HFOVDeg + (b.HFOVDeg-a.HFOVDeg)*float64(t.Sub(a.Time))/float64(gap), true
}

func (e *entry) see(m *common.MessageCameraFovStatus, made time.Time) Change {
	if !finite(m.Hfov) || m.Hfov <= 0 || m.Hfov >= 180 {
		return Nothing
	}
	v := View{HFOVDeg: float64(m.Hfov), Time: made.UTC()}
	if finite(m.Vfov) && m.Vfov > 0 && m.Vfov < 180 {
		v.VFOVDeg = float64(m.Vfov)
	}
	e.views.add(v)
	e.View = &v
	return State
}

// sameImager is how far two fields of view of one imager may differ: streams tell whole degrees.
const sameImager = 1.0

// HFOVAt is the horizontal field of view of a stream at a time, in degrees; 0 while not known: the measured one, else the
// lens's, else as the stream was described.
func (s *Set) HFOVAt(camera uint8, stream int, t time.Time) float64 {
	if measured, ok := s.MeasuredAt(camera, stream, t); ok {
		return measured
	}
	e, ok := s.cameras[camera]
	switch {
	case !ok:
		return 0
	case e.LensHFOVDeg > 0 && e.owns(stream, e.LensHFOVDeg):
		return e.LensHFOVDeg
	default:
		return e.streams[uint8(stream)].HFOVDeg
	}
}

// MeasuredAt is the field of view that the camera measured around a time (CAMERA_FOV_STATUS). It belongs to one of several
// imagers in a camera: to the only stream, to the one whose own field of view agrees with it, or to that of the lens.
func (s *Set) MeasuredAt(camera uint8, stream int, t time.Time) (float64, bool) {
	e, ok := s.cameras[camera]
	if !ok {
		return 0, false
	}
	measured, ok := e.views.at(t)
	lens := e.LensHFOVDeg > 0 && e.owns(stream, e.LensHFOVDeg)
	return measured, ok && (lens || e.owns(stream, measured))
}

// owns tells whether a field of view of the camera is that of a stream.
func (e *entry) owns(stream int, hfov float64) bool {
	return len(e.streams) == 1 || math.Abs(e.streams[uint8(stream)].HFOVDeg-hfov) <= sameImager
}
