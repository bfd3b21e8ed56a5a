package relay

import "time"

const (
	pacerBucket  = 16 << 10 // bytes that may go out at once, to a viewer of whom nothing is known
	pacerMinRate = 1 << 20  // bytes a second
	pacerMaxRate = 50 << 20
	// pacerFirstRate holds until the stream's own rate is known.
	pacerFirstRate = 3 << 20
	// pacerFactor is how many times faster than its average a stream may be sent: a key picture of half a second's
	// worth of bytes is then out in 25 ms. pacerLeast is what is left of it where many watch: the picture after next
	// is in time again.
	pacerFactor = 20
	pacerLeast  = 5
	// pacerTogether bounds all viewers of a stream together, in bytes a second, down to pacerLeast: they share the way out
	// of the station, and key pictures meet there. pacerBoldly is the same where viewers are sent to boldly.
	pacerTogether = 50 << 20
	pacerBoldly   = 128 << 20
)

// pacer is a token bucket that spreads key pictures and replays, so that small queues on the way do not overflow.
type pacer struct {
	tokens float64
	last   time.Time
}

// pace is how fast a viewer is sent to.
type pace struct {
	bucket float64 // bytes that may go out at once
	rate   float64 // bytes a second
}

// take books n bytes, and returns how long to wait before sending them.
func (p *pacer) take(n int, at pace, now time.Time) time.Duration {
	if p.last.IsZero() {
		p.tokens = at.bucket
	} else {
		p.tokens = min(p.tokens+now.Sub(p.last).Seconds()*at.rate, at.bucket)
	}
	p.last = now
	p.tokens -= float64(n)
	if p.tokens >= 0 {
		return 0
	}
	// Waiting for half a bucket instead of one packet's worth keeps timers from firing for each packet.
	return time.Duration((at.bucket/2 - p.tokens) / at.rate * float64(time.Second))
}

// paced returns how fast a stream of a rate in bytes a second is sent to one of its viewers, at one of the paceSteps.
func paced(streamRate float64, viewers, step int) pace {
	careful := pacedRate(streamRate, viewers)
	boldly := min(careful*paceSteps[step].times, pacerBoldly/float64(max(viewers, 1)), pacerMaxRate)
	return pace{bucket: float64(paceSteps[step].bucket), rate: max(careful, boldly)}
}

// pacedRate returns the careful one, in bytes a second.
func pacedRate(streamRate float64, viewers int) float64 {
	if streamRate <= 0 {
		return pacerFirstRate
	}
	share := max(pacerTogether/float64(max(viewers, 1)), streamRate*pacerLeast)
	return min(max(min(streamRate*pacerFactor, share), pacerMinRate), pacerMaxRate)
}
