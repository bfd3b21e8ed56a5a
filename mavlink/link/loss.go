package link

import "time"

const (
	lossSlot  = 2 * time.Second
	lossSlots = 5
	// newStart is a jump in the sequence that is more likely a restart, or a late frame, than that many losses.
	newStart = 128
	// lateBy is how far behind the newest a frame may be and still be known as one that was counted as lost, or came before.
	lateBy = 32
)

// LossMeter measures the loss of frames from one component on one way by their sequence numbers, over the last ten
// seconds. A late frame is no longer lost, a repeated one counts once. The zero value is ready. It is not safe for
// concurrent use.
type LossMeter struct {
	begun bool
	last  uint8
	// came has a bit for each of the frames up to last: bit 0 is last itself, bit n the one n before.
	came  uint64
	slots [lossSlots]struct {
		number         int64
		received, lost uint64
	}
	received, lost uint64
}

// Add counts a frame with this sequence number.
func (m *LossMeter) Add(sequence uint8, now time.Time) {
	number := now.UnixNano() / int64(lossSlot)
	slot := &m.slots[number%lossSlots]
	if slot.number != number {
		slot.number, slot.received, slot.lost = number, 0, 0
	}
	ahead, behind := sequence-m.last, m.last-sequence
	switch {
	case !m.begun:
		m.begun, m.last, m.came = true, sequence, ^uint64(0) // what came before is nobody's loss
	case behind == 0:
		return // a copy
	case ahead <= newStart:
		missed := uint64(ahead - 1)
		slot.lost += missed
		m.lost += missed
		m.last, m.came = sequence, m.came<<ahead|1
	case behind < lateBy:
		bit := uint64(1) << behind
		if m.came&bit != 0 {
			return // a copy
		}
		m.came |= bit
		m.lost--
		if slot.lost > 0 {
			slot.lost--
		}
	default:
		m.last, m.came = sequence, ^uint64(0) // a new start
	}
	slot.received++
	m.received++
}

// Totals gives the frames received and lost since the beginning.
func (m *LossMeter) Totals() (received, lost uint64) { return m.received, m.lost }

// Percent is the loss over the last ten seconds; false when nothing was received in that time.
func (m *LossMeter) Percent(now time.Time) (float64, bool) {
	number := now.UnixNano() / int64(lossSlot)
	var received, lost uint64
	for _, s := range m.slots {
		if number-s.number < lossSlots {
			received += s.received
			lost += s.lost
		}
	}
	if received == 0 {
		return 0, false
	}
	const percent = 100
	return percent * float64(lost) / float64(received+lost), true
}
