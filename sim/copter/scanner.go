package copter

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

const (
	magic1, magic2 = 0xFE, 0xFD
	overhead1      = 8
	overhead2      = 12
	signatureBytes = 13
	signedFlag     = 1
)

// scanner finds frames of MAVLink 1 and 2 in a stream. Bytes that make no frame cost no frame behind them.
type scanner struct {
	rest  []byte
	whole bool // bytes come in datagrams: nothing continues in the next
}

// found is one frame with a good checksum.
type found struct {
	frame  frame.Frame
	signed []byte // the whole frame, where it carries a signature
	value  []byte // of PARAM_EXT_SET, the whole field: decoded as a text it would end at its first zero
}

// push adds bytes and gives the frames that are complete, and how many candidates had a wrong checksum.
func (s *scanner) push(b []byte, d *dialect.ReadWriter) (out []found, bad int) {
	s.rest = append(s.rest, b...)
	for {
		i := slices.IndexFunc(s.rest, func(c byte) bool { return c == magic1 || c == magic2 })
		if i < 0 {
			s.rest = s.rest[:0]
			return out, bad
		}
		s.rest = s.rest[i:]
		n := frameLength(s.rest)
		if n == 0 || n > len(s.rest) {
			if !s.whole {
				return out, bad
			}
			s.rest = s.rest[1:]
			continue
		}
		f := decodeFrame(s.rest[:n], d)
		if f == nil {
			bad++
			s.rest = s.rest[1:]
			continue
		}
		if _, unknown := f.GetMessage().(*message.MessageRaw); !unknown {
			x := found{frame: f}
			if s.rest[0] == magic2 && s.rest[2]&signedFlag != 0 {
				x.signed = bytes.Clone(s.rest[:n])
			}
			if _, ok := x.frame.GetMessage().(*mav.MessageParamExtSet); ok && s.rest[0] == magic2 {
				x.value = extValue(s.rest[overhead2-2 : overhead2-2+int(s.rest[1])])
			}
			out = append(out, x)
			s.rest = s.rest[n:]
			continue
		}
		s.rest = s.rest[1:] // its checksum cannot be known: what follows is looked at byte by byte
	}
}

// extValue is param_value in the payload of a PARAM_EXT_SET, with the zeros that the wire leaves out at the end.
func extValue(payload []byte) []byte {
	const at = 18 // behind the target and the name
	value := make([]byte, extRoom)
	if len(payload) > at {
		copy(value, payload[at:])
	}
	return value
}

// frameLength is the length that a frame says it has; 0 where too little of it is there.
func frameLength(b []byte) int {
	switch {
	case len(b) < 3:
		return 0
	case b[0] == magic1:
		return overhead1 + int(b[1])
	case b[2]&signedFlag != 0:
		return overhead2 + int(b[1]) + signatureBytes
	}
	return overhead2 + int(b[1])
}

func decodeFrame(b []byte, d *dialect.ReadWriter) frame.Frame {
	r := &frame.Reader{BufByteReader: bufio.NewReaderSize(bytes.NewReader(b), len(b)), DialectRW: d}
	if err := r.Initialize(); err != nil {
		return nil // cannot be: the reader is set
	}
	f, err := r.Read()
	if err != nil {
		return nil
	}
	return f
}

// idOf is the message number of a MAVLink 2 frame.
func idOf(b []byte) uint32 {
	return binary.LittleEndian.Uint32([]byte{b[7], b[8], b[9], 0})
}
