package mavlink

import (
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/mavlink/link"
)

const (
	// rivalAge is how long a second vehicle with the same id must be silent until the id is one vehicle's again.
	rivalAge = 30 * time.Second
	// vettingTime is how long a new way waits for something that shows whose it is, while the vehicle is heard on another.
	vettingTime = 3 * time.Second
	// wayAge is how long a way says something about whose messages come on it.
	wayAge = 5 * time.Second
	// The hardware is asked for again after boardAgain, twice as long after every time up to boardSeldom, and so often while two
	// vehicles are there.
	boardAgain  = 5 * time.Second
	boardSeldom = 10 * time.Minute
	boardClash  = 10 * time.Second
	// swapShown is how long the warning stands that another vehicle has taken over an id.
	swapShown = 10 * time.Minute
)

const (
	attitudeID         = 30
	globalPositionID   = 33
	systemTimeID       = 2
	autopilotVersionID = 148
)

// The kinds of warnings.
const (
	warnClash = "systemIdClash"
	warnSwap  = "vehicleSwapped"
)

// way is what is known about the messages of one peer.
type way struct {
	first time.Time
	// own and rival are when a message of either vehicle came last on it, and its sequence number.
	own, rival       time.Time
	ownSeq, rivalSeq uint8
	// placed is when a place of the vehicle came last on it, placedSeq its sequence number.
	placed    time.Time
	placedSeq uint8
	// foreign marks a way on which another vehicle was proven by its hardware's id or its place.
	foreign bool
	// apart counts in a row the places on this way that cannot be the vehicle's.
	apart int
	// elsewhere counts the same for those that seem to come late.
	elsewhere int
	steps     steps
	// told tells that a board has answered on it; asked is when it was asked for last, pause how long to wait with the next time.
	told  bool
	asked time.Time
	pause time.Duration
}

// identity watches whether a system id is one vehicle, and the same one.
type identity struct {
	lives
	places tracks
	ways   map[*link.Peer]*way
	// clash is since when two vehicles have used the id, rival when the second was heard last.
	clash, rival time.Time
	// heard is when the vehicle itself was heard last.
	heard time.Time
	// strangers counts messages of other vehicles.
	strangers uint64
	uid       hardware
	// settled tells that nothing has happened since the hardware was told by which it could be another's.
	settled bool
	swapped Warning
}

// hardware is what AUTOPILOT_VERSION says of the board.
type hardware struct {
	uid  uint64
	uid2 [18]uint8
}

func (h hardware) known() bool { return h != hardware{} }

// differs tells that two boards cannot be one; an id that one of them leaves out says nothing.
func (h hardware) differs(o hardware) bool {
	if h.uid2 != [18]uint8{} && o.uid2 != [18]uint8{} {
		return h.uid2 != o.uid2
	}
	return h.uid != 0 && o.uid != 0 && h.uid != o.uid
}

func (d *identity) way(p *link.Peer, at time.Time) *way {
	if d.ways == nil {
		d.ways = make(map[*link.Peer]*way)
	}
	w, ok := d.ways[p]
	if !ok {
		w = &way{first: at}
		d.ways[p] = w
	}
	return w
}

// judge says whose a message of the autopilot's component, or of one beside it, is.
func (d *identity) judge(p *link.Peer, f link.Frame, autopilot bool, at time.Time) judgement {
	w := d.way(p, at)
	if autopilot {
		w.steps.add(f.Sequence, f.Checksum(), at)
	}
	if w.foreign {
		d.foreign(w, f, autopilot, at)
		return theirs
	}
	verdict := d.whose(w, f, autopilot, at)
	switch verdict {
	case theirs:
		d.foreign(w, f, autopilot, at)
	case mine, anew, jumped, wrapped:
		w.own, d.heard = at, at
		if autopilot && f.MessageID != autopilotVersionID { // whose that is, the board tells
			w.ownSeq = f.Sequence
		}
	}
	return verdict
}

func (d *identity) foreign(w *way, f link.Frame, autopilot bool, at time.Time) {
	w.rival, d.rival = at, at
	d.strangers++
	if autopilot {
		w.rivalSeq = f.Sequence
	}
	if d.clash.IsZero() {
		d.clash = at
	}
}

func (d *identity) whose(w *way, f link.Frame, autopilot bool, at time.Time) judgement {
	if ms, ok := frameMillis(f); ok && autopilot {
		verdict := d.lives.judge(ms, at, !d.clash.IsZero())
		switch verdict {
		case mine:
		case anew, jumped:
			d.places = tracks{}
			return verdict
		default:
			if place, ok := framePlace(f); ok && verdict == unclear && d.strange(w, spot{ms, place}, at) {
				return theirs
			}
			return verdict
		}
		if place, ok := framePlace(f); ok {
			return d.placed(w, f.Sequence, spot{ms, place}, at)
		}
		if d.twins(at) {
			return d.bySequence(w, f.Sequence, true, at)
		}
		return mine
	}
	// A new way beside a good one must first show whose it is.
	if d.clash.IsZero() && at.Sub(w.own) >= wayAge && at.Sub(w.first) < vettingTime && d.heardElsewhere(w, at) {
		return unclear
	}
	return d.bySequence(w, f.Sequence, autopilot, at)
}

