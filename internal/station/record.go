package station

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"vedette/internal/store"
)

// Kinds of the event log (docs/api.md, Record).
const (
	kindCommand   = "command"
	kindDetection = "detection"
	kindTrack     = "track"
	kindAlert     = "alert"
	kindCue       = "cue"
	kindTrip      = "trip"
	kindVehicle   = "vehicle"
	kindAccess    = "access"
	kindLink      = "link"
	kindRecording = "recording"
	kindTelemetry = "telemetry"
)

// recorder writes to the event log what happens. High-rate things are posted, which never waits; what the station does in
// somebody's name is appended, which is done only when it is on disk. What people do themselves the server (package ui)
// records.
type recorder struct {
	store *store.Store // nil: nothing is recorded
	log   *slog.Logger
}

// post records something of which a single loss, counted by the store, is bearable.
func (r recorder) post(kind, key string, at time.Time, data any) {
	if r.store == nil {
		return
	}
	raw, err := json.Marshal(data)
	if err != nil {
		r.log.Error("cannot record", "kind", kind, "key", key, "error", err)
		return
	}
	r.store.Post(store.Event{Kind: kind, Key: key, ObservedAt: at, Data: raw})
}

// append records an act and returns when it is on disk.
func (r recorder) append(ctx context.Context, kind, key, who string, at time.Time, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = r.store.Append(ctx, store.Event{Kind: kind, Key: key, Who: who, ObservedAt: at, Data: raw})
	return err
}
