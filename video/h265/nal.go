// Package h265 reads H.265 as RTP carries it (RFC 7798): which NAL units a payload begins, how to cut one that is too
// large, and how to put access units together. It is pure: it knows no network and no clock, and holds outside bytes
// to stated sizes. Streams in decoding order are taken for granted (sprop-max-don-diff 0), as WebRTC does.
package h265

// NAL unit types (ITU-T H.265, table 7-1) and the payload structures of RFC 7798 section 4.4.
const (
	TypeBLA = 16 // the first of the key pictures
	TypeIDR = 19 // IDR_W_RADL; 20 is IDR_N_LP
	TypeCRA = 21
	TypeVPS = 32
	TypeSPS = 33
	TypePPS = 34
	TypeAUD = 35
	TypeSEI = 39

	lastIRAP = 23
	lastVCL  = 31
	typeAP   = 48
	typeFU   = 49
)

const (
	headerSize = 2
	fuSize     = 3 // payload header and FU header
)

// Summary says what begins in one RTP payload.
type Summary struct {
	// Key: a slice of a picture where decoding can begin (IRAP, types 16 to 23) begins here.
	Key bool
	// VPS, SPS, PPS: a parameter set of that kind begins here.
	VPS, SPS, PPS bool
	// Slice: any coded slice (types 0 to 31) begins here.
	Slice bool
}

// add notes one NAL unit type.
func (s *Summary) add(nalType byte) {
	switch {
	case nalType <= lastVCL:
		s.Slice = true
		s.Key = s.Key || IsKey(nalType)
	case nalType == TypeVPS:
		s.VPS = true
	case nalType == TypeSPS:
		s.SPS = true
	case nalType == TypePPS:
		s.PPS = true
	}
}

// IsKey reports whether decoding can begin at a picture whose slices have that type (IRAP).
func IsKey(nalType byte) bool { return nalType >= TypeBLA && nalType <= lastIRAP }

// Type returns the type of a NAL unit or a payload that is not empty (ITU-T H.265, section 7.3.1.2).
func Type(nal []byte) byte { return nal[0] >> 1 & 0x3f }

// Inspect reports what begins in an RTP payload. ok is false where the payload is malformed.
func Inspect(payload []byte) (s Summary, ok bool) {
	if len(payload) <= headerSize {
		return s, false
	}
	switch t := Type(payload); t {
	case typeFU:
		if len(payload) <= fuSize {
			return s, false
		}
		if payload[2]&0x80 != 0 {
			s.add(payload[2] & 0x3f)
		}
		return s, true
	case typeAP:
		ok := eachAggregated(payload, func(nal []byte) { s.add(Type(nal)) })
		return s, ok
	default:
		s.add(t)
		return s, t < typeAP
	}
}

// eachAggregated calls f for each NAL unit of an aggregation packet, and reports whether the payload is well formed.
func eachAggregated(payload []byte, f func(nal []byte)) bool {
	rest := payload[headerSize:]
	for len(rest) > 0 {
		if len(rest) < 2 {
			return false
		}
		n := int(rest[0])<<8 | int(rest[1])
		rest = rest[2:]
		if n <= headerSize || n > len(rest) || Type(rest) >= typeAP {
			return false
		}
		f(rest[:n])
		rest = rest[n:]
	}
	return true
}

// ParameterSets returns the parameter sets that a payload holds whole, aliasing the payload; nil where it has none.
func ParameterSets(payload []byte) (vps, sps, pps []byte) {
	take := func(nal []byte) {
		switch Type(nal) {
		case TypeVPS:
			vps = nal
		case TypeSPS:
			sps = nal
		case TypePPS:
			pps = nal
		}
	}
	if len(payload) <= headerSize {
		return nil, nil, nil
	}
	if Type(payload) == typeAP {
		eachAggregated(payload, take)
	} else {
		take(payload)
	}
	return vps, sps, pps
}

// Aggregate puts NAL units, each longer than its header, into one aggregation packet (RFC 7798, section 4.4.2). The
// packet's header takes the lowest layer and temporal id among them.
func Aggregate(nals ...[]byte) []byte {
	size, layer, temporal, forbidden := headerSize, byte(63), byte(7), byte(0)
	for _, n := range nals {
		size += 2 + len(n)
		forbidden |= n[0] & 0x80
		layer = min(layer, n[0]<<5&0x20|n[1]>>3)
		temporal = min(temporal, n[1]&7)
	}
	out := append(make([]byte, 0, size), forbidden|typeAP<<1|layer>>5, layer<<3|temporal)
	for _, n := range nals {
		out = append(out, byte(len(n)>>8), byte(len(n)))
		out = append(out, n...)
	}
	return out
}

// EachStart calls f for each NAL unit that begins in a payload: a single one, those of an aggregate, and the first
// fragment of one that is cut. body is what the payload holds of the unit after its header.
func EachStart(payload []byte, f func(nalType byte, body []byte)) {
	if len(payload) <= headerSize {
		return
	}
	switch t := Type(payload); {
	case t == typeFU:
		if len(payload) > fuSize && payload[2]&0x80 != 0 {
			f(payload[2]&0x3f, payload[fuSize:])
		}
	case t == typeAP:
		eachAggregated(payload, func(nal []byte) { f(Type(nal), nal[headerSize:]) })
	case t < typeAP:
		f(t, payload[headerSize:])
	}
}
