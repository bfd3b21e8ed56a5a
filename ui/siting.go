package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"vedette/internal/access"
	"vedette/ui/api"
)

// maxEntry is the largest entry of the configuration in bytes.
const maxEntry = 256 << 10

// siteSections are the sections of the configuration that are changed here.
var siteSections = []string{"sensors", "zones", "feeds", "links"}

// entryRecord is what the audit keeps of a change: what was and what is, without passwords.
type entryRecord struct {
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

func getStrangers(c *call) error { return c.answer(list(c.s.cfg.Station.Strangers())) }

func getConfiguration(c *call) error {
	section := c.r.URL.Query().Get("section")
	if section != "" && !slices.Contains(siteSections, section) {
		return api.BadRequest("section=%.40q: sensors, zones, feeds or links is needed", section)
	}
	return c.answer(c.s.cfg.Station.Configuration(section))
}

func setEntry(section string) func(*call) error {
	return func(c *call) error {
		if err := c.contentType("application/json"); err != nil {
			return err
		}
		text, err := c.raw(maxEntry)
		if err != nil {
			return err
		}
		if trimmed := bytes.TrimSpace(text); len(trimmed) == 0 || trimmed[0] != '{' || !json.Valid(text) {
			return api.BadRequest("the body must be one JSON object with the keys of the configuration file")
		}
		return c.changeEntry("setEntry", api.EntryChange{Section: section, Entry: text})
	}
}

func removeEntry(section string) func(*call) error {
	return func(c *call) error { return c.changeEntry("removeEntry", api.EntryChange{Section: section}) }
}

func resetEntry(section string) func(*call) error {
	return func(c *call) error {
		return c.changeEntry("resetEntry", api.EntryChange{Section: section, Reset: true})
	}
}

// changeEntry has the station change an entry, where it is as the asker has seen it.
func (c *call) changeEntry(action string, change api.EntryChange) error {
	change.ID = c.r.PathValue("id")
	switch match := c.r.Header.Get("If-Match"); {
	case c.r.Header.Get("If-None-Match") == "*":
		change.Expected = api.RevisionNone
	case match != "" && match != "*":
		change.Expected = match
	}
	detail := &entryRecord{}
	record := access.Record{Kind: access.KindConfiguration, Action: action, Target: change.Section + "/" + change.ID, Detail: detail}
	var changed api.EntryChanged
	err := c.audited(record, func(ctx context.Context) error {
		var err error
		changed, err = c.s.cfg.Station.SetEntry(ctx, c.who, change)
		detail.Before, detail.After = changed.Before, changed.After
		return err
	})
	if err != nil {
		return err
	}
	return c.answerStatus(http.StatusOK, changed.Entry)
}
