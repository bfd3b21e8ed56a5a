package station

import (
	"math"
	"testing"
	"time"

	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/tracking/georef"
	"vedette/video"
	"vedette/video/klv"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// packetSays is what a packet says of a camera whose platform heads so, with its sensor turned to the right and down.
func packetSays(at time.Time, heading float64) *video.Metadata {
	place := geo.LatLon{Lat: -35.36, Lon: 149.16}
	return &video.Metadata{FrameTime: at, TimeExact: true, Metadata: klv.Metadata{
		Position: &place, AltHAE: new(geo.ToHAE(place, 160)), HeadingDeg: &heading, PitchDeg: new(0.0), RollDeg: new(0.0),
		RelAzimuthDeg: new(30.0), RelElevationDeg: new(-30.0), RelRollDeg: new(0.0), HFOVDeg: new(24.6),
	}}
}

func TestMetadataPlacesAPictureAsMAVLinkDoes(t *testing.T) {
	t.Parallel()
	v, ok := klvViewAt(packetSays(noon, 60), nil, noon)
	if !ok || v.hfovDeg != 24.6 {
		t.Fatalf("%+v %v", v, ok)
	}
	byKLV := sight{camera: georef.CameraFromHFOV(640, 512, v.hfovDeg), pose: v.pose}
	byMAVLink := sightOf(mavlink.Pose{Lat: -35.36, Lon: 149.16, AltAMSL: 160, GimbalYawDeg: 90, GimbalPitchDeg: -30, GimbalValid: true}, 640, 512, 24.6)
	locator := &georef.Locator{Ground: georef.Terrain{Model: plain{}}}
	a := placedScan(locator, byKLV, frame(boxAt(10, 20, 0.9))).Detections
	b := placedScan(locator, byMAVLink, frame(boxAt(10, 20, 0.9))).Detections
	if len(a) != 1 || len(b) != 1 || geo.Distance(a[0].Position, b[0].Position) > 0.01 {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestMetadataIsInterpolatedToTheFrame(t *testing.T) {
	t.Parallel()
	a, b := packetSays(noon, 350), packetSays(noon.Add(time.Second), 10)
	b.Position = &geo.LatLon{Lat: -35.3599, Lon: 149.16}
	b.HFOVDeg = new(26.6)
	v, ok := klvViewAt(a, b, noon.Add(500*time.Millisecond))
	if !ok || math.Abs(geo.DiffDeg(v.pose.Attitude.YawDeg, 30)) > 1e-9 || math.Abs(v.pose.Attitude.PitchDeg+30) > 1e-9 ||
		math.Abs(v.pose.Position.Lat+35.35995) > 1e-9 || math.Abs(v.hfovDeg-25.6) > 1e-9 || math.Abs(v.pose.Velocity[1]-11.1) > 0.1 {
		t.Errorf("%+v %v", v, ok)
	}
}

func TestMetadataTellHowTheCameraTurns(t *testing.T) {
	t.Parallel()
	v, ok := klvViewAt(packetSays(noon, 350), packetSays(noon.Add(500*time.Millisecond), 0), noon.Add(200*time.Millisecond))
	if !ok || v.span != 500*time.Millisecond {
		t.Fatalf("%+v %v", v, ok)
	}
	s := sight{pose: v.pose}.turning(v.before, v.after, v.span)
	if m := s.motion(); math.Abs(m.TurnUpDegS+20) > 1e-6 || math.Abs(m.TurnEDegS)+math.Abs(m.TurnNDegS) > 1e-6 || math.Abs(s.pose.YawRateDegS-20) > 1e-6 {
		t.Errorf("%+v", m)
	}
	if v, ok := klvViewAt(packetSays(noon, 350), nil, noon); !ok || v.span != 0 {
		t.Errorf("of one packet: %+v %v", v, ok)
	}
}

func TestAFrameWithoutNearMetadataHasNoPose(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after *video.Metadata
		want          bool
	}{
		"just before":  {packetSays(noon.Add(-metadataAge), 0), nil, true},
		"just after":   {nil, packetSays(noon.Add(metadataAge), 0), true},
		"long before":  {packetSays(noon.Add(-metadataAge-1), 0), nil, false},
		"a wide gap":   {packetSays(noon.Add(-2*time.Second), 0), packetSays(noon.Add(2*time.Second), 0), false},
		"near one end": {packetSays(noon.Add(-5*time.Second), 0), packetSays(noon.Add(time.Millisecond), 0), true},
		"none":         {nil, nil, false},
	} {
		if _, ok := klvViewAt(c.before, c.after, noon); ok != c.want {
			t.Errorf("%s: %v", name, ok)
		}
	}
	for name, leaveOut := range map[string]func(*video.Metadata){
		"position": func(m *video.Metadata) { m.Position = nil }, "height": func(m *video.Metadata) { m.AltHAE = nil },
		"heading": func(m *video.Metadata) { m.HeadingDeg = nil }, "elevation": func(m *video.Metadata) { m.RelElevationDeg = nil },
	} {
		m := packetSays(noon, 0)
		leaveOut(m)
		if _, ok := klvViewAt(m, nil, noon); ok {
			t.Errorf("placed without %s", name)
		}
	}
	m := packetSays(noon, 0)
	m.AltHAE, m.AltAMSL, m.RelRollDeg = nil, new(geo.AMSL(160)), nil
	if v, ok := klvViewAt(m, nil, noon); !ok || math.Abs(float64(v.pose.HAE-geo.ToHAE(*m.Position, 160))) > 1e-9 {
		t.Errorf("height above mean sea level: %+v %v", v, ok)
	}
}

func TestWhereTheConfiguredPoseComesFrom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		feed config.Feed
		want string
	}{
		{config.Feed{Vehicle: 1}, poseMAVLink}, {config.Feed{}, poseKLV},
		{config.Feed{Vehicle: 1, Pose: "klv"}, poseKLV}, {config.Feed{Vehicle: 1, Pose: "mavlink"}, poseMAVLink},
	} {
		if got := poseOf(c.feed); got != c.want {
			t.Errorf("%+v: %s", c.feed, got)
		}
	}
}
