package record

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"strings"
	"time"
)

// Contents is where a player finds what in a segment.
type Contents struct {
	// HeaderBytes is the size of the file's beginning, which describes all fragments.
	HeaderBytes int64
	// Codecs names the codec and its profile to a browser (RFC 6381), as in avc1.42C01F.
	Codecs string
	// Fragments are those that are whole, in order.
	Fragments []Fragment
}

// Fragment is a run of pictures in a segment, of about a second.
type Fragment struct {
	// At and Bytes are its place in the file.
	At, Bytes int64
	// Time is when its first picture was taken, UTC.
	Time time.Time
	// Shown is when that picture is shown and Ends when the last one ends, from the beginning of the file's time.
	Shown, Ends time.Duration
	// Key is true where it begins with a key picture.
	Key bool
}

// ReadContents reads a segment of a size, which may still grow.
func ReadContents(r io.ReaderAt, size int64) (Contents, error) {
	c, err := scan(r, size)
	if err != nil {
		return Contents{}, err
	}
	out := Contents{HeaderBytes: c.roomAt + indexRoom, Codecs: c.codecs, Fragments: make([]Fragment, len(c.pieces))}
	for i, p := range c.pieces {
		out.Fragments[i] = Fragment{
			At: p.at, Bytes: p.size, Time: p.taken, Shown: ticks(p.first), Ends: ticks(p.span.to), Key: p.key,
		}
	}
	return out, nil
}

// codecsOf names what a sample entry describes; "" where it cannot be read.
func codecsOf(c Codec, entry []byte) string {
	if c == H265 {
		b, _, ok := child(entry, "hvcC")
		if !ok || len(b) < 13 {
			return ""
		}
		return hevcName(b)
	}
	b, _, ok := child(entry, "avcC")
	if !ok || len(b) < 4 {
		return ""
	}
	return fmt.Sprintf("avc1.%02X%02X%02X", b[1], b[2], b[3])
}

// hevcName is the name of what an HEVC configuration record describes (ISO/IEC 14496-15, annex E.3).
func hevcName(record []byte) string {
	space := [...]string{"", "A", "B", "C"}[record[1]>>6]
	tier := [...]string{"L", "H"}[record[1]>>5&1]
	var name strings.Builder
	_, _ = fmt.Fprintf(&name, "hvc1.%s%d.%X.%s%d", space, record[1]&31, bits.Reverse32(binary.BigEndian.Uint32(record[2:])), tier, record[12])
	constraints := record[6:12]
	for len(constraints) > 0 && constraints[len(constraints)-1] == 0 {
		constraints = constraints[:len(constraints)-1]
	}
	for _, b := range constraints {
		_, _ = fmt.Fprintf(&name, ".%X", b)
	}
	return name.String()
}
