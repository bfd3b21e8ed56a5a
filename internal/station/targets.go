package station

import (
	"math"
	"slices"
	"time"

	"vedette/internal/geo"
	"vedette/sensors"
	"vedette/tracking/alert"
	"vedette/tracking/cue"
	"vedette/tracking/fusion"
)

const (
	// evidenceFor is how much older than the newest trip of an alert one may be that still tells where its cause went.
	evidenceFor = 2 * time.Minute
	// tripSigma is how many times a sensor's reach is one standard deviation of where it was tripped, firstSigma where a geophone hears
	// somebody for the first time in heardAgain. In the simulator the middle of all first steps of one walker is 1.9 reaches away, of four 3.
	tripSigma, firstSigma = 0.7, 1.6
	heardAgain            = 30 * time.Second
	// beamSigmaM is how far from its line who breaks a beam may be thought, the time of the trip counted.
	beamSigmaM = 3.0
	// followedFor is how long ago a camera may have seen a track that it follows, and hintFor one that it half sees.
	followedFor, hintFor = 10 * time.Second, 4 * time.Second
	// leastHint is the least existence of a hint.
	leastHint = 0.05
)

// targets are the hunches and the open alerts, each where its track is now.
func (p *picture) targets(tracks []fusion.Track, now time.Time) []cue.Target {
	byID := make(map[string]fusion.Track, len(tracks))
	for _, t := range tracks {
		byID[p.trackID(t.ID)] = t
	}
	p.glimpses.note(byID, now)
	var out []cue.Target
	from := map[string]string{} // the hunches that alerts grew out of
	for _, h := range p.alerts.Hunches() {
		if h.AlertID != "" {
			from[h.AlertID] = h.ID
			continue
		}
		target := cue.Target{
			HunchID: h.ID, TrackID: h.TrackID, Lat: h.Position.Lat, Lon: h.Position.Lon, Drives: drives(h.Vehicle), Reasons: []string{h.Reason}, RaisedAt: h.Since, Sensed: h.Sensed,
		}
		if t, ok := byID[h.TrackID]; ok {
			onTrack(&target, t, now)
		}
		if !target.Seen {
			target.Evidence, target.Glimpse = evidence(h.Trips), p.glimpses.of(h.TrackID)
		}
		target.GroundUnknown = p.groundUnknown(target)
		out = append(out, target)
	}
	for _, id := range p.cues.Followed() {
		t, ok := byID[id]
		if !ok {
			continue
		}
		target := cue.Target{TrackID: id, Drives: t.Class[fusion.Vehicle], Sensed: t.LastSeen}
		onTrack(&target, t, now)
		target.GroundUnknown = p.groundUnknown(target)
		out = append(out, target)
	}
	for _, a := range p.alerts.Alerts() {
		if !a.State.Open() || a.Probably == alert.Fault { // a sensor is mended on foot
			continue
		}
		sensed := p.alerts.Sensed(a.ID)
		target := cue.Target{
			AlertID: a.ID, HunchID: from[a.ID], TrackID: a.TrackID, Lat: a.Position.Lat, Lon: a.Position.Lon, Drives: sensed.Drives, Sensed: sensed.Last,
			Urgency: urgency(a.Severity), Reasons: a.Reasons, RaisedAt: a.RaisedAt,
		}
		if t, ok := byID[a.TrackID]; ok {
			onTrack(&target, t, now)
		}
		if !target.Seen {
			target.Evidence, target.Glimpse = evidence(sensed.Trips), p.glimpses.of(a.Tracks...)
		}
		target.GroundUnknown = p.groundUnknown(target)
		out = append(out, target)
	}
	return out
}

func (p *picture) groundUnknown(t cue.Target) bool {
	_, known := p.cfg.ground.elevation(geo.LatLon{Lat: t.Lat, Lon: t.Lon})
	return !known
}

// drives is how likely somebody drives of whom only the likelier of both is told.
func drives(vehicle bool) float64 {
	const sure = 0.8
	if vehicle {
		return sure
	}
	return 1 - sure
}

// onTrack puts a target where its track is.
func onTrack(target *cue.Target, t fusion.Track, now time.Time) {
	target.Seen = t.Status == fusion.Confirmed && followed(t, now)
	target.Lat, target.Lon, target.VE, target.VN = t.Position.Lat, t.Position.Lon, t.VE, t.VN
	target.EE, target.EN, target.NN = t.EE, t.EN, t.NN
}

