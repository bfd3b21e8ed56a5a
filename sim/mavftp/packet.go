package mavftp

import "encoding/binary"

// PayloadSize is the length of FILE_TRANSFER_PROTOCOL's payload, DataSize that of the data in it.
const (
	PayloadSize = 251
	headerSize  = 12
	DataSize    = PayloadSize - headerSize
)

// Opcode is what a packet asks or answers.
type Opcode uint8

// The opcodes of the protocol.
const (
	None Opcode = iota
	TerminateSession
	ResetSessions
	ListDirectory
	OpenFileRO
	ReadFile
	CreateFile
	WriteFile
	RemoveFile
	CreateDirectory
	RemoveDirectory
	OpenFileWO
	TruncateFile
	Rename
	CalcFileCRC32
	BurstReadFile
	Ack Opcode = 128
	Nak Opcode = 129
)

// Code is the reason of a Nak, its first data byte.
type Code uint8

// The reasons of the protocol.
const (
	Fail Code = iota + 1
	FailErrno
	InvalidDataSize
	InvalidSession
	NoSessionsAvailable
	EndOfFile
	UnknownCommand
	FileExists
	FileProtected
	FileNotFound
)

// Packet is one decoded payload.
type Packet struct {
	Seq           uint16
	Session       uint8
	Opcode        Opcode
	Size          uint8 // of a read: bytes wanted; else the length of Data
	Requested     Opcode
	BurstComplete bool
	Offset        uint32
	Data          []byte
}

// Parse reads a payload. Data is what Size says, and never more than there is.
func Parse(b [PayloadSize]uint8) Packet {
	p := Packet{
		Seq: binary.LittleEndian.Uint16(b[0:]), Session: b[2], Opcode: Opcode(b[3]), Size: b[4], Requested: Opcode(b[5]),
		BurstComplete: b[6] != 0, Offset: binary.LittleEndian.Uint32(b[8:]),
	}
	p.Data = append([]byte(nil), b[headerSize:headerSize+min(int(p.Size), DataSize)]...)
	return p
}

// Payload writes a packet; Size is taken from Data where there is some.
func (p Packet) Payload() (b [PayloadSize]uint8) {
	binary.LittleEndian.PutUint16(b[0:], p.Seq)
	b[2], b[3], b[4], b[5] = p.Session, uint8(p.Opcode), p.Size, uint8(p.Requested)
	if len(p.Data) > 0 {
		b[4] = uint8(copy(b[headerSize:], p.Data))
	}
	if p.BurstComplete {
		b[6] = 1
	}
	binary.LittleEndian.PutUint32(b[8:], p.Offset)
	return b
}
