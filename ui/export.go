package ui

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

const (
	// longestPeriod is the longest span of time in one package.
	longestPeriod = 31 * 24 * time.Hour
	exportTimeout = 5 * time.Minute
	// filmTimeout is for a package with recordings, which has gigabytes.
	filmTimeout = time.Hour
)

// exportRecord is what the audit keeps of a package that left the station.
type exportRecord struct {
	From api.Time `json:"from"`
	To   api.Time `json:"to"`
	// Video says that the recordings were in it.
	Video bool `json:"video,omitempty"`
}

// exportPeriod answers with what is on record about a span of time, as a zip.
func exportPeriod(c *call) error {
	var span [2]time.Time
	for i, name := range []string{"from", "to"} {
		text := c.r.URL.Query().Get(name)
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return api.BadRequest("%s=%.40q: a time like 2026-11-26T01:00:00Z is needed", name, text)
		}
		span[i] = t
	}
	if from, to := span[0], span[1]; !from.Before(to) || to.Sub(from) > longestPeriod {
		return api.BadRequest("from must be before to, and at most %d days", int(longestPeriod.Hours()/24))
	}
	withVideo := c.r.URL.Query().Get("video")
	switch withVideo {
	case "", "false":
		c.takeTime(exportTimeout)
	case "true":
		c.takeTime(filmTimeout)
	default:
		return api.BadRequest("video=%.20q: use true, or leave it out", withVideo)
	}
	var file io.ReadSeekCloser
	record := access.Record{Kind: access.KindAccess, Action: "export", Detail: exportRecord{api.At(span[0]), api.At(span[1]), withVideo == "true"}}
	err := c.audited(record, func(ctx context.Context) (err error) {
		file, err = c.s.cfg.Station.Export(ctx, c.who, span[0], span[1], withVideo == "true")
		return err
	})
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // a passing file: what was sent is whole
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	name := "vedette-" + span[0].UTC().Format("20060102T150405Z") + ".zip"
	h := c.w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.w.WriteHeader(http.StatusOK)
	_, _ = io.Copy(c.w, file) // the client may be gone
	return nil
}
