package ui

import (
	"vedette/internal/geo"
	"vedette/ui/api"
)

// getFeedPlace tells which ground a point of a feed's picture shows.
func getFeedPlace(c *call) error {
	x, err := c.float("x", 0, 1)
	if err != nil {
		return err
	}
	y, err := c.float("y", 0, 1)
	if err != nil {
		return err
	}
	t, err := c.time("t")
	if err != nil {
		return err
	}
	place, err := c.s.cfg.Station.PlaceInFeed(c.r.PathValue("id"), x, y, t)
	if err != nil {
		return err
	}
	return c.answer(place)
}

// The reach of a viewshed and the heights that make sense for an eye, be it a mast's or an aircraft's, and for what is looked for.
const (
	minViewRangeM, maxViewRangeM = 100, 20_000
	maxEyeM, maxTargetM          = 5000, 500
)

// getViewshed tells what can be seen from a place.
func getViewshed(c *call) error {
	var q api.ViewshedQuery
	var lat, lon float64
	for _, part := range []struct {
		name      string
		low, high float64
		to        *float64
	}{
		{"lat", -90, 90, &lat}, {"lon", -180, 180, &lon},
		{"height", 0, maxEyeM, &q.HeightM}, {"range", minViewRangeM, maxViewRangeM, &q.RangeM}, {"target", 0, maxTargetM, &q.TargetM},
	} {
		v, err := c.float(part.name, part.low, part.high)
		if err != nil {
			return err
		}
		*part.to = v
	}
	q.Eye = geo.LatLon{Lat: lat, Lon: lon}
	seen, err := c.s.cfg.Station.Viewshed(q)
	if err != nil {
		return err
	}
	return c.answer(seen)
}
