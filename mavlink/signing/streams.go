package signing

import (
	"fmt"
	"strconv"
	"strings"
)

// Stream names a row of signed frames: each has its own rising timestamps.
type Stream struct {
	System, Component, LinkID uint8
}

// MarshalText implements encoding.TextMarshaler.
func (s Stream) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%d/%d/%d", s.System, s.Component, s.LinkID), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Stream) UnmarshalText(text []byte) error {
	parts := strings.Split(string(text), "/")
	if len(parts) != 3 {
		return fmt.Errorf("stream %q: want system/component/link", text)
	}
	var ids [3]uint8
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return fmt.Errorf("stream %q: %w", text, err)
		}
		ids[i] = uint8(n)
	}
	*s = Stream{ids[0], ids[1], ids[2]}
	return nil
}

// Verdict is what becomes of a frame.
type Verdict int

// The verdicts; from RefusedUnsigned on the frame is refused.
const (
	// Unchecked frames come from vehicles without a key, signed or not.
	Unchecked Verdict = iota
	// Verified frames have the right signature and a new timestamp.
	Verified
	// Excused frames are unsigned and taken all the same: on a trusted link, of a radio, or by the configuration.
	Excused
	// Confirmed is the first frame that shows that a vehicle uses its new key, or has put its key away.
	Confirmed
	// RefusedUnsigned frames lack a signature.
	RefusedUnsigned
	// RefusedSignature frames were signed with another key, or changed on their way.
	RefusedSignature
	// RefusedReplay frames have a timestamp that is far behind the last of their stream.
	RefusedReplay
	// RefusedCopy frames are late ones or copies, as two links to one vehicle make them: no more than two seconds behind.
	RefusedCopy
	// RefusedOld frames begin a stream more than a minute behind the newest of their vehicle.
	RefusedOld
	// RefusedStreams frames begin a stream when there are too many.
	RefusedStreams

	verdicts = int(RefusedStreams) + 1
)

// Refused tells whether the frame must not be used.
func (v Verdict) Refused() bool { return v >= RefusedUnsigned }

// maxStreams bounds the table of a vehicle; ArduPilot itself keeps 16.
const maxStreams = 64

// Streams are the rows of signed frames of one vehicle with the last timestamp of each.
type Streams struct {
	Newest Timestamp            `json:"newest"`
	Last   map[Stream]Timestamp `json:"last,omitempty"`
}

// Check takes a frame whose signature is right: Verified, or why it must be refused. Refused frames change nothing.
func (s *Streams) Check(st Stream, at Timestamp) Verdict {
	last, known := s.Last[st]
	switch {
	case known && at <= last && at+lateness >= last:
		return RefusedCopy
	case known && at <= last:
		return RefusedReplay
	case !known && at+window < s.Newest:
		return RefusedOld
	case !known && len(s.Last) >= maxStreams && !s.tidy():
		return RefusedStreams
	}
	if s.Last == nil {
		s.Last = make(map[Stream]Timestamp)
	}
	s.Last[st] = at
	s.Newest = max(s.Newest, at)
	return Verified
}

// tidy drops the streams that ended more than a minute before the newest frame, of which no frame would be taken as a
// new stream's either; false when there was none.
func (s *Streams) tidy() bool {
	before := len(s.Last)
	for st, last := range s.Last {
		if last+window < s.Newest {
			delete(s.Last, st)
		}
	}
	return len(s.Last) < before
}
