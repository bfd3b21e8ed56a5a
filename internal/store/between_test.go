package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// stored puts records on disk as if they had come there when they were observed.
func stored(t *testing.T, s *Store, events ...Event) {
	t.Helper()
	for _, e := range events {
		_, err := s.write.ExecContext(t.Context(), "INSERT INTO events (kind, observed_at, stored_at, who, key, data) VALUES (?, ?, ?, ?, ?, ?)",
			e.Kind, e.ObservedAt.UnixMicro(), e.StoredAt.UnixMicro(), e.Who, e.Key, string(e.Data))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatTheStationWroteWithinATimeIsFoundInItsOrder(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "station.db"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	noon := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	at := func(sec int, who string, late time.Duration) Event {
		e := event("alert", fmt.Sprint("a-", sec), noon.Add(time.Duration(sec)*time.Second), sec)
		e.StoredAt, e.Who = e.ObservedAt.Add(late), who
		return e
	}
	var all []Event
	for i := range MaxRead + 7 { // more than a page
		all = append(all, at(i, "", 0))
	}
	all = append(all, at(20, "anna", 0), at(21, "", 2*lateness), at(22, "", lateness/2))
	stored(t, s, all...)

	read := func(w Within, most int) (keys []string) {
		t.Helper()
		err := s.EachBetween(t.Context(), "alert", w, func(e Event) (bool, error) {
			keys = append(keys, e.Key)
			return len(keys) < most, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	within := Within{From: noon.Add(20 * time.Second), To: noon.Add(23 * time.Second)}
	if got, want := read(within, 100), []string{"a-20", "a-21", "a-22", "a-22"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v: neither what people did nor what came too late", got, want)
	}
	if got := read(within, 2); len(got) != 2 {
		t.Errorf("it goes on after enough: %v", got)
	}
	if got := len(read(Within{}, 1<<30)); got != MaxRead+9 {
		t.Errorf("%d records over the pages", got)
	}

	counts, err := s.Count(t.Context(), "alert", Within{From: noon, To: noon.Add(30 * time.Second)}, 10*time.Second)
	if err != nil || !slices.Equal(counts, []Counted{{0, 10}, {1, 10}, {2, 11}}) {
		t.Errorf("%v, %v", counts, err)
	}
	oldest, err := s.Oldest(t.Context(), "track", "alert")
	if err != nil || !oldest.Equal(noon) {
		t.Errorf("%v, %v", oldest, err)
	}
	if none, err := s.Oldest(t.Context(), "track"); err != nil || !none.IsZero() {
		t.Errorf("%v, %v", none, err)
	}
}
