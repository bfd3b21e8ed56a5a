package record

import (
	"bytes"

	"vedette/video/h264"
	"vedette/video/h265"
)

// Codec names a video codec.
type Codec string

// The codecs that are recorded.
const (
	H264 Codec = "H264"
	H265 Codec = "H265"
)

// nalKind is what a NAL unit is to a file.
type nalKind int

const (
	nalPicture nalKind = iota
	nalVPS
	nalSPS
	nalPPS
	nalLeft // delimiters and filler: a file has none
)

// kind tells what a NAL unit, which is not empty, is.
func (c Codec) kind(nal []byte) nalKind {
	if c == H265 {
		switch h265.Type(nal) {
		case h265.TypeVPS:
			return nalVPS
		case h265.TypeSPS:
			return nalSPS
		case h265.TypePPS:
			return nalPPS
		case 35, 38: // access unit delimiter, filler data (H.265, table 7-1)
			return nalLeft
		}
		return nalPicture
	}
	switch nal[0] & 0x1f {
	case h264.TypeSPS:
		return nalSPS
	case h264.TypePPS:
		return nalPPS
	case 9, 12: // access unit delimiter, filler data (H.264, table 7-1)
		return nalLeft
	}
	return nalPicture
}

var startCode = []byte{0, 0, 1}

// split returns the NAL units of an access unit in Annex B form (H.264 and H.265, annex B), aliasing it.
func split(data []byte) (nals [][]byte) {
	at := bytes.Index(data, startCode)
	if at < 0 {
		return nil
	}
	for data = data[at+3:]; ; {
		end := bytes.Index(data, startCode)
		nal := data
		if end >= 0 {
			nal = data[:end]
		}
		if nal = bytes.TrimRight(nal, "\x00"); len(nal) > 1 {
			nals = append(nals, nal)
		}
		if end < 0 {
			return nals
		}
		data = data[end+3:]
	}
}

// sample returns what a file holds of an access unit: each NAL unit after its length in four bytes, without parameter
// sets, which are in the header (ISO/IEC 14496-15, section 5.3.2).
func (c Codec) sample(nals [][]byte) []byte {
	size := 0
	for _, n := range nals {
		size += 4 + len(n)
	}
	b := boxes{buf: make([]byte, 0, size)}
	for _, n := range nals {
		if c.kind(n) == nalPicture {
			b.u32(uint32(len(n)))
			b.bytes(n)
		}
	}
	return b.buf
}
