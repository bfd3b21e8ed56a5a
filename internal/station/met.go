package station

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"vedette/internal/store"
	"vedette/tracking/alert"
)

const (
	// metSetting is where the record keeps what alerts have learned of who is met at the sensors.
	metSetting = "learned/met"
	// keepMetEvery is how often it is kept, beside once at the end; keepMetWithin is how long that may take.
	keepMetEvery, keepMetWithin = 5 * time.Minute, 3 * time.Second
)

// keepMet writes what was met. A disk that takes nothing costs what was learned since the last time, and is logged.
func (p *picture) keepMet(ctx context.Context, met alert.Met) {
	if p.cfg.record.store == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, keepMetWithin)
	defer cancel()
	raw, err := json.Marshal(met)
	if err == nil {
		err = p.cfg.record.store.Set(ctx, metSetting, raw)
	}
	if err != nil {
		p.cfg.log.Warn("what was learned of who is met at the sensors is not kept", "error", err)
	}
}

// restoreMet begins with what was met before the station was started. What cannot be read is left out, and learned anew.
func (p *picture) restoreMet(ctx context.Context, from *store.Store) error {
	raw, found, err := from.Get(ctx, metSetting)
	if err != nil || !found {
		return err
	}
	var met alert.Met
	err = json.Unmarshal(raw, &met)
	if err == nil {
		err = p.alerts.RestoreMet(met)
	}
	if err != nil {
		p.cfg.log.Warn("what was learned of who is met at the sensors begins anew", "error", fmt.Errorf("setting %s: %w", metSetting, err))
	}
	return nil
}