// bySequence says whose a message is that does not show it, where two vehicles may be.
func (d *identity) bySequence(w *way, seq uint8, autopilot bool, at time.Time) judgement {
	ownWay, rivalWay := at.Sub(w.own) < wayAge, at.Sub(w.rival) < wayAge
	switch {
	case d.clash.IsZero() || !rivalWay:
		return mine
	case !ownWay:
		return theirs
	case autopilot && seq-w.rivalSeq-1 < seq-w.ownSeq-1:
		// Both on one way: each counts its frames for itself.
		return theirs
	default:
		return mine
	}
}

// frameMillis reads the time since boot where it stands in a frame of ATTITUDE, GLOBAL_POSITION_INT or SYSTEM_TIME; zeros at the
// end of a payload may be left out.
func frameMillis(f link.Frame) (uint32, bool) {
	switch f.MessageID {
	case attitudeID, globalPositionID:
		return payload32(f.Payload, 0), true
	case systemTimeID:
		return payload32(f.Payload, 8), true
	default:
		return 0, false
	}
}

func framePlace(f link.Frame) (geo.LatLon, bool) {
	if f.MessageID != globalPositionID {
		return geo.LatLon{}, false
	}
	return placeOf(int32(payload32(f.Payload, 4)), int32(payload32(f.Payload, 8)))
}

func payload32(b []byte, at int) (v uint32) {
	for i := range 4 {
		if at+i < len(b) {
			v |= uint32(b[at+i]) << (8 * i)
		}
	}
	return v
}

func (d *identity) heardElsewhere(w *way, at time.Time) bool {
	for _, o := range d.ways {
		if o != w && !o.own.IsZero() && at.Sub(o.own) < goneFor {
			return true
		}
	}
	return false
}

// board takes what a vehicle says of its hardware: another board in the middle of a life is another vehicle beside it, and one
// after a loss or a boot is a vehicle in its place.
func (d *identity) board(p *link.Peer, f link.Frame, m *common.MessageAutopilotVersion, at time.Time) judgement {
	now := hardware{m.Uid, m.Uid2}
	w := d.way(p, at)
	w.told = true
	switch {
	case !now.known():
		return mine
	case !d.uid.differs(now):
		w.ownSeq = f.Sequence
		if !d.uid.known() || d.uid.uid2 == [18]uint8{} {
			d.uid = now
		}
		d.settled = true
		return mine
	case d.settled:
		w.foreign = d.heardElsewhere(w, at)
		d.foreign(w, f, true, at)
		return theirs
	}
	d.swapped = Warning{
		Kind: warnSwap, Since: at.UTC(),
		Text: fmt.Sprintf("another vehicle answers to this system id now: hardware %s instead of %s", now, d.uid),
	}
	d.uid, d.settled = now, true
	return swapped
}

func (h hardware) String() string {
	return uid(&common.MessageAutopilotVersion{Uid: h.uid, Uid2: h.uid2})
}

// unsettle says that the vehicle may be another one from now on: it was lost, or has booted.
func (d *identity) unsettle() { d.settled = false }

// doubtful says whether to ask on this way what hardware is there: when the vehicle is heard on another one too and this one has
// not told, and ever more seldom while the frames on it count as those of two vehicles do.
func (d *identity) doubtful(p *link.Peer, at time.Time) bool {
	w := d.way(p, at)
	unsteady := w.steps.unsteady(at)
	pause := w.pause
	if unsteady && !d.clash.IsZero() {
		pause = min(pause, boardClash)
	}
	if (len(d.ways) < 2 || w.told) && !unsteady || at.Sub(w.asked) < pause {
		return false
	}
	w.asked, w.pause = at, min(max(2*w.pause, boardAgain), boardSeldom)
	return true
}

// tick lets time pass; verdict tells of a reboot that no further message has shown.
func (d *identity) tick(now time.Time) (verdict judgement, changed bool) {
	verdict = mine
	if d.clash.IsZero() && d.other.known() {
		if v := d.settle(now); v.usable() {
			verdict = v
		}
		if verdict == anew || verdict == jumped {
			d.places = tracks{}
		}
	}
	switch {
	case d.clash.IsZero():
	case now.Sub(d.rival) > rivalAge:
		d.alone()
		changed = true
	case now.Sub(d.heard) > rivalAge:
		// The first one has gone: the second may have the id.
		d.alone()
		d.lives, d.places = lives{}, tracks{}
		d.unsettle()
		changed = true
	}
	if d.swapped.Kind != "" && now.Sub(d.swapped.Since) > swapShown {
		d.swapped = Warning{}
		changed = true
	}
	return verdict, changed
}

// alone ends the clash.
func (d *identity) alone() {
	d.clash, d.rival, d.other = time.Time{}, time.Time{}, timeline{}
	d.places.beside = nil
	for _, w := range d.ways {
		*w = way{first: w.first}
	}
}

func (d *identity) forget(p *link.Peer) { delete(d.ways, p) }

// warnings is what people must be told.
func (d *identity) warnings(id int) (all []Warning) {
	if !d.clash.IsZero() {
		all = append(all, Warning{
			Kind: warnClash, Since: d.clash.UTC(),
			Text: fmt.Sprintf("two vehicles use system id %d: set MAV_SYSID of one of them", id),
		})
	}
	if d.swapped.Kind != "" {
		all = append(all, d.swapped)
	}
	return all
}
