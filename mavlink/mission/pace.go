package mission

import "time"

const (
	leastRetry  = 250 * time.Millisecond
	mostRetry   = 2 * time.Second
	moreBackoff = 3 // doublings
)

// pace estimates how long an answer takes, after RFC 6298: a smoothed round trip and its variation. Only answers to
// requests that were sent once count (Karn's rule).
type pace struct {
	smooth, vary time.Duration
}

func newPace(rtt time.Duration) pace { return pace{smooth: rtt, vary: rtt / 2} }

func (p *pace) took(d time.Duration) {
	if p.smooth == 0 {
		p.smooth, p.vary = d, d/2
		return
	}
	p.vary += ((p.smooth - d).Abs() - p.vary) / 4
	p.smooth += (d - p.smooth) / 8
}

// retry is how long to wait for an answer after so many tries.
func (p *pace) retry(tries int) time.Duration {
	wait := retryAfter
	if p.smooth > 0 {
		// A vehicle that is busy answers late at times: twice what RFC 6298 takes.
		wait = max(leastRetry, 2*p.smooth+8*p.vary)
	}
	return min(mostRetry, wait<<min(max(0, tries-1), moreBackoff))
}
