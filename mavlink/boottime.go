package mavlink

import (
	"encoding/binary"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/link"
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
	// unixLatest is a time that no vehicle has: 2100.
	unixLatest = int64(4_102_444_800e9)
)

// timesync makes the exchanges that measure a vehicle's clock.
type timesync struct {
	asked    [16]question
	next     int
	lastAsk  time.Time
	answered int
}

// question is one that was sent on a way; ts names it.
type question struct {
	way *link.Peer
	at  time.Time
	ts  int64
	// answered tells that the clock has its answer, timed that the way has: on several ways an answer may come more than once.
	answered, timed bool
}

// due says whether it is time to ask.
func (t *timesync) due(now time.Time) bool {
	every := syncSoon
	if t.answered >= syncQuick {
		every = syncLater
	}
	if now.Sub(t.lastAsk) < every {
		return false
	}
	t.lastAsk = now
	return true
}

// ask makes a question for a way, which is told from those of other ways by its nanoseconds.
func (t *timesync) ask(way *link.Peer, now time.Time) question {
	q := question{way: way, at: now, ts: now.UnixNano() + int64(t.next)}
	t.asked[t.next] = q
	t.next = (t.next + 1) % len(t.asked)
	return q
}

// forget drops the questions that are on their way.
func (t *timesync) forget() { clear(t.asked[:]) }

// answer takes an answer to one of our own questions; those of other stations are not ours to use.
func (t *timesync) answer(c *clock, m *common.MessageTimesync, boot bootTime, at time.Time) {
	q := t.find(m.Tc1, m.Ts1)
	if q == nil || q.answered {
		return
	}
	q.answered = true
	remote := m.Tc1
	if remote > unixLike {
		if boot.unixLessBoot == 0 {
			return
		}
		remote -= boot.unixLessBoot
	}
	t.answered++
	c.answered(remote, q.at, at)
}

// find gives the question that an answer belongs to, nil where it is none of ours.
func (t *timesync) find(tc1, ts1 int64) *question {
	if tc1 == 0 {
		return nil // a question
	}
	for i := range t.asked {
		if q := &t.asked[i]; !q.at.IsZero() && q.ts == ts1 {
			return q
		}
	}
	return nil
}

var timesyncID = (&common.MessageTimesync{}).GetID()

// roundTrip measures the way that an answer to one of our questions came by, when that was asked on the same. It reads the
// frame itself, for an answer that came on another way before is not decoded.
func (st *state) roundTrip(p *link.Peer, f link.Frame, at time.Time) {
	var b [16]byte // tc1, ts1; MAVLink 2 cuts zeros off the end
	copy(b[:], f.Payload)
	q := st.sync.find(int64(binary.LittleEndian.Uint64(b[:])), int64(binary.LittleEndian.Uint64(b[8:])))
	if q == nil || q.way != p || q.timed {
		return
	}
	q.timed = true
	st.paths.answered(p, at.Sub(q.at), at)
}

// exchangeClocks asks a live vehicle for its time when that is due, on every way on which it is heard.
func (s *Service) exchangeClocks(sys *system, now time.Time) {
	sys.mu.Lock()
	var asks []question
	if sys.state.v.State == Live && !sys.state.sparse.in(sys.state.v.LastSeen, now) && sys.state.sync.due(now) {
		for _, way := range sys.state.paths.fresh(now) {
			asks = append(asks, sys.state.sync.ask(way, now))
		}
	}
	sys.mu.Unlock()
	for _, q := range asks {
		q.way.Send(link.Urgent, &common.MessageTimesync{Ts1: q.ts, TargetSystem: sys.id, TargetComponent: sys.component})
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
