package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// pruneChunk keeps each transaction short, so that appends do not wait for a long deletion.
const pruneChunk = 1000

// Prune deletes the events of a kind that were stored before an instant, and returns how many there were. What people and
// programs did stays: see PruneDecisions.
func (s *Store) Prune(ctx context.Context, kind string, before time.Time) (int64, error) {
	var total int64
	for {
		n, err := s.ask(ctx, func(ctx context.Context, tx *sql.Tx) (int64, error) {
			res, err := tx.ExecContext(ctx, `DELETE FROM events WHERE seq IN
				(SELECT seq FROM events WHERE kind = ? AND stored_at < ? AND who = '' ORDER BY stored_at LIMIT ?)`,
				kind, before.UnixMicro(), pruneChunk)
			if err != nil {
				return 0, err
			}
			return res.RowsAffected()
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("prune %s events: %w", kind, err)
		}
		if n < pruneChunk {
			return total, nil
		}
	}
}

// farAhead is how far beyond now a record's time may lie and still hold up PruneDecisions.
const farAhead = 24 * time.Hour

// PruneDecisions deletes what people and programs did before an instant, of every kind, and returns how many records there
// were. It takes from the beginning of the chain only, up to the first record that is young enough, so that what remains
// can be verified: a clock that was wrong for a while keeps records for longer, never for less. Records that a clock dated
// far into the future hold nothing up.
func (s *Store) PruneDecisions(ctx context.Context, before time.Time) (int64, error) {
	var total int64
	for {
		n, err := s.ask(ctx, func(ctx context.Context, tx *sql.Tx) (int64, error) {
			var from, to sql.NullInt64
			row := tx.QueryRowContext(ctx, `SELECT min(seq), max(seq) FROM (SELECT seq FROM events INDEXED BY events_who WHERE who <> '' AND seq <
				coalesce((SELECT seq FROM events INDEXED BY events_who WHERE who <> '' AND stored_at BETWEEN ? AND ? ORDER BY seq LIMIT 1), 1 << 62)
				ORDER BY seq LIMIT ?)`, before.UnixMicro(), s.cfg.Now().Add(farAhead).UnixMicro(), pruneChunk)
			if err := row.Scan(&from, &to); err != nil || !to.Valid {
				return 0, err
			}
			res, err := tx.ExecContext(ctx, "DELETE FROM events WHERE who <> '' AND seq BETWEEN ? AND ?", from, to)
			if err != nil {
				return 0, err
			}
			// The last of the links stays: what follows was linked to it.
			if _, err := tx.ExecContext(ctx, "DELETE FROM chain WHERE seq < (SELECT max(seq) FROM chain WHERE seq <= ?)", to); err != nil {
				return 0, err
			}
			return res.RowsAffected()
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("prune decisions: %w", err)
		}
		if n < pruneChunk {
			return total, nil
		}
	}
}
