package relay

import (
	"sync"
	"time"
)

const (
	historyLength = 1024            // packets: a power of two
	historyAge    = 2 * time.Second // an older packet is of no use to a live picture
	// resendPause is how long a packet that was sent again is not sent yet again.
	resendPause = 20 * time.Millisecond
	// maxNacks bounds the sequence numbers of one viewer that wait to be sent again.
	maxNacks = 256
	// resendBurst and resendRate bound retransmission in bytes and bytes a second beside a tenth of what is sent: a viewer who
	// asks for more has a path that more packets do not mend.
	resendBurst = 64 << 10
	resendRate  = 64 << 10
)

// history keeps references to what was sent last, for retransmission.
type history struct {
	sent []sentPacket // by the low bits of the sequence number; made with the first packet
}

type sentPacket struct {
	p      *packet
	at     time.Time
	again  time.Time // when it was last sent again
	ts     uint32
	number uint16
}

func (h *history) keep(seq uint16, ts uint32, p *packet, now time.Time) {
	if h.sent == nil {
		h.sent = make([]sentPacket, historyLength)
	}
	h.sent[seq%historyLength] = sentPacket{p: p, at: now, ts: ts, number: seq}
}

// find returns what was sent with a sequence number, nil where it is too old.
func (h *history) find(seq uint16, now time.Time) *sentPacket {
	if h.sent == nil {
		return nil
	}
	e := &h.sent[seq%historyLength]
	if e.p == nil || e.number != seq || now.Sub(e.at) > historyAge || now.Sub(e.again) < resendPause {
		return nil
	}
	return e
}

// nackList holds the sequence numbers that a browser has asked for again (RFC 4585, section 6.2.1). When full it refuses.
type nackList struct {
	mu      sync.Mutex
	wanted  []uint16
	refused uint64
}

func (l *nackList) add(seq uint16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.wanted) >= maxNacks {
		l.refused++
		return
	}
	l.wanted = append(l.wanted, seq)
}

// take moves what is wanted into spare.
func (l *nackList) take(spare []uint16) []uint16 {
	l.mu.Lock()
	defer l.mu.Unlock()
	spare = append(spare[:0], l.wanted...)
	l.wanted = l.wanted[:0]
	return spare
}

// resender sends packets again within a budget.
type resender struct {
	wanted []uint16
	budget float64 // bytes
	last   time.Time
}

// refill lets the budget grow with time.
func (r *resender) refill(rate float64, now time.Time) {
	if r.last.IsZero() {
		r.budget = resendBurst
	} else {
		r.budget = min(resendBurst, r.budget+now.Sub(r.last).Seconds()*(resendRate+rate/10))
	}
	r.last = now
}

// resend sends again what the browser has asked for.
func (v *viewer) resend(now time.Time) {
	v.again.wanted = v.nacks.take(v.again.wanted)
	if len(v.again.wanted) == 0 {
		return
	}
	v.again.refill(v.stream.byteRate(), now)
	for _, seq := range v.again.wanted {
		e := v.history.find(seq, now)
		if e == nil || v.again.budget < float64(len(e.p.payload)) {
			continue
		}
		e.again = now
		v.again.budget -= float64(len(e.p.payload))
		h := v.header
		h.Marker, h.SequenceNumber, h.Timestamp = e.p.marker, e.number, e.ts
		if v.out.resend(&h, e.p.payload) == nil {
			v.stream.counters.resent.Add(1)
		}
	}
}
