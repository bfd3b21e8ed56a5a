package relay

import (
	"sync"
	"time"
)

// paceSteps are the paces at which a viewer may be sent to, the careful one first: how many bytes at once, and how many
// times faster than carefully. What a small queue on the way loses to a step too far is what it is ahead of the one before.
var paceSteps = [...]struct {
	bucket int
	times  float64
}{{pacerBucket, 1}, {32 << 10, 1.5}, {48 << 10, 2}, {64 << 10, 2}, {96 << 10, 2}}

const (
	// trustHold is how long after a loss nothing bolder is tried. It doubles each time boldness has ended in a loss.
	trustHold     = time.Minute
	trustHoldMost = 10 * time.Minute
	// keyWithin is the share of the time from picture to picture within which a key picture is out soon enough: the one
	// behind it is not held up.
	keyWithin = 0.75
	// calmLag is how late, at most, a viewer may be with reading what was sent, in each of the last calmReports reports, for a
	// faster step to be tried. From busyLag on it is sent to carefully again.
	calmLag     = 2 * time.Millisecond
	calmReports = 5
	busyLag     = 6 * time.Millisecond
	// quickFollows is the number of reports, one a second, in which a path that has become longer is taken for what it is.
	quickFollows = 64
)

// trust is what a viewer's reports say about how boldly it may be sent to: carefully first, a step faster when one picture
// sent so much faster has come whole, and carefully again at the first loss. Sender reports follow close behind pictures,
// so the round trip that a viewer's answer tells of grows with whatever queues on the way, up to its own socket: a queue
// is thereby seen before it is full. Key pictures are a matter of their own, since they are so much larger. Any goroutine may
// use it.
type trust struct {
	shared *trials // of all viewers of the stream

	mu      sync.Mutex
	keys    confidence // replays are among them
	others  confidence
	calm    int           // the last reports told of no queue
	quick   time.Duration // the shortest round trip of this path; 0: unknown
	until   time.Time     // nothing is tried before
	hold    time.Duration // the last one; 0: none yet
	skipped int           // sequence numbers that were left out on purpose
	lost    int           // others that were lost, as far as that has been heard
}

// confidence is that in one kind of picture.
type confidence struct {
	proven int    // the step that has been shown to pass
	slow   bool   // it was not fast enough for the last picture
	tried  bool   // a picture is being sent a step faster
	asked  bool   // one has been, and the viewer has yet to tell
	last   uint16 // its last packet
}

func (t *trust) of(key bool) *confidence {
	if key {
		return &t.keys
	}
	return &t.others
}

// step returns the step for the next picture of one of so many viewers, one more than what has been shown to pass where that is
// to be tried.
func (t *trust) step(key, try bool, viewers int, now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.of(key)
	if try && t.calm >= calmReports && c.slow && !c.asked && c.proven+1 < len(paceSteps) && !now.Before(t.until) &&
		t.shared.take(viewers, now) {
		c.tried = true
		return c.proven + 1
	}
	return c.proven
}

// sent tells of the picture for which step was asked last: its size, whether it went too slowly, and its last number.
func (t *trust) sent(key bool, bytes int, slow bool, last uint16) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.of(key)
	if c.tried && bytes > paceSteps[c.proven].bucket { // a smaller one would have gone no slower before
		c.asked, c.last = true, last
	}
	c.tried, c.slow = false, slow
}

// skip tells that sequence numbers were left out, which the viewer will take for lost.
func (t *trust) skip(numbers int) {
	t.mu.Lock()
	t.skipped += numbers
	t.mu.Unlock()
}

// report is what a receiver report says (RFC 3550, section 6.4.1): packets lost from the beginning, the highest number that
// has come, and the round trip of the last sender report; 0: unknown.
func (t *trust) report(lost int, highest uint16, trip time.Duration, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.quick == 0 {
		t.quick = trip
	}
	lag := trip - t.quick
	if trip > 0 {
		t.quick = min(trip, t.quick+lag/quickFollows)
	}
	switch {
	case trip <= 0:
		t.calm = 0
	case lag > busyLag:
		t.calm = 0
		t.slow()
	case lag > calmLag:
		t.calm = 0
	default:
		t.calm++
	}
	if lost -= t.skipped; lost > t.lost {
		t.lost = lost
		t.fall(now)
		return
	}
	for _, c := range []*confidence{&t.keys, &t.others} {
		if c.asked && int16(highest-c.last) >= 0 {
			c.proven, c.asked = c.proven+1, false
		}
	}
}

// lose tells of a loss, or a queue, that has become known in another way.
func (t *trust) lose(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fall(now)
}

// fall must be called with mu held.
func (t *trust) fall(now time.Time) {
	bold := t.slow()
	if bold {
		t.shared.failed(now)
	}
	switch {
	case t.hold == 0:
		t.hold = trustHold
	case bold:
		t.hold = min(2*t.hold, trustHoldMost)
	}
	t.until = now.Add(t.hold)
}

// slow goes back to the careful pace, and reports whether it was left; mu must be held.
func (t *trust) slow() (bold bool) {
	for _, c := range []*confidence{&t.keys, &t.others} {
		bold = bold || c.asked || c.proven > 0
		c.proven, c.tried, c.asked = 0, false, false
	}
	return bold
}

// forget is for another path to the viewer, of which nothing is known.
func (t *trust) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys, t.others, t.calm, t.quick, t.hold, t.until = confidence{}, confidence{}, 0, 0, 0, time.Time{}
}

// pacedPicture is the picture that a viewer is being sent.
type pacedPicture struct {
	begun       bool
	number      uint64
	key, replay bool
	step        int
	bytes       int
	first, last time.Time
}

// open begins another picture where the packet is of one. A replay is one with all its pictures.
func (v *viewer) open(p *packet, now time.Time) {
	c := &v.paced
	switch {
	case c.begun && c.replay && v.replayed != nil:
	case c.begun && p.frame == c.number && (c.key || !p.key) && !c.replay:
	default:
		v.conclude()
		replay := v.replayed != nil
		key := p.key || replay
		step := v.trust.step(key, !replay, int(v.stream.watchers.Load()), now)
		v.paced = pacedPicture{begun: true, number: p.frame, key: key, replay: replay, step: step, first: now}
	}
	c.bytes += len(p.payload)
}

// conclude tells what has become of the picture that has been sent last.
func (v *viewer) conclude() {
	c := &v.paced
	if !c.begun {
		return
	}
	slow := c.bytes > paceSteps[c.step].bucket
	if c.key && !c.replay {
		slow = slow && c.last.Sub(c.first).Seconds() > keyWithin*v.stream.interval().Seconds()
	}
	v.trust.sent(c.key, c.bytes, slow, v.seq-1)
}
