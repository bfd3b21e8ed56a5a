package ui

import (
	"math"
	"strconv"
	"time"

	"vedette/ui/api"
)

const (
	// longestPast is the longest span of one answer, longestTimeline that of a timeline.
	longestPast, longestTimeline = 6 * time.Hour, 48 * time.Hour
	maxStepS                     = 60
	pastPatience                 = 20 * time.Second
)

// getPast answers with the recorded states of a span of time.
func getPast(c *call) error {
	from, to, err := c.span(longestPast)
	if err != nil {
		return err
	}
	step := 1.0
	if text := c.r.URL.Query().Get("step"); text != "" {
		if step, err = strconv.ParseFloat(text, 64); err != nil || math.IsNaN(step) || step < 1 || step > maxStepS {
			return api.BadRequest("step=%.20q: seconds from 1 to %d are needed", text, maxStepS)
		}
	}
	ctx, cancel := c.wait(pastPatience)
	defer cancel()
	past, err := c.s.cfg.Station.Past(ctx, from, to, time.Duration(step*float64(time.Second)))
	if err != nil {
		return err
	}
	past.Changes = list(past.Changes)
	return c.answer(past)
}

// getTimeline answers with what there is to look back on.
func getTimeline(c *call) error {
	from, to, err := c.span(longestTimeline)
	if err != nil {
		return err
	}
	ctx, cancel := c.wait(pastPatience)
	defer cancel()
	line, err := c.s.cfg.Station.Timeline(ctx, from, to)
	if err != nil {
		return err
	}
	line.Activity, line.Alerts = list(line.Activity), list(line.Alerts)
	return c.answer(line)
}

// longestReport is the longest time of which alerts are told.
const longestReport = 31 * 24 * time.Hour

// getRecordedAlerts answers with the alerts of a time, however long ago they were closed.
func getRecordedAlerts(c *call) error {
	from, to, err := c.span(longestReport)
	if err != nil {
		return err
	}
	ctx, cancel := c.wait(pastPatience)
	defer cancel()
	alerts, err := c.s.cfg.Station.RecordedAlerts(ctx, from, to)
	if err != nil {
		return err
	}
	return c.answer(list(alerts))
}

// span is the time between from and to in the query, which are both needed.
func (c *call) span(longest time.Duration) (from, to time.Time, err error) {
	if from, err = c.time("from"); err != nil {
		return from, to, err
	}
	if to, err = c.time("to"); err != nil {
		return from, to, err
	}
	switch {
	case from.IsZero() || to.IsZero():
		return from, to, api.BadRequest("from and to are needed: times as 2026-11-26T13:45:00Z")
	case !from.Before(to):
		return from, to, api.BadRequest("from is not before to")
	case to.Sub(from) > longest:
		return from, to, api.BadRequest("from and to are %s apart: ask for at most %.0f hours at once", to.Sub(from).Round(time.Second), longest.Hours())
	}
	return from, to, nil
}
