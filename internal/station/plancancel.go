package station

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"vedette/mavlink"
)

// planTransfers are the readings and writings of plans that go on, so that people can end them. Its zero value is ready.
type planTransfers struct {
	mu  sync.Mutex
	all map[*planTransfer]bool
}

type planTransfer struct {
	vehicle int
	upload  bool
	stop    context.CancelCauseFunc
}

// begin notes a transfer; end must follow.
func (p *planTransfers) begin(ctx context.Context, vehicle int, upload bool) (during context.Context, end func()) {
	during, stop := context.WithCancelCause(ctx)
	t := &planTransfer{vehicle, upload, stop}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[*planTransfer]bool{}
	}
	p.all[t] = true
	return during, func() {
		p.mu.Lock()
		delete(p.all, t)
		p.mu.Unlock()
		stop(nil)
	}
}

// cancel ends what is sent to a vehicle, or else what is read from it; false where nothing is.
func (p *planTransfers) cancel(vehicle int) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, upload := range []bool{true, false} {
		found := false
		for t := range p.all {
			if t.vehicle == vehicle && t.upload == upload {
				t.stop(mavlink.ErrCancelled)
				found = true
			}
		}
		if found {
			return true
		}
	}
	return false
}

// cancelled tells a transfer that somebody ended from one that failed.
func cancelled(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), mavlink.ErrCancelled) {
		return fmt.Errorf("%w: %w", mavlink.ErrCancelled, err)
	}
	return err
}
