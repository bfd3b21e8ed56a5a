package ui

import (
	"time"

	"vedette/ui/api"
)

const (
	// oldestFix is how old a position may be that is told, and newestFix how far ahead of our clock.
	oldestFix = 3 * time.Second
	newestFix = 2 * time.Second
	maxCourse = 360.0
)

func getPost(c *call) error {
	p, err := c.s.cfg.Station.Post()
	if err != nil {
		return err
	}
	return c.answer(p)
}

// setPost takes a position of the station, as often as its receiver gives one; it is no act that the audit keeps.
func setPost(c *call) error {
	var b api.PostFix
	if err := c.body(&b); err != nil {
		return err
	}
	if b.Lat == nil || b.Lon == nil {
		return api.BadRequest("lat and lon are needed")
	}
	err := first(
		within("lat", b.Lat, -90, 90),
		within("lon", b.Lon, -180, 180),
		within("altitudeAMSL", b.AltitudeAMSL, minAMSL, maxAMSL),
		within("speed", b.Speed, 0, maxSpeed),
		within("courseDeg", b.CourseDeg, 0, maxCourse),
	)
	if err != nil {
		return err
	}
	if b.T != nil {
		switch age := time.Since(b.T.Time); {
		case age > oldestFix:
			return api.Conflict("the position is %.1f s old: it helps nobody any more", age.Seconds())
		case age < -newestFix:
			return api.BadRequest("t is %.1f s ahead of the station's clock", -age.Seconds())
		}
	}
	p, err := c.s.cfg.Station.SetPost(c.r.Context(), c.who, b)
	if err != nil {
		return err
	}
	return c.answer(p)
}
