package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"
)

// Recording is one file of recorded video.
type Recording struct {
	Name          string // of the file, without its extension
	Feed          string
	Start, End    time.Time
	Bytes         int64
	Codec         string
	Width, Height int  // pixels
	Open          bool // it still grows
}

const (
	recordingColumns = "SELECT name, feed, start_at, end_at, size, codec, width, height, open FROM recordings WHERE end_at >= ?1 AND start_at <= ?2"
	recordingsOfAll  = recordingColumns + " ORDER BY end_at, name LIMIT ?3"
	recordingsOfFeed = recordingColumns + " AND feed = ?4 ORDER BY end_at, name LIMIT ?3"
)

// PutRecording durably adds a recording, or replaces the one of the same name.
func (s *Store) PutRecording(ctx context.Context, r Recording) error {
	_, err := s.ask(ctx, func(ctx context.Context, tx *sql.Tx) (int64, error) {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO recordings
			(name, feed, start_at, end_at, size, codec, width, height, open) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.Name, r.Feed, r.Start.UnixMicro(), r.End.UnixMicro(), r.Bytes, r.Codec, r.Width, r.Height, r.Open)
		return 0, err
	})
	if err != nil {
		return fmt.Errorf("write recording %s: %w", r.Name, err)
	}
	return nil
}

// RemoveRecording durably takes a recording out; an unknown name is no error.
func (s *Store) RemoveRecording(ctx context.Context, name string) error {
	_, err := s.ask(ctx, func(ctx context.Context, tx *sql.Tx) (int64, error) {
		_, err := tx.ExecContext(ctx, "DELETE FROM recordings WHERE name = ?", name)
		return 0, err
	})
	if err != nil {
		return fmt.Errorf("remove recording %s: %w", name, err)
	}
	return nil
}

// Recordings returns those of a feed ("": of all) that touch a span of time, in the order in which they end. A zero time
// leaves that side open; a limit of zero or above MaxRead means MaxRead.
func (s *Store) Recordings(ctx context.Context, feed string, from, to time.Time, limit int) (list []Recording, err error) {
	since, until := int64(math.MinInt64), int64(math.MaxInt64)
	if !from.IsZero() {
		since = from.UnixMicro()
	}
	if !to.IsZero() {
		until = to.UnixMicro()
	}
	query, args := recordingsOfAll, []any{since, until, clampLimit(limit)}
	if feed != "" {
		query, args = recordingsOfFeed, append(args, feed)
	}
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read recordings: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r Recording
		var start, end int64
		if err := rows.Scan(&r.Name, &r.Feed, &start, &end, &r.Bytes, &r.Codec, &r.Width, &r.Height, &r.Open); err != nil {
			return nil, fmt.Errorf("read recording: %w", err)
		}
		r.Start, r.End = time.UnixMicro(start).UTC(), time.UnixMicro(end).UTC()
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read recordings: %w", err)
	}
	return list, nil
}
