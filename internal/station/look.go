package station

import (
	"math"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/georef"
	"vedette/video"
)

// turnSpan is the time over which the camera's rate of turn is taken, half of it before the frame and half after: long against the jitter of
// its attitude, and as much as a frame waits for.
const turnSpan = scanDelay

// unplaced says why it is not known where a feed's camera looked.
type unplaced string

// The reasons; empty: it is known.
const (
	noCarrier  unplaced = "it is not known which vehicle carries its camera"
	noView     unplaced = "its camera's field of view is not known: set camera.hfovDeg of the feed"
	noPose     unplaced = "its camera's direction at that moment is not known"
	noMetadata unplaced = "it brings no metadata that say where it looks"
)

// lookOf is the camera of a feed at the instant of a frame, and its height above the ground. False where that is not known: a
// frame whose feed should have a pose is then counted.
func (p *picture) lookOf(d video.Detections, place feedPlace) (s sight, heightAGL float64, ok bool) {
	s, heightAGL, why := p.sightAt(d.Feed, place, d.FrameTime, d.WidthPx, d.HeightPx)
	if why == noPose {
		p.posesNo.Add(1)
	}
	return s, heightAGL, why == ""
}

// sightAt is the camera of a feed at an instant, and its height above the ground.
func (p *picture) sightAt(feed string, place feedPlace, at time.Time, widthPx, heightPx int) (s sight, heightAGL float64, why unplaced) {
	if place.pose == poseKLV {
		return p.sightByMetadata(feed, place, at, widthPx, heightPx)
	}
	if place.vehicle == 0 {
		return sight{}, 0, noCarrier
	}
	hfov := p.cfg.feeds.hfov(feed, place, at)
	if hfov <= 0 {
		return sight{}, 0, noView
	}
	pose, err := p.cfg.mavlink.CameraPoseAt(place.vehicle, place.gimbal, at)
	if err != nil || !pose.GimbalValid {
		return sight{}, 0, noPose
	}
	s = sightOf(pose, widthPx, heightPx, hfov)
	before, errBefore := p.cfg.mavlink.CameraPoseAt(place.vehicle, place.gimbal, at.Add(-turnSpan/2))
	after, errAfter := p.cfg.mavlink.CameraPoseAt(place.vehicle, place.gimbal, at.Add(turnSpan/2))
	if errBefore == nil && errAfter == nil && before.GimbalValid && after.GimbalValid {
		s = s.turning(gimbalAttitude(before), gimbalAttitude(after), turnSpan)
	}
	heightAGL = pose.AltRelative
	if below, ok := p.cfg.ground.elevation(s.pose.Position); ok {
		heightAGL = pose.AltAMSL - float64(below)
	}
	return s, heightAGL, ""
}

func (p *picture) sightByMetadata(feed string, place feedPlace, at time.Time, widthPx, heightPx int) (s sight, heightAGL float64, why unplaced) {
	before, after := p.cfg.feeds.video.MetadataAround(feed, at)
	if before == nil && after == nil {
		return sight{}, 0, noMetadata
	}
	v, ok := klvViewAt(before, after, at)
	if v.hfovDeg <= 0 {
		v.hfovDeg = place.hfovDeg
	}
	below, known := p.cfg.ground.elevation(v.pose.Position)
	if !ok || !known || v.hfovDeg <= 0 {
		return sight{}, 0, noPose
	}
	s = sight{camera: georef.CameraFromHFOV(widthPx, heightPx, v.hfovDeg), pose: v.pose}
	if v.span > 0 {
		s = s.turning(v.before, v.after, v.span)
	}
	return s, float64(geo.ToAMSL(v.pose.Position, v.pose.HAE) - below), ""
}

// corrected is a sight at a time, which is that of a frame or not, without what fusion has learned of its camera's errors, and how sure
// that is. Of a camera that nothing was learned of, the errors are those of any small multirotor.
func corrected(s sight, feed string, learned fusionCounts, timeExact bool) (sight, georef.Sigma) {
	sigma, bias := sightSigma(timeExact), cameraBias(timeExact)
	east, north, yaw, pitch, clock := bias.PosSigmaM, bias.PosSigmaM, bias.YawSigmaDeg, bias.PitchSigmaDeg, bias.ClockSigma.Seconds()
	for _, c := range learned.Cameras {
		if c.Name != feed {
			continue
		}
		ahead := 0.0
		if timeExact {
			ahead, clock = c.ErrorClockS, c.SigmaClockS
		}
		s.pose.Position = geo.Offset(geo.Offset(s.pose.Position, 90, -c.ErrorEastM-ahead*s.pose.Velocity[0]), 0, -c.ErrorNorthM-ahead*s.pose.Velocity[1])
		s.pose.HAE -= geo.HAE(ahead * s.pose.Velocity[2])
		s.pose.Attitude.YawDeg -= c.ErrorYawDeg + ahead*s.pose.YawRateDegS
		s.pose.Attitude.PitchDeg -= c.ErrorPitchDeg + ahead*s.pose.PitchRateDegS
		east, north, yaw, pitch = c.SigmaEastM, c.SigmaNorthM, c.SigmaYawDeg, c.SigmaPitchDeg
	}
	sigma.HorizontalM = math.Hypot(sigma.HorizontalM, max(east, north))
	sigma.YawDeg = math.Hypot(sigma.YawDeg, yaw)
	sigma.PitchDeg = math.Hypot(sigma.PitchDeg, pitch)
	sigma.TimeS = math.Hypot(sigma.TimeS, clock)
	return s, sigma
}
