package station

import (
	"context"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/ui/api"
)

// posts tells the vehicles where the station is, so that they can follow it.
type posts struct {
	mavlink *mavlink.Service
	ground  *ground
}

// standing takes the configured position, which does not age.
func (p *posts) standing(cfg config.Station) error {
	if cfg.Position == nil {
		return nil
	}
	height, _ := p.ground.elevation(*cfg.Position) // not known: at the level of the sea
	return p.mavlink.SetPost(mavlink.Post{Lat: cfg.Position.Lat, Lon: cfg.Position.Lon, AltAMSL: float64(height), Fixed: true})
}

// Post implements ui.Overview.
func (p *posts) Post() (api.PostPosition, error) {
	is, known := p.mavlink.Post()
	if !known {
		return api.PostPosition{}, api.NotFound("nobody has told where the station is: give station.position, or PUT the position")
	}
	out := api.PostPosition{
		Lat: is.Lat, Lon: is.Lon, AltitudeAMSL: geo.AMSL(is.AltAMSL), Speed: is.SpeedMS, CourseDeg: is.CourseDeg, Source: "config",
	}
	if !is.Fixed {
		out.Source, out.T, out.AgeS = "feed", api.At(is.Time), new(max(0, time.Since(is.Time).Seconds()))
	}
	return out, nil
}

// SetPost implements ui.Overview.
func (p *posts) SetPost(_ context.Context, _ access.Principal, fix api.PostFix) (api.PostPosition, error) {
	at := geo.LatLon{Lat: *fix.Lat, Lon: *fix.Lon}
	is := mavlink.Post{Lat: at.Lat, Lon: at.Lon, SpeedMS: valueOr(fix.Speed, 0), CourseDeg: valueOr(fix.CourseDeg, 0), Time: time.Now()}
	if fix.T != nil {
		is.Time = fix.T.Time
	}
	switch below, ok := p.ground.elevation(at); {
	case fix.AltitudeAMSL != nil:
		is.AltAMSL = float64(*fix.AltitudeAMSL)
	case ok:
		is.AltAMSL = float64(below)
	default:
		before, _ := p.mavlink.Post()
		is.AltAMSL = before.AltAMSL
	}
	if err := p.mavlink.SetPost(is); err != nil {
		return api.PostPosition{}, api.BadRequest("%v", err)
	}
	return p.Post()
}
