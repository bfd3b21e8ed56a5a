package store

import (
	"fmt"
	"testing"
	"time"
)

func TestRecordingsOfAFeedAndASpan(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	at := time.Date(2026, 11, 26, 8, 0, 0, 123_456_000, time.UTC)
	for i := range 10 {
		for _, feed := range []string{"1-eo", "2-eo"} {
			r := Recording{
				Name: fmt.Sprintf("%s_%d", feed, i), Feed: feed, Start: at.Add(time.Duration(i) * time.Minute), End: at.Add(time.Duration(i+1) * time.Minute),
				Bytes: int64(1000 + i), Codec: "H264", Width: 640, Height: 512, Open: i == 9,
			}
			if err := s.PutRecording(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
	}
	names := func(feed string, from, to time.Time, limit int) (out []string) {
		t.Helper()
		list, err := s.Recordings(t.Context(), feed, from, to, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			out = append(out, r.Name)
		}
		return out
	}
	for _, c := range []struct {
		feed     string
		from, to time.Time
		limit    int
		want     string
	}{
		{"1-eo", at.Add(150 * time.Second), at.Add(210 * time.Second), 0, "[1-eo_2 1-eo_3]"},
		{"1-eo", time.Time{}, at.Add(30 * time.Second), 0, "[1-eo_0]"},
		{"1-eo", at.Add(9*time.Minute + time.Second), time.Time{}, 0, "[1-eo_9]"},
		{"", time.Time{}, time.Time{}, 3, "[1-eo_0 2-eo_0 1-eo_1]"},
		{"3-eo", time.Time{}, time.Time{}, 0, "[]"},
	} {
		if got := fmt.Sprint(names(c.feed, c.from, c.to, c.limit)); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	list, err := s.Recordings(t.Context(), "2-eo", at.Add(9*time.Minute+time.Second), time.Time{}, 0)
	if err != nil || len(list) != 1 || !list[0].Open || !list[0].Start.Equal(at.Add(9*time.Minute)) || list[0].Bytes != 1009 || list[0].Height != 512 {
		t.Fatalf("%+v %v", list, err)
	}
	list[0].Open, list[0].Bytes = false, 7
	if err := s.PutRecording(t.Context(), list[0]); err != nil {
		t.Fatal(err)
	}
	again, err := s.Recordings(t.Context(), "2-eo", at.Add(9*time.Minute+time.Second), time.Time{}, 0)
	if err != nil || len(again) != 1 || again[0] != list[0] {
		t.Errorf("%+v %v", again, err)
	}
	for range 2 {
		if err := s.RemoveRecording(t.Context(), "2-eo_9"); err != nil {
			t.Fatal(err)
		}
	}
	if got := names("2-eo", time.Time{}, time.Time{}, 0); len(got) != 9 {
		t.Error(got)
	}
}
