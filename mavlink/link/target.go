package link

import (
	"bytes"
	"reflect"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// mark stands for a target while its place in the payload is looked for; no other byte of that payload is set.
const mark = 0xA5

// offsetOf finds a one-byte field in the payload of a message, -1 where it has none. MAVLink orders fields by size, so the
// place is found by encoding a message that has nothing but this field set.
func offsetOf(rw *message.ReadWriter, m message.Message, field string) int {
	probe := reflect.New(reflect.TypeOf(m).Elem())
	if _, manual := m.(*common.MessageManualControl); manual && field == "TargetSystem" {
		field = "Target" // the one message that calls it so
	}
	f := probe.Elem().FieldByName(field)
	if !f.IsValid() || f.Kind() != reflect.Uint8 {
		return -1
	}
	f.SetUint(mark)
	made, ok := reflect.TypeAssert[message.Message](probe)
	if !ok {
		return -1
	}
	return bytes.IndexByte(rw.Write(made, true).Payload, mark)
}

// Target gives whom a message is for, from its payload; 0 is everybody, also where the message names nobody.
func (c *Codec) Target(id uint32, payload []byte) (system, component uint8) {
	known, ok := c.known[id]
	if !ok {
		return 0, 0
	}
	return byteAt(payload, known.targetSystem), byteAt(payload, known.targetComponent)
}

// Addressee gives the message of a whole frame and its target system, 0 for everybody.
func (c *Codec) Addressee(frame []byte) (id uint32, system uint8) {
	header, length := headerV1, 0
	switch {
	case len(frame) >= headerV2 && frame[0] == magicV2:
		header, length = headerV2, int(frame[1])
	case len(frame) >= headerV1:
		length = int(frame[1])
	default:
		return 0, 0
	}
	id = Raw(frame).GetID()
	system, _ = c.Target(id, frame[header:min(header+length, len(frame))])
	return id, system
}

// Addressed tells whether messages of this id name a target system at all.
func (c *Codec) Addressed(id uint32) bool {
	known, ok := c.known[id]
	return ok && known.targetSystem >= 0
}

// byteAt reads a payload from whose end MAVLink 2 has cut zeros.
func byteAt(payload []byte, i int) uint8 {
	if i < 0 || i >= len(payload) {
		return 0
	}
	return payload[i]
}
