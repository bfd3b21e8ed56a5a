package ui

import (
	"context"
	"regexp"
	"strings"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

const (
	maxMuteMinutes = 7 * 24 * 60.0
	maxName        = 60
	// oldestReport is how old a patrol's report may be that is told.
	oldestReport = time.Minute
)

var patrolID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

func getPatrols(c *call) error { return c.answer(list(c.s.cfg.Station.Patrols())) }

// setPatrol takes a report of one of ours, as often as its radio gives one; it is no act that the audit keeps.
func setPatrol(c *call) error {
	var p api.Patrol
	if err := c.body(&p); err != nil {
		return err
	}
	p.ID = c.r.PathValue("id")
	switch {
	case !patrolID.MatchString(p.ID):
		return api.BadRequest("%.40q is no name of a patrol: use letters, digits, '.', '_' and '-', at most 63", p.ID)
	case p.Lat == nil || p.Lon == nil:
		return api.BadRequest("lat and lon are needed")
	case len(p.Name) > maxName:
		return api.BadRequest("name is longer than %d bytes", maxName)
	}
	if err := first(within("lat", p.Lat, -90, 90), within("lon", p.Lon, -180, 180)); err != nil {
		return err
	}
	now := time.Now()
	switch age := now.Sub(p.T.Time); {
	case p.T.IsZero():
		p.T = api.At(now)
	case age > oldestReport:
		return api.Conflict("the report is %.0f s old: it explains nothing any more", age.Seconds())
	case age < -newestFix:
		return api.BadRequest("t is %.1f s ahead of the station's clock", -age.Seconds())
	}
	p.Stale = false
	if err := c.s.cfg.Station.SetPatrol(c.r.Context(), p); err != nil {
		return err
	}
	return c.answer(p)
}

func muteSensor(c *call) error {
	var m api.Mute
	if err := c.body(&m); err != nil {
		return err
	}
	if err := within("minutes", &m.Minutes, 1, maxMuteMinutes); err != nil {
		return err
	}
	if m.Why = strings.TrimSpace(m.Why); m.Why == "" || len(m.Why) > maxNote {
		return api.BadRequest("why is needed, in at most %d bytes: it stands in the log with what the sensor tells meanwhile", maxNote)
	}
	return c.mute("muteSensor", m)
}

func unmuteSensor(c *call) error { return c.mute("unmuteSensor", api.Mute{}) }

func (c *call) mute(action string, m api.Mute) error {
	id := c.r.PathValue("id")
	record := access.Record{Kind: access.KindAlert, Action: action, Target: id, Reason: m.Why}
	err := c.audited(record, func(ctx context.Context) error { return c.s.cfg.Station.MuteSensor(ctx, c.who, id, m) })
	if err != nil {
		return err
	}
	return c.noContent()
}

func getCrossings(c *call) error {
	var span [2]time.Time
	for i, name := range []string{"from", "to"} {
		text := c.r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return api.BadRequest("%s=%.40q is no time of RFC 3339, as 2026-11-26T18:00:00Z", name, text)
		}
		span[i] = t
	}
	crossings, err := c.s.cfg.Station.Crossings(c.r.Context(), span[0], span[1])
	if err != nil {
		return err
	}
	return c.answer(api.NewFeatureCollection(crossings.Features))
}
