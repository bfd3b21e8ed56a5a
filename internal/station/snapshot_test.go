package station

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"net/http"
	"testing"
	"time"

	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/ui/api"
)

// hovering is a drone 100 m above the sea whose camera looks straight down.
type hovering struct {
	hangar
	at geo.LatLon
}

func (h hovering) CameraPoseAt(int, uint8, time.Time) (mavlink.Pose, error) {
	return mavlink.Pose{Lat: h.at.Lat, Lon: h.at.Lon, AltAMSL: 100, AltRelative: 100, GimbalPitchDeg: -90, GimbalValid: true}, nil
}

func TestASnapshotShowsNoPrivacyZone(t *testing.T) {
	t.Parallel()
	here := geo.LatLon{Lat: -35.36, Lon: 149.16}
	p, s := pictureOn(t, t.TempDir())
	defer func() { _ = s.Close() }()
	p.cfg.mavlink, p.cfg.ground = hovering{at: here}, &ground{terrain: level{}}
	room, err := mavlink.New(mavlink.Config{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	p.cfg.feeds = &feeds{
		mavlink: room, places: map[string]feedPlace{"1-eo": {vehicle: 1}, "mast": {}},
		byHand: map[string]config.Feed{"1-eo": {ID: "1-eo", Camera: config.Camera{HFOVDeg: 40}}},
	}
	m := image.NewRGBA(image.Rect(0, 0, 640, 512))
	draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{R: 200, G: 120, B: 60, A: 255}), image.Point{}, draw.Src)
	var file bytes.Buffer
	if err := jpeg.Encode(&file, m, nil); err != nil {
		t.Fatal(err)
	}
	taken := api.FeedPicture{JPEG: file.Bytes(), Time: time.Now(), Exact: true}
	for name, c := range map[string]struct {
		feed     string
		west, to float64 // of the zone, metres east of the middle; none where both are 0
		masked   bool
		status   int
	}{
		"without a zone":                       {feed: "1-eo"},
		"of a camera that is nowhere, without": {feed: "mast"},
		"a zone that it does not show":         {feed: "1-eo", west: 300, to: 400},
		"a zone at its rim":                    {feed: "1-eo", west: 25, to: 60, masked: true},
		"of a camera that is nowhere":          {feed: "mast", west: 300, to: 400, status: http.StatusUnprocessableEntity},
	} {
		p.holdZones(nil)
		if c.to != 0 {
			p.holdZones(garden(t, here, c.west, c.to))
		}
		got, err := p.veilSnapshot(t.Context(), c.feed, taken)
		var problem *api.Problem
		if c.status != 0 {
			if !errors.As(err, &problem) || problem.Status != c.status || len(got.JPEG) > 0 {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || got.Masked != c.masked || bytes.Equal(got.JPEG, taken.JPEG) == c.masked || !got.Time.Equal(taken.Time) {
			t.Fatalf("%s: masked %v, %v", name, got.Masked, err)
		}
		if !c.masked {
			continue
		}
		shown, err := jpeg.Decode(bytes.NewReader(got.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		perM := 320 / 36.4
		for east, light := range map[float64]bool{-30: true, 10: true, 28: false, 35: false} {
			r, g, b, _ := shown.At(int(320+east*perM), 200).RGBA()
			if is := r>>8 > 150 && g>>8 > 80 && b>>8 > 20; is != light || !light && r+g+b != 0 {
				t.Errorf("%s: %d %d %d at %.0f m", name, r>>8, g>>8, b>>8, east)
			}
		}
	}
	// Nobody waits for a clock that is ahead.
	p.holdZones(garden(t, here, 25, 60))
	taken.Time = time.Now().Add(time.Hour)
	if _, err := p.veilSnapshot(t.Context(), "1-eo", taken); err != nil {
		t.Errorf("a clock that is ahead holds nobody up: %v", err)
	}
}
