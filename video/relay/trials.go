package relay

import (
	"sync"
	"time"
)

const (
	// trialShare is the share of a stream's viewers who are tried with a faster pace at first, one at least.
	trialShare = 8
	// trialWindow is the time in which a trial's outcome becomes known: viewers report each second.
	trialWindow = 1500 * time.Millisecond
	// trialPause is how long after a trial that ended in a loss no viewer of the stream is tried.
	trialPause = 10 * time.Second
)

// trials bounds how many viewers of a stream are tried with a faster pace at the same time: a few at first, and twice as many
// when none of them lost anything. They share the way out of the station, and perhaps the machine at its end, so what
// one loses the others would have lost, too. Any goroutine may use it; the zero value is ready.
type trials struct {
	mu     sync.Mutex
	begun  time.Time // of the window
	used   int       // in it
	double int       // how many times the share has been doubled
	until  time.Time // none is tried before
}

// take says whether one of so many viewers may be tried now.
func (t *trials) take(viewers int, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Before(t.until) {
		return false
	}
	limit := max(viewers/trialShare, 1) << t.double
	if now.Sub(t.begun) >= trialWindow {
		if t.used >= limit && limit < viewers {
			t.double++
			limit *= 2
		}
		t.begun, t.used = now, 0
	}
	if t.used >= limit {
		return false
	}
	t.used++
	return true
}

// failed tells that a faster pace has ended in a loss.
func (t *trials) failed(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.used, t.double, t.until = 0, 0, now.Add(trialPause)
}
