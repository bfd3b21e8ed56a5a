package link

import (
	"encoding/binary"
	"fmt"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/all"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Codec turns messages into frames and back. It knows every message of gomavlib's dialect 'all', because a frame can
// be checked only when its message is known. A Codec does not change and may be shared.
type Codec struct {
	dialect dialect.ReadWriter
	known   map[uint32]knownMessage
	// low are the messages whose number fits in it, which are nearly all that are sent.
	low [512]struct {
		knownMessage
		ok bool
	}
}

type knownMessage struct {
	crcExtra byte
	sizeV1   byte
	// Where in the payload the addressee stands, -1 where the message has none.
	targetSystem, targetComponent int
	plan                          *plan
}

// NewCodec prepares the dialect, which takes about 10 ms.
func NewCodec() (*Codec, error) {
	c := &Codec{dialect: dialect.ReadWriter{Dialect: all.Dialect}, known: make(map[uint32]knownMessage, len(all.Dialect.Messages))}
	if err := c.dialect.Initialize(); err != nil {
		return nil, fmt.Errorf("prepare the MAVLink dialect: %w", err)
	}
	for _, m := range all.Dialect.Messages {
		rw := c.dialect.GetMessage(m.GetID())
		p, err := newPlan(m)
		if err != nil {
			return nil, fmt.Errorf("prepare the MAVLink dialect: %w", err)
		}
		// The size without extensions is what a MAVLink 1 encoder writes, which never shortens.
		size := len(rw.Write(m, false).Payload)
		c.known[m.GetID()] = knownMessage{
			crcExtra: rw.CRCExtra(), sizeV1: byte(size),
			targetSystem: offsetOf(rw, m, "TargetSystem"), targetComponent: offsetOf(rw, m, "TargetComponent"), plan: p,
		}
		if id := m.GetID(); int(id) < len(c.low) {
			c.low[id].knownMessage, c.low[id].ok = c.known[id], true
		}
	}
	return c, nil
}

// look gives what is known of a message.
func (c *Codec) look(id uint32) (knownMessage, bool) {
	if int(id) < len(c.low) {
		return c.low[id].knownMessage, c.low[id].ok
	}
	k, ok := c.known[id]
	return k, ok
}

// Decode reads the message of a frame.
func (c *Codec) Decode(f Frame) (message.Message, error) {
	if m, ok := decodeFast(f); ok {
		return m, nil
	}
	known, ok := c.look(f.MessageID)
	if !ok {
		return nil, fmt.Errorf("decode message %d: not in the dialect", f.MessageID)
	}
	m, err := known.plan.read(f.Payload, f.Version)
	if err != nil {
		return nil, fmt.Errorf("decode message %d: %w", f.MessageID, err)
	}
	wholeValues(m, f.Payload)
	return m, nil
}

// Encode appends a MAVLink 2 frame with the message to b.
func (c *Codec) Encode(b []byte, m message.Message, sequence, systemID, componentID uint8) ([]byte, error) {
	return c.encode(b, m, 0, sequence, systemID, componentID)
}

func (c *Codec) encode(b []byte, m message.Message, flags, sequence, systemID, componentID uint8) ([]byte, error) {
	id := m.GetID()
	rw := c.dialect.GetMessage(id)
	if rw == nil {
		return b, fmt.Errorf("encode message %d: not in the dialect", id)
	}
	payload := rw.Write(m, true).Payload
	start := len(b)
	b = append(b, magicV2, byte(len(payload)), flags, 0, sequence, systemID, componentID, byte(id), byte(id>>8), byte(id>>16))
	b = append(b, payload...)
	return binary.LittleEndian.AppendUint16(b, checksum(b[start+1:], rw.CRCExtra())), nil
}
