// Package store keeps the event log and the settings of a station in one SQLite file.
//
// Append and the settings are durable: they return once the transaction is on disk (write-ahead log, synchronous=FULL, an
// fsync for each commit). Whatever arrives within a few milliseconds shares one transaction. Post is for high rates: it
// never waits, refuses and counts when its queue is full, and reaches the disk a moment later. One goroutine, started by
// Open and ended by Close, does all writing; reads run beside it. A failing disk is an error of every Append, is logged
// when it begins and ends, and shows in Stats.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the database/sql driver "sqlite"
)

// ErrClosed is returned by everything that is asked of a closed store.
var ErrClosed = errors.New("the store is closed")

// Config holds the store's settings; the zero value is usable.
type Config struct {
	Log       *slog.Logger     // nil: silent
	Now       func() time.Time // stamps StoredAt; nil: time.Now
	Linger    time.Duration    // how long a transaction waits for company; default 5 ms, negative: not at all
	PostQueue int              // events that Post may have waiting; default 4096
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Linger == 0 {
		c.Linger = 5 * time.Millisecond
	}
	if c.PostQueue <= 0 {
		c.PostQueue = 4096
	}
	return c
}

// Event is one record of the log.
type Event struct {
	Seq        int64           // given by the store: counts up, never used twice
	Kind       string          // class of the record: command, detection, track, …; never empty
	ObservedAt time.Time       // when it happened; zero: now
	StoredAt   time.Time       // given by the store
	Who        string          // the person or program behind it; empty: the station itself
	Key        string          // id of the thing that it is about
	Data       json.RawMessage // the JSON of the record; nil: null
}

// maxData is the largest record: an error in a caller must not fill the disk.
const maxData = 1 << 20

func (e Event) validate() error {
	switch {
	case e.Kind == "":
		return errors.New("event without a kind")
	case len(e.Data) > maxData:
		return fmt.Errorf("event of kind %s has %d bytes of data, more than %d", e.Kind, len(e.Data), maxData)
	case len(e.Data) > 0 && !json.Valid(e.Data):
		return fmt.Errorf("event of kind %s: data is not JSON", e.Kind)
	}
	return nil
}

// Store is an open event log. Its methods may be called from many goroutines.
type Store struct {
	cfg   Config
	write *sql.DB // one connection, used by the writer alone once it runs
	read  *sql.DB

	requests chan request
	posts    chan Event
	closing  chan struct{}
	done     chan struct{}
	once     sync.Once
	closeErr error

	counters counters
	failing  atomic.Pointer[string]
}

// Open opens or creates the store at a path and brings its schema up to date. The context bounds the opening alone.
func Open(ctx context.Context, path string, cfg Config) (*Store, error) {
	cfg = cfg.withDefaults()
	if err := createPrivate(path); err != nil {
		return nil, fmt.Errorf("create store: %w", err)
	}
	write, err := connect(path, 1, "foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, write); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, errors.Join(err, write.Close()))
	}
	read, err := connect(path, 4, "query_only(1)")
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	s := &Store{
		cfg:      cfg,
		write:    write,
		read:     read,
		requests: make(chan request, 256),
		posts:    make(chan Event, cfg.PostQueue),
		closing:  make(chan struct{}),
		done:     make(chan struct{}),
	}
	go s.run()
	return s, nil
}

// createPrivate makes the folder and the file readable by the owner alone; SQLite gives its side files the same mode.
func createPrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil { //nolint:gosec // the path is the operator's own setting
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the path is the operator's own setting
	if err != nil {
		return err
	}
	return f.Close()
}

// connect opens a pool whose every connection has the pragmas that durability rests on.
func connect(path string, conns int, pragma string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)",
		"journal_size_limit(" + strconv.Itoa(64<<20) + ")", pragma,
	} {
		q.Add("_pragma", p)
	}
	u := url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// Close writes what is still waiting, and waits for it. It may be called twice.
func (s *Store) Close() error {
	s.once.Do(func() {
		close(s.closing)
		<-s.done
		s.closeErr = errors.Join(s.closeErr, s.read.Close(), s.write.Close())
	})
	<-s.done
	return s.closeErr
}
