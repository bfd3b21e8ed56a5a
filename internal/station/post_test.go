package station

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/ui/api"
)

func TestThePostStandsWhereItIsConfiguredUntilItsReceiverSpeaks(t *testing.T) {
	t.Parallel()
	service, err := mavlink.New(mavlink.Config{})
	if err != nil {
		t.Fatal(err)
	}
	p := &posts{mavlink: service, ground: &ground{terrain: slope{}}}
	var problem *api.Problem
	if _, err := p.Post(); !errors.As(err, &problem) || problem.Status != http.StatusNotFound {
		t.Errorf("nobody has told: %v", err)
	}
	if err := p.standing(config.Station{Position: &geo.LatLon{Lat: -35, Lon: 149.2}}); err != nil {
		t.Fatal(err)
	}
	is, err := p.Post()
	if err != nil || is.Source != "config" || is.AgeS != nil || *is.AltitudeAMSL < 199 || *is.AltitudeAMSL > 201 {
		t.Errorf("%+v, %v", is, err)
	}
	at := api.At(time.Now().Add(-time.Second))
	is, err = p.SetPost(t.Context(), access.Principal{}, api.PostFix{Lat: new(-35.0), Lon: new(149.3), Speed: new(8.0), CourseDeg: new(90.0), T: &at})
	if err != nil || is.Source != "feed" || is.Lon != 149.3 || is.Speed != 8 || is.AgeS == nil || *is.AgeS < 1 || *is.AltitudeAMSL < 299 {
		t.Errorf("%+v, %v", is, err)
	}
	// Beyond the terrain the height stays as it was, unless the receiver gives one.
	if is, err = p.SetPost(t.Context(), access.Principal{}, api.PostFix{Lat: new(-35.0), Lon: new(140.0)}); err != nil || *is.AltitudeAMSL < 299 {
		t.Errorf("%+v, %v", is, err)
	}
	if is, err = p.SetPost(t.Context(), access.Principal{}, api.PostFix{Lat: new(-35.0), Lon: new(140.0), AltitudeAMSL: new(geo.AMSL(77))}); err != nil || *is.AltitudeAMSL != 77 {
		t.Errorf("%+v, %v", is, err)
	}
}

// TestAPostOfUnknownHeightIsNotAtSeaLevel: vehicles that follow would dive for it, and a home that moves with it would bring them down.
func TestAPostOfUnknownHeightIsNotAtSeaLevel(t *testing.T) {
	t.Parallel()
	service, err := mavlink.New(mavlink.Config{})
	if err != nil {
		t.Fatal(err)
	}
	p := &posts{mavlink: service, ground: &ground{terrain: slope{}}}
	beyond := geo.LatLon{Lat: -35, Lon: 140}
	unknown := func(what string) {
		t.Helper()
		is, err := p.Post()
		if post, known := service.Post(); err != nil || is.AltitudeAMSL != nil || !known || !post.HeightUnknown {
			t.Errorf("%s: %+v, %v; vehicles: %+v", what, is, err, post)
		}
	}
	if err := p.standing(config.Station{Position: &beyond}); err != nil {
		t.Fatal(err)
	}
	unknown("configured")
	if _, err := p.SetPost(t.Context(), access.Principal{}, api.PostFix{Lat: &beyond.Lat, Lon: &beyond.Lon}); err != nil {
		t.Fatal(err)
	}
	unknown("told without a height")
	is, err := p.SetPost(t.Context(), access.Principal{}, api.PostFix{Lat: &beyond.Lat, Lon: &beyond.Lon, AltitudeAMSL: new(geo.AMSL(77))})
	if post, _ := service.Post(); err != nil || is.AltitudeAMSL == nil || *is.AltitudeAMSL != 77 || post.HeightUnknown {
		t.Errorf("told with one: %+v, %v; vehicles: %+v", is, err, post)
	}
}
