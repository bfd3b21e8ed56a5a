package store

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations take the schema from version i to i+1; user_version holds how many were done. They are never edited once a
// release had them, only added to.
var migrations = []string{
	// Times are microseconds since 1970 in UTC. An index on kind holds seq as well, since seq is the row id.
	`CREATE TABLE events (
		seq         INTEGER PRIMARY KEY AUTOINCREMENT,
		kind        TEXT    NOT NULL,
		observed_at INTEGER NOT NULL,
		stored_at   INTEGER NOT NULL,
		who         TEXT    NOT NULL,
		key         TEXT    NOT NULL,
		data        TEXT    NOT NULL
	) STRICT;
	CREATE INDEX events_kind ON events (kind);
	CREATE INDEX events_age  ON events (kind, stored_at);
	CREATE INDEX events_key  ON events (kind, key, observed_at) WHERE key <> '';
	CREATE TABLE settings (
		key   TEXT PRIMARY KEY,
		value BLOB NOT NULL
	) STRICT, WITHOUT ROWID;`,
	// Files of recorded video. Ends are sought most: a span of time, and what is too old.
	`CREATE TABLE recordings (
		name     TEXT PRIMARY KEY,
		feed     TEXT    NOT NULL,
		start_at INTEGER NOT NULL,
		end_at   INTEGER NOT NULL,
		size     INTEGER NOT NULL,
		codec    TEXT    NOT NULL,
		width    INTEGER NOT NULL,
		height   INTEGER NOT NULL,
		open     INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;
	CREATE INDEX recordings_end  ON recordings (end_at);
	CREATE INDEX recordings_feed ON recordings (feed, end_at);`,
	// The links of what people and programs did (chain.go). The partial index finds these events among millions of others.
	`CREATE TABLE chain (
		seq  INTEGER PRIMARY KEY,
		no   INTEGER NOT NULL,
		hash BLOB    NOT NULL
	) STRICT;
	CREATE INDEX events_who ON events (seq) WHERE who <> '';`,
}

// migrate does the missing migrations in one transaction, and refuses a file of a newer program.
func migrate(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin migration: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if version > len(migrations) {
		return fmt.Errorf("schema version %d is newer than this program knows (%d): use the newer vedette", version, len(migrations))
	}
	for ; version < len(migrations); version++ {
		if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
			return fmt.Errorf("migrate schema to version %d: %w", version+1, err)
		}
		// PRAGMA takes no parameters; the number is ours.
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1)); err != nil {
			return fmt.Errorf("set schema version %d: %w", version+1, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit migration: %w", err)
	}
	return nil
}
