package relay

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// maxPayload keeps an RTP packet, without its header extension, within 1200 bytes.
const maxPayload = 1188

// Stream is the fan-out of one feed. It outlives its source: viewers stay while the source is away. Push, Restart and
// SetParameterSets are called by one goroutine at a time, the other methods by any.
type Stream struct {
	name string

	// Touched by the pushing goroutine only.
	timeline   timeline
	carried    Codec
	as         *payloads     // how carried is read; nil before the first packet
	known      ParameterSets // the newest
	started    bool
	pictureTS  uint32
	pictureEnd bool
	pictureKey bool
	spsInPic   bool
	frame      uint64
	number     uint64
	gathered   int // bytes since viewers were last told of something whole
	fit        refitter
	fitTS      uint32 // of what fit holds
	fitTaken   time.Time
	rateBytes  int
	rateEnds   int // pictures
	rateSince  time.Time

	rate    atomic.Uint64 // float64 bits: bytes a second, lately
	spacing atomic.Int64  // ns from picture to picture, lately; 0: unknown
	// watchers is the number of viewers.
	watchers atomic.Int64
	trials   trials // of a faster pace
	codec    atomic.Pointer[Codec]
	message  atomic.Pointer[told] // the newest of this source; nil: none

	mu       sync.Mutex
	cache    cache
	viewers  []*viewer       // replaced whole, never changed in place
	readers  []*Subscription // likewise
	sets     ParameterSets   // what SetParameterSets was given last
	tellings uint64
	closed   bool

	counters counters
}

// counters are shared by a stream and its viewers.
type counters struct {
	packetsOut, bytesOut, dropped, overflows, resyncs, resent, malformed atomic.Uint64
	messagesOut, messagesDropped                                         atomic.Uint64
}

// Counts is what a stream has done since it was made.
type Counts struct {
	// PacketsOut and BytesOut count packets sent to viewers and their payload bytes.
	PacketsOut, BytesOut uint64
	// Dropped counts packets that a slow viewer's queue refused, Overflows how often that began.
	Dropped, Overflows uint64
	// Resyncs counts replays that viewers asked for after loss.
	Resyncs uint64
	// Resent counts packets that viewers asked for again and got (RFC 4588).
	Resent uint64
	// Malformed counts source packets that could not be cut to size.
	Malformed uint64
	// MessagesOut counts messages on viewers' data channels, MessagesDropped those that a slow viewer did not get.
	MessagesOut, MessagesDropped uint64
}

// Counts returns the stream's counters.
func (s *Stream) Counts() Counts {
	return Counts{
		PacketsOut: s.counters.packetsOut.Load(), BytesOut: s.counters.bytesOut.Load(),
		Dropped: s.counters.dropped.Load(), Overflows: s.counters.overflows.Load(),
		Resyncs: s.counters.resyncs.Load(), Resent: s.counters.resent.Load(), Malformed: s.counters.malformed.Load(),
		MessagesOut: s.counters.messagesOut.Load(), MessagesDropped: s.counters.messagesDropped.Load(),
	}
}

// Restart tells that a new connection to the source begins: sequence and timestamps of viewers go on without a break,
// and they wait for the next key picture.
func (s *Stream) Restart() {
	s.timeline.anchor = true
	s.pictureEnd = true
	s.message.Store(nil)
	s.mu.Lock()
	s.cache.reset()
	viewers, readers := s.viewers, s.readers
	s.mu.Unlock()
	for _, v := range viewers {
		v.awaitKey()
	}
	for _, r := range readers {
		r.awaitKey()
	}
}

// Push forwards one packet to every viewer. It never waits.
func (s *Stream) Push(p Packet) {
	s.follow()
	isKey, hasSPS := s.as.inspect(p.Payload)
	s.flushFit(p)
	s.beginPicture(p)
	if sets := s.as.sets(p.Payload); sets.VPS != nil || sets.SPS != nil || sets.PPS != nil {
		s.SetAllParameterSets(sets)
	}
	s.spsInPic = s.spsInPic || hasSPS
	ts := s.timeline.next(p.Timestamp, p.Arrival)
	lost := uint16(min(max(p.Lost, 0), 100))
	taken := p.Capture
	if taken.IsZero() {
		taken = p.Arrival
	}

	if isKey && !s.spsInPic {
		// A browser cannot read the session description's parameter sets, so they go before the picture.
		if sets := s.prefix(); sets != nil {
			s.spsInPic = true
			s.deliver(&packet{payload: sets, ts: ts, taken: taken, key: s.keyOnce(), lost: lost})
			lost = 0
		}
	}
	key := (isKey || hasSPS) && s.keyOnce()
	var pieces [][]byte
	emit := func(b []byte) { pieces = append(pieces, b) }
	switch {
	case s.fit.takes(p.Payload):
		s.fit.push(p.Payload, emit)
		s.fitTS, s.fitTaken = ts, taken
	case !s.as.split(p.Payload, maxPayload, emit):
		s.counters.malformed.Add(1)
	}
	if p.Marker {
		if rest := s.fit.flush(); rest != nil {
			pieces = append(pieces, rest) // the camera forgot the end of its unit
		}
	}
	for i, b := range pieces {
		s.deliver(&packet{
			payload: b, ts: ts, taken: taken, key: key && i == 0, lost: lost, marker: p.Marker && i == len(pieces)-1,
		})
		lost = 0
	}
	s.pictureEnd = p.Marker
	s.measure(p)
}

