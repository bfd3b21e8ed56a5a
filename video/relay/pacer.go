package relay

import "time"

const (
	pacerBucket  = 16 << 10 // bytes that may go out at once
	pacerMinRate = 3 << 20  // bytes a second
	pacerMaxRate = 50 << 20
	// pacerFactor is how many times faster than its average a stream may be sent: a key picture of half a second's
	// worth of bytes is then out in 25 ms.
	pacerFactor = 20
)

// pacer is a token bucket that spreads key pictures and replays, so that small queues on the way do not overflow.
type pacer struct {
	tokens float64
	last   time.Time
}

// take books n bytes at a stream rate in bytes a second, and returns how long to wait before sending them.
func (p *pacer) take(n int, streamRate float64, now time.Time) time.Duration {
	rate := pacedRate(streamRate)
	if p.last.IsZero() {
		p.tokens = pacerBucket
	} else {
		p.tokens = min(p.tokens+now.Sub(p.last).Seconds()*rate, pacerBucket)
	}
	p.last = now
	p.tokens -= float64(n)
	if p.tokens >= 0 {
		return 0
	}
	// Waiting for half a bucket instead of one packet's worth keeps timers from firing for each packet.
	return time.Duration((pacerBucket/2 - p.tokens) / rate * float64(time.Second))
}

// pacedRate returns the bytes a second that take allows for a stream.
func pacedRate(streamRate float64) float64 {
	return min(max(streamRate*pacerFactor, pacerMinRate), pacerMaxRate)
}
