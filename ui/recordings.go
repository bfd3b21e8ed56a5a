package ui

import (
	"context"
	"mime"
	"net/http"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

const (
	defaultRecordings = 500
	maxRecordings     = 5000
	// recordingPatience is for sending one file, or a part of it.
	recordingPatience = 15 * time.Minute
)

// setRecording turns the recording of a feed on or off.
func setRecording(c *call) error {
	var b api.RecordingRequest
	if err := c.body(&b); err != nil {
		return err
	}
	if b.On == nil {
		return api.BadRequest("on is missing: true or false is needed")
	}
	id := c.r.PathValue("id")
	action := "stopRecording"
	if *b.On {
		action = "startRecording"
	}
	var feed api.Feed
	err := c.audited(access.Record{Kind: access.KindAccess, Action: action, Target: id}, func(ctx context.Context) error {
		var err error
		feed, err = c.s.cfg.Station.SetRecording(ctx, c.who, id, *b.On)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(feed)
}

// getRecordings lists what was recorded of a feed, or of all, within a span of time.
func getRecordings(c *call) error {
	from, err := c.time("from")
	if err != nil {
		return err
	}
	to, err := c.time("to")
	if err != nil {
		return err
	}
	limit, err := c.integer("limit", defaultRecordings, 1, maxRecordings)
	if err != nil {
		return err
	}
	all, err := c.s.cfg.Station.Recordings(c.r.Context(), c.r.URL.Query().Get("feed"), from, to, int(limit))
	if err != nil {
		return err
	}
	return c.answer(list(all))
}

// getRecording sends a recording, or a part of it where a range is asked for. One that grows ends where it stands.
func getRecording(c *call) error {
	name := c.r.PathValue("name")
	f, changed, err := c.s.cfg.Station.OpenRecording(c.r.Context(), c.who, c.address(), name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	c.takeTime(recordingPatience)
	h := c.w.Header()
	h.Set("Content-Type", "video/mp4")
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name + ".mp4"}))
	http.ServeContent(c.w, c.r, "", changed, f)
	return nil
}

// getRecordingIndex says where in a recording a player finds which second.
func getRecordingIndex(c *call) error {
	index, err := c.s.cfg.Station.RecordingIndex(c.r.Context(), c.who, c.address(), c.r.PathValue("name"))
	if err != nil {
		return err
	}
	index.Fragments = list(index.Fragments)
	return c.answer(index)
}

// getRecordedMetadata tells what the KLV packets of a recording say, of all of it or of a span of time.
func getRecordedMetadata(c *call) error {
	from, err := c.time("from")
	if err != nil {
		return err
	}
	to, err := c.time("to")
	if err != nil {
		return err
	}
	all, err := c.s.cfg.Station.RecordedMetadata(c.r.Context(), c.who, c.address(), c.r.PathValue("name"), from, to)
	if err != nil {
		return err
	}
	return c.answer(list(all))
}

// time is an instant in the query, zero where it is not given.
func (c *call) time(name string) (time.Time, error) {
	text := c.r.URL.Query().Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, api.BadRequest("%s=%.40q: a time as 2026-11-26T13:45:00Z is needed", name, text)
	}
	return t, nil
}
