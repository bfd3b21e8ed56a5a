package klv

import "math"

// imapb maps a range of real numbers onto integers of a given number of bytes (MISB ST 1201, IMAPB).
type imapb struct{ min, max float64 }

// scale gives the factor from reals to integers, and what keeps zero exact where the range contains it.
func (m imapb) scale(bytes int) (forward, zero float64) {
	forward = math.Exp2(float64(8*bytes-1) - math.Ceil(math.Log2(m.max-m.min)))
	if m.min < 0 && m.max > 0 {
		zero = forward*m.min - math.Floor(forward*m.min)
	}
	return forward, zero
}

// value reads an integer of that many bytes. A set top bit marks a special value (infinite, not a number, out of range), save
// when it stands alone: then it is the upper end of a range whose width is a power of two.
func (m imapb) value(raw uint64, bytes int) (float64, bool) {
	if top := uint64(1) << (8*bytes - 1); raw > top {
		return 0, false
	}
	forward, zero := m.scale(bytes)
	v := (float64(raw)-zero)/forward + m.min
	// The mapping cuts off, so that an end of the range may come back a step outside of it.
	step := 1 / forward
	if v < m.min-step || v > m.max+step {
		return 0, false
	}
	return min(max(v, m.min), m.max), true
}

// integer writes a number within the range.
func (m imapb) integer(v float64, bytes int) uint64 {
	forward, zero := m.scale(bytes)
	return uint64(forward*(v-m.min) + zero)
}
