package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrLocked is returned where another program keeps the store to itself.
var ErrLocked = errors.New("another program holds it locked; try again when that has ended")

// Reader looks into a store, also while a station writes to it, and changes nothing. Its methods may be called from many
// goroutines.
type Reader struct{ db *sql.DB }

// Within bounds the time of observation; a zero time leaves that side open.
type Within struct {
	From time.Time // the first instant
	To   time.Time // the first instant after
}

func (w Within) micros() (from, to int64) {
	from, to = -1<<62, 1<<62
	if !w.From.IsZero() {
		from = w.From.UnixMicro()
	}
	if !w.To.IsZero() {
		to = w.To.UnixMicro()
	}
	return from, to
}

// OpenReader opens a store that exists. The context bounds the opening alone.
func OpenReader(ctx context.Context, path string) (*Reader, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("read store %s: %w", path, err)
	}
	if _, err := os.Stat(abs); err != nil {
		return nil, fmt.Errorf("read store: %w", err)
	}
	q := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(5000)", "query_only(1)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("read store %s: %w", path, err)
	}
	db.SetMaxOpenConns(2)
	if err := checkVersion(ctx, db); err != nil {
		return nil, fmt.Errorf("read store %s: %w", path, errors.Join(err, db.Close()))
	}
	return &Reader{db: db}, nil
}

func checkVersion(ctx context.Context, db *sql.DB) error {
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return inWords(err)
	}
	switch {
	case version > len(migrations):
		return fmt.Errorf("schema version %d is newer than this program knows (%d): use the newer vedette", version, len(migrations))
	case version < len(migrations):
		return fmt.Errorf("schema version %d is older than this program's (%d): start the station once, which brings it up to date", version, len(migrations))
	}
	return nil
}

// Close ends the reading.
func (r *Reader) Close() error { return r.db.Close() }

// Keys gives the things that have records of a kind within a time, by their first one.
func (r *Reader) Keys(ctx context.Context, kind string, w Within) (keys []string, err error) {
	from, to := w.micros()
	rows, err := r.db.QueryContext(ctx, `SELECT key FROM events WHERE kind = ? AND key <> '' AND observed_at >= ? AND observed_at < ?
		GROUP BY key ORDER BY min(observed_at), key`, kind, from, to)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", inWords(err))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, fmt.Errorf("read key: %w", err)
		}
		keys = append(keys, key)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read keys: %w", inWords(err))
	}
	return keys, nil
}

// Each calls visit with the records of one thing within a time, in the order of observation. It reads them in pages, so
// that a slow visit does not keep a running station from tidying its file.
func (r *Reader) Each(ctx context.Context, kind, key string, w Within, visit func(Event) error) error {
	from, to := w.micros()
	seq := int64(0)
	for {
		page, err := scan(r.db.QueryContext(ctx, columns+`WHERE kind = ? AND key = ? AND key <> '' AND observed_at < ?
			AND (observed_at, seq) > (?, ?) ORDER BY observed_at, seq LIMIT ?`, kind, key, to, from, seq-1, MaxRead))
		if err != nil {
			return inWords(err)
		}
		for _, e := range page {
			if err := visit(e); err != nil {
				return err
			}
		}
		if len(page) < MaxRead {
			return nil
		}
		last := page[len(page)-1]
		from, seq = last.ObservedAt.UnixMicro(), last.Seq+1
	}
}

// inWords names what a person can do something about.
func inWords(err error) error {
	var failed *sqlite.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w (%w)", ErrLocked, err)
	case sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("it cannot be opened for reading; this user must be able to write to its folder, or copy the folder first: %w", err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("it is damaged, or no station's record: %w", err)
	}
	return err
}
