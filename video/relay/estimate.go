package relay

import "time"

const (
	estimateWindow = 500 * time.Millisecond // over which the acknowledged rate and the loss are taken
	estimateSlots  = 10                     // parts of the window
	estimateSlot   = estimateWindow / estimateSlots
	// estimateLeast is how much of a window there must be for a rate.
	estimateLeast = 200 * time.Millisecond
	estimateFloor = 64e3 / 8 // bytes a second
	// estimateGrowth is by how much the estimate grows in a second without a queue, estimateBackOff what is left of the
	// acknowledged rate where one builds, estimateAhead how far growth goes beyond what has been shown to pass.
	estimateGrowth  = 0.08
	estimateBackOff = 0.85
	estimateAhead   = 2
	overuseLoss     = 0.10
	overuseLeast    = 20 // packets for a share of loss to count
	// overuseRise is the growth of the delay within trendSpan that says that a queue builds.
	overuseRise = 20 * time.Millisecond
	trendSpan   = 300 * time.Millisecond
	trendGroups = 32
	trendLeast  = 6
	// groupSpan is the sending time within which packets are one group: they leave together.
	groupSpan = 5 * time.Millisecond
	// clockStep is the jump of the delay from one packet to the next that is the clock's, or an outage, and no queue.
	clockStep = 2 * time.Second
)

// ack is what the browser says of one packet. The two clocks need not agree.
type ack struct {
	sent, arrived time.Duration
	bytes         int
	lost          bool // it has not come
	again         bool // it was called lost before, and has come after all
}

// estimator estimates what the path to a viewer carries, in the manner of draft-ietf-rmcat-gcc-02: from the rate that arrives,
// the loss, and the trend of the one-way delay. A stream that sends less than the path carries shows only that so much
// passes: the estimate is then a lower bound, and grows to twice the acknowledged rate at most.
type estimator struct {
	rate     float64 // bytes a second; 0: unknown
	overused bool    // by the last call of hear

	slots       [estimateSlots]slot
	first, last time.Duration // arrivals: of the first since the clock stepped, and the latest
	lastDelay   time.Duration
	any         bool

	loss [estimateSlots]slot // by the station's clock

	groups    [trendGroups]group
	count     int
	heard     time.Duration
	heardOnce bool
	holdUntil time.Duration
}

type slot struct {
	number int64
	bytes  int
	came   int
	lost   int
}

// group is some packets that left together: when the last was sent, and how long it took by two clocks.
type group struct{ begun, sent, delay time.Duration }

// hear takes one feedback, the acks in the order of sending. now is on the clock of ack.sent.
func (e *estimator) hear(acks []ack, now time.Duration) {
	e.overused = false
	if len(acks) == 0 {
		return
	}
	lossSlot := at(&e.loss, now)
	for _, a := range acks {
		if a.lost {
			lossSlot.lost++
			continue
		}
		lossSlot.came++
		if a.again {
			lossSlot.lost--
		}
		e.arrived(a)
	}
	passed := time.Duration(0)
	if e.heardOnce {
		passed = min(max(now-e.heard, 0), time.Second)
	}
	e.heard, e.heardOnce = now, true
	e.update(passed, now)
}

func (e *estimator) arrived(a ack) {
	delay := a.arrived - a.sent
	if e.any && (delay-e.lastDelay).Abs() > clockStep {
		e.any, e.count, e.slots = false, 0, [estimateSlots]slot{}
	}
	if !e.any {
		e.any, e.first, e.last = true, a.arrived, a.arrived
	}
	e.lastDelay = delay
	e.first, e.last = min(e.first, a.arrived), max(e.last, a.arrived)
	if e.last-a.arrived < estimateWindow {
		at(&e.slots, a.arrived).bytes += a.bytes
	}
	e.group(a.sent, delay)
}

// group keeps the newest groups in the order of sending. A late packet of an older one changes nothing.
func (e *estimator) group(sent, delay time.Duration) {
	if e.count > 0 {
		g := &e.groups[e.count-1]
		if sent < g.begun {
			return
		}
		if sent-g.begun < groupSpan {
			g.sent, g.delay = sent, delay
			return
		}
	}
	if e.count == trendGroups {
		copy(e.groups[:], e.groups[1:])
		e.count--
	}
	e.groups[e.count] = group{sent, sent, delay}
	e.count++
}

// rise is by how much the delay grows in trendSpan, by the line of least squares through the newest groups.
func (e *estimator) rise() time.Duration {
	from := e.count
	for from > 0 && e.groups[e.count-1].sent-e.groups[from-1].sent <= trendSpan {
		from--
	}
	used := e.groups[from:e.count]
	if len(used) < trendLeast {
		return 0
	}
	n, meanX, meanY := float64(len(used)), 0.0, 0.0
	for _, g := range used {
		meanX += (g.sent - used[0].sent).Seconds() / n
		meanY += (g.delay - used[0].delay).Seconds() / n
	}
	var xy, xx float64
	for _, g := range used {
		x := (g.sent - used[0].sent).Seconds() - meanX
		xy += x * ((g.delay - used[0].delay).Seconds() - meanY)
		xx += x * x
	}
	if xx == 0 {
		return 0
	}
	span := used[len(used)-1].sent - used[0].sent
	return time.Duration(xy / xx * float64(span))
}

// acknowledged is the rate at which bytes arrived lately, 0 where too little has.
func (e *estimator) acknowledged() float64 {
	span := min(e.last-e.first, estimateWindow-estimateSlot/2) // the newest slot is half full on average
	if !e.any || span < estimateLeast {
		return 0
	}
	newest, total := slotOf(e.last), 0
	for _, s := range e.slots {
		if age := newest - s.number; age >= 0 && age < estimateSlots {
			total += s.bytes
		}
	}
	return float64(total) / span.Seconds()
}

// lossShare is the share of packets lost lately, 0 where too few were told of.
func (e *estimator) lossShare(now time.Duration) float64 {
	came, lost := 0, 0
	for _, s := range e.loss {
		if age := slotOf(now) - s.number; age >= 0 && age < estimateSlots {
			came, lost = came+s.came, lost+s.lost
		}
	}
	if came+lost < overuseLeast {
		return 0
	}
	return float64(max(lost, 0)) / float64(came+lost)
}

func (e *estimator) update(passed, now time.Duration) {
	e.overused = e.rise() > overuseRise || e.lossShare(now) > overuseLoss
	acked := e.acknowledged()
	if acked == 0 {
		return
	}
	switch {
	case e.rate == 0:
		e.rate = acked
	case !e.overused && now >= e.holdUntil && e.rate < acked*estimateAhead:
		e.rate = min(e.rate*(1+estimateGrowth*passed.Seconds()), acked*estimateAhead)
	}
	if e.overused {
		e.rate = min(e.rate, acked*estimateBackOff)
		e.holdUntil = now + estimateWindow
	}
	e.rate = max(e.rate, estimateFloor)
}

func slotOf(t time.Duration) int64 { return int64(t / estimateSlot) }

// at returns the slot of a time, emptied where it held an older one.
func at(slots *[estimateSlots]slot, t time.Duration) *slot {
	n := slotOf(t)
	s := &slots[uint64(n)%estimateSlots]
	if s.number != n {
		*s = slot{number: n}
	}
	return s
}
