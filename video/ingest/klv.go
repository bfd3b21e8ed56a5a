package ingest

import (
	"bytes"
	"time"
)

// maxData bounds one KLV packet; MISB ones have a few hundred bytes.
const maxData = 64 << 10

// Data is one KLV packet (SMPTE ST 336) as RFC 6597 carries it.
type Data struct {
	// KLV is the whole packet. It belongs to the receiver.
	KLV []byte
	// Timestamp is the RTP timestamp, 90 kHz, of the metadata's own track.
	Timestamp uint32
	// Arrival is when its last part came, UTC.
	Arrival time.Time
	// Capture is the time that it belongs to, UTC, by the source's sender reports; zero before the first of them.
	Capture time.Time
}

// klvAssembler puts KLV packets together: parts share a timestamp, the last has the marker (RFC 6597, section 4.2).
type klvAssembler struct {
	buf       []byte
	timestamp uint32
	open, bad bool
}

// push takes the next part and returns the whole packet that it ends, nil otherwise. dropped counts packets that were
// given up: incomplete, or too large.
func (a *klvAssembler) push(part []byte, timestamp uint32, marker, lost bool) (klv []byte, dropped int) {
	if a.open && timestamp != a.timestamp {
		dropped++ // its end never came
		a.reset()
	}
	if lost {
		a.bad = true
	}
	a.open, a.timestamp = true, timestamp
	if len(a.buf)+len(part) > maxData {
		a.bad, a.buf = true, a.buf[:0]
	}
	if !a.bad {
		a.buf = append(a.buf, part...)
	}
	if !marker {
		return nil, dropped
	}
	if a.bad || len(a.buf) == 0 {
		dropped++
	} else {
		klv = bytes.Clone(a.buf)
	}
	a.reset()
	return klv, dropped
}

func (a *klvAssembler) reset() { a.buf, a.open, a.bad = a.buf[:0], false, false }
