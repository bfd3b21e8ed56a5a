package impair

import (
	"math/rand/v2"
	"time"
)

// Profile is what one direction of a wire does to what passes; the zero value passes everything at once.
type Profile struct {
	// Loss, Duplicate and Reorder are probabilities from 0 to 1 for each packet. A reordered packet comes ReorderBy later
	// than its turn, so that others overtake it; 0 means 30 ms.
	Loss, Duplicate, Reorder float64
	ReorderBy                time.Duration
	// Delay is how long everything takes; Jitter is added to it, equally distributed from 0, without changing the order.
	Delay, Jitter time.Duration
	// BytesPerSecond paces the direction; 0 is no limit. Packets that would wait longer than QueueTime are lost, as in a
	// radio's buffer; 0 means 2 s.
	BytesPerSecond int
	QueueTime      time.Duration
}

// Counts counts what a direction did.
type Counts struct {
	// Passed packets were handed on, Bytes are theirs; a repetition counts again.
	Passed, Bytes uint64
	// Lost packets fell to chance, Overflowed ones to a full queue, Cut ones to a cut wire.
	Lost, Overflowed, Cut uint64
	// Duplicated and Reordered packets were passed twice or out of order.
	Duplicated, Reordered uint64
}

const (
	defaultReorder = 30 * time.Millisecond
	defaultQueue   = 2 * time.Second
)

// channel decides what happens to each packet of one direction. It has no clock and no network.
type channel struct {
	profile Profile
	cut     bool
	rng     *rand.Rand
	// free is when the paced wire has sent everything so far, latest when the last packet in order arrives.
	free, latest time.Time
	counts       Counts
}

func newChannel(p Profile, seed uint64) *channel {
	return &channel{profile: p, rng: rand.New(rand.NewPCG(seed, 0x696d70616972))} //nolint:gosec // repeatable, no secret
}

// pass takes a packet at now and answers when it arrives: never, once, or twice.
func (c *channel) pass(size int, now time.Time) []time.Time {
	p := c.profile
	if c.cut {
		c.counts.Cut++
		return nil
	}
	if c.chance(p.Loss) {
		c.counts.Lost++
		return nil
	}
	sent, ok := c.paced(size, now)
	if !ok {
		c.counts.Overflowed++
		return nil
	}
	arrival := sent.Add(p.Delay)
	if p.Jitter > 0 {
		arrival = arrival.Add(time.Duration(c.rng.Int64N(int64(p.Jitter))))
	}
	if c.chance(p.Reorder) {
		c.counts.Reordered++
		arrival = arrival.Add(c.displacement())
	} else {
		arrival = later(arrival, c.latest)
		c.latest = arrival
	}
	arrivals := []time.Time{arrival}
	if c.chance(p.Duplicate) {
		c.counts.Duplicated++
		arrivals = append(arrivals, arrival.Add(time.Millisecond))
	}
	c.counts.Passed += uint64(len(arrivals))
	c.counts.Bytes += uint64(len(arrivals) * size)
	return arrivals
}

// paced answers when the wire has sent the packet, false when it would have to wait too long.
func (c *channel) paced(size int, now time.Time) (time.Time, bool) {
	if c.profile.BytesPerSecond <= 0 {
		return now, true
	}
	queue := c.profile.QueueTime
	if queue == 0 {
		queue = defaultQueue
	}
	begin := later(now, c.free)
	if begin.Sub(now) > queue {
		return time.Time{}, false
	}
	c.free = begin.Add(time.Duration(size) * time.Second / time.Duration(c.profile.BytesPerSecond))
	return c.free, true
}

func (c *channel) displacement() time.Duration {
	if c.profile.ReorderBy == 0 {
		return defaultReorder
	}
	return c.profile.ReorderBy
}

func (c *channel) chance(p float64) bool { return p > 0 && c.rng.Float64() < p }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
