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
	// send writes one packet. The header's SSRC, payload type and extensions are the sender's business. taken is when the
	// picture was taken, or came to the station where that is not known, on its first packet; else zero. Before the track
	// is bound it returns errNotBound.
	send(h *rtp.Header, payload []byte, taken time.Time) error
	// resend writes a packet again as one of the retransmission stream (RFC 4588), where that has been agreed on.
	resend(h *rtp.Header, payload []byte) error
	// report sends a sender report (RFC 3550, section 6.4.1).
	report(now time.Time, ts, packets, octets uint32) error
}

// viewer carries one stream to one browser. Its queue is bounded: when full it is emptied, and the viewer waits for
// the next key picture. Other viewers never notice. A worker sends what it has.
type viewer struct {
	id     string
	codec  Codec
	stream *Stream
	out    sender
	wide   *wideLog // nil: nothing is known of the path
	data   dataLine
	trust  trust
	cancel context.CancelFunc
	done   chan struct{}          // closed when the viewer's goroutines have ended
	worker atomic.Pointer[worker] // nil until connected

	wantResync    atomic.Bool
	droppedFrames atomic.Uint64
	nacks         nackList

	mu      sync.Mutex
	active  bool // connected: packets are queued
	waitKey bool
	gap     bool   // packets were dropped since the last one queued
	upTo    uint64 // packets up to this number have been replayed
	queue   []*packet
	bytes   int
	// lastDropped is the picture that was counted last.
	lastDropped uint64

	// Owned by the worker's goroutine.
	pacer     pacer
	paced     pacedPicture
	header    rtp.Header
	seq       uint16
	base      uint32 // added to the stream's timestamps
	frame     uint64
	ts        uint32
	sentAny   bool
	lastReset time.Time
	batch     []*packet // taken from the queue, or replayed
	next      int       // the first of the batch that has not been sent
	replayed  *packet   // the last of the replay that the batch is; nil: the batch is live
	step      uint32    // between the timestamps of replayed pictures
	booked    bool      // the pacer has let the next packet go at due
	due       time.Time
	history   history
	again     resender
	reports   reports
}

func newViewer(id string, s *Stream, out sender, seq uint16, base uint32, cancel context.CancelFunc) *viewer {
	return &viewer{
		id: id, stream: s, out: out, cancel: cancel, seq: seq, base: base, done: make(chan struct{}), data: dataLine{stream: s},
		trust: trust{shared: &s.trials},
	}
}

func (v *viewer) stop() { v.cancel() }

// poke tells the viewer's worker that there is something to send (worker.poke).
func (v *viewer) poke(whole bool) {
	if w := v.worker.Load(); w != nil {
		w.poke(whole)
	}
}

// push queues a packet; it never waits. The caller pokes the viewer's worker.
func (v *viewer) push(p *packet) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.enqueue(p)
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

// take makes the queue the batch, all of which has been sent.
func (v *viewer) take() {
	clear(v.batch)
	v.next, v.replayed = 0, nil
	v.mu.Lock()
	defer v.mu.Unlock()
	v.batch, v.queue, v.bytes = v.queue, v.batch[:0], 0
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
	clear(v.queue[len(keep):])
	v.queue = keep
	v.waitKey = v.waitKey || !begun
	return replay
}
