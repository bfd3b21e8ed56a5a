package ingest

// sequence follows the RTP sequence numbers of one track. The library's own count takes a packet that comes twice over
// TCP for 65535 lost ones.
type sequence struct {
	started bool
	next    uint16
	behind  int
}

const (
	// jump is the distance of sequence numbers that is a new start and no loss.
	jump = 3000
	// behindMost is how many packets in a row may be old before they are a new start.
	behindMost = 32
)

// take returns how many packets are missing before this one. again is true for one that came before or too late.
func (s *sequence) take(number uint16) (lost int, again bool) {
	step := int(int16(number - s.next))
	switch {
	case !s.started:
		step = 0
	case step >= jump || step <= -jump:
		step = 1 // a new start: what was open is broken
	case step < 0:
		if s.behind++; s.behind <= behindMost {
			return 0, true
		}
		step = 1
	}
	s.started, s.behind = true, 0
	s.next = number + 1
	return step, false
}
