package relay

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

const (
	maxQueuePackets = 4096
	maxQueueBytes   = 4 << 20
)

// sender is where a viewer's packets go: a bound WebRTC track.
type sender interface {
	// send writes one packet. The header's SSRC, payload type and extensions are the sender's business. Before the
	// track is bound it returns errNotBound.
	send(h *rtp.Header, payload []byte) error
}

// viewer carries one stream to one browser. Its queue is bounded: when full it is emptied, and the viewer waits for
// the next key picture. Other viewers never notice.
type viewer struct {
	id     string
	codec  Codec
	stream *Stream
	out    sender
	cancel context.CancelFunc
	done   chan struct{} // closed when the viewer's goroutines have ended
	wake   chan struct{} // holds one token while there is something to do

	wantResync    atomic.Bool
	droppedFrames atomic.Uint64

	mu      sync.Mutex
	active  bool // connected: packets are queued
	waitKey bool
	gap     bool   // packets were dropped since the last one queued
	upTo    uint64 // packets up to this number have been replayed
	queue   []*packet
	bytes   int
	// lastDropped is the picture that was counted last.
	lastDropped uint64

	// Owned by the writing goroutine.
	pacer     pacer
	header    rtp.Header
	seq       uint16
	base      uint32 // added to the stream's timestamps
	frame     uint64
	ts        uint32
	sentAny   bool
	lastReset time.Time
}

func newViewer(id string, s *Stream, out sender, seq uint16, base uint32, cancel context.CancelFunc) *viewer {
	return &viewer{
		id: id, stream: s, out: out, cancel: cancel, seq: seq, base: base,
		done: make(chan struct{}), wake: make(chan struct{}, 1),
	}
}

func (v *viewer) stop() { v.cancel() }

func (v *viewer) poke() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// push queues a packet; it never waits.
func (v *viewer) push(p *packet) {
	v.mu.Lock()
	queued := v.enqueue(p)
	v.mu.Unlock()
	if queued {
		v.poke()
	}
}

// enqueue must be called with mu held.
func (v *viewer) enqueue(p *packet) bool {
	if !v.active || p.number <= v.upTo {
		return false
	}
	if v.waitKey && !p.key {
		if v.gap {
			v.stream.counters.dropped.Add(1)
			v.drop(p)
		}
		return false
	}
	v.waitKey = false
	if len(v.queue) >= maxQueuePackets || v.bytes+len(p.payload) > maxQueueBytes {
		v.stream.counters.overflows.Add(1)
		v.stream.counters.dropped.Add(uint64(len(v.queue)))
		for _, q := range v.queue {
			v.drop(q)
		}
		clear(v.queue)
		v.queue, v.bytes = v.queue[:0], 0
		v.gap = true
		if !p.key {
			v.waitKey = true
			v.stream.counters.dropped.Add(1)
			v.drop(p)
			return false
		}
	}
	if v.gap {
		// One missing sequence number tells the browser that the picture before this one is not whole.
		q := *p
		q.lost++
		p, v.gap = &q, false
	}
	v.queue = append(v.queue, p)
	v.bytes += len(p.payload)
	return true
}

// drop counts the picture of a packet that is not sent; mu must be held.
func (v *viewer) drop(p *packet) {
	if p.frame != v.lastDropped {
		v.lastDropped = p.frame
		v.droppedFrames.Add(1)
	}
}

// awaitKey drops what comes until the next key picture. What is queued stays.
func (v *viewer) awaitKey() {
	v.mu.Lock()
	v.waitKey = true
	v.mu.Unlock()
}

// take empties the queue into spare and returns it.
func (v *viewer) take(spare []*packet) []*packet {
	v.mu.Lock()
	defer v.mu.Unlock()
	q := v.queue
	v.queue, v.bytes = spare[:0], 0
	return q
}

// rejoin returns the cached group of pictures to replay; what is queued afterwards follows it without gap or overlap.
func (v *viewer) rejoin() []*packet {
	v.mu.Lock()
	v.active, v.waitKey, v.gap = true, false, false
	v.mu.Unlock()

	// Whatever is pushed from here on is in the queue, in the snapshot, or in both.
	replay := v.stream.snapshot()

	v.mu.Lock()
	defer v.mu.Unlock()
	keep := v.queue[:0]
	v.bytes = 0
	if len(replay) > 0 {
		v.upTo = replay[len(replay)-1].number
	}
	begun := len(replay) > 0
	for _, p := range v.queue {
		begun = begun || p.key
		if p.number > v.upTo && begun {
			keep = append(keep, p)
			v.bytes += len(p.payload)
		}
	}
	v.queue = keep
	v.waitKey = v.waitKey || !begun
	return replay
}

// resyncEvery bounds how often a viewer that lost packets gets the group of pictures again.
const resyncEvery = time.Second

// write sends packets until ctx ends.
func (v *viewer) write(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	v.replay(ctx, timer)
	var batch []*packet
	for ctx.Err() == nil {
		batch = v.take(batch)
		for _, p := range batch {
			v.pace(ctx, p, timer)
			v.emit(p, p.ts)
		}
		clear(batch)
		if v.wantResync.Load() && time.Since(v.lastReset) >= resyncEvery {
			v.stream.counters.resyncs.Add(1)
			v.replay(ctx, timer)
		}
		if len(batch) > 0 {
			continue
		}
		select {
		case <-v.wake:
		case <-ctx.Done():
		}
	}
}

// replay sends the cached group of pictures, and then the queue goes on at the live edge. The pictures' timestamps are
// drawn together to the pace at which they are sent and end where the live ones go on, so that the browser neither
// takes them for early and holds them back, nor sees time run backwards.
func (v *viewer) replay(ctx context.Context, timer *time.Timer) {
	v.lastReset = time.Now()
	v.wantResync.Store(false)
	packets := v.rejoin()
	if len(packets) == 0 {
		return
	}
	last := packets[len(packets)-1]
	total := 0
	for _, p := range packets {
		total += len(p.payload)
	}
	frames := last.frame - packets[0].frame + 1
	seconds := float64(total) / pacedRate(v.stream.byteRate())
	step := uint32(max(seconds*clockRate/float64(frames), 1))
	for _, p := range packets {
		if ctx.Err() != nil {
			return
		}
		v.pace(ctx, p, timer)
		v.emit(p, last.ts-uint32(last.frame-p.frame)*step)
	}
}

// pace waits until the packet may go out.
func (v *viewer) pace(ctx context.Context, p *packet, timer *time.Timer) {
	wait := v.pacer.take(len(p.payload), v.stream.byteRate(), time.Now())
	if wait <= 0 {
		return
	}
	timer.Reset(wait)
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// emit sends one packet with the viewer's own sequence number, and a timestamp that never runs backwards.
func (v *viewer) emit(p *packet, ts uint32) {
	if p.frame != v.frame || !v.sentAny {
		if v.sentAny && int32(ts-v.ts) <= 0 {
			ts = v.ts + 1
		}
		v.frame, v.ts = p.frame, ts
	}
	if v.sentAny {
		v.seq += p.lost
	}
	v.sentAny = true
	v.header.Version = 2
	v.header.Marker = p.marker
	v.header.SequenceNumber = v.seq
	v.header.Timestamp = v.ts + v.base
	v.seq++
	if err := v.out.send(&v.header, p.payload); err != nil {
		return // the connection is going; its state change ends the viewer
	}
	v.stream.counters.packetsOut.Add(1)
	v.stream.counters.bytesOut.Add(uint64(len(p.payload)))
}
