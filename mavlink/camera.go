package mavlink

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

const (
	maxStreams = 16
)

// camera is what one camera component told.
type camera struct {
	name    string
	hfovDeg float64 // from lens and sensor, 0 while not known
	count   int     // of streams, as announced
	streams map[uint8]VideoStream
}

// applyCamera takes what cameras say about themselves and their streams; ok is false for everything else.
func (st *state) applyCamera(component uint8, m message.Message) (events []string, ok bool) {
	changed := false
	switch m := m.(type) {
	case *common.MessageCameraInformation:
		changed = st.camera(component).identify(m)
	case *common.MessageVideoStreamInformation:
		changed = st.camera(component).offer(component, m)
	case *common.MessageVideoStreamStatus:
		changed = st.camera(component).update(m)
	default:
		return nil, false
	}
	if changed {
		events = []string{EventStreams}
	}
	return events, true
}

func (st *state) camera(component uint8) *camera {
	c, ok := st.cameras[component]
	if !ok {
		c = &camera{streams: make(map[uint8]VideoStream)}
		st.cameras[component] = c
	}
	return c
}

func (c *camera) identify(m *common.MessageCameraInformation) bool {
	was := *c
	c.name = clean(cString(m.VendorName[:]) + " " + cString(m.ModelName[:]))
	if m.FocalLength > 0 && m.SensorSizeH > 0 && finite(m.FocalLength, m.SensorSizeH) {
		c.hfovDeg = 2 * math.Atan(float64(m.SensorSizeH)/(2*float64(m.FocalLength))) * radToDeg
	}
	return was.name != c.name || was.hfovDeg != c.hfovDeg
}

func (c *camera) offer(component uint8, m *common.MessageVideoStreamInformation) bool {
	if _, known := c.streams[m.StreamId]; !known && len(c.streams) >= maxStreams {
		return false
	}
	s := VideoStream{
		CameraComponent: int(component), StreamID: int(m.StreamId),
		Name: clean(m.Name), URI: strings.TrimSpace(m.Uri),
		WidthPx: int(m.ResolutionH), HeightPx: int(m.ResolutionV), BitrateBps: int(min(m.Bitrate, math.MaxInt32)),
		HFOVDeg: float64(m.Hfov), Encoding: encoding(m.Encoding),
	}
	if finite(m.Framerate) {
		s.FrameRate = float64(m.Framerate)
	}
	s.flags(m.Flags)
	c.count = int(m.Count)
	changed := c.streams[m.StreamId] != s
	c.streams[m.StreamId] = s
	return changed
}

func (c *camera) update(m *common.MessageVideoStreamStatus) bool {
	s, ok := c.streams[m.StreamId]
	if !ok {
		return false
	}
	was := s
	s.flags(m.Flags)
	c.streams[m.StreamId] = s
	return s != was
}

func (s *VideoStream) flags(f common.VIDEO_STREAM_STATUS_FLAGS) {
	s.Running = f&common.VIDEO_STREAM_STATUS_FLAGS_RUNNING != 0
	s.Thermal = f&common.VIDEO_STREAM_STATUS_FLAGS_THERMAL != 0
}

// hfov is the better of two: streams tell whole degrees; the lens is exact, but belongs to one of several
// imagers in a camera, so it counts only where the two agree.
func (c *camera) hfov(told float64) float64 {
	if c.hfovDeg > 0 && (told == 0 && len(c.streams) == 1 || math.Abs(told-c.hfovDeg) <= 1) {
		return c.hfovDeg
	}
	return told
}

// Streams gives the video streams that the cameras of a vehicle offer, by camera and stream.
func (s *Service) Streams(id int) []VideoStream {
	sys, err := s.system(id)
	if err != nil {
		return nil
	}
	sys.mu.Lock()
	defer sys.mu.Unlock()
	var all []VideoStream
	for _, c := range sys.state.cameras {
		for _, stream := range c.streams {
			stream.Camera = c.name
			stream.HFOVDeg = c.hfov(stream.HFOVDeg)
			all = append(all, stream)
		}
	}
	slices.SortFunc(all, func(a, b VideoStream) int {
		return cmp.Or(cmp.Compare(a.CameraComponent, b.CameraComponent), cmp.Compare(a.StreamID, b.StreamID))
	})
	return all
}

func encoding(e common.VIDEO_STREAM_ENCODING) string {
	switch e {
	case common.VIDEO_STREAM_ENCODING_H264:
		return "H264"
	case common.VIDEO_STREAM_ENCODING_H265:
		return "H265"
	default:
		return ""
	}
}

func cString(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}
