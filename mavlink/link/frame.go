package link

import (
	"encoding/binary"
)

const (
	magicV1 = 0xFE
	magicV2 = 0xFD

	headerV1    = 6
	headerV2    = 10
	checksumLen = 2
	signatureV2 = 13
	flagSigned  = 0x01

	// maxFrame is the longest MAVLink 2 frame: header, 255 bytes, checksum, signature.
	maxFrame = headerV2 + 255 + checksumLen + signatureV2
)

// Frame is one MAVLink frame whose checksum was right. Raw and Payload point into the reader's buffer: whoever keeps a
// Frame past the call that delivered it must copy them.
type Frame struct {
	// Version is 1 or 2.
	Version uint8
	// Signed tells that the frame carries a signature; it has not been checked.
	Signed bool
	// Sequence counts the frames of one component on one link, modulo 256.
	Sequence uint8
	// SystemID and ComponentID name the sender.
	SystemID, ComponentID uint8
	// MessageID is the number of the message in the dialect.
	MessageID uint32
	// Payload is the message as sent; MAVLink 2 cuts zeros off its end.
	Payload []byte
	// Raw is the whole frame, for forwarding and for logs.
	Raw []byte
}

// Checksum is the frame's own, which with sequence and sender tells its content from others.
func (f Frame) Checksum() uint16 {
	end := len(f.Raw) - checksumLen
	if f.Signed {
		end -= signatureV2
	}
	if end < 0 {
		return 0
	}
	return binary.LittleEndian.Uint16(f.Raw[end:])
}

type verdict int

const (
	isFrame verdict = iota
	notFrame
	badChecksum
	needMore
	// unknownFrame is whole, of a message that the codec does not know.
	unknownFrame
)

// parseFrame looks for a frame at the beginning of b. A message that the codec does not know cannot be checked, so
// it is never a frame.
func parseFrame(c *Codec, b []byte) (Frame, verdict) {
	switch {
	case len(b) == 0:
		return Frame{}, needMore
	case b[0] == magicV1:
		return parseV1(c, b)
	case b[0] == magicV2:
		return parseV2(c, b)
	default:
		return Frame{}, notFrame
	}
}

func parseV1(c *Codec, b []byte) (Frame, verdict) {
	if len(b) < headerV1 {
		return Frame{}, needMore
	}
	f := Frame{Version: 1, Sequence: b[2], SystemID: b[3], ComponentID: b[4], MessageID: uint32(b[5])}
	known, ok := c.look(f.MessageID)
	// A MAVLink 1 payload is never shortened.
	if !ok || b[1] != known.sizeV1 {
		return Frame{}, notFrame
	}
	return f.finish(b, headerV1, int(b[1]), 0, known.crcExtra)
}

func parseV2(c *Codec, b []byte) (Frame, verdict) {
	if len(b) < headerV2 {
		return Frame{}, needMore
	}
	// The standard: a frame with an incompatibility flag that is not understood must be discarded.
	if b[2]&^flagSigned != 0 {
		return Frame{}, notFrame
	}
	f := Frame{
		Version: 2, Signed: b[2]&flagSigned != 0, Sequence: b[4], SystemID: b[5], ComponentID: b[6],
		MessageID: uint32(b[7]) | uint32(b[8])<<8 | uint32(b[9])<<16,
	}
	known, ok := c.look(f.MessageID)
	if !ok {
		return Frame{}, notFrame
	}
	trailer := 0
	if f.Signed {
		trailer = signatureV2
	}
	return f.finish(b, headerV2, int(b[1]), trailer, known.crcExtra)
}

func (f Frame) finish(b []byte, header, length, trailer int, crcExtra byte) (Frame, verdict) {
	end := header + length
	total := end + checksumLen + trailer
	if len(b) < total {
		return Frame{}, needMore
	}
	if checksum(b[1:end], crcExtra) != binary.LittleEndian.Uint16(b[end:]) {
		return Frame{}, badChecksum
	}
	// The capacity is cut because gomavlib appends zeros to a short payload.
	f.Payload = b[header:end:end]
	f.Raw = b[:total:total]
	return f, isFrame
}

// checksum is CRC-16/MCRF4XX over b and then extra (MAVLink 'Packet Serialization', checksum).
func checksum(b []byte, extra byte) uint16 {
	crc, t := uint16(0xFFFF), &crcTables
	// Eight bytes at a time: each is looked up by how many follow it, so that no look-up waits for the one before.
	for ; len(b) >= 8; b = b[8:] {
		crc = t[7][b[0]^byte(crc)] ^ t[6][b[1]^byte(crc>>8)] ^ t[5][b[2]] ^ t[4][b[3]] ^ t[3][b[4]] ^ t[2][b[5]] ^ t[1][b[6]] ^ t[0][b[7]]
	}
	for _, v := range b {
		crc = crc>>8 ^ t[0][byte(crc)^v]
	}
	return accumulate(crc, extra)
}

// crcTables hold what each byte does to an empty checksum, when n bytes of zero follow it, for each n.
var crcTables = func() (tables [8][256]uint16) {
	for i := range 256 {
		crc := accumulate(0, byte(i))
		for n := range tables {
			tables[n][i] = crc
			crc = accumulate(crc, 0)
		}
	}
	return tables
}()

func accumulate(crc uint16, v byte) uint16 {
	t := v ^ byte(crc)
	t ^= t << 4
	return crc>>8 ^ uint16(t)<<8 ^ uint16(t)<<3 ^ uint16(t)>>4
}
