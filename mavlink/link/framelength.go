package link

import "encoding/binary"

// FrameAt gives the length of the frame at the beginning of b, 0 where there is none, and -1 where more bytes are needed
// to say. Unless strict, a frame of an unknown message counts whose checksum can be right.
func (c *Codec) FrameAt(b []byte, strict bool) int {
	f, v := parseFrame(c, b)
	switch {
	case v == isFrame:
		return len(f.Raw)
	case v == needMore:
		return -1
	case strict || v != notFrame || b[0] != magicV2 || b[2]&^flagSigned != 0:
		return 0
	}
	if _, known := c.known[uint32(b[7])|uint32(b[8])<<8|uint32(b[9])<<16]; known {
		return 0
	}
	end := headerV2 + int(b[1])
	total := end + checksumLen
	if b[2]&flagSigned != 0 {
		total += signatureV2
	}
	switch {
	case len(b) < total:
		return -1
	case solvable(b[1:end], binary.LittleEndian.Uint16(b[end:])):
		return total
	default:
		return 0
	}
}
