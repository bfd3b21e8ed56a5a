package record

import (
	"errors"
	"fmt"

	"vedette/video/h264"
	"vedette/video/h265"
)

const (
	// timescale counts time in a file, as RTP does for video.
	timescale = 90_000
	// trackID is that of the one track of a file.
	trackID = 1
	// indexRoom is what is kept free after the header for the segment index that a closed file has.
	indexRoom = 8 << 10
	// maxHeader is larger than any header, so that a file of at most this size can have lost its own.
	maxHeader = indexRoom + 8<<10
)

// errNoSets means that a stream's parameter sets are not known or cannot be used.
var errNoSets = errors.New("no usable parameter sets")

// format is what the header of a file says of its pictures.
type format struct {
	codec         Codec
	vps, sps, pps []byte
	width, height int
}

// newFormat reads the parameter sets that begin a key picture.
func newFormat(codec Codec, nals [][]byte) (format, error) {
	f := format{codec: codec}
	for _, nal := range nals {
		switch f.codec.kind(nal) {
		case nalVPS:
			f.vps = nal
		case nalSPS:
			f.sps = nal
		case nalPPS:
			f.pps = nal
		}
	}
	if len(f.sps) < 4 || len(f.pps) == 0 || codec == H265 && len(f.vps) == 0 {
		return format{}, errNoSets
	}
	if codec == H265 {
		s, err := h265.ParseSPS(f.sps)
		if err != nil {
			return format{}, fmt.Errorf("%w: %w", errNoSets, err)
		}
		f.width, f.height = s.Width, s.Height
		return f, nil
	}
	s, err := h264.ParseSPS(f.sps)
	if err != nil {
		return format{}, fmt.Errorf("%w: %w", errNoSets, err)
	}
	f.width, f.height = s.Width, s.Height
	return f, nil
}

// same reports whether pictures of both formats can be in one file.
func (f format) same(o format) bool {
	return f.codec == o.codec && string(f.vps) == string(o.vps) && string(f.sps) == string(o.sps) && string(f.pps) == string(o.pps)
}

// header is a file's beginning: its kind, the description of its one track, and the room for the index. durationAt is
// where the 64-bit duration stands, in units of timescale; roomAt where the room begins.
func (f format) header() (head []byte, durationAt, roomAt int) {
	var b boxes
	b.box("ftyp", func() {
		b.text("iso6")
		b.u32(0)
		b.text("iso6mp42dash")
	})
	b.box("moov", func() {
		b.full("mvhd", 0, 0, func() {
			b.zeros(8) // creation and modification: in the index and in each fragment
			b.u32(timescale)
			b.u32(0)       // duration: that of the fragments
			b.u32(1 << 16) // rate
			b.u16(1 << 8)  // volume
			b.zeros(10)
			b.matrix()
			b.zeros(24)
			b.u32(trackID + 1)
		})
		f.track(&b)
		b.box("mvex", func() {
			b.full("mehd", 1, 0, func() {
				durationAt = len(b.buf)
				b.u64(0)
			})
			b.full("trex", 0, 0, func() {
				b.u32(trackID)
				b.u32(1)
				b.zeros(12)
			})
		})
	})
	roomAt = len(b.buf)
	b.box("free", func() { b.zeros(indexRoom - 8) })
	return b.buf, durationAt, roomAt
}

func (f format) track(b *boxes) {
	b.box("trak", func() {
		b.full("tkhd", 0, 3, func() {
			b.zeros(8)
			b.u32(trackID)
			b.zeros(24)
			b.matrix()
			b.u32(uint32(f.width) << 16)
			b.u32(uint32(f.height) << 16)
		})
		b.box("mdia", func() {
			b.full("mdhd", 0, 0, func() {
				b.zeros(8)
				b.u32(timescale)
				b.u32(0)
				b.u16(0x55c4) // language: undetermined
				b.u16(0)
			})
			b.full("hdlr", 0, 0, func() {
				b.u32(0)
				b.text("vide")
				b.zeros(12)
				b.cstring("vedette")
			})
			b.box("minf", func() {
				b.full("vmhd", 0, 1, func() { b.zeros(8) })
				b.box("dinf", func() {
					b.full("dref", 0, 0, func() {
						b.u32(1)
						b.full("url ", 0, 1, func() {})
					})
				})
				f.sampleTable(b)
			})
		})
	})
}

// sampleTable describes the pictures; the tables of samples are empty, since all are in fragments.
func (f format) sampleTable(b *boxes) {
	b.box("stbl", func() {
		b.full("stsd", 0, 0, func() {
			b.u32(1)
			entry, config := "avc1", f.avcC
			if f.codec == H265 {
				entry, config = "hvc1", f.hvcC
			}
			b.box(entry, func() {
				b.zeros(6)
				b.u16(1) // data reference
				b.zeros(16)
				b.u16(uint16(f.width))
				b.u16(uint16(f.height))
				b.u32(72 << 16)
				b.u32(72 << 16)
				b.u32(0)
				b.u16(1)
				b.zeros(32)
				b.u16(24)
				b.u16(0xffff)
				config(b)
			})
		})
		b.full("stts", 0, 0, func() { b.u32(0) })
		b.full("stsc", 0, 0, func() { b.u32(0) })
		b.full("stsz", 0, 0, func() { b.zeros(8) })
		b.full("stco", 0, 0, func() { b.u32(0) })
	})
}

// avcC is the AVC decoder configuration record (ISO/IEC 14496-15, section 5.3.3).
func (f format) avcC(b *boxes) {
	b.box("avcC", func() {
		b.u8(1, f.sps[1], f.sps[2], f.sps[3], 0xff, 0xe1)
		b.u16(uint16(len(f.sps)))
		b.bytes(f.sps)
		b.u8(1)
		b.u16(uint16(len(f.pps)))
		b.bytes(f.pps)
		if s, err := h264.ParseSPS(f.sps); err == nil && s.Profile != 66 && s.Profile != 77 && s.Profile != 88 {
			b.u8(0xfc|byte(s.Chroma), 0xf8|byte(s.BitDepth-8), 0xf8|byte(s.BitDepth-8), 0)
		}
	})
}

// hvcC is the HEVC decoder configuration record (ISO/IEC 14496-15, section 8.3.3).
func (f format) hvcC(b *boxes) {
	b.box("hvcC", func() {
		s, err := h265.ParseSPS(f.sps)
		raw := unescape(f.sps, 15)
		if err != nil || len(raw) < 15 {
			return // newFormat has read it already
		}
		b.u8(1)
		b.bytes(raw[3:15]) // general_profile_space to general_level_idc
		b.u16(0xf000)
		b.u8(0xfc, 0xfc|byte(s.Chroma), 0xf8|byte(s.BitDepth-8), 0xf8|byte(s.BitDepth-8))
		b.u16(0)
		layers, nested := raw[2]>>1&7+1, raw[2]&1
		b.u8(layers<<3 | nested<<2 | 3)
		b.u8(3)
		for _, set := range [][]byte{f.vps, f.sps, f.pps} {
			b.u8(0x80 | h265.Type(set)) // all of this kind are here
			b.u16(1)
			b.u16(uint16(len(set)))
			b.bytes(set)
		}
	})
}

// unescape returns the first n bytes of a NAL unit without emulation prevention bytes.
func unescape(nal []byte, n int) []byte {
	out := make([]byte, 0, n)
	zeros := 0
	for _, c := range nal {
		if len(out) == n {
			break
		}
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if zeros++; c != 0 {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}
