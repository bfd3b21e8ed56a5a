package station

import (
	"time"

	"vedette/internal/geo"
	"vedette/tracking/georef"
	"vedette/ui/api"
	"vedette/video"
)

const (
	// metadataSpan is the longest gap between two packets that a camera is taken to move evenly in, metadataAge how far one
	// packet alone counts.
	metadataSpan = 2 * time.Second
	metadataAge  = 500 * time.Millisecond
)

// poseSources is where the pose of a camera comes from: what its vehicle says over MAVLink, or the metadata in its stream.
const (
	poseMAVLink = "mavlink"
	poseKLV     = "klv"
)

// klvView is a camera as its metadata tells of it at an instant.
type klvView struct {
	pose    georef.Pose // of the camera itself
	hfovDeg float64     // 0: not told

	before, after georef.Attitude // between which it was joined, and the time from one to the other; 0: from one packet
	span          time.Duration
}

// klvViewAt joins what the packets before and after an instant say; false where they are too far away, or where one of
// place, height or attitude is missing.
func klvViewAt(before, after *video.Metadata, t time.Time) (klvView, bool) {
	if before != nil && after != nil && after.FrameTime.Sub(before.FrameTime) <= metadataSpan {
		a, okA := klvViewOf(before)
		b, okB := klvViewOf(after)
		if !okA || !okB {
			return klvView{}, false
		}
		span := after.FrameTime.Sub(before.FrameTime).Seconds()
		share := t.Sub(before.FrameTime).Seconds() / span
		out := klvView{
			pose: georef.Interpolate(a.pose, b.pose, share), hfovDeg: a.hfovDeg,
			before: a.pose.Attitude, after: b.pose.Attitude, span: after.FrameTime.Sub(before.FrameTime),
		}
		if a.hfovDeg > 0 && b.hfovDeg > 0 {
			out.hfovDeg += (b.hfovDeg - a.hfovDeg) * share
		}
		moved := geo.NewFrame(a.pose.Position, a.pose.HAE).ToENU(b.pose.Position, b.pose.HAE)
		out.pose.Velocity = [3]float64{moved[0] / span, moved[1] / span, moved[2] / span}
		return out, true
	}
	for _, m := range []*video.Metadata{before, after} {
		if m != nil && t.Sub(m.FrameTime).Abs() <= metadataAge {
			return klvViewOf(m)
		}
	}
	return klvView{}, false
}

// klvViewOf is what one packet says of its camera.
func klvViewOf(m *video.Metadata) (klvView, bool) {
	if m.Position == nil || m.HeadingDeg == nil || m.PitchDeg == nil || m.RollDeg == nil ||
		m.RelAzimuthDeg == nil || m.RelElevationDeg == nil {
		return klvView{}, false
	}
	p := georef.Pose{
		Position: *m.Position,
		Attitude: georef.Attitude{YawDeg: *m.HeadingDeg, PitchDeg: *m.PitchDeg, RollDeg: *m.RollDeg},
		Gimbal:   &georef.Gimbal{AzimuthDeg: *m.RelAzimuthDeg, ElevationDeg: *m.RelElevationDeg},
	}
	switch {
	case m.AltHAE != nil:
		p.HAE = *m.AltHAE
	case m.AltAMSL != nil:
		p.HAE = geo.ToHAE(p.Position, *m.AltAMSL)
	default:
		return klvView{}, false
	}
	if m.RelRollDeg != nil {
		p.Gimbal.RollDeg = *m.RelRollDeg
	}
	if m.VelocityEast != nil && m.VelocityNorth != nil {
		p.Velocity = [3]float64{*m.VelocityEast, *m.VelocityNorth, 0}
	}
	p.Attitude, p.Gimbal = p.CameraAttitude(), nil
	v := klvView{pose: p}
	if m.HFOVDeg != nil {
		v.hfovDeg = *m.HFOVDeg
	}
	return v, true
}

// describeMetadata is what the API says of a feed's metadata; nothing where none has ever come.
func describeMetadata(s video.FeedState, now time.Time) (*api.FeedMetadata, *api.MetadataPackets) {
	n := s.MetadataCounts
	if n == (video.MetadataCounts{}) {
		return nil, nil
	}
	packets := &api.MetadataPackets{
		Good: n.Good, BadChecksum: n.BadChecksum, Malformed: n.Malformed, TooMany: n.TooMany, ClockOff: n.ClockOff,
	}
	m := s.Metadata
	if m == nil {
		return nil, packets
	}
	return &api.FeedMetadata{
		T: api.At(m.FrameTime), Exact: m.TimeExact, AgeS: now.Sub(m.FrameTime).Seconds(), Metadata: m.Metadata, BadValues: m.BadValues,
	}, packets
}
