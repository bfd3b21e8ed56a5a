// Package churn is what a relay is tried with for long: viewers that come and go in every way, and a camera that is cut at
// random. Both follow a seed. Only tests import it. Run of each type owns its goroutines and waits for them.
package churn

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// lately is how old the last picture of a viewer that plays may be.
	lately = 2 * time.Second
	// leaveWait bounds the end of a session.
	leaveWait = 30 * time.Second
	// refusedPause is waited after an offer that was refused.
	refusedPause = 200 * time.Millisecond
	// lookEvery is how often it is looked whether a viewer without a picture is alone with that.
	lookEvery = 100 * time.Millisecond
)

// Crowd is a number of places, each with one viewer after another.
type Crowd struct {
	// Enter has the relay answer an offer.
	Enter Enter
	// Places is the number of viewers at a time. In the first Stay of them a viewer remains to the end.
	Places, Stay int
	// ShortestStay and LongestStay bound how long the others remain.
	ShortestStay, LongestStay time.Duration
	// Polite viewers all end their session.
	Polite bool
	// Seed settles who remains how long and leaves in which way.
	Seed uint64

	entered, refused                   atomic.Uint64
	deleted, closed, vanished, dropped atomic.Uint64
	pictured, pictures, lost           atomic.Uint64
	unserved, overlooked               atomic.Uint64

	mu      sync.Mutex
	inside  map[int]*viewer // by place
	refusal error           // the last
}

// CrowdCounts is what a crowd has done so far.
type CrowdCounts struct {
	// Entered counts viewers that were let in, Refused offers that were not answered.
	Entered, Refused uint64
	// Deleted, Closed and Vanished count viewers that left: by ending the session, by closing the connection, without a word.
	Deleted, Closed, Vanished uint64
	// Dropped counts viewers whose connection ended without their doing.
	Dropped uint64
	// Pictured counts viewers that had a picture before they left, Pictures what all have received, Lost the missing packets.
	Pictured, Pictures, Lost uint64
	// Overlooked counts viewers that had no picture yet for two seconds in which others had, Unserved those that left without
	// one and were not overlooked: there was nothing to see while they were there.
	Overlooked, Unserved uint64
}

// Counts returns the counters. Those of viewers that are inside are part of Pictures and Lost only.
func (c *Crowd) Counts() CrowdCounts {
	out := CrowdCounts{
		Entered: c.entered.Load(), Refused: c.refused.Load(), Deleted: c.deleted.Load(), Closed: c.closed.Load(),
		Vanished: c.vanished.Load(), Dropped: c.dropped.Load(), Pictured: c.pictured.Load(),
		Overlooked: c.overlooked.Load(), Unserved: c.unserved.Load(),
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out.Pictures, out.Lost = c.pictures.Load(), c.lost.Load()
	for _, v := range c.inside {
		out.Pictures += uint64(v.pictures.Load())
		out.Lost += uint64(v.lost.Load())
	}
	return out
}

// Playing returns how many viewers have had a picture in the last two seconds, and how many of those that stay.
func (c *Crowd) Playing() (all, stayed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for place, v := range c.inside {
		if v.playing() {
			all++
			if place < c.Stay {
				stayed++
			}
		}
	}
	return all, stayed
}

// Refusal is the last error of Enter; nil: there was none.
func (c *Crowd) Refusal() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refusal
}

// Run fills the places until ctx ends; then all leave.
func (c *Crowd) Run(ctx context.Context) {
	c.mu.Lock()
	c.inside = make(map[int]*viewer)
	c.mu.Unlock()
	var wg sync.WaitGroup
	for place := range c.Places {
		wg.Go(func() {
			for rng := rand.New(rand.NewPCG(c.Seed, uint64(place))); ctx.Err() == nil; {
				c.visit(ctx, place, rng)
			}
		})
	}
	wg.Wait()
}

// visit is one viewer from its offer to its end.
func (c *Crowd) visit(ctx context.Context, place int, rng *rand.Rand) {
	v, err := enter(ctx, c.Enter)
	if err != nil {
		if ctx.Err() != nil {
			return
		}
		c.refused.Add(1)
		c.mu.Lock()
		c.refusal = err
		c.mu.Unlock()
		pause(ctx, refusedPause)
		return
	}
	c.entered.Add(1)
	c.mu.Lock()
	c.inside[place] = v
	c.mu.Unlock()
	stay, cancel := context.WithCancel(ctx)
	defer cancel()
	if place >= c.Stay {
		stay, cancel = context.WithTimeout(ctx, between(rng, c.ShortestStay, c.LongestStay))
		defer cancel()
	}
	overlooked, dropped := c.watch(stay, v)
	if dropped {
		c.dropped.Add(1)
	} else {
		way := rng.IntN(3)
		if c.Polite {
			way = 0
		}
		c.part(ctx, v, way)
	}
	v.close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.inside, place)
	c.pictures.Add(uint64(v.pictures.Load()))
	c.lost.Add(uint64(v.lost.Load()))
	if v.pictures.Load() > 0 {
		c.pictured.Add(1)
	} else if !overlooked {
		c.unserved.Add(1)
	}
}

// watch stays with a viewer until ctx ends, or its connection does.
func (c *Crowd) watch(ctx context.Context, v *viewer) (overlooked, dropped bool) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var h hunger
	for {
		select {
		case <-ctx.Done():
			return h.long(), false
		case <-v.ended:
			return h.long(), true
		case <-tick.C:
			if h.look(v.pictures.Load() > 0, c.served()) {
				c.overlooked.Add(1)
			}
		}
	}
}

// served says whether anybody has had a picture since the look before.
func (c *Crowd) served() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range c.inside {
		if time.Now().UnixNano()-v.last.Load() < int64(lookEvery) {
			return true
		}
	}
	return false
}

// part begins a viewer's leave in one of three ways.
func (c *Crowd) part(ctx context.Context, v *viewer, way int) {
	switch way {
	case 0:
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveWait)
		defer cancel()
		if v.leave(ctx) != nil {
			c.dropped.Add(1) // there was no such session any more
			return
		}
		c.deleted.Add(1)
	case 1:
		c.closed.Add(1) // the DTLS alert of close tells the relay
	default:
		c.vanished.Add(1)
		v.vanish()
	}
}

func between(rng *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(rng.Int64N(int64(max(high-low, 1))))
}

// pause waits, or returns when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
