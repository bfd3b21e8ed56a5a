package album

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// MostNote is the size of the largest note.
const MostNote = 4 << 10

// ErrNote means that a note is too large, or the file is no JPEG file.
var ErrNote = errors.New("the note does not go into the picture's file")

// noteMark begins a note among the comments that a JPEG file may hold.
const noteMark = "vedette note: "

// noteHead is where a note is: the start of the image, and a comment (ISO/IEC 10918-1, B.2.4.5) at once behind it, with its size.
const noteHead = 2 + 2 + 2

// WithNote is a JPEG file with a note in it, in the place of the one that it had: what the station has to know of a picture is on disk with it,
// or not at all.
func WithNote(jpeg, note []byte) ([]byte, error) {
	jpeg = WithoutNote(jpeg)
	if len(note) > MostNote || !bytes.HasPrefix(jpeg, []byte{0xff, 0xd8}) {
		return nil, ErrNote
	}
	out := make([]byte, 0, len(jpeg)+noteHead+len(noteMark)+len(note))
	out = append(out, 0xff, 0xd8, 0xff, 0xfe)
	out = binary.BigEndian.AppendUint16(out, uint16(2+len(noteMark)+len(note))) //nolint:gosec // MostNote is far below
	out = append(append(out, noteMark...), note...)
	return append(out, jpeg[2:]...), nil
}

// Note is what was noted in a JPEG file; nil: nothing.
func Note(jpeg []byte) []byte {
	if end := noteEnd(jpeg); end > 0 {
		return jpeg[noteHead+len(noteMark) : end]
	}
	return nil
}

// WithoutNote is the picture alone, as it is given away.
func WithoutNote(jpeg []byte) []byte {
	end := noteEnd(jpeg)
	if end == 0 {
		return jpeg
	}
	return append([]byte{0xff, 0xd8}, jpeg[end:]...)
}

// noteEnd is where a note ends; 0: there is none.
func noteEnd(jpeg []byte) int {
	if len(jpeg) < noteHead || !bytes.HasPrefix(jpeg, []byte{0xff, 0xd8, 0xff, 0xfe}) {
		return 0
	}
	end := 4 + int(binary.BigEndian.Uint16(jpeg[4:]))
	if end > len(jpeg) || end < noteHead+len(noteMark) || !bytes.HasPrefix(jpeg[noteHead:], []byte(noteMark)) {
		return 0
	}
	return end
}
