package station

import (
	"time"

	"vedette/internal/geo"
	"vedette/tracking/georef"
	"vedette/ui/api"
)

// PlaceInFeed implements ui.Picture.
func (p *picture) PlaceInFeed(feed string, x, y float64, at time.Time) (api.FeedPlace, error) {
	told, err := p.cfg.feeds.Feed(feed)
	if err != nil {
		return api.FeedPlace{}, err
	}
	if p.cfg.ground.terrain == nil {
		return api.FeedPlace{}, errNoTerrain
	}
	place, _ := p.cfg.feeds.place(feed)
	exact := !at.IsZero()
	if !exact {
		at = time.Now().Add(-scanDelay) // the newest instant that lies between two samples of the pose
	}
	s, _, why := p.sightAt(feed, place, at, told.Width, told.Height)
	switch {
	case why != "":
		return api.FeedPlace{}, api.Refused("no place in the picture of %s: %s", feed, why)
	case told.Width == 0 || told.Height == 0:
		return api.FeedPlace{}, api.Refused("no place in the picture of %s: it shows nothing yet", feed)
	}
	s, sigma := corrected(s, feed, p.fusionStats(), exact)
	out, err := placeInPicture(georef.Terrain{Model: p.cfg.ground.terrain}, s, sigma, x*float64(told.Width), y*float64(told.Height))
	if err != nil {
		return api.FeedPlace{}, api.Refused("no place there in the picture of %s: %s", feed, err)
	}
	out.Feed, out.T = feed, api.At(at)
	return out, nil
}

// placeInPicture is the ground that a pixel shows. Its error says in words why there is none.
func placeInPicture(terrain georef.Terrain, s sight, sigma georef.Sigma, u, v float64) (api.FeedPlace, error) {
	locator := georef.Locator{Ground: terrain}
	fix, err := locator.Locate(s.camera, s.pose, u, v, sigma)
	if err != nil {
		return api.FeedPlace{}, err
	}
	return api.FeedPlace{
		Position: fix.Position, ElevationAMSL: geo.ToAMSL(fix.Position, fix.HAE), SlantM: fix.SlantM,
		Ellipse: ellipse95(fix.CovEE, fix.CovEN, fix.CovNN),
	}, nil
}
