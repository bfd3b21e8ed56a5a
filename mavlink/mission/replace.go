package mission

import (
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// DiffersError means that a vehicle said that it stored a list, and holds another one.
type DiffersError struct {
	// Why names the first difference.
	Why string
}

func (e *DiffersError) Error() string {
	return fmt.Sprintf("the vehicle stored something else, %d times: %s", lists, e.Why)
}

// Replace makes a list of a vehicle what it shall be: it writes it (or clears it, where it shall be empty), reads it back, and
// begins again where something else is stored. That is needed: ArduPilot was measured to acknowledge a fence and
// to hold none afterwards, until it was sent a second time.
type Replace struct {
	peer  Peer
	kind  Kind
	items []Item
	// part is what alone is written at first, nil for everything.
	part *Part

	writing  machine
	upload   *Upload // also after it has ended: a vehicle may still ask
	reading  *Download
	readAt   time.Time // when to read, after the vehicle was still busy
	deadline time.Time // for being busy
	round    int
	why      string
	id       uint32
	done     bool
}

type machine interface {
	Tick(now time.Time) Step
	Handle(m message.Message, now time.Time) Step
}

// NewReplace prepares the writing of a list; where the peer keeps its home as item 0, the first item stands for it.
func NewReplace(peer Peer, kind Kind, items []Item) (*Replace, error) {
	r := &Replace{peer: peer, kind: kind, items: items}
	return r, r.begin()
}

// NewPartly prepares the writing of a list of which the vehicle holds everything but a part. It writes that part alone; where the
// vehicle refuses that, or something else is stored afterwards, it writes the whole list.
func NewPartly(peer Peer, kind Kind, items []Item, part Part) (*Replace, error) {
	r := &Replace{peer: peer, kind: kind, items: items, part: &part}
	return r, r.begin()
}

// empty tells that only home, or nothing, shall be left.
func (r *Replace) empty() bool { return len(r.items) <= r.home() }

func (r *Replace) home() int {
	if r.peer.Home && r.kind == Flight {
		return 1
	}
	return 0
}

func (r *Replace) begin() error {
	r.reading, r.deadline = nil, time.Time{}
	if r.empty() {
		r.writing = NewClear(r.peer, r.kind)
		return nil
	}
	up, err := NewUpload(r.peer, r.kind, r.items)
	if r.part != nil {
		up, err = newPart(r.peer, r.kind, r.items, *r.part)
	}
	if err != nil {
		return err
	}
	r.upload, r.writing = up, up
	return nil
}

// Progress is how many items went or came, of how many, and whether they are being read back.
func (r *Replace) Progress() (done, total int, readingBack bool) {
	if r.reading != nil {
		done, total = r.reading.Progress()
		return done, max(total, len(r.items)), true
	}
	if r.upload != nil {
		done, total = r.upload.Progress()
		return done, total, false
	}
	return 0, 0, false
}

// Stored is what the vehicle holds once the machine is done; ID is the vehicle's own id of it, 0 where it gives none.
func (r *Replace) Stored() []Item {
	if r.reading == nil {
		return nil
	}
	return r.reading.Items()
}

// ID is the id that the vehicle gave the list, 0 where it gives none.
func (r *Replace) ID() uint32 { return r.id }

// Tick tells the machine the time.
func (r *Replace) Tick(now time.Time) Step {
	switch {
	case r.done:
		return Step{Done: true}
	case r.writing != nil:
		return r.written(r.writing.Tick(now), now)
	case now.Before(r.readAt):
		return Step{Wake: r.readAt}
	default:
		return r.read(r.reading.Tick(now), now)
	}
}

// Handle takes a message of the vehicle's.
func (r *Replace) Handle(m message.Message, now time.Time) Step {
	if r.done {
		return Step{Done: true}
	}
	if r.writing == nil && r.upload != nil {
		if seq, ok := r.upload.wants(m); ok && now.Sub(r.upload.sent[min(seq, len(r.items))]) >= repeatedRequest {
			// It was not ready: what we took for its acknowledgement belonged to an earlier transfer.
			r.upload.done = false
			r.writing, r.reading = r.upload, nil
		}
	}
	if r.writing != nil {
		return r.written(r.writing.Handle(m, now), now)
	}
	if now.Before(r.readAt) {
		return Step{Wake: r.readAt}
	}
	return r.read(r.reading.Handle(m, now), now)
}

// Cancel is what to send when the transfer is given up, so that the vehicle does not wait for the rest.
func (r *Replace) Cancel() []message.Message {
	if r.done || r.writing == nil || r.upload == nil || !r.upload.asked {
		return nil
	}
	r.done = true
	return []message.Message{&common.MessageMissionAck{
		TargetSystem: r.peer.System, TargetComponent: r.peer.Component, Type: common.MAV_MISSION_OPERATION_CANCELLED, MissionType: r.kind,
	}}
}

func (r *Replace) written(step Step, now time.Time) Step {
	if !step.Done {
		return step
	}
	if step.Err != nil && r.part != nil && !busy(step.Err) {
		return r.whole(step, now)
	}
	if step.Err != nil {
		r.done = true
		return step
	}
	if r.upload != nil {
		r.id = r.upload.ID()
	}
	r.writing = nil
	r.reading, r.readAt = NewDownload(r.peer, r.kind), now
	next := r.Tick(now)
	next.Send = append(step.Send, next.Send...)
	return next
}

func (r *Replace) read(step Step, now time.Time) Step {
	if !step.Done {
		return step
	}
	if busy(step.Err) {
		// Still receiving, because an acknowledgement of an earlier transfer was taken for its own.
		if r.deadline.IsZero() {
			r.deadline = now.Add(abandoned)
		}
		if now.Before(r.deadline) {
			r.reading, r.readAt = NewDownload(r.peer, r.kind), now.Add(retryAfter)
			return Step{Wake: r.readAt}
		}
	}
	if step.Err != nil {
		r.done = true
		return step
	}
	if r.why = r.difference(); r.why == "" {
		if id := r.reading.ID(); id != 0 {
			r.id = id
		}
		r.done = true
		return step
	}
	if r.part != nil {
		return r.whole(step, now)
	}
	if r.round++; r.round == lists {
		r.done = true
		step.Err = &DiffersError{Why: r.why}
		return step
	}
	return r.anew(step, now)
}

// busy tells that a vehicle takes no transfer now.
func busy(err error) bool {
	var refused *RefusedError
	return errors.As(err, &refused) && refused.Result == uint8(common.MAV_MISSION_DENIED)
}

// whole writes the whole list after the part alone did not do.
func (r *Replace) whole(step Step, now time.Time) Step {
	r.part = nil
	return r.anew(step, now)
}

func (r *Replace) anew(step Step, now time.Time) Step {
	step.Done, step.Err = false, nil
	if err := r.begin(); err != nil {
		r.done = true
		step.Err = err
		return step
	}
	next := r.Tick(now)
	next.Send = append(step.Send, next.Send...)
	return next
}

func (r *Replace) difference() string {
	stored, sent := r.reading.Items(), r.items
	if h := r.home(); h > 0 {
		stored, sent = stored[min(h, len(stored)):], sent[min(h, len(sent)):]
	}
	return Difference(sent, stored)
}
