package ui

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"

	"vedette/ui/api"
)

const (
	logListPatience = 3 * time.Minute
	logFilePatience = 2 * time.Hour
	maxLogNumber    = 65535
)

func (c *call) logNumber() (int, error) {
	n, err := strconv.Atoi(c.r.PathValue("n"))
	if err != nil || n < 0 || n > maxLogNumber {
		return 0, api.BadRequest("log %.20q: a number from 0 to %d is needed", c.r.PathValue("n"), maxLogNumber)
	}
	return n, nil
}

func getLogs(c *call) error {
	return read(c, logListPatience, func(ctx context.Context, id int) ([]api.OnboardLog, error) {
		logs, err := c.s.cfg.Station.OnboardLogs(ctx, id)
		for i := range logs {
			if logs[i].Complete {
				logs[i].Href = fmt.Sprintf("%s/vehicles/%d/logs/%d", base, id, logs[i].ID)
			}
		}
		return list(logs), err
	})
}

// downloadLog begins a download, which goes on without the asker.
func downloadLog(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	n, err := c.logNumber()
	if err != nil {
		return err
	}
	via := c.r.URL.Query().Get("via")
	if via != "" && via != "messages" {
		return api.BadRequest("via=%.20q: messages, or nothing for whatever is quicker", via)
	}
	c.takeTime(logListPatience)
	if err := c.audited(actOf("downloadLog", id, map[string]int{"log": n}), func(ctx context.Context) error { return c.s.cfg.Station.DownloadLog(ctx, id, n, via != "") }); err != nil {
		return err
	}
	c.w.Header().Set("Location", fmt.Sprintf("%s/vehicles/%d/logs/%d", base, id, n))
	c.w.WriteHeader(http.StatusAccepted)
	return nil
}

// getLog answers with a log that has been downloaded, or a part of it where a range is asked for.
func getLog(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	n, err := c.logNumber()
	if err != nil {
		return err
	}
	f, name, at, err := c.s.cfg.Station.OpenLog(id, n)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	c.takeTime(logFilePatience)
	h := c.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	http.ServeContent(c.w, c.r, name, at, f)
	return nil
}

// eraseLogs needs words that a person has typed, since there is no way back.
func eraseLogs(c *call) error {
	var b api.EraseLogs
	if err := c.body(&b); err != nil {
		return err
	}
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	if want := fmt.Sprintf("ERASE LOGS %d", id); b.Confirm != want {
		return api.BadRequest("all logs of the vehicle would be erased for good: type confirm: %q", want)
	}
	return c.perform("eraseLogs", b, logListPatience, func(ctx context.Context, id int) error { return c.s.cfg.Station.EraseLogs(ctx, c.who, id) })
}
