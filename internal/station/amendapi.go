package station

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/sensors"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

// siting is what people change of the station's sensors, zones, feeds and links beside the file.
type siting struct {
	amendments *amendments
	room       *sensors.Service
	hub        *hub
}

// Configuration implements ui.Siting.
func (s *siting) Configuration(section string) api.Configuration {
	a := s.amendments
	a.mu.Lock()
	defer a.mu.Unlock()
	out := api.Configuration{Entries: []api.ConfigEntry{}, Gateways: []api.ConfigGateway{}}
	for _, g := range a.file.Gateways {
		out.Gateways = append(out.Gateways, api.ConfigGateway{Name: g.Name, Protocol: g.Protocol})
	}
	for _, sec := range config.Sections() {
		if section != "" && section != string(sec) {
			continue
		}
		out.Entries = append(out.Entries, a.describeAll(sec)...)
	}
	return out
}

// describeAll are the entries of a section: what there is, then what was removed or does not hold. mu must be held.
func (a *amendments) describeAll(section config.Section) []api.ConfigEntry {
	names, texts := a.now.Entries(section)
	out := make([]api.ConfigEntry, 0, len(names))
	for i, name := range names {
		out = append(out, a.describe(amendKey{section, name}, texts[i]))
	}
	var gone []api.ConfigEntry
	for k := range a.all {
		if k.section == section && !slices.Contains(names, k.id) {
			gone = append(gone, a.describe(k, ""))
		}
	}
	slices.SortFunc(gone, func(a, b api.ConfigEntry) int { return cmp.Compare(a.ID, b.ID) })
	return append(out, gone...)
}

// describe is an entry as it is told, now being what holds of it; mu must be held.
func (a *amendments) describe(k amendKey, now string) api.ConfigEntry {
	file := now
	if _, changed := a.all[k]; changed || now == "" {
		file, _ = a.file.Entry(k.section, k.id)
	}
	out := api.ConfigEntry{
		Section: string(k.section), ID: k.id, State: "file", Problem: a.bad[k], Now: shown(k, now), Revision: revision(k, now),
	}
	if k.section == config.Links {
		began, _ := a.began.Entry(k.section, k.id)
		out.Restart = now != began
	}
	am, changed := a.all[k]
	if changed {
		out.Who, out.At, out.FileChanged = am.Who, api.At(am.At), am.Base != file
		out.File = shown(k, file)
	}
	switch {
	case now == "" && file == "" && !changed:
		out.State = "none"
	case changed && am.Entry == "":
		out.State = "removed"
	case changed && file == "":
		out.State = "added"
	case changed:
		out.State = "changed"
	}
	return out
}

// shown is an entry without its passwords, nil where there is none.
func shown(k amendKey, entry string) json.RawMessage {
	if entry == "" {
		return nil
	}
	return json.RawMessage(config.Hide(k.section, entry))
}

// revision names an entry as it is shown: of a password it tells nothing, not even to who guesses.
func revision(k amendKey, entry string) string {
	if entry == "" {
		return api.RevisionNone
	}
	sum := sha256.Sum256([]byte(config.Hide(k.section, entry)))
	return hex.EncodeToString(sum[:8])
}

// SetEntry implements ui.Siting.
func (s *siting) SetEntry(ctx context.Context, who access.Principal, c api.EntryChange) (api.EntryChanged, error) {
	a := s.amendments
	a.changing.Lock()
	defer a.changing.Unlock()
	k := amendKey{config.Section(c.Section), c.ID}
	now, file := a.entry(k)
	out := api.EntryChanged{Before: shown(k, now)}
	wanted, err := config.Reveal(k.section, string(c.Entry), now)
	switch {
	case c.Expected != "" && c.Expected != revision(k, now):
		return out, api.PreconditionFailed("%s %s has been changed meanwhile, or there is one already: look at it again", c.Section, c.ID)
	case c.Reset:
		wanted = file
	case c.Entry == nil && now == "":
		return out, api.NotFound("%s has no %.64q", c.Section, c.ID)
	case err != nil:
		return out, api.BadRequest("%s %s: %v", c.Section, c.ID, err)
	}
	out.After = shown(k, wanted)
	if who.Role != access.RoleAdmin && (guards(k, now) || guards(k, wanted)) {
		return out, api.Forbidden("a zone where nothing may fly, or where nothing is recorded, is changed by an admin")
	}
	switch err := a.change(ctx, who.Name, k, wanted); {
	case errors.Is(err, config.ErrEntry):
		return out, api.BadRequest("%s %s: %v", c.Section, c.ID, err)
	case err != nil:
		return out, err
	}
	a.mu.Lock()
	now, _ = a.now.Entry(k.section, k.id)
	out.Entry = a.describe(k, now)
	a.mu.Unlock()
	out.After = out.Entry.Now
	s.hub.publish(api.Configured(api.ConfigNotice{Section: c.Section, ID: c.ID, Who: who.Name}))
	return out, nil
}

// guards tells whether an entry is a zone that protects something from the station itself. One that cannot be read is refused later.
func guards(k amendKey, entry string) bool {
	if k.section != config.Zones || entry == "" {
		return false
	}
	cfg, err := config.Config{}.Amend(k.section, k.id, entry)
	return err == nil && (cfg.Zones[0].Kind == string(zone.NoFly) || cfg.Zones[0].Kind == string(zone.Privacy))
}

// Strangers implements ui.Siting.
func (s *siting) Strangers() []api.Stranger {
	all := s.room.Strangers()
	out := make([]api.Stranger, len(all))
	for i, one := range all {
		out[i] = api.Stranger{
			ID: one.ID, Gateway: one.Gateway, Protocol: one.Protocol, Address: one.Address, Channels: one.Channels, Likely: string(one.Likely),
			FirstSeen: api.At(one.First), LastSeen: api.At(one.Last), Messages: one.Messages, Trips: one.Trips, Detail: one.Detail,
		}
		if one.BatteryPercent != nil {
			out[i].BatteryPercent = api.Known(float64(*one.BatteryPercent))
		}
	}
	return out
}
