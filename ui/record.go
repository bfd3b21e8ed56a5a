package ui

import (
	"context"

	"vedette/internal/access"
	"vedette/internal/store"
	"vedette/ui/api"
)

const (
	defaultEvents = 100
	maxEvents     = 1000
)

func getEvents(c *call) error {
	return c.events(func(ctx context.Context, after int64, limit int) ([]store.Event, error) {
		return c.s.cfg.Store.Read(ctx, after, limit)
	})
}

// getAudit is what people and programs did, or tried to.
func getAudit(c *call) error {
	return c.events(func(ctx context.Context, after int64, limit int) ([]store.Event, error) {
		return c.s.cfg.Store.ReadDecisions(ctx, after, limit, access.AuditKinds()...)
	})
}

func (c *call) events(read func(ctx context.Context, after int64, limit int) ([]store.Event, error)) error {
	after, err := c.integer("after", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	limit, err := c.integer("limit", defaultEvents, 1, maxEvents)
	if err != nil {
		return err
	}
	events, err := read(c.r.Context(), after, int(limit))
	if err != nil {
		return err
	}
	page := api.EventPage{Events: make([]api.Event, len(events)), Next: after}
	for i, e := range events {
		page.Events[i] = api.Event{
			Seq: e.Seq, Kind: e.Kind, ObservedAt: api.At(e.ObservedAt), StoredAt: api.At(e.StoredAt), Who: e.Who, Data: e.Data,
		}
		page.Next = e.Seq
	}
	return c.answer(page)
}
