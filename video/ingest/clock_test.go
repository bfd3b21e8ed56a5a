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

func TestNTPEra(t *testing.T) {
	t.Parallel()
	if got := ntpTime(0); !got.Equal(time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC)) {
		t.Errorf("the next era begins at %v", got)
	}
}
