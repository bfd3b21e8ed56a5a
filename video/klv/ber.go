package klv

import "errors"

var (
	errShort  = errors.New("it ends in the middle")
	errLength = errors.New("a length is longer than four bytes")
	errTag    = errors.New("a tag is longer than four bytes")
)

// takeLength reads a BER length (SMPTE ST 336): one byte, or a count of bytes with the top bit set and then these.
func takeLength(b []byte) (n int, rest []byte, err error) {
	if len(b) == 0 {
		return 0, nil, errShort
	}
	if b[0] < 0x80 {
		return int(b[0]), b[1:], nil
	}
	size := int(b[0] & 0x7f)
	if size == 0 || size > 4 {
		return 0, nil, errLength
	}
	if len(b) < 1+size {
		return 0, nil, errShort
	}
	var v uint64
	for _, c := range b[1 : 1+size] {
		v = v<<8 | uint64(c)
	}
	if v > MaxPacket {
		return 0, nil, errShort // no packet is that long
	}
	return int(v), b[1+size:], nil
}

// appendLength writes a BER length in as few bytes as it takes.
func appendLength(b []byte, n int) []byte {
	switch {
	case n < 0x80:
		return append(b, byte(n))
	case n < 0x100:
		return append(b, 0x81, byte(n))
	case n < 0x10000:
		return append(b, 0x82, byte(n>>8), byte(n))
	default:
		return append(b, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
}

// takeTag reads a BER-OID number (SMPTE ST 336): seven bits a byte, the top bit set on all but the last.
func takeTag(b []byte) (tag uint32, rest []byte, err error) {
	for i, c := range b {
		if i == 4 {
			return 0, nil, errTag
		}
		tag = tag<<7 | uint32(c&0x7f)
		if c < 0x80 {
			return tag, b[i+1:], nil
		}
	}
	return 0, nil, errShort
}

func appendTag(b []byte, tag uint32) []byte {
	for shift := 21; shift > 0; shift -= 7 {
		if tag>>shift != 0 {
			b = append(b, byte(tag>>shift)|0x80)
		}
	}
	return append(b, byte(tag)&0x7f)
}

// takePart reads a length and as many bytes.
func takePart(b []byte) (part, rest []byte, err error) {
	n, b, err := takeLength(b)
	if err != nil {
		return nil, nil, err
	}
	if n > len(b) {
		return nil, nil, errShort
	}
	return b[:n:n], b[n:], nil
}

// bigEndian reads an unsigned number of at most eight bytes.
func bigEndian(b []byte) (v uint64) {
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// signExtend reads a two's complement number of that many bytes.
func signExtend(v uint64, bytes int) int64 {
	shift := 64 - 8*bytes
	return int64(v<<shift) >> shift
}

func appendBigEndian(b []byte, v uint64, bytes int) []byte {
	for i := bytes - 1; i >= 0; i-- {
		b = append(b, byte(v>>(8*i)))
	}
	return b
}

// bytesFor is how many bytes an unsigned number takes, at least one.
func bytesFor(v uint64) int {
	n := 1
	for v >>= 8; v > 0; v >>= 8 {
		n++
	}
	return n
}
