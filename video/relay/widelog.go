package relay

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
)

// wideNumberURI names the RTP header extension that numbers all packets of a connection, which the browser's feedback goes
// by (draft-holmer-rmcat-transport-wide-cc-extensions-01).
const wideNumberURI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

const (
	wideLength = 4096 // packets that are remembered: a power of two
	// overuseHeld is how long after a queue built the pacer goes by the estimate, and pacerAhead how many times faster.
	overuseHeld = 10 * time.Second
	pacerAhead  = 2.5
	// pacerKeepUp times its own rate a stream always may be sent, so that pacing never makes it old.
	pacerKeepUp = 1.25
)

type widePacket struct {
	sent   time.Duration // since the log began
	bytes  int32         // of payload; 0: never sent
	number uint16
	state  uint8
}

const (
	wideUnknown = iota
	wideLost
	wideCame
)

// wideLog numbers the packets sent to one viewer, remembers the last of them, and estimates the path from the browser's
// feedback. One goroutine sends, and one hears.
type wideLog struct {
	begun   time.Time
	refused atomic.Uint64 // feedback that cannot be of this connection

	mu   sync.Mutex
	next uint16
	sent []widePacket // by the low bits of the number; made with the first packet

	// Owned by the goroutine that hears.
	estimator estimator
	acks      []ack
	reference int64 // of the last feedback, in its units of 64 ms
	heard     bool

	rate     atomic.Uint64 // bytes a second as bits of a float64; 0: unknown
	overused atomic.Int64  // when it last was, since begun, plus one; 0: never
}

// number returns the number of a packet that is about to be sent.
func (l *wideLog) number(bytes int, now time.Time) uint16 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sent == nil {
		l.sent, l.begun = make([]widePacket, wideLength), now
	}
	n := l.next
	l.next++
	l.sent[n%wideLength] = widePacket{sent: now.Sub(l.begun), bytes: int32(max(bytes, 1)), number: n}
	return n
}

// hear takes one feedback, and reports whether it tells of a queue. What it says of packets that are not remembered, or
// have come already, is ignored.
func (l *wideLog) hear(f *rtcp.TransportLayerCC, now time.Time) (overused bool) {
	if f.PacketStatusCount == 0 || f.PacketStatusCount > wideLength {
		l.refused.Add(1)
		return false
	}
	l.mu.Lock()
	sent, begun := l.sent != nil, l.begun
	if sent {
		l.collect(f)
	}
	l.mu.Unlock()
	if !sent {
		l.refused.Add(1)
		return false
	}
	since := now.Sub(begun)
	l.estimator.hear(l.acks, since)
	l.rate.Store(math.Float64bits(l.estimator.rate))
	if l.estimator.overused {
		l.overused.Store(int64(since) + 1)
	}
	return l.estimator.overused
}

// collect makes acks of a feedback; mu must be held.
func (l *wideLog) collect(f *rtcp.TransportLayerCC) {
	l.acks = l.acks[:0]
	if step := int64(int32((f.ReferenceTime-uint32(l.reference))<<8) >> 8); l.heard { // 24 bits that wrap
		l.reference += step
	} else {
		l.reference, l.heard = int64(f.ReferenceTime&0xffffff), true
	}
	arrived := time.Duration(l.reference) * 64 * time.Millisecond
	left, deltas, number := int(f.PacketStatusCount), f.RecvDeltas, f.BaseSequenceNumber
	one := func(symbol uint16) bool {
		if left == 0 {
			return false
		}
		left--
		timed := symbol == rtcp.TypeTCCPacketReceivedSmallDelta || symbol == rtcp.TypeTCCPacketReceivedLargeDelta
		if timed {
			if len(deltas) == 0 {
				return false
			}
			arrived += time.Duration(deltas[0].Delta) * time.Microsecond
			deltas = deltas[1:]
		}
		l.settle(number, arrived, timed, symbol == rtcp.TypeTCCPacketNotReceived)
		number++
		return true
	}
	for _, c := range f.PacketChunks {
		switch c := c.(type) {
		case *rtcp.RunLengthChunk:
			for range c.RunLength {
				if !one(c.PacketStatusSymbol) {
					return
				}
			}
		case *rtcp.StatusVectorChunk:
			for _, symbol := range c.SymbolList {
				if !one(symbol) {
					return
				}
			}
		}
	}
}

// settle notes what has become of one packet.
func (l *wideLog) settle(number uint16, arrived time.Duration, timed, lost bool) {
	p := &l.sent[number%wideLength]
	if p.bytes == 0 || p.number != number || p.state == wideCame || lost && p.state == wideLost {
		return
	}
	a := ack{sent: p.sent, arrived: arrived, bytes: int(p.bytes), lost: lost, again: p.state == wideLost}
	p.state = wideCame
	if lost {
		p.state = wideLost
	}
	if timed || lost {
		l.acks = append(l.acks, a)
	}
}

// bytesPerSecond is the estimate; 0: unknown.
func (l *wideLog) bytesPerSecond() float64 { return math.Float64frombits(l.rate.Load()) }

// limit bounds the rate at which a stream of a rate is paced, all in bytes a second, where a queue has built lately.
func (l *wideLog) limit(pace, stream float64, now time.Time) float64 {
	last, rate := l.overused.Load(), l.bytesPerSecond()
	if last == 0 || rate == 0 || now.Sub(l.begun)-time.Duration(last) > overuseHeld {
		return pace
	}
	return min(pace, max(rate*pacerAhead, stream*pacerKeepUp))
}