// flushFit sends what waits for a continuation that the packet is not.
func (s *Stream) flushFit(p Packet) {
	if p.Lost == 0 && s.fit.takes(p.Payload) && s.fit.continues(p.Payload) && p.Timestamp == s.pictureTS {
		return
	}
	if rest := s.fit.flush(); rest != nil {
		s.deliver(&packet{payload: rest, ts: s.fitTS, taken: s.fitTaken})
	}
}

// beginPicture notes whether the packet opens a new picture.
func (s *Stream) beginPicture(p Packet) {
	if s.started && !s.pictureEnd && p.Timestamp == s.pictureTS {
		return
	}
	s.started, s.pictureEnd = true, false
	s.pictureTS, s.pictureKey, s.spsInPic = p.Timestamp, false, false
	s.frame++
}

// keyOnce is true the first time in each picture.
func (s *Stream) keyOnce() bool {
	first := !s.pictureKey
	s.pictureKey = true
	return first
}

func (s *Stream) deliver(p *packet) {
	s.number++
	p.number, p.frame = s.number, s.frame
	s.gathered += len(p.payload)
	whole := p.marker || s.gathered >= pacerBucket
	if whole {
		s.gathered = 0
	}
	s.mu.Lock()
	s.cache.add(p)
	viewers, readers := s.viewers, s.readers
	s.mu.Unlock()
	for _, v := range viewers {
		if v.push(p) {
			v.poke(whole)
		}
	}
	for _, r := range readers {
		r.push(p)
	}
}

// measure keeps the stream's byte rate, smoothed over a few seconds, for the pacers.
func (s *Stream) measure(p Packet) {
	if s.rateSince.IsZero() {
		s.rateSince = p.Arrival
	}
	s.rateBytes += len(p.Payload)
	if p.Marker {
		s.rateEnds++
	}
	span := p.Arrival.Sub(s.rateSince)
	if span < time.Second {
		return
	}
	now := float64(s.rateBytes) / span.Seconds()
	if old := s.byteRate(); old > 0 {
		now = 0.7*old + 0.3*now
	}
	s.rate.Store(math.Float64bits(now))
	s.spacing.Store(int64(span) / int64(max(s.rateEnds, 1)))
	s.rateBytes, s.rateEnds, s.rateSince = 0, 0, p.Arrival
}

func (s *Stream) byteRate() float64 { return math.Float64frombits(s.rate.Load()) }

// interval is the time from picture to picture; 0: unknown.
func (s *Stream) interval() time.Duration { return time.Duration(s.spacing.Load()) }

// pace returns how fast the stream is sent to each viewer, at one of the paceSteps.
func (s *Stream) pace(step int) pace { return paced(s.byteRate(), int(s.watchers.Load()), step) }

// Viewers returns the number of viewers, those still connecting included, and of subscriptions.
func (s *Stream) Viewers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.viewers) + len(s.readers)
}

// snapshot returns the cached group of pictures, empty where there is none.
func (s *Stream) snapshot() []*packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*packet(nil), s.cache.packets...)
}

// add lets a viewer in; its packets begin to flow when it is connected.
func (s *Stream) add(v *viewer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.viewers = append(append([]*viewer(nil), s.viewers...), v)
	s.watchers.Store(int64(len(s.viewers)))
	return true
}

func (s *Stream) remove(v *viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := make([]*viewer, 0, len(s.viewers))
	for _, w := range s.viewers {
		if w != v {
			kept = append(kept, w)
		}
	}
	s.viewers = kept
	s.watchers.Store(int64(len(s.viewers)))
}

// End ends one viewer and waits for it. It reports false where the stream has no such viewer.
func (s *Stream) End(id string) bool {
	s.mu.Lock()
	viewers := s.viewers
	s.mu.Unlock()
	for _, v := range viewers {
		if v.id == id {
			v.stop()
			<-v.done
			return true
		}
	}
	return false
}

// EndViewers ends the viewers of this moment without waiting, and returns how many there were. Subscriptions stay.
func (s *Stream) EndViewers() int {
	s.mu.Lock()
	viewers := s.viewers
	s.mu.Unlock()
	for _, v := range viewers {
		v.stop()
	}
	return len(viewers)
}

// Close ends all viewers and subscriptions, refuses new ones and waits for the viewers.
func (s *Stream) Close() {
	s.mu.Lock()
	s.closed = true
	viewers, readers := s.viewers, s.readers
	s.mu.Unlock()
	for _, r := range readers {
		r.Close()
	}
	for _, v := range viewers {
		v.stop()
	}
	for _, v := range viewers {
		<-v.done
	}
}
