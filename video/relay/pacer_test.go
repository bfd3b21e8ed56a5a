package relay

import (
	"testing"
	"time"
)

func TestPacingOfManyViewersSharesTheWayOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stream  float64 // Mbit/s
		viewers int
		want    float64 // times the stream
	}{{4, 1, 20}, {4, 25, 5}, {4, 100, 5}, {20, 1, 20}, {20, 10, 5}} {
		rate := c.stream * 1e6 / 8
		if got := pacedRate(rate, c.viewers) / rate; got < c.want*0.8 || got > c.want*1.2 {
			t.Errorf("%v Mbit/s to %d viewers: %.1f times the stream, want about %v", c.stream, c.viewers, got, c.want)
		}
	}
	if pacedRate(0, 10) != pacerFirstRate || pacedRate(1, 10) != pacerMinRate || pacedRate(1e9, 1) != pacerMaxRate {
		t.Error("the bounds do not hold")
	}
}

// However late a round comes, no more than a bucket and a packet leave at once, and the rate holds: it is not exceeded,
// and reached where rounds are as late as timers are.
func TestPacerBoundsBurstsAndRate(t *testing.T) {
	t.Parallel()
	const size = 1200
	for _, c := range []struct {
		rate  float64 // bytes a second
		late  time.Duration
		burst int
		least float64 // of the rate
	}{
		{2.5e6, 7 * time.Millisecond, pacerBucket, 0.6}, // the machine is busy
		{2.5e6, time.Millisecond, pacerBucket, 0.95},
		{12.5e6, time.Millisecond, pacerLargest, 0.95},
		{50e6, 7 * time.Millisecond, pacerLargest, 0.05},
	} {
		var p pacer
		begun := time.Unix(0, 0)
		now, sent := begun, 0
		for range 200 {
			burst := 0
			for {
				wait := p.take(size, c.rate, now)
				sent, burst = sent+size, burst+size
				if wait > 0 {
					now = now.Add(wait + c.late)
					break
				}
			}
			if burst > c.burst+2*size {
				t.Fatalf("%.0f bytes a second: %d bytes at once", c.rate, burst)
			}
		}
		if got := float64(sent) / now.Sub(begun).Seconds(); got > c.rate*1.05 || got < c.rate*c.least {
			t.Errorf("%.0f bytes a second instead of %.0f, rounds %v late", got, c.rate, c.late)
		}
	}
}
