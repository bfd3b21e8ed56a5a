package mission

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Download reads a list from a vehicle. It keeps several requests on the way where the peer allows it; a vehicle that
// objects is read from the start again, one item after the other.
type Download struct {
	peer Peer
	kind Kind

	pace    pace
	began   time.Time
	heard   time.Time // the last answer
	tries   int       // of the request for the list
	askedAt time.Time

	counted  bool
	total    int
	id       uint32
	items    []Item
	have     []bool
	received int
	next     int // the first item that was never asked for
	onWay    map[int]asking
	window   float64
	limit    float64
	again    int   // how often the list was asked for again
	refused  error // what may be the answer to the request for the list, or late word about an upload before
	done     bool
}

const (
	// unanswered is how often an item is asked for before the vehicle counts as one that wants another way to be asked.
	unanswered = 4
	readings   = 4
)

type asking struct {
	at    time.Time
	tries int
}

// NewDownload prepares a download; the first Tick begins it.
func NewDownload(peer Peer, kind Kind) *Download {
	return &Download{peer: peer, kind: kind, pace: newPace(peer.RTT), limit: float64(max(1, peer.Window))}
}

// Items is the list once the machine is done without error.
func (d *Download) Items() []Item { return d.items }

// ID is the vehicle's own id of the list (MISSION_COUNT.opaque_id), 0 where it gives none.
func (d *Download) ID() uint32 { return d.id }

// Progress is how many items have come, and how many there are, 0 while that is not known.
func (d *Download) Progress() (received, total int) { return d.received, d.total }

// Tick tells the machine the time.
func (d *Download) Tick(now time.Time) Step {
	if d.began.IsZero() {
		d.began = now
	}
	switch {
	case d.done:
		return Step{Done: true}
	case d.heard.IsZero() && now.Sub(d.began) >= noContact, !d.heard.IsZero() && now.Sub(d.heard) >= patience:
		d.done = true
		if d.refused != nil {
			return Step{Done: true, Err: d.refused}
		}
		return Step{Done: true, Err: ErrNoAnswer}
	case !d.counted:
		return d.askList(now)
	default:
		if step, again := d.lagging(now); again {
			return step
		}
		return d.askItems(now)
	}
}

func (d *Download) askList(now time.Time) Step {
	wait := min(retryAfter, d.pace.retry(d.tries))
	if d.tries > 0 && now.Before(d.askedAt.Add(wait)) {
		return Step{Wake: d.askedAt.Add(wait)}
	}
	d.tries++
	d.askedAt = now
	m := &common.MessageMissionRequestList{TargetSystem: d.peer.System, TargetComponent: d.peer.Component, MissionType: d.kind}
	return Step{Send: []message.Message{m}, Wake: now.Add(min(retryAfter, d.pace.retry(d.tries)))}
}

