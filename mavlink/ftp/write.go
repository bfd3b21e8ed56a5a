package ftp

import (
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

// maxWrite bounds what can be written: an hour at the slowest link that is of use.
const maxWrite = 16 << 20

type writeState int

const (
	writeResetting writeState = iota
	writeOpening
	writeSending
	writeClosing
	writeCutting
	writeDone
)

// Write puts a file onto a vehicle, in place of one that is there. Whether it arrived whole a checksum must tell.
type Write struct {
	x     exchange
	path  string
	data  []byte
	state writeState

	session uint8
	sent    int
	// over tells that an old file is written over, which must be cut to length afterwards.
	over    bool
	failure error
}

// NewWrite prepares to write a file.
func NewWrite(c *Conn, path string, data []byte) (*Write, error) {
	if err := checkPath(path, maxPath); err != nil {
		return nil, err
	}
	if len(data) > maxWrite {
		return nil, fmt.Errorf("%w: %d bytes, %d are possible", ErrTooLarge, len(data), maxWrite)
	}
	return &Write{x: exchange{conn: c}, path: path, data: data}, nil
}

// Progress is how many bytes the vehicle has taken, and how many there are.
func (w *Write) Progress() (done, total int64) { return int64(w.sent), int64(len(w.data)) }

// Cancel gives what to send when the operation is given up.
func (w *Write) Cancel() []message.Message {
	w.x.conn.Skip()
	if w.state != writeSending {
		return nil
	}
	return w.x.ask(Payload{Op: OpTerminate, Session: w.session}, time.Time{}).Send
}

// Tick implements dialog.Machine.
func (w *Write) Tick(now time.Time) dialog.Step {
	switch {
	case w.state == writeDone:
		return dialog.Step{Done: true}
	case w.state == writeResetting && !w.x.open:
		return w.x.ask(Payload{Op: OpReset}, now)
	case w.state == writeClosing && w.failure != nil && w.x.try >= closeTries && !now.Before(w.x.retryAt):
		return w.done(w.failure)
	}
	step := w.x.tick(now)
	if step.Done {
		return w.done(step.Err)
	}
	return step
}

// Handle implements dialog.Machine.
func (w *Write) Handle(m message.Message, now time.Time) dialog.Step {
	if w.state == writeDone {
		return dialog.Step{Done: true}
	}
	p, ok := w.x.received(m)
	if !ok || !w.x.answers(p, now) {
		return w.x.wait()
	}
	var refused *RefusedError
	if p.Op == opNak {
		refused = refusal(p)
	}
	switch w.state {
	case writeResetting:
		w.state = writeOpening
		return w.x.ask(Payload{Op: OpCreate, Data: []byte(w.path)}, now)
	case writeOpening:
		return w.opened(p, refused, now)
	case writeSending:
		if refused != nil {
			return w.close(refused, now)
		}
		w.sent += len(w.x.request.Data)
		return w.send(now)
	case writeClosing:
		return w.closed(refused, now)
	default: // cutting
		if refused != nil {
			return w.done(fmt.Errorf("cut the old file to length: %w", refused))
		}
		return w.done(nil)
	}
}

func (w *Write) opened(p Payload, refused *RefusedError, now time.Time) dialog.Step {
	switch {
	case refused == nil:
		w.session, w.state = p.Session, writeSending
		return w.send(now)
	case errors.Is(refused, ErrExists) && !w.over:
		w.over = true
		return w.x.ask(Payload{Op: OpOpenWrite, Data: []byte(w.path)}, now)
	default:
		return w.done(refused)
	}
}

func (w *Write) send(now time.Time) dialog.Step {
	if w.sent == len(w.data) {
		return w.close(nil, now)
	}
	piece := w.data[w.sent:min(w.sent+maxData, len(w.data))]
	return w.x.ask(Payload{Op: OpWrite, Session: w.session, Offset: uint32(w.sent), Data: piece}, now)
}

func (w *Write) close(err error, now time.Time) dialog.Step {
	w.failure, w.state = err, writeClosing
	return w.x.ask(Payload{Op: OpTerminate, Session: w.session}, now)
}

// closed goes on after the session's end, with which some vehicles say that the content cannot be used.
func (w *Write) closed(refused *RefusedError, now time.Time) dialog.Step {
	switch {
	case w.failure != nil:
		return w.done(w.failure)
	case refused != nil:
		return w.done(refused)
	case w.over:
		w.state = writeCutting
		return w.x.ask(Payload{Op: OpTruncate, Offset: uint32(len(w.data)), Data: []byte(w.path)}, now)
	default:
		return w.done(nil)
	}
}

func (w *Write) done(err error) dialog.Step {
	if errors.Is(err, dialog.ErrNoAnswer) {
		w.x.conn.Skip()
	}
	w.state = writeDone
	return ended(err)
}
