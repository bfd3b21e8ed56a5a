// Package h264 reads H.264 as RTP carries it (RFC 6184): which NAL units a payload begins, how to cut one that is too
// large, and how to put access units together. It is pure: it knows no network and no clock, and holds outside bytes
// to stated sizes.
package h264

// NAL unit types (ITU-T H.264, table 7-1) and the aggregation types of RFC 6184 section 5.2.
const (
	TypeSlice = 1
	TypePartA = 2 // data partitioning, with 3 and 4
	TypePartB = 3
	TypePartC = 4
	TypeIDR   = 5
	TypeSEI   = 6
	TypeSPS   = 7
	TypePPS   = 8
	TypeAUD   = 9
	typeSTAPA = 24
	typeFUA   = 28
)

// Summary says what begins in one RTP payload.
type Summary struct {
	// IDR, SPS, PPS: a NAL unit of that type begins here.
	IDR, SPS, PPS bool
	// Slice: any coded slice (type 1 to 5) begins here.
	Slice bool
}

// add notes one NAL unit type.
func (s *Summary) add(nalType byte) {
	switch nalType {
	case TypeIDR:
		s.IDR, s.Slice = true, true
	case TypeSPS:
		s.SPS = true
	case TypePPS:
		s.PPS = true
	case 1, 2, 3, 4:
		s.Slice = true
	}
}

// Inspect reports what begins in an RTP payload. ok is false where the payload is malformed.
func Inspect(payload []byte) (s Summary, ok bool) {
	if len(payload) == 0 {
		return s, false
	}
	switch t := payload[0] & 0x1f; t {
	case typeFUA:
		if len(payload) < 3 {
			return s, false
		}
		if payload[1]&0x80 != 0 {
			s.add(payload[1] & 0x1f)
		}
		return s, true
	case typeSTAPA:
		ok := eachAggregated(payload, func(nal []byte) { s.add(nal[0] & 0x1f) })
		return s, ok
	case 0:
		return s, false
	default:
		s.add(t)
		return s, t < typeSTAPA
	}
}

// eachAggregated calls f for each NAL unit of a STAP-A payload, and reports whether the payload is well formed.
func eachAggregated(payload []byte, f func(nal []byte)) bool {
	rest := payload[1:]
	for len(rest) > 0 {
		if len(rest) < 2 {
			return false
		}
		n := int(rest[0])<<8 | int(rest[1])
		rest = rest[2:]
		if n == 0 || n > len(rest) {
			return false
		}
		f(rest[:n])
		rest = rest[n:]
	}
	return true
}

// ParameterSets returns the parameter sets that a payload holds whole, aliasing the payload; nil where it has none.
func ParameterSets(payload []byte) (sps, pps []byte) {
	take := func(nal []byte) {
		switch nal[0] & 0x1f {
		case TypeSPS:
			sps = nal
		case TypePPS:
			pps = nal
		}
	}
	if len(payload) == 0 {
		return nil, nil
	}
	if payload[0]&0x1f == typeSTAPA {
		eachAggregated(payload, take)
	} else {
		take(payload)
	}
	return sps, pps
}

// Aggregate puts NAL units into one STAP-A payload (RFC 6184, section 5.7.1).
func Aggregate(nals ...[]byte) []byte {
	size, ref := 1, byte(0)
	for _, n := range nals {
		size += 2 + len(n)
		ref = max(ref, n[0]&0x60)
	}
	out := append(make([]byte, 0, size), ref|typeSTAPA)
	for _, n := range nals {
		out = append(out, byte(len(n)>>8), byte(len(n)))
		out = append(out, n...)
	}
	return out
}

// EachStart calls f for each NAL unit that begins in a payload: a single one, those of an aggregate, and the first
// fragment of one that is cut. header is the unit's own first byte, body what the payload holds of the rest.
func EachStart(payload []byte, f func(header byte, body []byte)) {
	if len(payload) < 2 {
		return
	}
	switch t := payload[0] & 0x1f; {
	case t == typeFUA:
		if len(payload) > 2 && payload[1]&0x80 != 0 {
			f(payload[0]&0xe0|payload[1]&0x1f, payload[2:])
		}
	case t == typeSTAPA:
		eachAggregated(payload, func(nal []byte) { f(nal[0], nal[1:]) })
	case t > 0 && t < typeSTAPA:
		f(payload[0], payload[1:])
	}
}
