package copter

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Impairment is what happens to a vehicle's datagrams (or chunks of a stream) on the way, each direction by itself.
type Impairment struct {
	LossPct      float64
	DuplicatePct float64
	Delay        time.Duration
	Jitter       time.Duration // added to the delay, at most, evenly spread: later ones can overtake
}

// none tells whether the way is perfect.
func (i Impairment) none() bool { return i == Impairment{} }

// mostInFlight bounds what is on the way; more is lost.
const mostInFlight = 8192

// air carries what is sent, late, twice or not at all. run delivers; carry may be called from anywhere.
type air struct {
	is Impairment

	mu     sync.Mutex
	rng    *rand.Rand
	queue  parcels
	number uint64
	lost   uint64
	wake   chan struct{}
}

type parcel struct {
	due    time.Time
	number uint64
	do     func()
}

type parcels []parcel

func (p parcels) Len() int { return len(p) }
func (p parcels) Less(i, k int) bool {
	if p[i].due.Equal(p[k].due) {
		return p[i].number < p[k].number
	}
	return p[i].due.Before(p[k].due)
}
func (p parcels) Swap(i, k int) { p[i], p[k] = p[k], p[i] }
func (p *parcels) Push(x any)   { *p = append(*p, x.(parcel)) } //nolint:forcetypeassert // the heap holds nothing else
func (p *parcels) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

func newAir(is Impairment, rng *rand.Rand) *air {
	return &air{is: is, rng: rng, wake: make(chan struct{}, 1)}
}

// carry does something at the other end, when it gets there.
func (a *air) carry(now time.Time, do func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	copies := 1
	if a.rng.Float64()*100 < a.is.DuplicatePct {
		copies = 2
	}
	for range copies {
		if a.rng.Float64()*100 < a.is.LossPct || len(a.queue) >= mostInFlight {
			a.lost++
			continue
		}
		a.number++
		due := now.Add(a.is.Delay + time.Duration(a.rng.Float64()*float64(a.is.Jitter)))
		heap.Push(&a.queue, parcel{due, a.number, do})
	}
	select {
	case a.wake <- struct{}{}:
	default: // it is awake already
	}
}

// losses counts what never arrived; a perfect way has none.
func (a *air) losses() uint64 {
	if a == nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.lost
}

// next takes what has arrived, or says how long the next takes; negative: nothing is on the way.
func (a *air) next(now time.Time) (do func(), wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) == 0 {
		return nil, -1
	}
	if wait = a.queue[0].due.Sub(now); wait > 0 {
		return nil, wait
	}
	return heap.Pop(&a.queue).(parcel).do, 0 //nolint:forcetypeassert // the heap holds nothing else
}

func (a *air) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		do, wait := a.next(time.Now())
		if do != nil {
			do()
			continue
		}
		if wait < 0 {
			wait = time.Hour
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-a.wake:
		case <-timer.C:
		}
	}
}
