package mavlink

import (
	"context"
	"sync"
)

// maxTasks bounds what goes on in the background: a few for each vehicle.
const maxTasks = 128

// tasks are what the service does while nobody waits for it. They end with Run, which waits for them.
type tasks struct {
	wg sync.WaitGroup

	mu  sync.Mutex
	ctx context.Context //nolint:containedctx // the life of Run, nil outside of it
	n   int
}

// open lets tasks start until close.
func (t *tasks) open(ctx context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ctx = ctx
}

// close lets no more start and waits for those that run; their context must have ended.
func (t *tasks) close() {
	t.mu.Lock()
	t.ctx = nil
	t.mu.Unlock()
	t.wg.Wait()
}

// start runs do, unless the service does not run or does too much already.
func (t *tasks) start(do func(ctx context.Context)) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ctx == nil || t.n >= maxTasks {
		return false
	}
	t.n++
	ctx := t.ctx
	t.wg.Go(func() {
		defer func() {
			t.mu.Lock()
			t.n--
			t.mu.Unlock()
		}()
		do(ctx)
	})
	return true
}
