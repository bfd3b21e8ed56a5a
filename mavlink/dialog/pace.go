package dialog

import "time"

const (
	firstWait = time.Second
	leastWait = 250 * time.Millisecond
	mostWait  = 5 * time.Second
)

// Pace finds how long to wait for an answer before asking again, from the answers so far (RFC 6298: smoothed round trip
// and its deviation, doubled with every repetition). The zero value waits a second.
type Pace struct {
	smooth, deviation time.Duration
	known             bool
}

// Known starts a pace from a round trip that was measured elsewhere; 0 is not known.
func Known(rtt time.Duration) Pace {
	if rtt <= 0 {
		return Pace{}
	}
	return Pace{smooth: rtt, deviation: rtt / 2, known: true}
}

// Answered takes the time from a request to its answer. Answers to repeated requests must not be given, since nobody
// knows which of them they answer.
func (p *Pace) Answered(after time.Duration) {
	if !p.known {
		p.smooth, p.deviation, p.known = after, after/2, true
		return
	}
	p.deviation += ((p.smooth - after).Abs() - p.deviation) / 4
	p.smooth += (after - p.smooth) / 8
}

// Wait is how long to wait for an answer to the given try, counted from 1.
func (p *Pace) Wait(try int) time.Duration {
	wait := firstWait
	if p.known {
		wait = max(p.smooth+4*p.deviation, leastWait)
	}
	for ; try > 1 && wait < mostWait; try-- {
		wait *= 2
	}
	return min(wait, mostWait)
}
