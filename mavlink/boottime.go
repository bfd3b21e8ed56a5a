package mavlink

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// backwards is how far a vehicle's time since boot must jump back to mean a reboot and not a late message.
const backwards = 2000 // ms

// bootTime follows an autopilot's milliseconds since boot. Two messages in a row must agree on a reboot, because a single
// one may have waited in a radio or a router.
type bootTime struct {
	known, doubted bool
	newest, doubt  uint32
	// unixLessBoot is the vehicle's own UTC less its time since boot in nanoseconds, 0 while it has none.
	unixLessBoot int64
}

// note takes the time of a message: whether the message can be used, and whether it shows a reboot.
func (b *bootTime) note(ms uint32) (usable, rebooted bool) {
	if b.known && uint64(ms)+backwards < uint64(b.newest) {
		if b.doubted && ms >= b.doubt {
			*b = bootTime{known: true, newest: ms}
			return true, true
		}
		b.doubted, b.doubt = true, ms
		return false, false
	}
	b.doubted = false
	if !b.known || ms > b.newest {
		b.newest = ms
	}
	b.known = true
	return true, false
}

// bootMillis gives the time since boot of the messages that carry one and come often.
func bootMillis(m message.Message) (uint32, bool) {
	switch m := m.(type) {
	case *common.MessageAttitude:
		return m.TimeBootMs, true
	case *common.MessageGlobalPositionInt:
		return m.TimeBootMs, true
	case *common.MessageSystemTime:
		return m.TimeBootMs, true
	default:
		return 0, false
	}
}

const (
	syncQuick = 8
	syncSoon  = time.Second
	syncLater = 5 * time.Second
	// unixLike tells a TIMESYNC answer in Unix time from one in time since boot: 2001, or 31 years after boot.
	unixLike = int64(1e18)
)

// timesync makes the exchanges that measure a vehicle's clock.
type timesync struct {
	asked    [8]time.Time
	next     int
	lastAsk  time.Time
	answered int
}

// due says whether it is time to ask, and notes the question.
func (t *timesync) due(now time.Time) bool {
	every := syncSoon
	if t.answered >= syncQuick {
		every = syncLater
	}
	if now.Sub(t.lastAsk) < every {
		return false
	}
	t.lastAsk = now
	t.asked[t.next] = now
	t.next = (t.next + 1) % len(t.asked)
	return true
}

// answer takes an answer to one of our own questions; those of other stations are not ours to use.
func (t *timesync) answer(c *clock, m *common.MessageTimesync, boot bootTime, at time.Time) {
	if m.Tc1 == 0 {
		return // a question
	}
	for i, asked := range t.asked {
		if asked.IsZero() || asked.UnixNano() != m.Ts1 {
			continue
		}
		t.asked[i] = time.Time{}
		remote := m.Tc1
		if remote > unixLike {
			if boot.unixLessBoot == 0 {
				return
			}
			remote -= boot.unixLessBoot
		}
		t.answered++
		c.answered(remote, asked, at)
		return
	}
}

// exchangeClocks asks a live vehicle for its time when that is due.
func (s *Service) exchangeClocks(sys *system, now time.Time) {
	p, err := sys.live()
	if err != nil {
		return
	}
	sys.mu.Lock()
	due := sys.state.sync.due(now)
	sys.mu.Unlock()
	if due {
		p.Send(0, &common.MessageTimesync{Ts1: now.UnixNano(), TargetSystem: sys.id, TargetComponent: sys.component})
	}
}

func (st *state) clockView(component uint8, now time.Time) Clock {
	c := Clock{}
	if rtt, ok := st.clock(component).synchronised(now); ok {
		c.Synchronised = true
		c.Uncertainty = rtt / 2
	}
	if offset, ok := st.clock(component).offset(now); ok && st.boot.unixLessBoot != 0 {
		ahead := time.Duration(st.boot.unixLessBoot - offset)
		c.Ahead = &ahead
	}
	return c
}
