package store

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// decided is an act of somebody.
func decided(who string, i int) Event {
	e := event("command", "1", time.Time{}, i)
	e.Who = who
	return e
}

// tamper changes a store's file as somebody with SQL would.
func tamper(t *testing.T, path, statement string) {
	t.Helper()
	db, err := connect(path, 1, "foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	res, err := db.ExecContext(t.Context(), statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		t.Fatalf("%s changed nothing: %v", statement, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func verify(t *testing.T, path string) (Chain, error) {
	t.Helper()
	r, err := OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	return r.Verify(t.Context(), nil)
}

func TestTheChainHoldsWhateverWritesToIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "station.db")
	s, err := Open(t.Context(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := Open(t.Context(), path, Config{}) // as `vedette user` beside a running station
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		mustAppend(t, s, decided("ann", i), event("track", "t", time.Time{}, i), decided("bob", i))
		mustAppend(t, other, decided("shell", i))
	}
	c, err := verify(t, path)
	if err != nil || c.Count != 60 || c.First != 1 || c.Last != 60 || len(c.Hash) != 32 || c.Older != 0 || c.Pruned != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	for _, s := range []*Store{s, other} {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	again, err := verify(t, path)
	if err != nil || !bytes.Equal(again.Hash, c.Hash) {
		t.Errorf("after the end: %+v, %v", again, err)
	}
}

func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ statement, want string }{
		{"UPDATE events SET data = '{\"i\":7}' WHERE seq = 4", "record 4, no. 4 of the chain, does not fit: it was changed"},
		{"UPDATE events SET who = 'eve' WHERE seq = 4", "record 4, no. 4"},
		{"UPDATE events SET who = '' WHERE seq = 4", "record 4, no. 4"},
		{"UPDATE events SET observed_at = observed_at - 1 WHERE seq = 4", "record 4, no. 4"},
		{"UPDATE events SET stored_at = stored_at + 1 WHERE seq = 9", "record 9, no. 9"},
		{"DELETE FROM events WHERE seq = 4", "no. 4 of the chain, does not fit: it was removed"},
		{"DELETE FROM events WHERE seq = 9", "no. 9 of the chain, does not fit: it was removed"},
		{"DELETE FROM chain WHERE seq = 4", "no. 5 of the chain, does not fit: it follows no. 3"},
		{"DELETE FROM chain WHERE seq = 9", "no. 9 of the chain, does not fit: it is missing"},
		{"DELETE FROM chain WHERE seq = 1", "the 1 before it are missing"},
		{"UPDATE chain SET hash = x'00' WHERE seq = 4", "no. 4"},
		{"UPDATE chain SET hash = x'00' WHERE seq = 9", "no. 9"},
		{"INSERT INTO events (kind, observed_at, stored_at, who, key, data) VALUES ('command', 1, 1, 'eve', '', 'null')", "record 10 does not fit: it has no place"},
		{"DELETE FROM settings WHERE key = 'chain/head'", "does not fit: it is missing"},
	} {
		path := filepath.Join(t.TempDir(), "station.db")
		s, err := Open(t.Context(), path, Config{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 9 {
			mustAppend(t, s, decided("ann", i))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		tamper(t, path, c.statement)
		_, err = verify(t, path)
		var broken *BrokenError
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %q", c.statement, err, c.want)
		}
	}
}

func TestTheRetentionLeavesAChainThatHolds(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "station.db")
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var hour atomic.Int64
	s, err := Open(t.Context(), path, Config{Now: func() time.Time { return day.Add(time.Duration(hour.Load()) * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	at := func(h int64, events ...Event) {
		hour.Store(h)
		mustAppend(t, s, events...)
	}
	at(0, decided("ann", 0), decided("ann", 1))
	at(24*365, decided("ann", 2)) // the clock stood a year ahead
	at(1, decided("ann", 3), event("command", "", time.Time{}, 4))
	at(2, decided("ann", 5))
	at(10, decided("ann", 6))
	if n, err := s.PruneDecisions(t.Context(), day.Add(90*time.Minute)); n != 4 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	c, err := verify(t, path)
	if err != nil || c.Count != 2 || c.Pruned != 4 || c.First != 5 || c.Last != 6 {
		t.Errorf("%+v, %v", c, err)
	}
	// A kind is pruned of what the station saw, not of what people did.
	if n, err := s.Prune(t.Context(), "command", day.Add(20*time.Hour)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	// A record with an early time behind a young one waits until that is old too.
	at(0, decided("ann", 7))
	hour.Store(11)
	if n, err := s.PruneDecisions(t.Context(), day.Add(5*time.Hour)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := s.PruneDecisions(t.Context(), day.Add(20*time.Hour)); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	c, err = verify(t, path)
	if err != nil || c.Count != 0 || c.Pruned != 7 || c.Last != 7 {
		t.Errorf("all gone: %+v, %v", c, err)
	}
	at(12, decided("ann", 8))
	if c, err = verify(t, path); err != nil || c.Count != 1 || c.First != 8 {
		t.Errorf("%+v, %v", c, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tamper(t, path, "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
	if _, err := verify(t, path); err == nil {
		t.Error("a record was removed after the retention's own, and nobody noticed")
	}
}

func TestRecordsFromBeforeTheChain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "station.db")
	s, err := Open(t.Context(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, decided("ann", 0), decided("ann", 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// The file as a program of version 2 of the schema left it.
	for _, statement := range []string{"DELETE FROM chain", "DELETE FROM settings"} {
		tamper(t, path, statement)
	}
	for _, statement := range []string{"DROP TABLE chain", "DROP INDEX events_who", "PRAGMA user_version = 2"} {
		db, err := connect(path, 1, "foreign_keys(1)")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if s, err = Open(t.Context(), path, Config{}); err != nil {
		t.Fatal(err)
	}
	if c, err := verify(t, path); err != nil || c.Count != 0 || c.Older != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	mustAppend(t, s, decided("ann", 2))
	if c, err := verify(t, path); err != nil || c.Count != 1 || c.Older != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	r, err := OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := r.Decisions(t.Context(), Within{}, func(d Decision) error {
		got = append(got, fmt.Sprintf("%d %d %d %d", d.Seq, d.No, len(d.Previous), len(d.Hash)))
		return nil
	}); err != nil || strings.Join(got, ", ") != "1 0 0 0, 2 0 0 0, 3 1 0 32" {
		t.Errorf("%q, %v", got, err)
	}
	if err := errors.Join(r.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
}
