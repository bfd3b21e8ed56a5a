package video

import (
	"sync"
	"time"

	"vedette/video/h264"
	"vedette/video/h265"
	"vedette/video/ingest"
)

const (
	// keyWait is how long a stream may be without a key picture or parameter sets before that is a problem, and the
	// longest distance of key pictures that is not worth a hint.
	keyWait = 10 * time.Second
	// disorder is how long a picture out of order counts against a stream.
	disorder = 10 * time.Second
	// enough is how many pictures show whether a stream sends them out of order.
	enough = 15
)

// verdict finds out from the bit stream whether browsers can play it. Packets come from the source's goroutine, look is
// called by any.
type verdict struct {
	mu   sync.Mutex
	seen seen
}

// seen is what a connection has shown so far.
type seen struct {
	codec ingest.Codec
	begun time.Time // zero: nothing yet

	avc       h264.Format
	avcOrder  h264.Order
	hevc      h265.Format
	hevcPPS   h265.PictureSet
	hevcOrder h265.Order
	haveSPS   bool
	havePPS   bool

	broken     string    // why the parameter set cannot be read
	partitions bool      // slice data partitioning
	reordered  time.Time // when a picture was last out of order
	lastKey    time.Time
	keys       int
	interval   time.Duration // between the last two key pictures
	inKey      bool
	clock      cameraClock
	metadata   klvClock
}

// forget forgets everything.
func (v *verdict) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen = seen{}
}

// begin starts anew: a connection begins.
func (v *verdict) begin(t ingest.Track, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen = seen{codec: t.Codec, begun: now}
	v.seen.parameterSet(t.SPS)
	v.seen.pictureSet(t.PPS)
}

// packet looks at the NAL units that begin in a packet.
func (v *verdict) packet(p ingest.Packet) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := &v.seen
	s.clock.note(p)
	if p.Lost > 0 {
		s.avcOrder.Restart()
		s.hevcOrder.Restart()
	}
	if s.codec == ingest.H265 {
		s.packet265(p)
	} else {
		s.packet264(p)
	}
	if p.Marker {
		s.inKey = false
	}
}

// metadataClock notes a KLV packet whose own time is so far from its frame's that it is not believed. exact says that the
// frame's time is by sender reports.
func (v *verdict) metadataClock(off time.Duration, exact bool, arrival time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen.metadata = klvClock{refused: arrival, off: off, exact: exact}
}

// look returns what stands against the stream at this moment, and hints for a better picture. live says whether packets
// are coming.
func (v *verdict) look(now time.Time, live bool) (Problem, []Hint) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen.begun.IsZero() {
		return Problem{}, nil
	}
	return v.seen.problem(now, live), v.seen.hints(now, live)
}

// size returns the picture's size in pixels, 0 while unknown.
func (v *verdict) size() (width, height int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen.codec == ingest.H265 {
		return v.seen.hevc.Width, v.seen.hevc.Height
	}
	return v.seen.avc.Width, v.seen.avc.Height
}

// pictures returns how many pictures have been looked at.
func (v *verdict) pictures() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return max(v.seen.avcOrder.Pictures, v.seen.hevcOrder.Pictures)
}
