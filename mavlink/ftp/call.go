package ftp

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

// crcPatience is how long a vehicle may read a large file for its checksum.
const crcPatience = 10 * time.Second

// Call is an operation of one request and one answer.
type Call struct {
	x       exchange
	request Payload
	result  Payload
	done    bool
}

func newCall(c *Conn, op Opcode, data string) *Call {
	return &Call{x: exchange{conn: c}, request: Payload{Op: op, Data: []byte(data)}}
}

func pathCall(c *Conn, op Opcode, path string) (*Call, error) {
	if err := checkPath(path, maxPath); err != nil {
		return nil, err
	}
	return newCall(c, op, path), nil
}

// NewRemove deletes a file.
func NewRemove(c *Conn, path string) (*Call, error) { return pathCall(c, OpRemove, path) }

// NewMakeDir makes a folder.
func NewMakeDir(c *Conn, path string) (*Call, error) { return pathCall(c, OpMakeDir, path) }

// NewRemoveDir deletes an empty folder.
func NewRemoveDir(c *Conn, path string) (*Call, error) { return pathCall(c, OpRemoveDir, path) }

// NewTruncate cuts a file to size bytes.
func NewTruncate(c *Conn, path string, size uint32) (*Call, error) {
	call, err := pathCall(c, OpTruncate, path)
	if err == nil {
		call.request.Offset = size
	}
	return call, err
}

// NewCRC32 asks for the checksum of a file, which CRC32 then is.
func NewCRC32(c *Conn, path string) (*Call, error) {
	call, err := pathCall(c, OpCRC32, path)
	if err == nil {
		call.x.patience = crcPatience
	}
	return call, err
}

// NewRename gives a file or folder another name.
func NewRename(c *Conn, from, to string) (*Call, error) {
	if err := checkPath(from, maxRenamedPaths); err != nil {
		return nil, err
	}
	if err := checkPath(to, maxRenamedPaths); err != nil {
		return nil, err
	}
	if len(from)+len(to) > maxRenamedPaths {
		return nil, fmt.Errorf("%w: both names have %d bytes, %d are possible", ErrPath, len(from)+len(to), maxRenamedPaths)
	}
	return newCall(c, OpRename, from+"\x00"+to), nil
}

// CRC32 is the checksum that the vehicle told, false where it told none.
func (c *Call) CRC32() (uint32, bool) {
	if !c.done || len(c.result.Data) < 4 {
		return 0, false
	}
	return binary.LittleEndian.Uint32(c.result.Data), true
}

// Tick implements dialog.Machine.
func (c *Call) Tick(now time.Time) dialog.Step {
	switch {
	case c.done:
		return dialog.Step{Done: true}
	case !c.x.open:
		return c.x.ask(c.request, now)
	}
	step := c.x.tick(now)
	c.done = step.Done
	return step
}

// Handle implements dialog.Machine.
func (c *Call) Handle(m message.Message, now time.Time) dialog.Step {
	if c.done {
		return dialog.Step{Done: true}
	}
	p, ok := c.x.received(m)
	if !ok || !c.x.answers(p, now) {
		return c.x.wait()
	}
	c.done = true
	if p.Op == opNak {
		return ended(refusal(p))
	}
	p.Data = append([]byte(nil), p.Data...)
	c.result = p
	return ended(nil)
}

// Checksum is the CRC 32 that vehicles tell of a file: the usual polynomial, begun with zero and not inverted.
func Checksum(data []byte) uint32 { return ^crc32.Update(^uint32(0), crc32.IEEETable, data) }
