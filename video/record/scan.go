package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// errNotOurs means that a file does not begin as those of this package do.
var errNotOurs = errors.New("not a recording of this station")

// maxFragment bounds what is believed of a fragment's parts.
const maxFragment = 256 << 20

// piece is one whole fragment of a file.
type piece struct {
	at, size int64     // in the file, with what stands before its table
	taken    time.Time // when its first picture was taken
	first    int64     // showing time of that picture
	span     span
	key      bool // begins with a key picture
	pictures int
}

// contents is what a file holds.
type contents struct {
	durationAt, roomAt int64
	codec              Codec
	codecs             string // by RFC 6381
	width, height      int
	pieces             []piece
	end                int64 // of the last whole fragment
}

// start is when the first picture was taken, finish when the last one ends, by the pictures' own timestamps: the clock may
// have been set meanwhile.
func (c *contents) start() time.Time { return c.pieces[0].taken }

func (c *contents) finish() time.Time {
	return c.start().Add(ticks(c.pieces[len(c.pieces)-1].span.to - c.pieces[0].first))
}

func ticks(n int64) time.Duration { return time.Duration(n) * time.Second / timescale }

// boxHead reads the head of a box; ok is false where there is no whole box within size.
func boxHead(r io.ReaderAt, at, size int64) (kind string, length int64, ok bool, err error) {
	var h [8]byte
	if size-at < int64(len(h)) {
		return "", 0, false, nil
	}
	if _, err := r.ReadAt(h[:], at); err != nil {
		return "", 0, false, err
	}
	length = int64(binary.BigEndian.Uint32(h[:]))
	return string(h[4:]), length, length >= 8 && length <= size-at, nil
}

// scan reads a file of this package up to the last whole fragment.
func scan(r io.ReaderAt, size int64) (*contents, error) {
	c := &contents{}
	at, err := c.readHeader(r, size)
	if err != nil {
		return nil, err
	}
	c.end = at
	var open piece // what of it has been read
	open.at = at
	var table bool
	for {
		kind, length, ok, err := boxHead(r, at, size)
		if err != nil {
			return nil, fmt.Errorf("read recording: %w", err)
		}
		if !ok || length > maxFragment {
			return c, nil
		}
		switch kind {
		case "prft":
			body, err := read(r, at, length)
			if err != nil {
				return nil, err
			}
			if len(body) != 24 {
				return c, nil
			}
			open.taken, open.first = fromNTP(binary.BigEndian.Uint64(body[8:])), int64(binary.BigEndian.Uint64(body[16:]))
		case "moof":
			body, err := read(r, at, length)
			if err != nil {
				return nil, err
			}
			if table = open.readTable(body); !table {
				return c, nil
			}
		case "mdat":
			if !table || open.taken.IsZero() {
				return c, nil
			}
			open.size = at + length - open.at
			c.pieces = append(c.pieces, open)
			c.end = at + length
			open, table = piece{at: c.end}, false
		case "emsg":
		default:
			return c, nil // zeros that a power cut left, or another writer
		}
		at += length
	}
}

// read returns the body of a box.
func read(r io.ReaderAt, at, length int64) ([]byte, error) {
	body := make([]byte, length-8)
	if _, err := r.ReadAt(body, at+8); err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	return body, nil
}

// readHeader reads what header wrote and returns where the fragments begin.
func (c *contents) readHeader(r io.ReaderAt, size int64) (int64, error) {
	kind, length, ok, err := boxHead(r, 0, size)
	if err != nil {
		return 0, fmt.Errorf("read recording: %w", err)
	}
	if !ok || kind != "ftyp" {
		return 0, errNotOurs
	}
	at := length
	kind, length, ok, err = boxHead(r, at, size)
	if err != nil {
		return 0, fmt.Errorf("read recording: %w", err)
	}
	if !ok || kind != "moov" || length > 1<<20 {
		return 0, errNotOurs
	}
	body, err := read(r, at, length)
	if err != nil {
		return 0, err
	}
	if !c.readMovie(body, at+8) {
		return 0, errNotOurs
	}
	c.roomAt = at + length
	if size-c.roomAt < indexRoom {
		return 0, errNotOurs
	}
	return c.roomAt + indexRoom, nil
}

// readMovie finds the picture's size, the codec and the place of the duration. base is where the body stands in the file.
func (c *contents) readMovie(body []byte, base int64) bool {
	inside := func(path ...string) ([]byte, int, bool) {
		cur, off := body, 0
		for _, name := range path {
			b, at, ok := child(cur, name)
			if !ok {
				return nil, 0, false
			}
			cur, off = b, off+at
		}
		return cur, off, true
	}
	_, off, ok := inside("mvex", "mehd")
	if !ok {
		return false
	}
	c.durationAt = base + int64(off) + 4
	entry, _, ok := inside("trak", "mdia", "minf", "stbl", "stsd")
	if !ok || len(entry) < 8+8+78 {
		return false
	}
	switch string(entry[12:16]) {
	case "avc1":
		c.codec = H264
	case "hvc1":
		c.codec = H265
	default:
		return false
	}
	if c.codecs = codecsOf(c.codec, entry[8+8+78:]); c.codecs == "" {
		return false
	}
	c.width, c.height = int(binary.BigEndian.Uint16(entry[40:])), int(binary.BigEndian.Uint16(entry[42:]))
	return true
}

// child finds a box among those of a body, and where its own body begins there.
func child(body []byte, name string) (found []byte, at int, ok bool) {
	for at < len(body) {
		if len(body)-at < 8 {
			return nil, 0, false
		}
		length := int(binary.BigEndian.Uint32(body[at:]))
		if length < 8 || length > len(body)-at {
			return nil, 0, false
		}
		if string(body[at+4:at+8]) == name {
			return body[at+8 : at+length], at + 8, true
		}
		at += length
	}
	return nil, 0, false
}

// readTable reads a moof of ours.
func (p *piece) readTable(moof []byte) bool {
	traf, _, ok := child(moof, "traf")
	if !ok {
		return false
	}
	tfdt, _, ok := child(traf, "tfdt")
	if !ok || len(tfdt) != 12 {
		return false
	}
	trun, _, ok := child(traf, "trun")
	if !ok || len(trun) < 12 {
		return false
	}
	n := int(binary.BigEndian.Uint32(trun[4:]))
	if n < 1 || n > 1<<20 || len(trun) != 12+16*n {
		return false
	}
	p.span.from = int64(binary.BigEndian.Uint64(tfdt[4:]))
	p.span.to = p.span.from
	for i := range n {
		p.span.to += int64(binary.BigEndian.Uint32(trun[12+16*i:]))
	}
	p.key, p.pictures = binary.BigEndian.Uint32(trun[12+8:]) == flagsKey, n
	return p.span.from >= 0
}
