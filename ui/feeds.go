package ui

import (
	"net/http"
	"net/url"
	"strings"

	"vedette/ui/api"
)

// maxOffer is the largest SDP offer, in bytes.
const maxOffer = 64 << 10

func getFeeds(c *call) error { return c.answer(list(c.s.cfg.Station.Feeds())) }

func getFeed(c *call) error {
	f, err := c.s.cfg.Station.Feed(c.r.PathValue("id"))
	if err != nil {
		return err
	}
	return c.answer(f)
}

// watch answers an SDP offer (WHEP, after RFC 9725).
func watch(c *call) error {
	if err := c.contentType("application/sdp"); err != nil {
		return err
	}
	offer, err := c.raw(maxOffer)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(offer), "v=0") {
		return api.BadRequest("the body is not an SDP offer")
	}
	feed := c.r.PathValue("id")
	session, answer, err := c.s.cfg.Station.Watch(c.r.Context(), c.who, feed, string(offer))
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Location", base+"/feeds/"+url.PathEscape(feed)+"/whep/"+url.PathEscape(session))
	h.Set("Content-Type", "application/sdp")
	c.w.WriteHeader(http.StatusCreated)
	_, _ = c.w.Write([]byte(answer)) // the client may be gone; the session then ends by itself
	return nil
}

func endWatch(c *call) error {
	if err := c.s.cfg.Station.EndWatch(c.r.Context(), c.who, c.r.PathValue("id"), c.r.PathValue("session")); err != nil {
		return err
	}
	return c.noContent()
}
