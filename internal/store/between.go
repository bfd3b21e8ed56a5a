package store

import (
	"context"
	"fmt"
	"math"
	"time"
)

// lateness is how long after its observation a record may come to disk and still be found by EachBetween.
const lateness = time.Minute

// EachBetween calls visit with the records of one kind that the station itself wrote within a time, in the order in which
// they came to disk, until visit says that it has enough. What was written more than a minute after its observation is not
// among them. It reads in pages, so that a slow visit holds nobody up.
func (s *Store) EachBetween(ctx context.Context, kind string, w Within, visit func(Event) (more bool, err error)) error {
	from, to := w.micros()
	begin, end := int64(math.MinInt64), int64(math.MaxInt64)
	if !w.From.IsZero() {
		begin = from - lateness.Microseconds()
	}
	if !w.To.IsZero() {
		end = to + lateness.Microseconds()
	}
	for seq := int64(0); ; {
		page, err := s.query(ctx, columns+`INDEXED BY events_age WHERE kind = ? AND stored_at < ? AND (stored_at, seq) > (?, ?)
			AND observed_at >= ? AND observed_at < ? AND who = '' ORDER BY stored_at, seq LIMIT ?`, kind, end, begin, seq, from, to, MaxRead)
		if err != nil {
			return err
		}
		for _, e := range page {
			if more, err := visit(e); err != nil || !more {
				return err
			}
		}
		if len(page) < MaxRead {
			return nil
		}
		last := page[len(page)-1]
		begin, seq = last.StoredAt.UnixMicro(), last.Seq
	}
}

// Counted is how many records of a kind came to disk in one stretch of a time.
type Counted struct {
	N     int // of the stretch, from 0
	Count int
}

// Count counts the records of a kind by stretches of the same length, by when they came to disk. Stretches without any are
// left out.
func (s *Store) Count(ctx context.Context, kind string, w Within, stretch time.Duration) (counts []Counted, err error) {
	from, to := w.micros()
	rows, err := s.read.QueryContext(ctx, `SELECT (stored_at - ?) / ? AS n, count(*) FROM events INDEXED BY events_age
		WHERE kind = ? AND stored_at >= ? AND stored_at < ? GROUP BY n ORDER BY n`, from, stretch.Microseconds(), kind, from, to)
	if err != nil {
		return nil, fmt.Errorf("count %s records: %w", kind, err)
	}
	defer func() { _ = rows.Close() }() // what went wrong, rows.Err tells
	for rows.Next() {
		var c Counted
		if err := rows.Scan(&c.N, &c.Count); err != nil {
			return nil, fmt.Errorf("count %s records: %w", kind, err)
		}
		counts = append(counts, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count %s records: %w", kind, err)
	}
	return counts, nil
}

// Oldest is when the oldest record of the kinds came to disk; the zero time: there is none.
func (s *Store) Oldest(ctx context.Context, kinds ...string) (time.Time, error) {
	var oldest time.Time
	for _, kind := range kinds {
		var at *int64
		if err := s.read.QueryRowContext(ctx, "SELECT min(stored_at) FROM events INDEXED BY events_age WHERE kind = ?", kind).Scan(&at); err != nil {
			return time.Time{}, fmt.Errorf("find the oldest %s record: %w", kind, err)
		}
		if at == nil {
			continue
		}
		if t := time.UnixMicro(*at).UTC(); oldest.IsZero() || t.Before(oldest) {
			oldest = t
		}
	}
	return oldest, nil
}
