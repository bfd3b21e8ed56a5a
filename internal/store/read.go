package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// MaxRead is the most events that one read returns.
const MaxRead = 10000

const columns = "SELECT seq, kind, observed_at, stored_at, who, key, data FROM events "

// Read returns events after a sequence number in their order, of all kinds or of the given ones. A limit of zero or above
// MaxRead means MaxRead.
func (s *Store) Read(ctx context.Context, after int64, limit int, kinds ...string) ([]Event, error) {
	return s.page(ctx, "", after, limit, kinds)
}

// ReadDecisions is Read of events that have a Who: what people and programs did, not what the station saw.
func (s *Store) ReadDecisions(ctx context.Context, after int64, limit int, kinds ...string) ([]Event, error) {
	return s.page(ctx, "who <> '' AND ", after, limit, kinds)
}

func (s *Store) page(ctx context.Context, filter string, after int64, limit int, kinds []string) ([]Event, error) {
	limit = clampLimit(limit)
	if len(kinds) == 0 {
		return s.query(ctx, columns+"WHERE "+filter+"seq > ? ORDER BY seq LIMIT ?", after, limit)
	}
	// One walk along the index for each kind, then merged: with IN, SQLite would sort everything there is.
	kinds = slices.Compact(slices.Sorted(slices.Values(kinds)))
	var all []Event
	for _, kind := range kinds {
		events, err := s.query(ctx, columns+"INDEXED BY events_kind WHERE "+filter+"kind = ? AND seq > ? ORDER BY seq LIMIT ?", kind, after, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, events...)
	}
	slices.SortFunc(all, func(a, b Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return all[:min(limit, len(all))], nil
}

// ByKey returns the events of one thing that were observed within [from, to], in the order of observation. A zero time
// leaves that side open.
func (s *Store) ByKey(ctx context.Context, kind, key string, from, to time.Time, limit int) ([]Event, error) {
	if to.IsZero() {
		to = time.UnixMicro(1<<62 - 1)
	}
	since := int64(-1 << 62)
	if !from.IsZero() {
		since = from.UnixMicro()
	}
	return s.query(ctx, columns+"WHERE kind = ? AND key = ? AND key <> '' AND observed_at BETWEEN ? AND ? ORDER BY observed_at, seq LIMIT ?",
		kind, key, since, to.UnixMicro(), clampLimit(limit))
}

// Before gives the sequence number after which every event of a kind follows that was stored at or after an instant, found by the index
// of their age: a read of the newest need not walk through years.
func (s *Store) Before(ctx context.Context, kind string, since time.Time) (int64, error) {
	if since.IsZero() {
		return 0, nil
	}
	first, err := s.query(ctx, columns+"INDEXED BY events_age WHERE kind = ? AND stored_at >= ? ORDER BY stored_at, seq LIMIT 1", kind, since.UnixMicro())
	if err != nil {
		return 0, err
	}
	if len(first) == 0 {
		return s.LastSeq(ctx)
	}
	return first[0].Seq - 1, nil
}

// LastSeq is the highest sequence number in the log; zero: it is empty.
func (s *Store) LastSeq(ctx context.Context) (int64, error) {
	var seq sql.NullInt64
	if err := s.read.QueryRowContext(ctx, "SELECT max(seq) FROM events").Scan(&seq); err != nil {
		return 0, fmt.Errorf("read last sequence: %w", err)
	}
	return seq.Int64, nil
}

func clampLimit(limit int) int {
	if limit <= 0 || limit > MaxRead {
		return MaxRead
	}
	return limit
}

func (s *Store) query(ctx context.Context, text string, args ...any) ([]Event, error) {
	return scan(s.read.QueryContext(ctx, text, args...))
}

// scan reads the rows of a query of columns to their end.
func scan(rows *sql.Rows, failed error) (events []Event, err error) {
	if failed != nil {
		return nil, fmt.Errorf("read events: %w", failed)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var e Event
		var observed, stored int64
		var data string
		if err := rows.Scan(&e.Seq, &e.Kind, &observed, &stored, &e.Who, &e.Key, &data); err != nil {
			return nil, fmt.Errorf("read event: %w", err)
		}
		e.ObservedAt, e.StoredAt = time.UnixMicro(observed).UTC(), time.UnixMicro(stored).UTC()
		e.Data = json.RawMessage(data)
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return events, nil
}
