package impair

import (
	"testing"
	"time"
)

var origin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// send passes n packets of a size, one each millisecond, and gives their arrivals after the origin.
func send(c *channel, n, size int) [][]time.Duration {
	out := make([][]time.Duration, n)
	for i := range n {
		for _, at := range c.pass(size, origin.Add(time.Duration(i)*time.Millisecond)) {
			out[i] = append(out[i], at.Sub(origin))
		}
	}
	return out
}

func TestACleanWirePassesEverythingAtOnce(t *testing.T) {
	t.Parallel()
	c := newChannel(Profile{}, 1)
	for i, at := range send(c, 1000, 100) {
		if len(at) != 1 || at[0] != time.Duration(i)*time.Millisecond {
			t.Fatalf("packet %d: %v", i, at)
		}
	}
	if c.counts != (Counts{Passed: 1000, Bytes: 100_000}) {
		t.Errorf("%+v", c.counts)
	}
}

func TestChanceFollowsTheProfile(t *testing.T) {
	t.Parallel()
	c := newChannel(Profile{Loss: 0.2, Duplicate: 0.1, Reorder: 0.05, Delay: 50 * time.Millisecond, Jitter: 10 * time.Millisecond}, 7)
	const n = 20_000
	overtaken, newest := 0, time.Duration(0)
	for _, at := range send(c, n, 10) {
		for _, a := range at {
			if a < newest {
				overtaken++
			}
			newest = max(newest, a)
		}
	}
	near := func(what string, got uint64, share float64) {
		t.Helper()
		if f := float64(got); f < 0.9*share*n || f > 1.1*share*n {
			t.Errorf("%s: %d of %d", what, got, n)
		}
	}
	near("lost", c.counts.Lost, 0.2)
	near("duplicated", c.counts.Duplicated, 0.8*0.1)
	near("reordered", c.counts.Reordered, 0.8*0.05)
	if overtaken == 0 {
		t.Error("nothing was overtaken")
	}
	again := newChannel(c.profile, 7)
	send(again, n, 10)
	if again.counts != c.counts {
		t.Errorf("the same seed gives %+v and %+v", c.counts, again.counts)
	}
}

func TestANarrowWirePacesAndOverflows(t *testing.T) {
	t.Parallel()
	c := newChannel(Profile{BytesPerSecond: 5760, QueueTime: time.Second, Delay: 20 * time.Millisecond}, 1)
	var last time.Duration
	for i, at := range send(c, 1000, 57) {
		if len(at) == 0 {
			continue
		}
		if gap := at[0] - last; i > 0 && gap < 9*time.Millisecond {
			t.Fatalf("packet %d comes %v after the one before", i, gap)
		}
		last = at[0]
	}
	// A second goes into the queue at once, another is sent while the 1,000 packets come.
	if c.counts.Overflowed < 750 || c.counts.Passed < 150 {
		t.Errorf("%+v", c.counts)
	}
}
