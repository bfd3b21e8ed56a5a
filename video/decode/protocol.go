package decode

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The protocol between parent and child. Every message is a 4-byte big-endian length, then that many bytes, of which
// the first is the kind. The child speaks first (hello), then answers each request with exactly one picture or none.
const (
	kindHello   = 'H' // 1 byte: 1 ready, 0 not; then text: the decoder's version, or why there is none
	kindRequest = 'R' // 8 bytes id, 1 byte flags, then an access unit in Annex B form
	kindPicture = 'P' // 8 bytes id, 2 bytes width, 2 bytes height, then width*height bytes of luma
	kindNone    = 'N' // 8 bytes id, 1 byte: 1 refused by the decoder, 0 nothing to show
)

// flagPicture asks for the picture; without it the access unit is decoded for the sake of later ones.
const flagPicture = 1

// Sizes that are believed. A child that says otherwise is ended.
const (
	maxAccessUnit = 5 << 20
	maxSide       = 4096
	maxMessage    = 1 + 12 + maxSide*maxSide
	maxText       = 1024
)

var errProtocol = errors.New("decoder protocol broken")

// message is one message without its length; body aliases the reader's buffer.
type message struct {
	kind byte
	body []byte
}

// messageReader reads messages into a buffer that it reuses.
type messageReader struct {
	r   io.Reader
	buf []byte
}

func (m *messageReader) next(limit int) (message, error) {
	var head [4]byte
	if _, err := io.ReadFull(m.r, head[:]); err != nil {
		return message{}, err
	}
	n := int(binary.BigEndian.Uint32(head[:]))
	if n < 1 || n > limit {
		return message{}, fmt.Errorf("%w: message of %d bytes", errProtocol, n)
	}
	// Growing in steps keeps a lying length from taking memory that no bytes follow for.
	for have := 0; have < n; {
		step := min(n, max(have*2, 64<<10))
		if cap(m.buf) < step {
			grown := make([]byte, step)
			copy(grown, m.buf[:have])
			m.buf = grown
		}
		m.buf = m.buf[:cap(m.buf)]
		if _, err := io.ReadFull(m.r, m.buf[have:step]); err != nil {
			return message{}, fmt.Errorf("%w: message cut short: %w", errProtocol, err)
		}
		have = step
	}
	return message{kind: m.buf[0], body: m.buf[1:n]}, nil
}

// writeMessage sends a message whose body is in two parts.
func writeMessage(w io.Writer, scratch []byte, kind byte, head, rest []byte) ([]byte, error) {
	scratch = binary.BigEndian.AppendUint32(scratch[:0], uint32(1+len(head)+len(rest)))
	scratch = append(scratch, kind)
	scratch = append(scratch, head...)
	scratch = append(scratch, rest...)
	_, err := w.Write(scratch)
	return scratch, err
}

// request is one access unit to decode.
type request struct {
	id      uint64
	picture bool
	data    []byte
}

func (r request) head() []byte {
	h := binary.BigEndian.AppendUint64(make([]byte, 0, 9), r.id)
	if r.picture {
		return append(h, flagPicture)
	}
	return append(h, 0)
}

func parseRequest(m message) (request, error) {
	if m.kind != kindRequest || len(m.body) < 10 {
		return request{}, fmt.Errorf("%w: kind %q with %d bytes", errProtocol, m.kind, len(m.body))
	}
	return request{id: binary.BigEndian.Uint64(m.body), picture: m.body[8]&flagPicture != 0, data: m.body[9:]}, nil
}

// reply is a child's answer to a request.
type reply struct {
	id      uint64 // of the access unit that the picture shows, which may be an earlier one
	refused bool
	pix     []byte // nil: no picture
	width   int
	height  int
}

func parseReply(m message) (reply, error) {
	switch {
	case m.kind == kindNone && len(m.body) == 9:
		return reply{id: binary.BigEndian.Uint64(m.body), refused: m.body[8] == 1}, nil
	case m.kind == kindPicture && len(m.body) > 12:
		r := reply{
			id:    binary.BigEndian.Uint64(m.body),
			width: int(binary.BigEndian.Uint16(m.body[8:])), height: int(binary.BigEndian.Uint16(m.body[10:])),
			pix: m.body[12:],
		}
		if r.width == 0 || r.height == 0 || r.width > maxSide || r.height > maxSide || len(r.pix) != r.width*r.height {
			return reply{}, fmt.Errorf("%w: picture of %d x %d in %d bytes", errProtocol, r.width, r.height, len(r.pix))
		}
		return r, nil
	default:
		return reply{}, fmt.Errorf("%w: kind %q with %d bytes", errProtocol, m.kind, len(m.body))
	}
}

// hello is what a child says first.
type hello struct {
	ready bool
	text  string
}

func parseHello(m message) (hello, error) {
	if m.kind != kindHello || len(m.body) < 1 || len(m.body) > maxText+1 {
		return hello{}, fmt.Errorf("%w: no greeting", errProtocol)
	}
	return hello{ready: m.body[0] == 1, text: string(m.body[1:])}, nil
}
