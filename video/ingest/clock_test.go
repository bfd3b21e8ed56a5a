package ingest

import (
	"testing"
	"time"
)

func TestClockFollowsSenderReports(t *testing.T) {
	t.Parallel()
	var c clock
	if _, ok := c.capture(1, 5); ok {
		t.Fatal("a time before any report")
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 750_000_000, time.UTC)
	ntp := uint64(at.Unix()+2_208_988_800)<<32 | 3<<30 // three quarters of a second
	rtp := uint32(0xffffff00)
	c.report(1, ntp, rtp)
	for _, tc := range []struct {
		rtp  uint32
		want time.Time
	}{
		{rtp, at},
		{rtp + 90_000, at.Add(time.Second)}, // over the wrap
		{rtp - 45_000, at.Add(-time.Second / 2)},
	} {
		got, ok := c.capture(1, tc.rtp)
		if !ok || got.Sub(tc.want).Abs() > time.Microsecond {
			t.Errorf("%#x: %v, want %v", tc.rtp, got, tc.want)
		}
	}
	if _, ok := c.capture(2, 5); ok {
		t.Error("another source's report was used")
	}
	c.report(1, 0, 77)
	if got, _ := c.capture(1, rtp); got.Sub(at).Abs() > time.Microsecond {
		t.Error("a report without a time was used")
	}
}

func TestClockNoticesJumpsAgainstItsOwnTimestamps(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ntp := func(at time.Time) uint64 { return uint64(at.Unix()+2_208_988_800) << 32 }
	const s = 90_000
	var c clock
	first := uint32(0xffffff00) // so that the timestamps turn over
	steps := []struct {
		ssrc uint32
		at   time.Time
		rtp  uint32
		want time.Duration
	}{
		{1, at, first, 0},
		{1, at.Add(5 * time.Second), first + 5*s, 0},
		{1, at.Add(time.Hour + 10*time.Second), first + 10*s, time.Hour},
		{1, at.Add(15 * time.Second), first + 15*s, -time.Hour},
		{2, at.Add(-time.Hour), first, 0}, // of another source
	}
	for i, step := range steps {
		c.report(step.ssrc, ntp(step.at), step.rtp)
		if got := c.jumped(); got != step.want {
			t.Errorf("report %d: jumped by %v, want %v", i, got, step.want)
		}
		if got := c.jumped(); got != 0 {
			t.Errorf("report %d: told twice", i)
		}
	}
}

func TestNTPEra(t *testing.T) {
	t.Parallel()
	if got := ntpTime(0); !got.Equal(time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC)) {
		t.Errorf("the next era begins at %v", got)
	}
}
