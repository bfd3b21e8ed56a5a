package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAReaderLooksIntoAStoreThatIsWrittenTo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "station.db")
	s, err := Open(t.Context(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	const many = MaxRead + 5 // more than a page, in threes of the same instant
	batch := make([]Event, 0, many+2)
	for i := range many {
		batch = append(batch, event("track", "t-1", start.Add(time.Duration(i/3)*time.Second), i))
	}
	batch = append(batch, event("track", "t-0", start.Add(time.Hour), 0), event("alert", "a-1", start, 0))
	mustAppend(t, s, batch...)
	r, err := OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := r.Keys(t.Context(), "track", Within{})
	if err != nil || !slices.Equal(keys, []string{"t-1", "t-0"}) {
		t.Errorf("%v, %v", keys, err)
	}
	if keys, err := r.Keys(t.Context(), "track", Within{To: start.Add(time.Hour)}); err != nil || len(keys) != 1 {
		t.Errorf("%v, %v", keys, err)
	}
	var got []string
	if err := r.Each(t.Context(), "track", "t-1", Within{}, func(e Event) error {
		got = append(got, string(e.Data))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(got) != many {
		t.Fatalf("%d records, not %d", len(got), many)
	}
	for i, data := range got {
		if want := fmt.Sprintf(`{"i":%d}`, i); data != want {
			t.Fatalf("record %d is %s", i, data)
		}
	}
	// What is written meanwhile is seen too, and a visit that fails ends it.
	mustAppend(t, s, event("track", "t-2", start, 1))
	stop := errors.New("enough")
	if err := r.Each(t.Context(), "track", "t-2", Within{From: start, To: start.Add(time.Microsecond)}, func(Event) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if err := errors.Join(s.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	// And when the station has ended.
	if r, err = OpenReader(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if keys, err := r.Keys(t.Context(), "track", Within{}); err != nil || len(keys) != 3 {
		t.Errorf("%v, %v", keys, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestAReaderSaysWhatIsWrongWithAStore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := OpenReader(t.Context(), filepath.Join(folder, "none.db")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "none.db")); err == nil {
		t.Error("a reader made a file")
	}
	garbage := filepath.Join(folder, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database at all ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(t.Context(), garbage); err == nil || !strings.Contains(err.Error(), "damaged, or no station's record") {
		t.Error(err)
	}
	empty := filepath.Join(folder, "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(t.Context(), empty); err == nil || !strings.Contains(err.Error(), "start the station once") {
		t.Error(err)
	}

	path := filepath.Join(folder, "station.db")
	s, err := Open(t.Context(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, event("track", "t-1", time.Now(), 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := connect(path, 1, "locking_mode(EXCLUSIVE)") // another program that keeps it to itself
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExecContext(t.Context(), "INSERT INTO settings VALUES ('a', x'00')"); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(t.Context(), path); !errors.Is(err, ErrLocked) {
		t.Errorf("a locked store: %v", err)
	}
	if _, err := other.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(t.Context(), path); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a store of a newer program: %v", err)
	}
}
