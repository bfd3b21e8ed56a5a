package link

import (
	"bytes"
	"time"
)

// giveUpAfter is how long a stream may take over one frame. A stray start byte on a quiet line looks like the
// beginning of a frame that never ends; what stands behind it is looked at again after this time.
const giveUpAfter = 500 * time.Millisecond

// ScanCounts counts what a scanner saw.
type ScanCounts struct {
	// Frames were whole and right.
	Frames uint64
	// BadChecksums looked like frames of a known message but were damaged, or were not frames at all.
	BadChecksums uint64
	// SkippedBytes belonged to no frame: noise, damaged frames, and messages that the dialect does not hold.
	SkippedBytes uint64
	// Unknown were frames of messages that the codec does not know and that were passed on; they are among no other count.
	Unknown uint64
}

// Scanner finds the frames in a stream of bytes. After anything that is not a frame it goes on at the next byte, never
// behind the length that the bad header names, so that a stray start byte costs no good frame. It holds at
// most one frame's length of bytes between calls. It is not safe for concurrent use.
type Scanner struct {
	// Unknown, when not nil, is given frames of messages that the codec does not know, valid only during the call. Their
	// checksum cannot be checked in full, so they are good for passing on and for nothing else.
	Unknown func(Frame)

	codec  *Codec
	buffer []byte
	// The first old bytes of the buffer were there at since.
	old    int
	since  time.Time
	counts ScanCounts
}

// NewScanner makes a scanner for one stream.
func NewScanner(c *Codec) *Scanner { return &Scanner{codec: c} }

// Counts gives the counters since the scanner was made.
func (s *Scanner) Counts() ScanCounts { return s.counts }

// Feed takes the next bytes of the stream, which may be none, at the time now, and calls emit for every frame that
// they complete. The frames are valid only during that call.
func (s *Scanner) Feed(b []byte, now time.Time, emit func(Frame)) {
	s.buffer = append(s.buffer, b...)
	expired := 0
	if now.Sub(s.since) >= giveUpAfter {
		expired = s.old
	}
	used := s.scan(s.buffer, expired, emit)
	s.buffer = append(s.buffer[:0], s.buffer[used:]...)
	if expired > 0 || used >= s.old {
		s.old, s.since = len(s.buffer), now
	} else {
		s.old -= used
	}
}

// Datagram finds the frames in one datagram, of which there may be any number; a frame never goes on in the next one.
func (s *Scanner) Datagram(b []byte, emit func(Frame)) {
	s.scan(b, len(b), emit)
}

// scan emits the frames in b and says how many bytes are done with. It stops before a frame that has begun and is not
// complete, unless that begins among the first expired bytes.
func (s *Scanner) scan(b []byte, expired int, emit func(Frame)) int {
	pos, counts := 0, &s.counts
	for {
		next := nextMagic(b[pos:])
		counts.SkippedBytes += uint64(next)
		pos += next
		if pos == len(b) {
			return pos
		}
		f, v := parseFrame(s.codec, b[pos:])
		if v == notFrame && s.Unknown != nil {
			f, v = s.guess(b[pos:], pos < expired)
		}
		switch {
		case v == isFrame:
			counts.Frames++
			pos += len(f.Raw)
			emit(f)
			continue
		case v == unknownFrame:
			counts.Unknown++
			pos += len(f.Raw)
			s.Unknown(f)
			continue
		case v == needMore && pos >= expired:
			return pos
		case v == badChecksum:
			counts.BadChecksums++
		}
		counts.SkippedBytes++
		pos++
	}
}

func nextMagic(b []byte) int {
	// Nearly always a frame follows on a frame.
	if len(b) > 0 && b[0] == magicV2 {
		return 0
	}
	n := bytes.IndexByte(b, magicV2)
	if n < 0 {
		n = len(b)
	}
	if m := bytes.IndexByte(b[:n], magicV1); m >= 0 {
		n = m
	}
	return n
}
