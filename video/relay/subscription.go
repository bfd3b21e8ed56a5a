package relay

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// maxQueueAge is how much of a stream may wait for a reader: one that is behind by more is better served with the next key
// picture than with what was.
const maxQueueAge = 3 * time.Second

// minStep keeps replayed pictures apart: recorders count in milliseconds and refuse two pictures of the same time.
const minStep = time.Millisecond

const (
	// seam is how many seconds after the replay no picture comes any more that is shown before its edge.
	seam = 10
	// reordered is how many pictures may come then, at most (H.264, A.3.1: 16 in the decoder's memory).
	reordered = 16
)

// Delivery is one packet for a reader.
type Delivery struct {
	// Payload is an RTP payload of at most 1188 bytes. It is shared: nobody changes it.
	Payload []byte
	// Timestamp is on the stream's timeline, 90 kHz, which goes on without a break when the source restarts.
	Timestamp uint32
	// Marker is set on the last packet of a picture.
	Marker bool
	// Lost is how many sequence numbers to leave out before this packet, so that the reader knows of a loss.
	Lost int
	// Taken is when the picture was taken by the source's clock, or came where that is not known. It is zero for what is
	// replayed, and for what is drawn together with it, whose timestamps are not those of the pictures.
	Taken time.Time
}

// Subscription carries one stream to one reader that takes its packets with Next: first the current group of pictures,
// paced, then the live edge. Its queue is bounded in bytes and time: when full it is emptied, and the reader gets nothing before the next
// key picture. Nobody else notices. It owns no goroutine.
type Subscription struct {
	stream  *Stream
	codec   Codec
	wake    chan struct{} // holds one token while there is something to do
	closed  chan struct{}
	closing sync.Once
	dropped atomic.Uint64

	mu      sync.Mutex
	waitKey bool
	gap     bool   // packets were dropped since the last one queued
	upTo    uint64 // packets up to this number are replayed
	queue   []*packet
	bytes   int

	// Owned by the goroutine that calls Next.
	pacer   pacer
	timer   *time.Timer
	batch   []*packet // what is taken from the queue
	next    int       // the first of the batch that is not delivered yet
	replay  int       // how many of the batch are replayed
	edge    uint32    // timestamp that earlier ones are drawn together to
	squeeze float64   // by how much: 1 not at all
}

// Subscribe lets a reader in. It counts as a viewer until it is closed.
func (s *Stream) Subscribe() (*Subscription, error) {
	r := &Subscription{stream: s, wake: make(chan struct{}, 1), closed: make(chan struct{}), timer: time.NewTimer(time.Hour)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	r.codec = s.Codec()
	s.readers = append(append([]*Subscription(nil), s.readers...), r)
	r.begin(append([]*packet(nil), s.cache.packets...), s.byteRate())
	return r, nil
}

// begin takes the cached group of pictures. Timestamps keep their order, also where pictures are not sent in the order in
// which they are shown; they are drawn together to the pace of sending, so that a player does not stay behind by a group.
func (r *Subscription) begin(cached []*packet, rate float64) {
	r.batch, r.replay, r.squeeze = cached, len(cached), 1
	r.waitKey = len(cached) == 0
	if len(cached) == 0 {
		return
	}
	r.upTo = cached[len(cached)-1].number
	r.edge = cached[0].ts
	total := 0
	for _, p := range cached {
		total += len(p.payload)
		if int32(p.ts-r.edge) > 0 {
			r.edge = p.ts
		}
	}
	if span := float64(r.edge-cached[0].ts) / clockRate; span > 0 {
		pictures := cached[len(cached)-1].frame - cached[0].frame + 1 + reordered
		r.squeeze = min(1, max(float64(total)/pacedRate(rate, 1), float64(pictures)*minStep.Seconds())/span)
	}
}

// Close ends the subscription. It may be called twice, and by any goroutine.
func (r *Subscription) Close() {
	r.closing.Do(func() {
		close(r.closed)
		s := r.stream
		s.mu.Lock()
		defer s.mu.Unlock()
		kept := make([]*Subscription, 0, len(s.readers))
		for _, o := range s.readers {
			if o != r {
				kept = append(kept, o)
			}
		}
		s.readers = kept
	})
}

// Codec is what the subscription carries. It ends when the source changes to another.
func (r *Subscription) Codec() Codec { return r.codec }

// Dropped counts packets that the queue refused.
func (r *Subscription) Dropped() uint64 { return r.dropped.Load() }

// push queues a packet; it never waits.
func (r *Subscription) push(p *packet) {
	if r.enqueue(p) {
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
}

func (r *Subscription) enqueue(p *packet) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.number <= r.upTo {
		return false
	}
	if r.waitKey && !p.key {
		if r.gap {
			r.drop(1)
		}
		return false
	}
	r.waitKey = false
	if len(r.queue) >= maxQueuePackets || r.bytes+len(p.payload) > maxQueueBytes ||
		len(r.queue) > 0 && p.taken.Sub(r.queue[0].taken) > maxQueueAge {
		r.stream.counters.overflows.Add(1)
		r.drop(len(r.queue))
		clear(r.queue)
		r.queue, r.bytes, r.gap = r.queue[:0], 0, true
		if !p.key {
			r.waitKey = true
			r.drop(1)
			return false
		}
	}
	if r.gap {
		q := *p // others share p
		q.lost++
		p, r.gap = &q, false
	}
	r.queue = append(r.queue, p)
	r.bytes += len(p.payload)
	return true
}

func (r *Subscription) drop(n int) {
	r.dropped.Add(uint64(n))
	r.stream.counters.dropped.Add(uint64(n))
}

// awaitKey drops what comes until the next key picture. What is queued stays.
func (r *Subscription) awaitKey() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waitKey = true
}

// Next waits for the next packet and until it may be sent. Errors: ErrClosed, and that of ctx. One goroutine calls it.
func (r *Subscription) Next(ctx context.Context) (Delivery, error) {
	for r.next == len(r.batch) {
		if r.take(); len(r.batch) > 0 {
			break
		}
		select {
		case <-r.wake:
		case <-r.closed:
			return Delivery{}, ErrClosed
		case <-ctx.Done():
			return Delivery{}, ctx.Err()
		}
	}
	p := r.batch[r.next]
	if wait := r.pacer.take(len(p.payload), r.stream.pace(0), time.Now()); wait > 0 {
		r.timer.Reset(wait)
		select {
		case <-r.timer.C:
		case <-r.closed:
			return Delivery{}, ErrClosed
		case <-ctx.Done():
			return Delivery{}, ctx.Err()
		}
	}
	r.batch[r.next] = nil
	r.next++
	d := Delivery{Payload: p.payload, Timestamp: p.ts, Marker: p.marker, Lost: int(p.lost), Taken: p.taken}
	early := int32(r.edge - p.ts)
	replayed := r.next <= r.replay
	// What comes live and is shown before the edge, as B-frames after the replay are, is drawn together with the pictures around it.
	if replayed || r.squeeze < 1 && early > 0 {
		d.Timestamp = r.edge - uint32(float64(early)*r.squeeze)
		d.Taken = time.Time{}
	}
	if !replayed && early < -seam*clockRate {
		r.squeeze = 1 // for good: timestamps come round
	}
	r.stream.counters.packetsOut.Add(1)
	r.stream.counters.bytesOut.Add(uint64(len(p.payload)))
	return d, nil
}

// take empties the queue into the batch, all of which is delivered.
func (r *Subscription) take() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.batch, r.queue, r.bytes = r.queue, r.batch[:0], 0
	r.next, r.replay = 0, 0
}
