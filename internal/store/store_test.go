package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		os.Exit(appendUntilKilled(path))
	}
	goleak.VerifyTestMain(m)
}

func open(t *testing.T, cfg Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "a folder", "station.db"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func event(kind, key string, at time.Time, i int) Event {
	return Event{Kind: kind, Key: key, ObservedAt: at, Data: json.RawMessage(fmt.Sprintf(`{"i":%d}`, i))}
}

func mustAppend(t *testing.T, s *Store, e ...Event) int64 {
	t.Helper()
	seq, err := s.Append(t.Context(), e...)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func TestAppendedEventsAreReadBackInOrder(t *testing.T) {
	t.Parallel()
	stored := time.Date(2026, 11, 22, 10, 0, 0, 123456000, time.UTC)
	s := open(t, Config{Now: func() time.Time { return stored }})
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.FixedZone("", 3600))
	last := mustAppend(t, s, event("track", "t-1", at, 1), event("alert", "a-1", time.Time{}, 2))
	if last != 2 {
		t.Fatalf("last sequence %d, want 2", last)
	}
	mustAppend(t, s, Event{Kind: "command", Who: "ann"}, event("track", "t-2", at, 4))

	all, err := s.Read(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 4 {
		t.Fatalf("%d events, want 4", len(all))
	}
	e := all[0]
	if e.Seq != 1 || e.Kind != "track" || e.Key != "t-1" || !e.ObservedAt.Equal(at) || !e.StoredAt.Equal(stored) || string(e.Data) != `{"i":1}` {
		t.Errorf("first event is %+v", e)
	}
	if !all[1].ObservedAt.Equal(stored) {
		t.Errorf("an event without an instant was observed at %v, want the present", all[1].ObservedAt)
	}
	if string(all[2].Data) != "null" || all[2].Who != "ann" {
		t.Errorf("third event is %+v", all[2])
	}

	for _, c := range []struct {
		after int64
		limit int
		kinds []string
		want  []int64
	}{
		{0, 2, nil, []int64{1, 2}},
		{2, 0, nil, []int64{3, 4}},
		{0, 0, []string{"track"}, []int64{1, 4}},
		{0, 2, []string{"track", "alert", "track"}, []int64{1, 2}},
		{1, 0, []string{"track", "command"}, []int64{3, 4}},
		{4, 10, nil, nil},
		{0, 10, []string{"nothing"}, nil},
	} {
		events, err := s.Read(t.Context(), c.after, c.limit, c.kinds...)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, e := range events {
			got = append(got, e.Seq)
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("read after %d limit %d of %v: %v, want %v", c.after, c.limit, c.kinds, got, c.want)
		}
	}
	decided, err := s.ReadDecisions(t.Context(), 0, 0, "track", "command")
	if err != nil || len(decided) != 1 || decided[0].Seq != 3 {
		t.Errorf("decisions %+v, %v; want just the command", decided, err)
	}
}

func TestHistoryOfOneThing(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	base := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	for i := range 10 { // written backwards: history is by observation, not by arrival
		mustAppend(t, s, event("track", "t-7", base.Add(time.Duration(9-i)*time.Second), 9-i), event("track", "t-8", base, 0), event("alert", "t-7", base, 0))
	}
	events, err := s.ByKey(t.Context(), "track", "t-7", base.Add(2*time.Second), base.Add(5*time.Second), 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 4 || string(events[0].Data) != `{"i":2}` || string(events[3].Data) != `{"i":5}` {
		t.Errorf("history is %+v", events)
	}
	events, err = s.ByKey(t.Context(), "track", "t-7", time.Time{}, time.Time{}, 3)
	if err != nil || len(events) != 3 || string(events[0].Data) != `{"i":0}` {
		t.Errorf("open history: %+v, %v", events, err)
	}
}

func TestManyAppendsShareTransactions(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	const writers, each = 32, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if _, err := s.Append(t.Context(), event("track", fmt.Sprint("t-", w), time.Time{}, i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	st := s.Stats()
	if st.Appended != writers*each {
		t.Errorf("appended %d, want %d", st.Appended, writers*each)
	}
	if st.Commits > writers*each/4 {
		t.Errorf("%d transactions for %d appends: they were not grouped", st.Commits, writers*each)
	}
	if n, err := s.LastSeq(t.Context()); err != nil || n != writers*each {
		t.Errorf("last sequence %d, %v", n, err)
	}
}

func TestPostedEventsArriveAndAFullQueueRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, Config{PostQueue: 8})
	refused := 0
	for i := range 5000 {
		if !s.Post(event("detection", "1-thermal", time.Time{}, i)) {
			refused++
		}
	}
	if refused == 0 {
		t.Fatal("the queue never filled: this test shows nothing")
	}
	if s.Post(Event{Kind: "detection", Data: json.RawMessage("{")}) {
		t.Error("broken JSON was accepted")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	st := s.Stats()
	if st.PostDropped != uint64(refused)+1 || st.Posted != uint64(5000-refused) {
		t.Errorf("stats %+v, refused %d", st, refused)
	}
	if s.Post(event("detection", "x", time.Time{}, 0)) {
		t.Error("a closed store accepted a post")
	}
	if _, err := s.Append(t.Context(), event("track", "x", time.Time{}, 0)); !errors.Is(err, ErrClosed) {
		t.Errorf("append to a closed store: %v", err)
	}
}

func TestBadEventsAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	for name, e := range map[string]Event{
		"no kind":  {},
		"not JSON": {Kind: "track", Data: json.RawMessage("nope")},
		"too long": {Kind: "track", Data: json.RawMessage(`"` + strings.Repeat("x", maxData) + `"`)},
	} {
		if _, err := s.Append(t.Context(), event("track", "t", time.Time{}, 1), e); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := s.Append(t.Context()); err == nil {
		t.Error("nothing was appended without an error")
	}
	if n, err := s.LastSeq(t.Context()); err != nil || n != 0 {
		t.Errorf("last sequence %d, %v: a refused batch left something", n, err)
	}
}

func TestPruneTakesOnlyTheOldOfItsKind(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	s := open(t, Config{Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	many := make([]Event, pruneChunk+5)
	for i := range many {
		many[i] = event("detection", "", time.Time{}, i)
	}
	mustAppend(t, s, many...)
	mustAppend(t, s, event("alert", "a-1", time.Time{}, 0))
	mu.Lock()
	now = now.Add(time.Hour)
	mu.Unlock()
	last := mustAppend(t, s, event("detection", "", time.Time{}, 0))

	n, err := s.Prune(t.Context(), "detection", now)
	if err != nil || n != int64(len(many)) {
		t.Fatalf("pruned %d, %v; want %d", n, err, len(many))
	}
	left, err := s.Read(t.Context(), 0, 0)
	if err != nil || len(left) != 2 || left[0].Kind != "alert" || left[1].Seq != last {
		t.Errorf("left: %+v, %v", left, err)
	}
	if _, err := s.Prune(t.Context(), "detection", now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if next := mustAppend(t, s, event("detection", "", time.Time{}, 0)); next != last+1 {
		t.Errorf("sequence %d after %d was pruned: numbers are used twice", next, last)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	ctx := t.Context()
	if _, found, err := s.Get(ctx, "a/1"); found || err != nil {
		t.Fatalf("found %v, %v", found, err)
	}
	for k, v := range map[string]string{"a/2": "two", "a/1": "one", "b/1": "b", "a": "bare"} {
		if err := s.Set(ctx, k, []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Set(ctx, "a/1", []byte("uno")); err != nil {
		t.Fatal(err)
	}
	if v, found, err := s.Get(ctx, "a/1"); !found || err != nil || string(v) != "uno" {
		t.Errorf("a/1 = %q, %v, %v", v, found, err)
	}
	list, err := s.List(ctx, "a/")
	if err != nil || len(list) != 2 || list[0].Key != "a/1" || string(list[1].Value) != "two" {
		t.Errorf("list %+v, %v", list, err)
	}
	for i, want := range []bool{true, false} {
		if created, err := s.Insert(ctx, "c", []byte("first")); err != nil || created != want {
			t.Errorf("insert %d: %v, %v", i, created, err)
		}
	}
	if err := s.Delete(ctx, "a/1"); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"a/1": false, "a/2": true} {
		if replaced, err := s.Replace(ctx, key, []byte("new")); err != nil || replaced != want {
			t.Errorf("replace %s: %v, %v", key, replaced, err)
		}
	}
	if _, found, _ := s.Get(ctx, "a/1"); found {
		t.Error("a deleted setting is still there")
	}
}

func TestFullDiskIsAnErrorAndHealsByItself(t *testing.T) {
	t.Parallel()
	s := open(t, Config{Linger: -1})
	mustAppend(t, s, event("track", "t", time.Time{}, 0))
	pages := func(n int) {
		if _, err := s.write.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	pages(1) // SQLite takes the present size instead: the file cannot grow any more
	big := Event{Kind: "track", Data: json.RawMessage(`"` + strings.Repeat("x", 200_000) + `"`)}
	if _, err := s.Append(t.Context(), big); err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("append to a full disk: %v", err)
	}
	if st := s.Stats(); st.Failing == "" || st.Failures == 0 {
		t.Errorf("stats hide the failure: %+v", st)
	}
	if !s.Post(big) {
		t.Fatal("the post was refused")
	}
	waitFor(t, "the posted event to fail", func() bool { return s.Stats().Failures >= 2 })
	pages(1 << 30)
	waitFor(t, "the posted event to be written after all", func() bool { return s.Stats().Posted == 1 })
	if st := s.Stats(); st.Failing != "" || st.PostDropped != 0 {
		t.Errorf("stats after healing: %+v", st)
	}
}

func TestReopenedStoreKeepsItsEventsAndItsMode(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "station #1?.db")
	for i := range 3 {
		s, err := Open(t.Context(), path, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if seq := mustAppend(t, s, event("track", "t", time.Time{}, i)); seq != int64(i+1) {
			t.Errorf("sequence %d after opening %d times", seq, i+1)
		}
		var sync int
		if err := s.write.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&sync); err != nil || sync != 2 {
			t.Errorf("synchronous = %d, %v; want 2 (FULL)", sync, err)
		}
		var mode string
		if err := s.write.QueryRowContext(t.Context(), "PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
			t.Errorf("journal mode %s, %v", mode, err)
		}
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: others can read the log", info.Mode().Perm())
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "station.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA user_version = 999"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Config{}); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("opened: %v", err)
	}
}

func TestAppendGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Append(ctx, event("track", "t", time.Time{}, 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("append with a dead context: %v", err)
	}
}

// waitFor polls until a thing is so.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !is() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
