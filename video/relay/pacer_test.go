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

// However late a round comes, no more than a bucket and a packet leave at once, and the rate holds.
func TestPacerBoundsBurstsAndRate(t *testing.T) {
	t.Parallel()
	const rate, size = 2.5e6, 1200
	var p pacer
	begun := time.Unix(0, 0)
	now, sent := begun, 0
	for range 200 {
		burst := 0
		for {
			wait := p.take(size, pace{pacerBucket, rate}, now)
			sent, burst = sent+size, burst+size
			if wait > 0 {
				now = now.Add(wait + 7*time.Millisecond) // the machine is busy
				break
			}
		}
		if burst > pacerBucket+2*size {
			t.Fatalf("%d bytes at once", burst)
		}
	}
	if got := float64(sent) / now.Sub(begun).Seconds(); got > rate*1.05 {
		t.Errorf("%.0f bytes a second", got)
	}
}
