package access

import (
	"sync"
	"time"
)

const (
	freeFailures = 5                // before the first delay
	accountCap   = time.Minute      // longest delay of a name: nobody can be locked out by others for long
	addressCap   = 15 * time.Minute // longest delay of an address
	forgetAfter  = time.Hour        // without a failure
	maxThrottled = 10000            // names and addresses kept
)

// throttleKey is something that failures count for: "account NAME" or "address NETWORK".
type throttleKey struct {
	name string
	cap  time.Duration
}

type failures struct {
	count int
	last  time.Time
}

// throttle delays further attempts after failures: one second after the fifth, then twice as long each time.
type throttle struct {
	mu   sync.Mutex
	seen map[string]failures
}

func newThrottle() *throttle { return &throttle{seen: map[string]failures{}} }

// wait is how long an attempt has to wait yet; zero: it may go on.
func (t *throttle) wait(now time.Time, keys []throttleKey) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	var longest time.Duration
	for _, k := range keys {
		f := t.seen[k.name]
		if f.count < freeFailures {
			continue
		}
		delay := min(k.cap, time.Second<<min(f.count-freeFailures, 20))
		longest = max(longest, f.last.Add(delay).Sub(now))
	}
	return longest
}

func (t *throttle) fail(now time.Time, keys []throttleKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range keys {
		f := t.seen[k.name]
		if now.Sub(f.last) > forgetAfter {
			f.count = 0
		}
		if _, known := t.seen[k.name]; !known && len(t.seen) >= maxThrottled {
			t.makeRoom(now)
		}
		t.seen[k.name] = failures{count: f.count + 1, last: now}
	}
}

// makeRoom forgets what is old, and the oldest in any case. The caller holds mu.
func (t *throttle) makeRoom(now time.Time) {
	oldest, at := "", now
	for name, f := range t.seen {
		if now.Sub(f.last) > forgetAfter {
			delete(t.seen, name)
			continue
		}
		if oldest == "" || f.last.Before(at) {
			oldest, at = name, f.last
		}
	}
	if len(t.seen) >= maxThrottled {
		delete(t.seen, oldest)
	}
}

func (t *throttle) forget(k throttleKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.seen, k.name)
}
