package shake

import "time"

// Order says how a packet joins those before it.
type Order int

// The orders of packets.
const (
	Continues Order = iota // its first sample follows the last one taken
	Gap                    // some samples are missing; few enough to bridge
	Break                  // the first packet, a long loss, or a clock that was set: begin anew
	Repeated               // samples that were taken before, or a packet that came too late: leave it out
)

const (
	// jitter is how far packet times may be off without meaning anything: less than half of a packet's 250 ms.
	jitter = 100 * time.Millisecond
	// longGap is too much to bridge.
	longGap = 2 * time.Second
	// clockSet is a step back in time so large that it is no repetition.
	clockSet = 30 * time.Second
)

// Timeline follows the time of one channel of one sender. The zero value is ready.
type Timeline struct {
	next time.Time // when the next sample is due
}

// Take tells how p joins what came before, with the number of samples missing before it when the answer is Gap.
func (t *Timeline) Take(p Packet) (Order, int) {
	off := p.At.Sub(t.next)
	end := p.At.Add(p.Duration())
	switch {
	case t.next.IsZero() || off > longGap || off < -clockSet:
		t.next = end
		return Break, 0
	case off < -jitter:
		return Repeated, 0
	case off > jitter:
		t.next = end
		return Gap, int(off / (time.Second / SampleRate))
	default:
		t.next = end
		return Continues, 0
	}
}
