package link

import (
	"sync"
	"time"
)

const (
	// saved is how much of an idle time may be made good: enough for a timer that fires late.
	saved = 20 * time.Millisecond
	// least is how far a crowded radio may slow us down.
	least = 0.1
	// radioSilence without a report ends what the last one asked for.
	radioSilence = 10 * time.Second
)

// pacer is a token bucket that keeps a link's peers together below its bandwidth, so that what waits does so here, where
// an urgent message can overtake it, and not in a radio's buffer. It is in debt after each frame and lets the next one go
// when the debt is paid. Urgent ones may overdraw by one frame more: they pass everything else of every peer.
type pacer struct {
	mu sync.Mutex
	// rate is the link's bandwidth in bytes a second, 0 is no limit; share is what the radio leaves of it, in (0, 1].
	rate, share float64
	balance     float64
	at          time.Time
	reported    time.Time
}

// setRate sets the bandwidth in bytes a second; 0 lifts the limit.
func (p *pacer) setRate(bytesPerSecond float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rate, p.share, p.balance = bytesPerSecond, 1, 0
}

// bandwidth gives what setRate set, and what of it is used now.
func (p *pacer) bandwidth() (rate, share float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rate, p.share
}

// wait is how long a message of a priority must wait; 0 when it may go now.
func (p *pacer) wait(priority Priority, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 {
		return 0
	}
	p.earn(now)
	missing := -p.balance
	if priority == Urgent {
		missing -= maxFrame
	}
	if missing <= 0 {
		return 0
	}
	return max(time.Duration(missing/(p.rate*p.share)*float64(time.Second)), 100*time.Microsecond)
}

// spend notes that n bytes were sent.
func (p *pacer) spend(n int, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 {
		return
	}
	p.earn(now)
	p.balance -= float64(n)
}

// earn fills the bucket; mu must be held.
func (p *pacer) earn(now time.Time) {
	if now.Sub(p.reported) > radioSilence {
		p.share = 1
	}
	// Writers come with times that they took a moment ago.
	if passed := now.Sub(p.at).Seconds(); passed > 0 {
		p.balance = min(p.balance+passed*p.rate*p.share, p.rate*saved.Seconds())
		p.at = now
	}
}

// report takes what a radio says of itself: how full its buffer is, and how well its far end hears. A full buffer halves
// what we send within one report, an empty one gives it back slowly.
func (p *pacer) report(r RadioStatus, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.earn(now)
	p.reported = now
	switch {
	case r.TxBufferPercent < 20:
		p.share /= 2
	case r.TxBufferPercent < 50:
		p.share *= 0.8
	case r.TxBufferPercent > 95:
		p.share *= 1.25
	case r.TxBufferPercent > 80:
		p.share *= 1.1
	}
	p.share = min(max(p.share, least), r.share())
}
