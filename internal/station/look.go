package station

import (
	"vedette/internal/geo"
	"vedette/tracking/georef"
	"vedette/video"
)

// lookOf is the camera of a feed at the instant of a frame, and its height above the ground. False where that is not known: a
// frame whose feed should have a pose is then counted.
func (p *picture) lookOf(d video.Detections, place feedPlace) (s sight, heightAGL float64, ok bool) {
	if place.pose == poseKLV {
		return p.lookByMetadata(d, place)
	}
	if place.vehicle == 0 {
		return sight{}, 0, false
	}
	hfov := p.cfg.feeds.hfov(d.Feed, place, d.FrameTime)
	if hfov <= 0 {
		return sight{}, 0, false
	}
	pose, err := p.cfg.mavlink.CameraPoseAt(place.vehicle, place.gimbal, d.FrameTime)
	if err != nil || !pose.GimbalValid {
		p.posesNo.Add(1)
		return sight{}, 0, false
	}
	s = sightOf(pose, d.WidthPx, d.HeightPx, hfov)
	heightAGL = pose.AltRelative
	if below, ok := p.cfg.ground.elevation(s.pose.Position); ok {
		heightAGL = pose.AltAMSL - float64(below)
	}
	return s, heightAGL, true
}

func (p *picture) lookByMetadata(d video.Detections, place feedPlace) (s sight, heightAGL float64, ok bool) {
	before, after := p.cfg.feeds.video.MetadataAround(d.Feed, d.FrameTime)
	if before == nil && after == nil {
		return sight{}, 0, false // the feed brings none
	}
	v, ok := klvViewAt(before, after, d.FrameTime)
	if v.hfovDeg <= 0 {
		v.hfovDeg = place.hfovDeg
	}
	below, known := p.cfg.ground.elevation(v.pose.Position)
	if !ok || !known || v.hfovDeg <= 0 {
		p.posesNo.Add(1)
		return sight{}, 0, false
	}
	s = sight{camera: georef.CameraFromHFOV(d.WidthPx, d.HeightPx, v.hfovDeg), pose: v.pose}
	return s, float64(geo.ToAMSL(v.pose.Position, v.pose.HAE) - below), true
}
