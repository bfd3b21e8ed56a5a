package relay

import "time"

// Packet is one RTP packet from a source.
type Packet struct {
	// Payload is the H.264 payload (RFC 6184). The stream keeps it; the caller must not change it afterwards.
	Payload []byte
	// Timestamp is the source's RTP timestamp, 90 kHz.
	Timestamp uint32
	// Marker is set on the last packet of a picture.
	Marker bool
	// Lost counts the packets before this one that never came.
	Lost int
	// Arrival is when the packet came.
	Arrival time.Time
	// Capture is when its picture was taken, by a clock that is to be believed; zero where that is not known.
	Capture time.Time
}

// packet is one packet as viewers get it: it fits the path, and its timestamp is on the stream's own unbroken
// timeline. Viewers share it and never change it.
type packet struct {
	payload []byte
	ts      uint32
	taken   time.Time // capture, or arrival where that is not known
	number  uint64    // counts the stream's packets
	frame   uint64    // counts the stream's pictures
	marker  bool
	key     bool // decoding can begin at this packet
	lost    uint16
}

const clockRate = 90_000

// timeline maps the timestamps of successive sources onto one that goes on without a break.
type timeline struct {
	started  bool
	anchor   bool // the next packet opens a new stretch
	in, out  uint32
	wall     time.Time
	frontier uint32 // the furthest out so far
}

// next returns the outgoing timestamp for an incoming one.
func (t *timeline) next(in uint32, now time.Time) uint32 {
	step := int32(in - t.in)
	switch {
	case !t.started:
		t.started, t.frontier = true, in
		t.out = in
	case t.anchor || step < -5*clockRate || step > 10*clockRate:
		// A new source, or one whose clock jumped: go on by the time that really passed.
		passed := max(now.Sub(t.wall), 10*time.Millisecond)
		t.out = t.frontier + uint32(passed.Seconds()*clockRate)
	default:
		t.out += uint32(step)
	}
	t.anchor = false
	t.in, t.wall = in, now
	if int32(t.out-t.frontier) > 0 {
		t.frontier = t.out
	}
	return t.out
}

// cache holds the packets of the current group of pictures, from its key picture on.
type cache struct {
	packets []*packet
	bytes   int
	usable  bool
}

// maxCache bounds a cache in payload bytes; a longer group is not kept, and new viewers wait for its end.
const maxCache = 8 << 20

func (c *cache) add(p *packet) {
	if p.key {
		c.reset()
		c.usable = true
	}
	if !c.usable {
		return
	}
	if c.bytes+len(p.payload) > maxCache {
		c.reset()
		return
	}
	c.packets = append(c.packets, p)
	c.bytes += len(p.payload)
}

func (c *cache) reset() {
	clear(c.packets)
	c.packets, c.bytes, c.usable = c.packets[:0], 0, false
}
