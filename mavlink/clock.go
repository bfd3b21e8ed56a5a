package mavlink

import "time"

const (
	arrivalSlot  = 5 * time.Second
	arrivalSlots = 6
	syncSamples  = 16
	// syncAge is how long an exchange counts: at 50 ppm two clocks part by 3 ms in it.
	syncAge = time.Minute
	// A clock exchange must agree with the quickest arrivals: a message cannot arrive before it was made, and one that
	// took three seconds at its quickest is no exchange about the same clock.
	syncEarly = 20 * time.Millisecond
	syncLate  = 3 * time.Second
)

// clock estimates the offset from a component's time since boot to our UTC. Its sources are TIMESYNC exchanges, of which
// the one with the shortest round trip is believed, and, where there are none, the quickest of the messages that
// carry a time since boot. Offsets are nanoseconds: our Unix time less time since boot.
type clock struct {
	arrivals [arrivalSlots]struct {
		number, offset int64
	}
	exchanges [syncSamples]exchange
	next      int
}

type exchange struct {
	offset int64
	rtt    time.Duration
	at     time.Time
}

// arrived notes that a message made at boot (nanoseconds since boot) came at a time.
func (c *clock) arrived(boot int64, at time.Time) {
	number := at.UnixNano() / int64(arrivalSlot)
	offset := at.UnixNano() - boot
	slot := &c.arrivals[number%arrivalSlots]
	if slot.number != number || offset < slot.offset {
		slot.number, slot.offset = number, offset
	}
}

// answered notes a TIMESYNC answer made at boot to a request that we sent.
func (c *clock) answered(boot int64, sent, received time.Time) {
	rtt := received.Sub(sent)
	if rtt < 0 {
		return
	}
	c.exchanges[c.next] = exchange{offset: sent.UnixNano() + int64(rtt/2) - boot, rtt: rtt, at: received}
	c.next = (c.next + 1) % syncSamples
}

// shift moves everything along with a step of our own clock.
func (c *clock) shift(by time.Duration) {
	was := c.arrivals
	clear(c.arrivals[:])
	for _, s := range was {
		if s.number == 0 {
			continue
		}
		s.number += int64(by / arrivalSlot)
		s.offset += int64(by)
		c.arrivals[(s.number%arrivalSlots+arrivalSlots)%arrivalSlots] = s
	}
	for i := range c.exchanges {
		c.exchanges[i].offset += int64(by)
	}
}

// offset gives the best estimate at a time; false while there is none.
func (c *clock) offset(now time.Time) (int64, bool) {
	quickest, heard := c.quickest(now)
	if best, ok := c.exchange(now); ok && (!heard || agrees(best.offset, quickest)) {
		return best.offset, true
	}
	return quickest, heard
}

func agrees(offset, quickest int64) bool {
	return offset <= quickest+int64(syncEarly) && offset >= quickest-int64(syncLate)
}

// synchronised gives the shortest round trip of an exchange that is in use.
func (c *clock) synchronised(now time.Time) (time.Duration, bool) {
	best, ok := c.exchange(now)
	if quickest, heard := c.quickest(now); ok && heard && !agrees(best.offset, quickest) {
		return 0, false
	}
	return best.rtt, ok
}

// quickest is the smallest offset of arrivals in the last half minute, or of the newest ones if those are older.
func (c *clock) quickest(now time.Time) (int64, bool) {
	newest, number := int64(0), now.UnixNano()/int64(arrivalSlot)
	for _, s := range c.arrivals {
		newest = max(newest, s.number)
	}
	if newest == 0 {
		return 0, false
	}
	number = min(number, newest)
	offset, found := int64(0), false
	for _, s := range c.arrivals {
		if s.number > 0 && number-s.number < arrivalSlots && (!found || s.offset < offset) {
			offset, found = s.offset, true
		}
	}
	return offset, found
}

func (c *clock) exchange(now time.Time) (exchange, bool) {
	var best exchange
	found := false
	for _, e := range c.exchanges {
		if !e.at.IsZero() && now.Sub(e.at) < syncAge && (!found || e.rtt < best.rtt) {
			best, found = e, true
		}
	}
	return best, found
}
