package record

import (
	"encoding/binary"
	"errors"
	"os"
)

// maxReference bounds the bytes of one entry of a segment index: 31 bits.
const maxReference = 1<<31 - 1

// segmentIndex is the index that lets players go to any second without reading the file (sidx: ISO/IEC 14496-12, section
// 8.16.3), with the free space that is left of its room.
func segmentIndex(pieces []piece) []byte {
	const head, entry = 12 + 28, 12
	var starts []int // fragments that begin with a key picture: an entry begins with one
	for i, p := range pieces {
		if p.key || i == 0 {
			starts = append(starts, i)
		}
	}
	most := (indexRoom - head - 8) / entry
	each := (len(starts) + most - 1) / most
	entries := (len(starts) + each - 1) / each
	var b boxes
	b.full("sidx", 1, 0, func() {
		b.u32(trackID)
		b.u32(timescale)
		b.u64(uint64(pieces[0].span.from))
		b.u64(0) // set below: what is left of the room
		b.u16(0)
		b.u16(uint16(entries))
		for i := range entries {
			first, next := starts[i*each], len(pieces)
			until := pieces[len(pieces)-1].span.to
			if i+1 < entries {
				next = starts[(i+1)*each]
				until = pieces[next].span.from
			}
			size := pieces[next-1].at + pieces[next-1].size - pieces[first].at
			b.u32(uint32(min(size, maxReference)))
			b.u32(uint32(max(until-pieces[first].span.from, 0)))
			b.u32(0x90000000) // begins with a key picture
		}
	})
	left := indexRoom - len(b.buf)
	binary.BigEndian.PutUint64(b.buf[8+4+8+8:], uint64(left))
	b.box("free", func() { b.zeros(left - 8) })
	return b.buf
}

// finish writes the duration and the index of a file whose fragments are all there, and has it on disk.
func finish(f *os.File, c *contents) error {
	if len(c.pieces) == 0 {
		return errors.New("finish recording: it has no pictures")
	}
	first, last := c.pieces[0].span.from, c.pieces[len(c.pieces)-1].span.to
	if _, err := f.WriteAt(binary.BigEndian.AppendUint64(nil, uint64(last-first)), c.durationAt); err != nil {
		return err
	}
	if _, err := f.WriteAt(segmentIndex(c.pieces), c.roomAt); err != nil {
		return err
	}
	return f.Sync()
}
