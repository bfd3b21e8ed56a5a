package tlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// Finder knows frames.
type Finder interface {
	// FrameAt gives the length of the frame at the beginning of b, 0 where there is none, and -1 where more bytes are needed
	// to say. Strict asks for frames whose checksum can be checked in full.
	FrameAt(b []byte, strict bool) int
}

// Record is one frame of a log, valid until the next one is read.
type Record struct {
	// Time is when the frame came or went; where the log holds no sensible time, it is that of the record before.
	Time  time.Time
	Frame []byte
}

const (
	stampSize  = 8
	readAhead  = 64 << 10
	plausible0 = 631152000e6  // 1990 in microseconds
	plausible1 = 4102444800e6 // 2100
)

// Reader reads a log. Bytes between records that are no frame, as what an autopilot prints while it starts, and damage
// are passed over one by one.
type Reader struct {
	from    io.Reader
	finder  Finder
	buffer  []byte
	pos     int
	ended   error
	aligned bool
	last    time.Time
	skipped int64
}

// NewReader makes a reader of a log that begins where from stands.
func NewReader(from io.Reader, finder Finder) *Reader {
	return &Reader{from: from, finder: finder, buffer: make([]byte, 0, readAhead), aligned: true}
}

// Skipped counts bytes that belonged to no record so far.
func (r *Reader) Skipped() int64 { return r.skipped }

// Next gives the next record; the error is io.EOF at the end, where half a record may stand, or that of the file.
func (r *Reader) Next() (Record, error) {
	for {
		b := r.buffer[r.pos:]
		n := -1
		if len(b) > stampSize {
			// Behind damage only frames count that can be checked in full.
			n = r.finder.FrameAt(b[stampSize:], !r.aligned)
		}
		switch {
		case n > 0:
			r.aligned = true
			r.pos += stampSize + n
			return Record{Time: r.stamp(b), Frame: b[stampSize : stampSize+n]}, nil
		case n < 0 && r.ended == nil:
			r.fill()
		case len(b) == 0:
			return Record{}, r.end()
		default:
			r.aligned = false
			r.pos++
			r.skipped++
		}
	}
}

// stamp reads a time. Clocks of recording stations jump, so any sensible one is taken.
func (r *Reader) stamp(b []byte) time.Time {
	if us := binary.BigEndian.Uint64(b); us > plausible0 && us < plausible1 {
		r.last = time.UnixMicro(int64(us)).UTC()
	}
	return r.last
}

func (r *Reader) fill() {
	kept := copy(r.buffer, r.buffer[r.pos:])
	r.buffer, r.pos = r.buffer[:kept], 0
	if kept == cap(r.buffer) {
		r.ended = errors.New("a frame longer than any") // a finder that asks for ever
		return
	}
	n, err := r.from.Read(r.buffer[kept:cap(r.buffer)])
	r.buffer = r.buffer[:kept+n]
	if err != nil {
		r.ended = err
	}
}

func (r *Reader) end() error {
	if errors.Is(r.ended, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("read the telemetry log: %w", r.ended)
}
