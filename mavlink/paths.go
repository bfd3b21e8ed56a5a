package mavlink

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
)

const (
	// A way has fallen silent when nothing came for twenty times its usual pause, within these limits. The longer one lets a
	// vehicle that sends nothing but its heartbeat miss none.
	leastPatience = 750 * time.Millisecond
	mostPatience  = 1500 * time.Millisecond
	usualPauses   = 20
	// betterFor is how long a way must be better than the one in use before it is taken.
	betterFor = 5 * time.Second
	// badLoss in percent is where even a preferred way is left for another.
	badLoss = 30
	// componentAge is how long a component counts as reached on a way after it was last heard there.
	componentAge = 10 * time.Second
)

// paths are the ways to one vehicle. The one in use is left when it falls silent while another is heard, and when another
// has been better for some time.
type paths struct {
	autopilot uint8
	all       map[*link.Peer]*path
	used      *link.Peer
	// last was in use most recently, also when it is gone; changes counts how often another one was taken.
	last    *link.Peer
	changes uint64
	// gone counts what came and was lost on ways that are no more.
	goneReceived, goneLost uint64
}

// path is one way, as far as the vehicle was heard on it.
type path struct {
	priority int
	// heard is when the autopilot was last heard, and pause the usual time between its frames.
	heard time.Time
	pause time.Duration
	// better is since when this way has been better than the one in use, the zero time while it is not.
	better     time.Time
	components map[uint8]*component
	autopilot  *component // among the components; nil while it was not heard here
	rtt        time.Duration
	rttAt      time.Time
	in, out    flow
	// messages counts the autopilot's, by id; told are the intervals that it named and nobody has looked at yet.
	messages [counted]uint32
	told     []rate
}

const maxTold = 32

var messageIntervalID = (&common.MessageMessageInterval{}).GetID()

func (w *path) seen(id uint32) uint32 {
	if id < counted {
		return w.messages[id]
	}
	return 0
}

// tell notes a MESSAGE_INTERVAL: microseconds and the message's id.
func (w *path) tell(payload []byte) {
	var b [6]byte // MAVLink 2 cuts zeros off the end
	copy(b[:], payload)
	us, id := int32(binary.LittleEndian.Uint32(b[:])), binary.LittleEndian.Uint16(b[4:])
	if us == 0 || len(w.told) >= maxTold {
		return // the vehicle does not know it
	}
	r := rate{id: uint32(id)}
	if us > 0 {
		r.hz = microseconds / float64(us)
	}
	w.told = append(w.told, r)
}

// component is one sender of the vehicle on one way: each counts its frames by itself.
type component struct {
	heard time.Time
	loss  link.LossMeter
}

func newPaths(autopilot uint8) paths {
	return paths{autopilot: autopilot, all: make(map[*link.Peer]*path)}
}

// heardFrame notes a frame of a component. A way of its own begins with the first one.
func (p *paths) heardFrame(peer *link.Peer, priority int, f link.Frame, at time.Time) {
	way, ok := p.all[peer]
	if !ok {
		way = &path{priority: priority, components: make(map[uint8]*component), pause: mostPatience}
		p.all[peer] = way
	}
	c, ok := way.components[f.ComponentID]
	if !ok {
		c = &component{}
		if f.ComponentID == p.autopilot {
			way.autopilot = c
		}
		way.components[f.ComponentID] = c
	}
	c.heard = at
	c.loss.Add(f.Sequence, at)
	way.in.total += uint64(len(f.Raw))
	if f.ComponentID != p.autopilot {
		return
	}
	if f.MessageID < counted {
		way.messages[f.MessageID]++
	}
	if f.MessageID == messageIntervalID {
		way.tell(f.Payload)
	}
	if !way.heard.IsZero() {
		const weight = 8
		way.pause += (min(max(at.Sub(way.heard), 0), mostPatience) - way.pause) / weight
	}
	way.heard = at
}

func (p *paths) forget(peer *link.Peer) {
	way, ok := p.all[peer]
	if !ok {
		return
	}
	received, lost := way.totals()
	p.goneReceived += received
	p.goneLost += lost
	delete(p.all, peer)
	if p.used == peer {
		p.used = nil
	}
}

// best chooses the way to use; nil when there is none at all.
func (p *paths) best(now time.Time) *link.Peer {
	used, ok := p.all[p.used]
	if !ok || used.silent(now) {
		p.leave(now)
		return p.used
	}
	for peer, way := range p.all {
		switch {
		case way == used || way.silent(now) || !way.betterThan(used, now):
			way.better = time.Time{}
		case way.better.IsZero():
			way.better = now
		case now.Sub(way.better) >= betterFor:
			p.take(peer)
			return p.used
		}
	}
	return p.used
}

// leave takes the best of the ways that are heard, or the one heard last when none is.
func (p *paths) leave(now time.Time) {
	var best *path
	var to *link.Peer
	for peer, way := range p.all {
		if way.autopilot == nil {
			continue
		}
		if best == nil || best.worseToLeaveFor(way, now) {
			best, to = way, peer
		}
	}
	if to != nil {
		p.take(to)
	}
}

