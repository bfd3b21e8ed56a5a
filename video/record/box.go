package record

import "encoding/binary"

// boxes builds ISO base media boxes (ISO/IEC 14496-12, section 4.2) one after the other in one buffer.
type boxes struct{ buf []byte }

// box writes one box around what fill writes.
func (b *boxes) box(kind string, fill func()) {
	start := len(b.buf)
	b.u32(0)
	b.text(kind)
	fill()
	binary.BigEndian.PutUint32(b.buf[start:], uint32(len(b.buf)-start))
}

// full is a box with a version and flags.
func (b *boxes) full(kind string, version byte, flags uint32, fill func()) {
	b.box(kind, func() {
		b.u32(uint32(version)<<24 | flags)
		fill()
	})
}

func (b *boxes) u8(v ...byte)     { b.buf = append(b.buf, v...) }
func (b *boxes) u16(v uint16)     { b.buf = binary.BigEndian.AppendUint16(b.buf, v) }
func (b *boxes) u32(v uint32)     { b.buf = binary.BigEndian.AppendUint32(b.buf, v) }
func (b *boxes) u64(v uint64)     { b.buf = binary.BigEndian.AppendUint64(b.buf, v) }
func (b *boxes) text(s string)    { b.buf = append(b.buf, s...) }
func (b *boxes) zeros(n int)      { b.buf = append(b.buf, make([]byte, n)...) }
func (b *boxes) bytes(v []byte)   { b.buf = append(b.buf, v...) }
func (b *boxes) cstring(s string) { b.buf = append(append(b.buf, s...), 0) }

// matrix is the identity transformation of a track or movie.
func (b *boxes) matrix() {
	for _, v := range [9]uint32{1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30} {
		b.u32(v)
	}
}
