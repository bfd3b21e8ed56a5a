package station

import (
	"math"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/alert"
	"vedette/tracking/fusion"
	"vedette/tracking/georef"
	"vedette/video"
)

const (
	// sameLook is how much newer than a frame a track's newest measurement by its camera may be: frames are kept less often
	// than they are looked at.
	sameLook = time.Second
	// boxGate is the squared distance, in standard deviations, within which a box can show a track (99 of 100).
	boxGate = 9.2
	// strideM2 is the variance of where a walker has got to between the frame and now, in square metres on each axis.
	strideM2 = 1
)

// placedBox is a box, and where what it shows stands.
type placedBox struct {
	video.Box
	fix georef.Fix
}

// sighting is a frame that can be kept, with what was found in it.
type sighting struct {
	frame video.Detections
	pose  string // poseMAVLink or poseKLV
	look  sight
	found []placedBox
}

// shows finds the box of a track that the camera saw in this frame. Of several tracks a box shows the nearest, so that one
// who walks beside somebody else is not taken for them.
func (s *sighting) shows(t fusion.Track, all []fusion.Track, now time.Time) (placedBox, bool) {
	if !s.measured(t) {
		return placedBox{}, false
	}
	best, nearest := -1, boxGate
	for i, b := range s.found {
		if d := s.apart(b, t, now); d < nearest {
			best, nearest = i, d
		}
	}
	if best < 0 {
		return placedBox{}, false
	}
	for _, other := range all {
		if other.ID != t.ID && s.measured(other) && s.apart(s.found[best], other, now) < nearest {
			return placedBox{}, false
		}
	}
	return s.found[best], true
}

// measured tells whether the camera has measured a track in this frame, or just after it.
func (s *sighting) measured(t fusion.Track) bool {
	for _, source := range t.Sources {
		if source.Kind == fusion.Camera && source.ID == s.frame.Feed {
			since := source.LastSeen.Sub(s.frame.FrameTime)
			return since > -time.Millisecond && since <= sameLook
		}
	}
	return false
}

// apart is the squared distance of a box from where a track, which is told for now, was in this frame, in standard deviations.
func (s *sighting) apart(b placedBox, t fusion.Track, now time.Time) float64 {
	dt := s.frame.FrameTime.Sub(now).Seconds()
	was := geo.Offset(geo.Offset(t.Position, 90, t.VE*dt), 0, t.VN*dt)
	frame := geo.NewFrame(was, 0)
	d := frame.ToENU(b.fix.Position, 0)
	ee, en, nn := b.fix.CovEE+t.EE+strideM2, b.fix.CovEN+t.EN, b.fix.CovNN+t.NN+strideM2
	det := ee*nn - en*en
	if !(det > 0) {
		return math.Inf(1)
	}
	return (nn*d[0]*d[0] - 2*en*d[0]*d[1] + ee*d[1]*d[1]) / det
}

// picture is a box of this frame as an alert tells of it, in a picture that may be smaller; N and Kind are not set.
func (s *sighting) picture(b placedBox, width, height int) alert.Picture {
	scale := float64(width) / float64(max(1, s.frame.WidthPx))
	ellipse := ellipse95(b.fix.CovEE, b.fix.CovEN, b.fix.CovNN)
	return alert.Picture{
		Feed: s.frame.Feed, At: s.frame.FrameTime.UTC(), TimeExact: s.frame.TimeExact, Width: width, Height: height,
		Box: alert.PictureBox{X: b.X * scale, Y: b.Y * scale, W: b.W * scale, H: b.H * scale, Score: b.Score},
		Lat: b.fix.Position.Lat, Lon: b.fix.Position.Lon, ErrorM: math.Round(10*ellipse.SemiMajorM) / 10, Pose: s.pose,
	}
}
