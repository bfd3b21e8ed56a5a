package relay

// refitter cuts the fragments of one NAL unit anew where a camera's are larger than a browser's path takes. Cutting each
// one by itself would leave a remainder a packet, which nearly doubles the packets; here the remainder waits for the next
// fragment of its NAL unit and goes out at the front of it. What fits goes on as it came.
//
// The fragmentation units of H.264 (RFC 6184, section 5.8) and H.265 (RFC 7798, section 4.4.3) differ only in the length of
// their header, whose last byte holds the start bit, the end bit and the type of the NAL unit.
type refitter struct {
	limit  int  // bytes of a payload
	header int  // bytes of a fragmentation unit before its data: 2 or 3
	unit   byte // the type that marks a fragmentation unit, as it stands in the first byte
	mask   byte // the bits of the first byte that hold the type

	held []byte // a fragment that waits for more, its header in front; empty: none
}

const (
	fragmentStart = 0x80
	fragmentEnd   = 0x40
)

func newH264Refitter(limit int) refitter {
	return refitter{limit: limit, header: 2, unit: 28, mask: 0x1f}
}

func newH265Refitter(limit int) refitter {
	return refitter{limit: limit, header: 3, unit: 49 << 1, mask: 0x7e}
}

// takes says whether a payload is for push: a fragmentation unit that is too large, or one that others wait for.
func (r *refitter) takes(payload []byte) bool {
	if len(payload) <= r.header || payload[0]&r.mask != r.unit {
		return false
	}
	return len(payload) > r.limit || r.continues(payload)
}

// continues says whether a fragmentation unit follows the held one in the same NAL unit.
func (r *refitter) continues(payload []byte) bool {
	if len(r.held) == 0 || payload[r.header-1]&fragmentStart != 0 {
		return false
	}
	const flags = fragmentStart | fragmentEnd
	return payload[r.header-1]&^flags == r.held[r.header-1]&^flags
}

// push emits what is full, and all there is at the end of the NAL unit. The caller has flushed where the payload does not
// continue what is held. The payloads emitted are new.
func (r *refitter) push(payload []byte, emit func([]byte)) {
	last := payload[r.header-1]
	body := payload[r.header:]
	data := make([]byte, 0, max(len(r.held)-r.header, 0)+len(body))
	start := last & fragmentStart
	if len(r.held) > 0 {
		start = r.held[r.header-1] & fragmentStart
		data = append(data, r.held[r.header:]...)
	}
	data = append(data, body...)
	r.held = r.held[:0]
	room := r.limit - r.header
	for len(data) >= room {
		end := last & fragmentEnd
		if len(data) > room {
			end = 0
		}
		emit(r.fragment(payload, start|end, data[:room]))
		data, start = data[room:], 0
	}
	switch {
	case len(data) == 0:
	case last&fragmentEnd != 0:
		emit(r.fragment(payload, start|fragmentEnd, data))
	default:
		r.held = append(r.held, r.fragment(payload, start, data)...)
	}
}

// fragment makes a fragmentation unit like model with other flags and data.
func (r *refitter) fragment(model []byte, flags byte, data []byte) []byte {
	out := make([]byte, 0, r.header+len(data))
	out = append(out, model[:r.header]...)
	out[r.header-1] = out[r.header-1]&^(fragmentStart|fragmentEnd) | flags
	return append(out, data...)
}

// flush returns what is held, nil where there is nothing.
func (r *refitter) flush() []byte {
	if len(r.held) == 0 {
		return nil
	}
	out := r.held
	r.held = nil
	return out
}
