package link

import (
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Seal signs frames with one key. It is called from the writing goroutines.
type Seal interface {
	// Sign gives the signature of a frame that ends with its checksum and has the flag of a signed one: link id, timestamp
	// and signature. False means that it cannot be signed now; the frame is then not sent, and counted.
	Sign(frame []byte) (signature [signatureV2]byte, ok bool)
}

// Hooks are called for what passes a link; each may be nil, and none may block or keep a frame.
type Hooks struct {
	// Seals says how a message to a system (0: to everybody) leaves by a peer: one frame for each, a nil one unsigned.
	// No answer is one unsigned frame.
	Seals func(p *Peer, target uint8) []Seal
	// Sent hears every frame that was written.
	Sent func(p *Peer, frame []byte, at time.Time)
	// Opened is called once when a peer is there, before anything is heard from it.
	Opened func(p *Peer)
	// Unknown hears frames of messages that the codec does not know.
	Unknown func(p *Peer, f Frame, at time.Time)
}

// Raw is a whole frame that is sent as it is: with its own sender, sequence and signature. Peer.Send takes it as a message.
type Raw []byte

// GetID implements message.Message.
func (r Raw) GetID() uint32 {
	switch {
	case len(r) >= headerV2 && r[0] == magicV2:
		return uint32(r[7]) | uint32(r[8])<<8 | uint32(r[9])<<16
	case len(r) >= headerV1:
		return uint32(r[5])
	default:
		return 0
	}
}

// outlet makes frames of what a peer sends and writes them. It belongs to the peer's writing goroutine.
type outlet struct {
	peer     *Peer
	sequence uint8
	buffer   []byte
}

// send writes a message, once for each seal. A message that cannot be made into a frame is logged and passed over.
func (o *outlet) send(m message.Message) error {
	if raw, ok := m.(Raw); ok {
		return o.write(raw)
	}
	par := &o.peer.link.par
	frame, err := par.Codec.Encode(o.buffer[:0], m, o.sequence, par.SystemID, par.ComponentID)
	if err != nil {
		o.peer.link.log.Error("a message could not be sent", "error", err)
		return nil
	}
	o.buffer = frame
	var seals []Seal
	if par.Seals != nil {
		system, _ := par.Codec.Target(m.GetID(), frame[headerV2:len(frame)-checksumLen])
		seals = par.Seals(o.peer, system)
	}
	if len(seals) == 0 {
		o.sequence++
		return o.write(frame)
	}
	for _, s := range seals {
		if err := o.seal(m, s); err != nil {
			return err
		}
	}
	return nil
}

func (o *outlet) seal(m message.Message, s Seal) error {
	par := &o.peer.link.par
	flags := byte(0)
	if s != nil {
		flags = flagSigned
	}
	frame, err := par.Codec.encode(o.buffer[:0], m, flags, o.sequence, par.SystemID, par.ComponentID)
	if err != nil {
		return fmt.Errorf("encode again: %w", err) // it went well a moment ago
	}
	o.buffer = frame
	if s != nil {
		signature, ok := s.Sign(frame)
		if !ok {
			o.peer.link.unsealed.Add(1)
			return nil
		}
		frame = append(frame, signature[:]...)
		o.buffer = frame
	}
	o.sequence++
	return o.write(frame)
}

func (o *outlet) write(frame []byte) error {
	l := o.peer.link
	o.peer.bytesOut.Add(uint64(len(frame))) // a write that fails has used the line too
	if err := o.peer.write(frame); err != nil {
		return err
	}
	l.framesOut.Add(1)
	l.bytesOut.Add(uint64(len(frame)))
	if l.par.Sent != nil {
		l.par.Sent(o.peer, frame, time.Now())
	}
	return nil
}

// unknown passes a frame of a message that the codec does not know to the hook. It never makes a peer.
func (r *receiver) unknown(f Frame) {
	if r.from != nil {
		r.link.par.Unknown(r.from, f, time.Now())
	}
}
