package h264

// Split cuts an RTP payload into payloads of at most limit bytes and emits them in order. A payload that fits is
// emitted as it is. A single NAL unit becomes FU-A fragments, an FU-A fragment becomes smaller ones that keep its
// start and end, and a STAP-A falls apart into its NAL units. A malformed payload is not emitted; Split then reports
// false. limit must be at least 16.
func Split(payload []byte, limit int, emit func([]byte)) bool {
	if len(payload) == 0 {
		return false
	}
	if len(payload) <= limit {
		emit(payload)
		return true
	}
	switch t := payload[0] & 0x1f; {
	case t == typeFUA:
		head := payload[1]
		fragment(payload[0], head&0x1f, payload[2:], head&0x80 != 0, head&0x40 != 0, limit, emit)
		return true
	case t == typeSTAPA:
		return eachAggregated(payload, func(nal []byte) { Split(nal, limit, emit) })
	case t > 0 && t < typeSTAPA:
		fragment(payload[0], t, payload[1:], true, true, limit, emit)
		return true
	default:
		return false
	}
}

// fragment emits body as FU-A fragments of about equal size (RFC 6184, section 5.8). start and end say whether body
// begins and ends its NAL unit.
func fragment(indicator, nalType byte, body []byte, start, end bool, limit int, emit func([]byte)) {
	room := limit - 2
	count := (len(body) + room - 1) / room
	for i := range count {
		from, to := i*len(body)/count, (i+1)*len(body)/count
		head := nalType
		if start && i == 0 {
			head |= 0x80
		}
		if end && i == count-1 {
			head |= 0x40
		}
		out := make([]byte, 0, 2+to-from)
		out = append(out, indicator&0xe0|typeFUA, head)
		emit(append(out, body[from:to]...))
	}
}
