package ui

import (
	"vedette/ui/api"
)

func getFeeds(c *call) error { return c.answer(list(c.s.cfg.Station.Feeds())) }

func getFeed(c *call) error {
	f, err := c.s.cfg.Station.Feed(c.r.PathValue("id"))
	if err != nil {
		return err
	}
	return c.answer(f)
}

// getViewers tells who watches a feed, and how it reaches them.
func getViewers(c *call) error {
	all, err := c.s.cfg.Station.Viewers(c.r.PathValue("id"))
	if err != nil {
		return err
	}
	for i := range all {
		all[i] = wholeViewer(all[i])
	}
	return c.answer(list(all))
}

func getViewer(c *call) error {
	v, err := c.s.cfg.Station.Viewer(c.who, c.r.PathValue("id"), c.r.PathValue("session"))
	if err != nil {
		return err
	}
	return c.answer(wholeViewer(v))
}

func wholeViewer(v api.Viewer) api.Viewer {
	v.Offered, v.BrowserOffers = list(v.Offered), list(v.BrowserOffers)
	return v
}
