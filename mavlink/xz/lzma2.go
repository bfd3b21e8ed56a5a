package xz

import "encoding/binary"

const (
	chunkEnd      = 0x00
	chunkRawReset = 0x01
	chunkRaw      = 0x02
	chunkLZMA     = 0x80
)

// The resets that a chunk of LZMA begins with; each does what those before it do.
const (
	resetState = iota + 1
	resetProperties
	resetDictionary
)

// lzma2 reads the chunks of a block and tells how many bytes they had.
func (f *file) lzma2(dict uint64) (used int, err error) {
	before := len(f.in)
	d := &decoder{f: f, dict: dict}
	for {
		control, err := f.take(1)
		if err != nil {
			return 0, err
		}
		switch c := control[0]; {
		case c == chunkEnd:
			return before - len(f.in), nil
		case c == chunkRawReset || c == chunkRaw:
			err = d.raw(c == chunkRawReset)
		case c >= chunkLZMA:
			err = d.chunk(c)
		default:
			err = broken("a chunk of no known kind")
		}
		if err != nil {
			return 0, err
		}
	}
}

// raw is a chunk that could not be made smaller.
func (d *decoder) raw(reset bool) error {
	h, err := d.f.take(2)
	if err != nil {
		return err
	}
	switch {
	case reset:
		d.base, d.begun = len(d.f.out), true
	case !d.begun:
		return broken("the first chunk needs what was before")
	}
	b, err := d.f.take(int(binary.BigEndian.Uint16(h)) + 1)
	if err != nil {
		return err
	}
	if len(d.f.out)+len(b) > d.f.limit {
		return ErrTooLarge
	}
	d.f.out = append(d.f.out, b...)
	return nil
}

// chunk is one of LZMA, which is whole in itself but for the state that it may go on with.
func (d *decoder) chunk(control byte) error {
	h, err := d.f.take(4)
	if err != nil {
		return err
	}
	size := int(control&0x1F)<<16 + int(binary.BigEndian.Uint16(h)) + 1
	reset := control >> 5 & 3
	switch {
	case reset == resetDictionary:
		d.base, d.begun = len(d.f.out), true
	case !d.begun:
		return broken("the first chunk needs what was before")
	}
	if reset >= resetProperties {
		p, err := d.f.take(1)
		if err != nil {
			return err
		}
		if err := d.properties(p[0]); err != nil {
			return err
		}
	}
	switch {
	case !d.known:
		return broken("a chunk without properties")
	case reset >= resetState:
		d.reset()
	case !d.ready:
		return broken("a chunk goes on with a state that is not there")
	}
	b, err := d.f.take(int(binary.BigEndian.Uint16(h[2:])) + 1)
	if err != nil {
		return err
	}
	if len(d.f.out)+size > d.f.limit {
		return ErrTooLarge
	}
	return d.decode(b, size)
}
