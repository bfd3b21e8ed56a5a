package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vedette/internal/store"
)

// Watched is a span in which somebody watched a feed.
type Watched struct {
	Viewing
	To time.Time // zero: not over, as far as is known
}

// longestWatch is how long before a span viewings are looked for that had not ended.
const longestWatch = 12 * time.Hour

// WatchedBetween gives who watched which feed within a span of time, in the order of their beginnings.
func WatchedBetween(ctx context.Context, from *store.Store, since, until time.Time) ([]Watched, error) {
	after, err := from.Before(ctx, KindViewing, since.Add(-longestWatch))
	if err != nil {
		return nil, fmt.Errorf("read who watched: %w", err)
	}
	byID := map[string]*Watched{}
	for {
		events, err := from.ReadDecisions(ctx, after, store.MaxRead, KindViewing)
		if err != nil {
			return nil, fmt.Errorf("read who watched: %w", err)
		}
		for _, e := range events {
			after = e.Seq
			v, ended, ok := viewingOf(e)
			switch {
			case !ok || v.From.After(until):
			case ended:
				if w := byID[v.ID]; w != nil {
					w.To = e.ObservedAt
				}
			default:
				byID[v.ID] = &Watched{Viewing: v}
			}
		}
		if len(events) < store.MaxRead {
			break
		}
	}
	var out []Watched
	for _, w := range byID {
		if w.To.IsZero() || w.To.After(since) {
			out = append(out, *w)
		}
	}
	slices.SortFunc(out, func(a, b Watched) int { return a.From.Compare(b.From) })
	return out, nil
}
