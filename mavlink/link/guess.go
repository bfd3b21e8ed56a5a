package link

import "encoding/binary"

// guess looks for a MAVLink 2 frame of an unknown message at the beginning of b, where parseFrame saw no frame. Its
// checksum holds a byte that only the message's definition tells; there must be a value of it that fits, which noise
// passes once in 256 times. So it counts only when no good frame begins inside it, and only for being passed on. last tells
// that no more bytes will come.
func (s *Scanner) guess(b []byte, last bool) (Frame, verdict) {
	if b[0] != magicV2 || len(b) < headerV2 || b[2]&^flagSigned != 0 {
		return Frame{}, notFrame
	}
	f := Frame{
		Version: 2, Signed: b[2]&flagSigned != 0, Sequence: b[4], SystemID: b[5], ComponentID: b[6],
		MessageID: uint32(b[7]) | uint32(b[8])<<8 | uint32(b[9])<<16,
	}
	if _, known := s.codec.known[f.MessageID]; known || f.SystemID == 0 {
		return Frame{}, notFrame
	}
	end := headerV2 + int(b[1])
	total := end + checksumLen
	if f.Signed {
		total += signatureV2
	}
	switch s.within(b, min(total, len(b)), last) {
	case isFrame:
		return Frame{}, notFrame
	case needMore:
		return Frame{}, needMore
	}
	if len(b) < total {
		return Frame{}, needMore
	}
	if !solvable(b[1:end], binary.LittleEndian.Uint16(b[end:])) {
		return Frame{}, notFrame
	}
	f.Payload = b[headerV2:end:end]
	f.Raw = b[:total:total]
	return f, unknownFrame
}

// within looks for a good frame of a known message that begins behind the first byte and before the end: isFrame, or
// needMore where that cannot be said yet.
func (s *Scanner) within(b []byte, end int, last bool) verdict {
	found := notFrame
	for pos := 1; pos < end; pos++ {
		pos += nextMagic(b[pos:end])
		if pos == end {
			break
		}
		switch _, v := parseFrame(s.codec, b[pos:]); {
		case v == isFrame:
			return isFrame
		case v == needMore && !last:
			found = needMore
		}
	}
	return found
}

// solvable tells whether some last byte makes the checksum of b come out as sum.
func solvable(b []byte, sum uint16) bool {
	crc := uint16(0xFFFF)
	for _, v := range b {
		crc = accumulate(crc, v)
	}
	for extra := range 256 {
		if accumulate(crc, byte(extra)) == sum {
			return true
		}
	}
	return false
}
