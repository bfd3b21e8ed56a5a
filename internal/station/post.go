package station

import (
	"context"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/internal/station/gnss"
	"vedette/mavlink"
	"vedette/ui/api"
)

// Who tells where the post is.
const (
	fromConfig = "config"
	fromFeed   = "feed" // PUT /station/position
	fromGNSS   = "gnss"
)

// posts tells the vehicles where the station is, so that they can follow it. The mavlink room holds the place.
type posts struct {
	mavlink *mavlink.Service
	ground  *ground
	// operator tells that what vehicles broadcast as their operator's place is the post's.
	operator bool
	// receiver is the post's own, nil where none is configured.
	receiver *gnss.Receiver
}

// standing takes the configured position, which does not age.
func (p *posts) standing(cfg config.Station) error {
	if cfg.Position == nil {
		return nil
	}
	height, known := p.ground.elevation(*cfg.Position)
	return p.mavlink.SetPost(mavlink.Post{
		Lat: cfg.Position.Lat, Lon: cfg.Position.Lon, AltAMSL: float64(height), HeightUnknown: !known, Fixed: true, Source: fromConfig,
	})
}

// moved takes a place that was measured; without a height it is the ground's there, and else the one before.
func (p *posts) moved(is mavlink.Post, height *float64, altHAE *float64) error {
	at := geo.LatLon{Lat: is.Lat, Lon: is.Lon}
	switch below, ok := p.ground.elevation(at); {
	case height != nil:
		is.AltAMSL = *height
	case ok:
		is.AltAMSL = float64(below)
	default:
		before, told := p.mavlink.Post()
		is.AltAMSL, is.HeightUnknown = before.AltAMSL, !told || before.HeightUnknown
	}
	if err := p.mavlink.SetPost(is); err != nil {
		return err
	}
	if !p.operator {
		return nil
	}
	if altHAE == nil && height != nil {
		altHAE = new(*height + geo.Undulation(at))
	}
	return p.mavlink.SetOperator(is.Lat, is.Lon, altHAE, is.Time)
}

// Post implements ui.Overview.
func (p *posts) Post() (api.PostPosition, error) {
	now := time.Now()
	is, known := p.mavlink.Post()
	receiver := p.describeReceiver(now)
	switch {
	case known:
	case receiver != nil && receiver.Problem != "":
		return api.PostPosition{}, api.NotFound("where the station is is not known: the receiver %s: %s", receiver.Source, receiver.Problem)
	default:
		return api.PostPosition{}, api.NotFound("nobody has told where the station is: give station.position or station.gnss, or PUT the position")
	}
	out := api.PostPosition{
		Lat: is.Lat, Lon: is.Lon, Speed: is.SpeedMS, CourseDeg: is.CourseDeg, Source: is.Source,
		Stale: is.Stale(now), Receiver: receiver,
	}
	if !is.HeightUnknown {
		out.AltitudeAMSL = new(geo.AMSL(is.AltAMSL))
	}
	if !is.Fixed {
		out.T, out.AgeS = api.At(is.Time), new(max(0, now.Sub(is.Time).Seconds()))
	}
	return out, nil
}

// SetPost implements ui.Overview.
func (p *posts) SetPost(_ context.Context, _ access.Principal, fix api.PostFix) (api.PostPosition, error) {
	if p.receiver != nil && p.receiver.Report(time.Now()).State == gnss.Fixed {
		return api.PostPosition{}, api.Conflict("the station's own receiver tells where it is (station.gnss)")
	}
	is := mavlink.Post{
		Lat: *fix.Lat, Lon: *fix.Lon, SpeedMS: valueOr(fix.Speed, 0), CourseDeg: valueOr(fix.CourseDeg, 0), Time: time.Now(), Source: fromFeed,
	}
	if fix.T != nil {
		is.Time = fix.T.Time
	}
	if err := p.moved(is, (*float64)(fix.AltitudeAMSL), nil); err != nil {
		return api.PostPosition{}, api.BadRequest("%v", err)
	}
	return p.Post()
}
