package api

import (
	"encoding/json"
)

// Configuration is what the station runs with, as far as it can be changed beside its file.
type Configuration struct {
	Entries  []ConfigEntry   `json:"entries"`  // never null
	Gateways []ConfigGateway `json:"gateways"` // never null; of the file
}

// ConfigGateway is where messages of ground sensors come in.
type ConfigGateway struct {
	Name     string `json:"name"`
	Protocol string `json:"protocol"` // vedette-line, raspberry-shake
}

// ConfigEntry is one sensor, zone, feed or link. Now and File are objects with the keys of the configuration file, without passwords.
type ConfigEntry struct {
	Section string          `json:"section"` // sensors, zones, feeds, links
	ID      string          `json:"id"`
	State   string          `json:"state"` // file, changed, added, removed, none
	Now     json.RawMessage `json:"now,omitempty"`
	File    json.RawMessage `json:"file,omitempty"` // where it is not what holds now
	// FileChanged: the file has been changed since this was changed here.
	FileChanged bool   `json:"fileChanged,omitempty"`
	Who         string `json:"who,omitempty"` // changed it here
	At          Time   `json:"at,omitzero"`
	Problem     string `json:"problem,omitempty"`  // why what was changed does not hold
	Restart     bool   `json:"restart,omitempty"`  // it holds from the next start
	Revision    string `json:"revision,omitempty"` // for If-Match
}

// EntryChange is a change of one entry, as it was asked for.
type EntryChange struct {
	Section, ID string
	Entry       json.RawMessage // nil: removed
	Reset       bool            // to what the file says
	// Expected is the revision that the asker has seen; empty: whatever there is; RevisionNone: there is none.
	Expected string
}

// RevisionNone is expected of an entry that is to be new.
const RevisionNone = "none"

// EntryChanged is what came of it: the entry, and for the audit what it was and is, without passwords.
type EntryChanged struct {
	Entry         ConfigEntry
	Before, After json.RawMessage
}

// Stranger is a sender on a gateway that no sensor is configured for.
type Stranger struct {
	ID             string   `json:"id"`
	Gateway        string   `json:"gateway"`
	Protocol       string   `json:"protocol"`
	Address        string   `json:"address,omitempty"`  // raspberry-shake
	Channels       []string `json:"channels,omitempty"` // raspberry-shake
	Likely         string   `json:"likely,omitempty"`   // seismic, beam
	FirstSeen      Time     `json:"firstSeen"`
	LastSeen       Time     `json:"lastSeen"`
	Messages       uint64   `json:"messages"`
	Trips          uint64   `json:"trips"`
	Detail         string   `json:"detail,omitempty"` // of the newest trip
	BatteryPercent *float64 `json:"batteryPercent,omitempty"`
}

// Gone says that a sensor or a feed is no more.
type Gone struct {
	ID string `json:"id"`
}

// ConfigNotice says that somebody has changed an entry.
type ConfigNotice struct {
	Section string `json:"section"`
	ID      string `json:"id"`
	Who     string `json:"who"`
}

// SensorEnded says that a sensor is no more.
func SensorEnded(id string) Change { return Change{TypeSensorGone, id, Gone{ID: id}} }

// FeedEnded says that a feed is no more.
func FeedEnded(id string) Change { return Change{TypeFeedGone, id, Gone{ID: id}} }

// ZonesChanged says what the zones are now.
func ZonesChanged(z ZoneCollection) Change { return Change{TypeZones, "", z} }

// Configured says that somebody has changed an entry.
func Configured(n ConfigNotice) Change { return Change{TypeConfigured, n.Section + "/" + n.ID, n} }
