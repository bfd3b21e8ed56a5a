package station

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"vedette/internal/store"
	"vedette/ui/api"
)

// mostRecordedAlerts is how many alerts of one time are told at most.
const mostRecordedAlerts = 5000

// RecordedAlerts implements ui.Periods: from the record, so however long ago they were closed.
func (p *past) RecordedAlerts(ctx context.Context, from, to time.Time) ([]api.Alert, error) {
	last := map[string]api.Alert{}
	err := p.store.EachBetween(ctx, kindAlert, store.Within{From: from, To: to}, func(e store.Event) (bool, error) {
		var a api.Alert
		if e.Who != "" || json.Unmarshal(e.Data, &a) != nil || a.ID == "" { // what somebody did about it: the alert as it then was follows
			return true, nil
		}
		if _, known := last[a.ID]; !known && len(last) >= mostRecordedAlerts {
			return false, api.Conflict("more than %d alerts are of that time: ask for a shorter one", mostRecordedAlerts)
		}
		last[a.ID] = a
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]api.Alert, 0, len(last))
	for _, a := range last {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b api.Alert) int {
		if d := a.RaisedAt.Compare(b.RaisedAt.Time); d != 0 {
			return d
		}
		return len(a.ID) - len(b.ID)
	})
	return out, nil
}
