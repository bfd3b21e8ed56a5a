package h265

// Split cuts an RTP payload into payloads of at most limit bytes and emits them in order. A payload that fits is
// emitted as it is. A single NAL unit becomes fragments, a fragment becomes smaller ones that keep its start and end,
// and an aggregation packet falls apart into its NAL units. A malformed payload that is too large is not emitted; Split
// then reports false. limit must be at least 16.
func Split(payload []byte, limit int, emit func([]byte)) bool {
	if len(payload) <= headerSize {
		return false
	}
	if len(payload) <= limit {
		emit(payload)
		return true
	}
	header := [headerSize]byte(payload)
	switch t := Type(payload); {
	case t == typeFU:
		head := payload[2]
		fragment(header, head&0x3f, payload[fuSize:], head&0x80 != 0, head&0x40 != 0, limit, emit)
		return true
	case t == typeAP:
		return eachAggregated(payload, func(nal []byte) { Split(nal, limit, emit) })
	case t < typeAP:
		fragment(header, t, payload[headerSize:], true, true, limit, emit)
		return true
	default:
		return false
	}
}

// fragment emits body as fragments of about equal size (RFC 7798, section 4.4.3). start and end say whether body begins
// and ends its NAL unit.
func fragment(header [headerSize]byte, nalType byte, body []byte, start, end bool, limit int, emit func([]byte)) {
	room := limit - fuSize
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
		out := make([]byte, 0, fuSize+to-from)
		out = append(out, header[0]&0x81|typeFU<<1, header[1], head)
		emit(append(out, body[from:to]...))
	}
}
