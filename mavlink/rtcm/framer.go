// Package rtcm finds the frames of RTCM 3 in a stream of bytes (RTCM 10403.3, section 4: 0xD3, ten bits of length, the
// message, a CRC-24Q) and cuts them into the fragments that MAVLink carries (GPS_RTCM_DATA, 233).
package rtcm

const (
	preamble = 0xD3
	overhead = 6 // preamble, length, checksum
)

// Counts is what the framer has seen.
type Counts struct {
	// Frames were whole and right; BadChecksums looked like frames and were none; SkippedBytes belonged to no frame.
	Frames, BadChecksums, SkippedBytes uint64
}

// Framer finds frames. A byte that is lost or added costs the frame that it is in, and no other. The zero value is ready.
type Framer struct {
	held   []byte
	counts Counts
}

// Counts gives the counters.
func (f *Framer) Counts() Counts { return f.counts }

// Feed takes the next bytes and hands out the frames that they complete; they are valid during the call.
func (f *Framer) Feed(b []byte, out func(frame []byte)) {
	f.held = append(f.held, b...)
	rest := f.held
	for len(rest) > 0 {
		n, verdict := look(rest)
		switch verdict {
		case incomplete:
			f.keep(rest)
			return
		case bad:
			f.counts.BadChecksums++
			f.counts.SkippedBytes++
			n = 1 // a frame may begin within what looked like one
		case noise:
			f.counts.SkippedBytes++
			n = 1
		case good:
			f.counts.Frames++
			out(rest[:n])
		}
		rest = rest[n:]
	}
	f.held = f.held[:0]
}

// keep holds what may become a frame: never more than one of the longest.
func (f *Framer) keep(rest []byte) {
	n := copy(f.held, rest)
	f.held = f.held[:n]
}

type verdict int

const (
	noise verdict = iota
	incomplete
	bad
	good
)

// look says what begins at the first byte, and how long it is.
func look(b []byte) (int, verdict) {
	const reserved = 0xFC
	if b[0] != preamble || len(b) > 1 && b[1]&reserved != 0 {
		return 0, noise
	}
	if len(b) < 3 {
		return 0, incomplete
	}
	n := int(b[1]&3)<<8 + int(b[2]) + overhead
	if len(b) < n {
		return 0, incomplete
	}
	if Checksum(b[:n-3]) != uint32(b[n-3])<<16|uint32(b[n-2])<<8|uint32(b[n-1]) {
		return 0, bad
	}
	return n, good
}

// Type is the number of a frame's message, 0 of one that is too short to have any.
func Type(frame []byte) int {
	if len(frame) < overhead+2 {
		return 0
	}
	return int(frame[3])<<4 | int(frame[4])>>4
}

// Checksum is CRC-24Q.
func Checksum(b []byte) uint32 {
	const polynomial, top = 0x1864CFB, 1 << 24
	var crc uint32
	for _, v := range b {
		crc ^= uint32(v) << 16
		for range 8 {
			crc <<= 1
			if crc&top != 0 {
				crc ^= polynomial
			}
		}
	}
	return crc
}