func urgency(s alert.Severity) int {
	switch s {
	case alert.Critical:
		return 3
	case alert.Serious:
		return 2
	default:
		return 1
	}
}

// followed tells whether something that tells places all the time, and no ground sensor that tells of a moment, follows a track.
func followed(t fusion.Track, now time.Time) bool {
	for _, s := range t.Sources {
		switch s.Kind {
		case fusion.Seismic, fusion.PIR, fusion.Beam:
		default:
			if now.Sub(s.LastSeen) <= followedFor {
				return true
			}
		}
	}
	return false
}

// evidence is what the trips of an alert say of where its cause was.
func evidence(trips []alert.Trip) []cue.Sensed {
	var out []cue.Sensed
	for i, t := range trips {
		if trips[len(trips)-1].At.Sub(t.At) > evidenceFor {
			continue
		}
		sigma := tripSigma * t.RangeM
		if begins(trips[:i], t) {
			sigma = firstSigma * t.RangeM
		}
		s := cue.Sensed{At: t.At, Lat: t.Lat, Lon: t.Lon, EE: sigma * sigma, NN: sigma * sigma, Driving: tripSigma * t.DrivingM() / sigma}
		if t.HalfM > 0 {
			acrossBeam(&s, t)
		}
		out = append(out, s)
	}
	return out
}

// begins tells whether a geophone hears somebody for the first time: whoever comes nearer is heard from as far away as he can be, and a group from farther.
func begins(before []alert.Trip, t alert.Trip) bool {
	return t.Kind == string(sensors.Seismic) && !slices.ContainsFunc(before, func(b alert.Trip) bool { return b.Sensor == t.Sensor && t.At.Sub(b.At) <= heardAgain })
}

// acrossBeam says what a beam does: somebody passed anywhere between its posts, and one way or the other.
func acrossBeam(s *cue.Sensed, t alert.Trip) {
	sin, cos := math.Sincos(t.AxisDeg * math.Pi / 180)
	along, across := t.HalfM*t.HalfM/3, beamSigmaM*beamSigmaM
	s.EE, s.EN, s.NN = along*sin*sin+across*cos*cos, (along-across)*sin*cos, along*cos*cos+across*sin*sin
	switch t.Detail {
	case sensors.DetailL2R:
		s.HeadingDeg, s.Headed = geo.NormalizeDeg(t.AxisDeg+90), true
	case sensors.DetailR2L:
		s.HeadingDeg, s.Headed = geo.NormalizeDeg(t.AxisDeg-90), true
	}
}

// hints are what a camera half sees now: tracks that are not believed yet.
func (p *picture) hints(tracks []fusion.Track, now time.Time) []cue.Hint {
	var out []cue.Hint
	for _, t := range tracks {
		if t.Status != fusion.Tentative || t.Existence < leastHint || t.Class[fusion.Animal] >= 0.5 {
			continue
		}
		for _, s := range t.Sources {
			if s.Kind == fusion.Camera && now.Sub(s.LastSeen) <= hintFor {
				out = append(out, cue.Hint{
					ID: p.trackID(t.ID), Lat: t.Position.Lat, Lon: t.Position.Lon, Existence: t.Existence,
					Vehicle: t.Class[fusion.Vehicle],
				})
				break
			}
		}
	}
	return out
}

// cuePicture is a picture as a search takes it.
func cuePicture(vehicle int, s sight, scan fusion.Scan) cue.Picture {
	out := cue.Picture{
		Vehicle: vehicle, At: scan.Time, From: scan.Position, HeightM: scan.HeightM, Footprint: scan.Footprint, Before: scan.Before, FocalPx: s.camera.FX,
		HFOVDeg: angleOfView(s.camera.WidthPx, s.camera.FX), VFOVDeg: angleOfView(s.camera.HeightPx, s.camera.FY),
	}
	for _, d := range scan.Detections {
		out.Found = append(out.Found, d.Position)
	}
	return out
}

func angleOfView(pixels int, focalPx float64) float64 {
	return 2 * math.Atan(float64(pixels)/2/focalPx) * 180 / math.Pi
}
