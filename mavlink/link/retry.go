package link

import (
	"context"
	"math/rand/v2"
	"time"
)

// soundRun is how long a transport must have worked for the waits to start from the beginning.
const soundRun = 5 * time.Second

// retrier waits between attempts, longer each time, with jitter so that many clients do not come back together.
type retrier struct {
	first, last, next time.Duration
}

func (r *retrier) wait(ctx context.Context, worked time.Duration) {
	if r.next == 0 || worked >= soundRun {
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
