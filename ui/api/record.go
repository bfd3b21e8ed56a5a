package api

import "encoding/json"

// Event is one record of the event log.
type Event struct {
	Seq        int64           `json:"seq"`
	Kind       string          `json:"kind"` // command, detection, track, alert, cue, trip, access, vehicle
	ObservedAt Time            `json:"observedAt"`
	StoredAt   Time            `json:"storedAt"`
	Who        string          `json:"who,omitempty"`
	Data       json.RawMessage `json:"data"`
}

// EventPage is a part of the event log.
type EventPage struct {
	Events []Event `json:"events"` // never null
	Next   int64   `json:"next"`   // what to send as "after" for the following page
}
