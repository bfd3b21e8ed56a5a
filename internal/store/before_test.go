package store

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestTheNewestAreReadWithoutTheRest(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var hour atomic.Int64
	s := open(t, Config{Now: func() time.Time { return day.Add(time.Duration(hour.Load()) * time.Hour) }})
	for i := range 10 {
		hour.Store(int64(i))
		mustAppend(t, s, event("alert", "a", time.Time{}, i), event("track", "t", time.Time{}, i))
	}
	for _, c := range []struct {
		since time.Time
		want  int
	}{{time.Time{}, 10}, {day.Add(-time.Hour), 10}, {day.Add(7 * time.Hour), 3}, {day.Add(6*time.Hour + time.Minute), 3}, {day.Add(20 * time.Hour), 0}} {
		after, err := s.Before(t.Context(), "alert", c.since)
		if err != nil {
			t.Fatal(err)
		}
		events, err := s.Read(t.Context(), after, 0, "alert")
		if err != nil || len(events) != c.want {
			t.Errorf("since %v: %d alerts, %d wanted, %v", c.since, len(events), c.want, err)
		}
	}
}
