package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// pruneChunk keeps each transaction short, so that appends do not wait for a long deletion.
const pruneChunk = 1000

// Prune deletes the events of a kind that were stored before an instant, and returns how many there were.
func (s *Store) Prune(ctx context.Context, kind string, before time.Time) (int64, error) {
	var total int64
	for {
		n, err := s.ask(ctx, func(ctx context.Context, tx *sql.Tx) (int64, error) {
			res, err := tx.ExecContext(ctx, `DELETE FROM events WHERE seq IN
				(SELECT seq FROM events WHERE kind = ? AND stored_at < ? ORDER BY stored_at LIMIT ?)`,
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
