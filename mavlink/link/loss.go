package link

import "time"

const (
	lossSlot  = 2 * time.Second
	lossSlots = 5
	// newStart is a jump in the sequence that is more likely a restart, or a late frame, than that many losses.
	newStart = 128
)

// LossMeter measures the loss of frames from one component on one way by their sequence numbers, over the last ten
// seconds. The zero value is ready. It is not safe for concurrent use.
type LossMeter struct {
	begun bool
	last  uint8
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
	missed := uint64(0)
	if gap := sequence - m.last - 1; m.begun && gap < newStart {
		missed = uint64(gap)
	}
	// A late or repeated frame must not set the count back.
	if back := m.last - sequence; !m.begun || back >= newStart {
		m.last = sequence
	}
	m.begun = true
	slot.received++
	slot.lost += missed
	m.received++
	m.lost += missed
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
