package station

import (
	"testing"
	"time"

	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/tracking/fusion"
	"vedette/tracking/georef"
	"vedette/video"
)

// level is ground at the level of the sea.
type level struct{}

func (level) ElevationAMSL(geo.LatLon) (geo.AMSL, bool) { return 0, true }

// A camera looks straight down at a house and the field beside it.
func TestWhatIsInAPrivacyZoneIsNeitherShownNorTracked(t *testing.T) {
	t.Parallel()
	here := geo.LatLon{Lat: -35.36, Lon: 149.16}
	west := geo.Offset(here, 270, 200)
	zones, err := zonesOf([]config.Zone{{ID: "house", Kind: "privacy", Points: []geo.LatLon{
		geo.Offset(here, 0, 200), geo.Offset(west, 0, 200), geo.Offset(west, 180, 200), geo.Offset(here, 180, 200),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	p, s := pictureOn(t, t.TempDir())
	defer func() { _ = s.Close() }()
	p.holdZones(zones)
	p.locator = georef.Locator{Ground: georef.Terrain{Model: level{}}, MaxRangeM: 1000}
	look := sight{
		camera: georef.CameraFromHFOV(640, 512, 40),
		pose:   georef.Pose{Position: here, HAE: geo.ToHAE(here, 100), Attitude: georef.Attitude{PitchDeg: -90}},
	}
	d := video.Detections{Feed: "1-thermal", FrameTime: time.Now(), WidthPx: 640, HeightPx: 512, Boxes: []video.Box{
		{X: 100, Y: 250, W: 10, H: 20, Score: 0.9}, {X: 500, Y: 250, W: 10, H: 20, Score: 0.8}, // west and east of the middle
		{X: 322, Y: 250, W: 10, H: 20, Score: 0.7}, // 0.8 m beside the zone, known to a few metres
	}}
	left := p.withoutPrivate(d, look)
	if len(left.Boxes) != 1 || left.Boxes[0].X != 500 || len(d.Boxes) != 3 {
		t.Errorf("%+v", left.Boxes)
	}

	// Boxes wait until their place is known: a frame without a pose shows none.
	ctx := t.Context()
	changes := p.cfg.hub.subscribe(ctx)
	p.takeFrame(d)
	select {
	case c := <-changes:
		t.Errorf("shown before it was placed: %+v", c)
	default:
	}

	// A track that is inside, or may well be, is not told.
	for _, c := range []struct {
		at    geo.LatLon
		shown int
	}{{geo.Offset(here, 270, 50), 0}, {geo.Offset(here, 90, 0.2), 0}, {geo.Offset(here, 90, 50), 1}} {
		q, s := pictureOn(t, t.TempDir())
		q.holdZones(zones)
		q.addSensor(fusion.Sensor{ID: "cam", Kind: fusion.Camera, Pd: 0.9, ClutterPerScan: 0.1})
		now := time.Now()
		for i := range 20 {
			at := now.Add(time.Duration(i-20) * 200 * time.Millisecond)
			q.tracker.AddScan(fusion.Scan{
				Sensor: "cam", Time: at, Arrival: at, Position: here, HeightM: 100,
				Footprint:  []geo.LatLon{geo.Offset(here, 315, 150), geo.Offset(here, 45, 150), geo.Offset(here, 135, 150), geo.Offset(here, 225, 150)},
				Detections: []fusion.Detection{{Position: c.at, EE: 4, NN: 4, Score: 0.9, Class: fusion.ClassProbs{0.9, 0.05, 0.05}}},
			})
		}
		if got := len(q.tracks(now)); got != c.shown {
			t.Errorf("%d tracks at %v", got, c.at)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
