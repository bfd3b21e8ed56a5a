package relay

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"vedette/video/relay/udpbatch"
)

// worker sends the packets of some viewers, in rounds: each viewer's part that may go now, and then all of it at once.
// Viewers whose writes may wait have a worker of their own.
type worker struct {
	batch *udpbatch.Batch // nil: each packet leaves as it is written
	wake  chan struct{}   // holds one token while there is something to do
	awake atomic.Bool     // a token is there, or a round has yet to begin
	whole atomic.Bool     // likewise, and it need not wait for the rest of a picture
	load  atomic.Int64    // viewers

	rounds sync.Mutex // held through a round, and then mu perhaps

	mu      sync.Mutex
	viewers []*viewer // replaced whole, never changed in place
}

func newWorker(batch *udpbatch.Batch) *worker {
	return &worker{batch: batch, wake: make(chan struct{}, 1)}
}

// poke has a round begin: at once where what there is to send is whole, else when the rest of the picture has come, or
// after gatherFor. It never waits.
func (w *worker) poke(whole bool) {
	known := w.awake.Swap(true)
	if whole {
		known = w.whole.Swap(true)
	}
	if known {
		return
	}
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// add gives the worker a viewer, which it starts with a replay.
func (w *worker) add(v *viewer) {
	w.load.Add(1)
	w.mu.Lock()
	w.viewers = append(append([]*viewer(nil), w.viewers...), v)
	w.mu.Unlock()
	v.worker.Store(w)
	w.poke(true)
}

// remove takes a viewer away, and waits for the round that may be at it.
func (w *worker) remove(v *viewer) {
	w.load.Add(-1)
	w.drop(v)
	w.rounds.Lock()
	w.rounds.Unlock() //nolint:staticcheck // the round is over
}

func (w *worker) drop(v *viewer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := make([]*viewer, 0, len(w.viewers))
	for _, o := range w.viewers {
		if o != v {
			kept = append(kept, o)
		}
	}
	w.viewers = kept
}

const (
	// gatherFor is how long the first packets of a picture wait for the others, so that all leave together. A picture is
	// shown when it is whole, so that costs nothing where its packets come together, as they do from most cameras.
	gatherFor = 500 * time.Microsecond
	// roundEvery is the least time from one shared round to the next: what comes meanwhile goes together.
	roundEvery = 300 * time.Microsecond
	// dueEvery is the same for rounds that pacing asks for, so that viewers who wait for times close by go together.
	dueEvery = time.Millisecond
)

// run makes rounds until ctx ends.
func (w *worker) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		w.awake.Store(false)
		w.whole.Store(false)
		began := time.Now()
		wait := time.Hour
		if again := w.round(began); !again.IsZero() {
			wait = time.Until(again)
			if w.batch != nil {
				wait = max(wait, dueEvery)
			}
		}
		timer.Reset(wait)
		select {
		case <-w.wake:
			if w.batch != nil && !w.whole.Load() {
				timer.Reset(min(gatherFor, wait))
				select {
				case <-w.wake:
				case <-timer.C:
				case <-ctx.Done():
				}
			}
		case <-timer.C:
		case <-ctx.Done():
		}
		if rest := roundEvery - time.Since(began); rest > 0 && w.batch != nil {
			timer.Reset(rest)
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
		}
	}
}

// round sends what may go now, and returns when the next is due; zero: when there is news.
func (w *worker) round(now time.Time) (again time.Time) {
	w.rounds.Lock()
	defer w.rounds.Unlock()
	w.mu.Lock()
	viewers := w.viewers
	w.mu.Unlock()
	for _, v := range viewers {
		if v.lastReset.IsZero() {
			v.replay(now)
		}
		if due := v.pump(now); !due.IsZero() && (again.IsZero() || due.Before(again)) {
			again = due
		}
	}
	if w.batch != nil {
		w.batch.Flush()
	}
	return again
}

// fan is the workers of all viewers whose writes never wait.
type fan struct {
	routes  *udpbatch.Routes
	workers []*worker
	wg      sync.WaitGroup
}

func newFan(ctx context.Context, routes *udpbatch.Routes, n int) *fan {
	f := &fan{routes: routes}
	for range n {
		w := newWorker(routes.NewBatch())
		f.workers = append(f.workers, w)
		f.wg.Go(func() { w.run(ctx) })
	}
	return f
}

// wait returns when the workers have ended, which their context tells them.
func (f *fan) wait() { f.wg.Wait() }

// carry sends a viewer's packets until ctx ends. sources are what its media is sent as.
func (f *fan) carry(ctx context.Context, v *viewer, sources []uint32) {
	w := f.workers[0]
	for _, o := range f.workers[1:] {
		if o.load.Load() < w.load.Load() {
			w = o
		}
	}
	for _, ssrc := range sources {
		f.routes.Set(ssrc, w.batch)
	}
	w.add(v)
	<-ctx.Done()
	w.remove(v)
	for _, ssrc := range sources {
		f.routes.Set(ssrc, nil)
	}
}
