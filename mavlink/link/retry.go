package link

import (
	"context"
	"math/rand/v2"
	"time"
)

// retrier waits between attempts, longer each time, with jitter so that many clients do not come back together.
type retrier struct {
	first, last, next time.Duration
}

// wait waits before the next attempt; worked tells that something was heard in the last one, after which the waits begin
// anew: a link that comes and goes is taken up at once each time.
func (r *retrier) wait(ctx context.Context, worked bool) {
	if r.next == 0 || worked {
		r.next = r.first
	}
	spread := 0.75 + rand.Float64()/2 //nolint:gosec // no secret
	pause(ctx, time.Duration(float64(r.next)*spread))
	r.next = min(2*r.next, r.last)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