// askItems repeats what was not answered in time, and fills the window.
func (d *Download) askItems(now time.Time) Step {
	step := Step{Wake: now.Add(mostRetry)}
	ask := func(seq, tries int) {
		d.onWay[seq] = asking{now, tries}
		step.Send = append(step.Send, &common.MessageMissionRequestInt{
			TargetSystem: d.peer.System, TargetComponent: d.peer.Component, Seq: uint16(seq), MissionType: d.kind,
		})
	}
	// After a silence a few are asked for again, not all at once.
	repeats, most := 0, max(1, int(d.window/2))
	for _, seq := range slices.Sorted(maps.Keys(d.onWay)) {
		if a := d.onWay[seq]; repeats < most && !now.Before(a.at.Add(d.pace.retry(a.tries))) {
			repeats++
			ask(seq, a.tries+1)
		}
	}
	if repeats > 0 {
		d.window = max(1, d.window/2)
	}
	for len(d.onWay) < int(d.window) && d.next < d.total {
		ask(d.next, 1)
		d.next++
	}
	for _, a := range d.onWay {
		step.Wake = earlier(step.Wake, later(a.at.Add(d.pace.retry(a.tries)), now.Add(leastRetry/4)))
	}
	return step
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Handle takes a message of the vehicle's.
func (d *Download) Handle(m message.Message, now time.Time) Step {
	if d.done {
		return Step{Done: true}
	}
	switch m := m.(type) {
	case *common.MessageMissionCount:
		if !d.counted && d.tries > 0 && d.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == d.kind {
			return d.count(m, now)
		}
	case *common.MessageMissionItemInt:
		if d.counted && d.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == d.kind {
			return d.item(m, now)
		}
	case *common.MessageMissionAck:
		if d.peer.toUs(m.TargetSystem, m.TargetComponent) && m.MissionType == d.kind {
			return d.ack(m.Type, now)
		}
	}
	return d.Tick(now)
}

// ack takes a refusal. Errors about sequence may be late words about an upload; or the vehicle wants one request at a time.
func (d *Download) ack(r common.MAV_MISSION_RESULT, now time.Time) Step {
	switch {
	case r == common.MAV_MISSION_ACCEPTED, r == common.MAV_MISSION_OPERATION_CANCELLED:
		return d.Tick(now) // of an earlier transfer
	case d.counted && r != common.MAV_MISSION_DENIED:
		d.limit, d.window = 1, 1
		return d.Tick(now)
	case r == common.MAV_MISSION_ERROR, r == common.MAV_MISSION_INVALID_SEQUENCE:
		d.refused = &RefusedError{Result: uint8(r)}
		return d.Tick(now)
	default:
		d.done = true
		return Step{Done: true, Err: &RefusedError{Result: uint8(r)}}
	}
}

// lagging changes the way of asking when an item does not come: first one after the other, then the whole list again.
func (d *Download) lagging(now time.Time) (Step, bool) {
	for seq, a := range d.onWay {
		if a.tries < unanswered || now.Before(a.at.Add(d.pace.retry(a.tries))) {
			continue
		}
		if d.limit > 1 {
			d.limit, d.window = 1, 1
			d.onWay[seq] = asking{at: a.at, tries: 1}
			continue
		}
		if d.again++; d.again < readings {
			d.counted, d.tries = false, 0
			return d.askList(now), true
		}
	}
	return Step{}, false
}

func (d *Download) count(m *common.MessageMissionCount, now time.Time) Step {
	if m.Count > maxItems {
		d.done = true
		return Step{Done: true, Err: fmt.Errorf("the vehicle announces %d items", m.Count)}
	}
	if d.tries == 1 {
		d.pace.took(now.Sub(d.askedAt))
	}
	d.counted, d.total, d.id, d.heard, d.refused = true, int(m.Count), m.OpaqueId, now, nil
	d.items, d.have = make([]Item, d.total), make([]bool, d.total)
	d.received, d.next, d.window, d.onWay = 0, 0, 1, make(map[int]asking)
	return d.proceed(now)
}

func (d *Download) item(m *common.MessageMissionItemInt, now time.Time) Step {
	seq := int(m.Seq)
	a, waiting := d.onWay[seq]
	if !waiting {
		return d.Tick(now) // a copy, or of an earlier download
	}
	delete(d.onWay, seq)
	if a.tries == 1 {
		d.pace.took(now.Sub(a.at))
	}
	d.items[seq], d.have[seq], d.heard = itemOf(m), true, now
	d.received++
	d.window = min(d.limit, d.window+1)
	return d.proceed(now)
}

func (d *Download) proceed(now time.Time) Step {
	if d.received < d.total {
		return d.Tick(now)
	}
	d.done = true
	// The acknowledgement tells the vehicle that we are done; nobody answers it.
	ack := &common.MessageMissionAck{TargetSystem: d.peer.System, TargetComponent: d.peer.Component, Type: common.MAV_MISSION_ACCEPTED, MissionType: d.kind}
	return Step{Send: []message.Message{ack}, Done: true}
}
