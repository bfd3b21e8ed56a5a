package ui

import (
	"mime"
	"net/http"
	"strconv"
	"time"
)

// snapshotPatience is for a feed that must be woken, and for a slow computer that decodes a long group of pictures.
const snapshotPatience = 40 * time.Second

// getSnapshot sends the newest picture of a feed.
func getSnapshot(c *call) error {
	c.takeTime(snapshotPatience)
	id := c.r.PathValue("id")
	p, err := c.s.cfg.Station.Snapshot(c.r.Context(), c.who, c.address(), id)
	if err != nil {
		return c.soon(err)
	}
	name := id + "_" + p.Time.Format("20060102T150405.000Z") + ".jpg"
	h := c.w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Length", strconv.Itoa(len(p.JPEG)))
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name}))
	h.Set("Vedette-Frame-Time", p.Time.Format("2006-01-02T15:04:05.000Z"))
	h.Set("Vedette-Frame-Time-Exact", strconv.FormatBool(p.Exact))
	if p.Masked {
		h.Set("Vedette-Masked", "true")
	}
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(p.JPEG) // the client may be gone
	return nil
}
