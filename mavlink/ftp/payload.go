// Package ftp is the client side of MAVFTP, the file transfer over FILE_TRANSFER_PROTOCOL (110), as state machines.
//
// What ArduPilot and PX4 do decides the details. An answer carries the number of its request plus one, and a request that is
// repeated with its number is answered again without being carried out again, so repetitions are safe for everything. A
// missing file is told as FileNotFound (10) or as FailErrno (2) with the errno behind it. Announced sizes may be wrong
// (param.pck announces a megabyte), so files are read until the vehicle says that they end. Sessions that a crash left
// open are reset before a file is opened.
package ftp

import (
	"encoding/binary"
	"fmt"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/dialog"
)

// Opcode is what a payload asks for or answers.
type Opcode uint8

// The opcodes (MAV_FTP_OPCODE).
const (
	OpTerminate     Opcode = 1
	OpReset         Opcode = 2
	OpList          Opcode = 3
	OpOpenRead      Opcode = 4
	OpRead          Opcode = 5
	OpCreate        Opcode = 6
	OpWrite         Opcode = 7
	OpRemove        Opcode = 8
	OpMakeDir       Opcode = 9
	OpRemoveDir     Opcode = 10
	OpOpenWrite     Opcode = 11
	OpTruncate      Opcode = 12
	OpRename        Opcode = 13
	OpCRC32         Opcode = 14
	OpBurstRead     Opcode = 15
	opAck           Opcode = 128
	opNak           Opcode = 129
	headerSize             = 12
	payloadSize            = 251
	maxData                = payloadSize - headerSize // 239
	maxPath                = maxData - 1              // room for the zero that some servers want
	maxRenamedPaths        = maxData - 2
)

// Payload is the content of one message.
type Payload struct {
	Seq     uint16
	Session uint8
	Op      Opcode
	// Size is the length of Data, except in requests for data, where it is how much is wanted.
	Size uint8
	// Answers is the opcode of the request that is answered.
	Answers       Opcode
	BurstComplete bool
	Offset        uint32
	Data          []byte
}

// Parse reads a payload. Its Data is a part of b.
func Parse(b []byte) (Payload, error) {
	if len(b) < headerSize {
		return Payload{}, fmt.Errorf("an FTP payload of %d bytes", len(b))
	}
	p := Payload{
		Seq: binary.LittleEndian.Uint16(b), Session: b[2], Op: Opcode(b[3]), Size: b[4], Answers: Opcode(b[5]),
		BurstComplete: b[6] != 0, Offset: binary.LittleEndian.Uint32(b[8:]),
	}
	if p.Op != opAck && p.Op != opNak {
		return Payload{}, fmt.Errorf("an FTP payload with opcode %d is no answer", p.Op)
	}
	if int(p.Size) > len(b)-headerSize {
		return Payload{}, fmt.Errorf("an FTP payload that claims %d of %d bytes of data", p.Size, len(b)-headerSize)
	}
	p.Data = b[headerSize : headerSize+int(p.Size)]
	return p, nil
}

// message makes the message that carries a request.
func (p Payload) message(peer dialog.Peer) *common.MessageFileTransferProtocol {
	m := &common.MessageFileTransferProtocol{TargetSystem: peer.System, TargetComponent: peer.Component}
	binary.LittleEndian.PutUint16(m.Payload[:], p.Seq)
	m.Payload[2], m.Payload[3], m.Payload[4] = p.Session, byte(p.Op), p.Size
	binary.LittleEndian.PutUint32(m.Payload[8:], p.Offset)
	if n := copy(m.Payload[headerSize:], p.Data); n > 0 {
		m.Payload[4] = byte(n)
	}
	return m
}