func (w *path) worseToLeaveFor(other *path, now time.Time) bool {
	if a, b := w.silent(now), other.silent(now); a != b {
		return a
	} else if a {
		return other.heard.After(w.heard)
	}
	return other.betterThan(w, now) || !w.betterThan(other, now) && other.heard.After(w.heard)
}

func (p *paths) take(peer *link.Peer) {
	if p.used == peer {
		return
	}
	if p.last != nil && p.last != peer {
		p.changes++
	}
	p.used, p.last = peer, peer
	for _, way := range p.all {
		way.better = time.Time{}
	}
}

// silent tells that the autopilot is no longer heard here as it used to be.
func (w *path) silent(now time.Time) bool {
	return now.Sub(w.heard) > min(max(usualPauses*w.pause, leastPatience), mostPatience)
}

// betterThan tells that a way is worth a change: it is preferred and not bad, or the other one is bad, or it is much
// quicker and loses much less.
func (w *path) betterThan(other *path, now time.Time) bool {
	loss, otherLoss := w.loss(now), other.loss(now)
	if bad, otherBad := loss > badLoss, otherLoss > badLoss; bad != otherBad {
		return otherBad
	}
	if w.priority != other.priority {
		return w.priority > other.priority
	}
	return 1.5*w.cost(loss)+20 < other.cost(otherLoss)
}

// cost weighs a percent of loss as 20 ms of round trip.
func (w *path) cost(lossPercent float64) float64 {
	const perPercent = 20
	return float64(w.rtt.Milliseconds()) + perPercent*lossPercent
}

// loss is the autopilot's in percent.
func (w *path) loss(now time.Time) float64 {
	if w.autopilot == nil {
		return 0
	}
	percent, _ := w.autopilot.loss.Percent(now)
	return percent
}

// to gives the way to a component: the one in use where the component is heard there or nowhere, else where it is heard.
func (p *paths) to(id uint8, now time.Time) *link.Peer {
	best := p.best(now)
	if way, ok := p.all[best]; ok && way.reaches(id, now) {
		return best
	}
	var newest time.Time
	for peer, way := range p.all {
		if c, ok := way.components[id]; ok && way.reaches(id, now) && c.heard.After(newest) {
			best, newest = peer, c.heard
		}
	}
	return best
}

func (w *path) reaches(id uint8, now time.Time) bool {
	c, ok := w.components[id]
	return ok && now.Sub(c.heard) <= componentAge
}

// several tells that the autopilot is heard on more than one way.
func (p *paths) several(now time.Time) bool {
	n := 0
	for _, way := range p.all {
		if !way.silent(now) {
			n++
		}
	}
	return n > 1
}

// fresh gives the ways on which the autopilot is heard.
func (p *paths) fresh(now time.Time) []*link.Peer {
	var out []*link.Peer
	for peer, way := range p.all {
		if !way.silent(now) {
			out = append(out, peer)
		}
	}
	return out
}

// answered notes the round trip of an exchange on a way.
func (p *paths) answered(peer *link.Peer, rtt time.Duration, at time.Time) {
	way, ok := p.all[peer]
	if !ok || rtt < 0 {
		return
	}
	const weight = 4
	if way.rttAt.IsZero() || at.Sub(way.rttAt) > time.Minute {
		way.rtt = rtt
	} else {
		way.rtt += (rtt - way.rtt) / weight
	}
	way.rttAt = at
}

// measure samples the flows.
func (p *paths) measure(now time.Time) {
	for peer, way := range p.all {
		way.in.sample(now)
		way.out.total = peer.BytesOut()
		way.out.sample(now)
	}
}

func (w *path) totals() (received, lost uint64) {
	if w.autopilot == nil {
		return 0, 0
	}
	return w.autopilot.loss.Totals()
}

func (p *paths) totals() (received, lost uint64) {
	received, lost = p.goneReceived, p.goneLost
	for _, way := range p.all {
		r, l := way.totals()
		received += r
		lost += l
	}
	return received, lost
}

// states describes every way, the one in use first.
func (p *paths) states(now time.Time) []LinkState {
	best := p.best(now)
	out := make([]LinkState, 0, len(p.all))
	for peer, way := range p.all {
		if way.autopilot == nil {
			continue
		}
		s := LinkState{
			Name: peer.Link(), Remote: peer.Remote(), Used: peer == best, Silent: way.silent(now), LastHeard: way.heard.UTC(),
			BytesIn: way.in.perSecond, BytesOut: way.out.perSecond,
		}
		if percent, ok := way.autopilot.loss.Percent(now); ok {
			s.LossPercent = &percent
		}
		if !way.rttAt.IsZero() && now.Sub(way.rttAt) < time.Minute {
			rtt := way.rtt
			s.RTT = &rtt
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b LinkState) int {
		if a.Used != b.Used {
			if a.Used {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Remote, b.Remote))
	})
	return out
}

// flow is a rate of bytes, taken from a growing total.
type flow struct {
	total, was uint64
	at         time.Time
	perSecond  float64
}

func (f *flow) sample(now time.Time) {
	passed := now.Sub(f.at)
	if passed < time.Second {
		return
	}
	if !f.at.IsZero() {
		f.perSecond = float64(f.total-f.was) / passed.Seconds()
	}
	f.was, f.at = f.total, now
}
