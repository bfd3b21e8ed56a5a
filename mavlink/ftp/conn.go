package ftp

import (
	"fmt"
	"strings"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

const defaultTries = 7

// Conn is what outlives one operation at a component: the running number and the measured round trip. One operation
// may use it at a time.
type Conn struct {
	// NoBursts makes reads ask piece by piece: a vehicle that does not know how slow the link is fills it by a burst, until
	// nothing else comes through.
	NoBursts bool

	peer dialog.Peer
	seq  uint16
	pace dialog.Pace
}

// NewConn makes a Conn. first is the number of the first request; it should be random, since a vehicle answers a number
// that it saw last, from before a restart of the station, with what it answered then.
func NewConn(peer dialog.Peer, first uint16, rtt time.Duration) *Conn {
	return &Conn{peer: peer, seq: first, pace: dialog.Known(rtt)}
}

// Skip leaves out numbers after an operation that was given up, so that what is still on its way cannot be taken for an
// answer to the next one.
func (c *Conn) Skip() { c.seq += 4096 }

// exchange is one request that waits for its answer.
type exchange struct {
	conn    *Conn
	request Payload
	open    bool
	try     int
	tries   int // 0 is defaultTries
	sent    time.Time
	retryAt time.Time
	// patience is the least time to wait, for what takes the vehicle long.
	patience time.Duration
}

// ask sends a new request.
func (x *exchange) ask(p Payload, now time.Time) dialog.Step {
	p.Seq = x.conn.seq
	x.conn.seq += 2 // the answer takes the number between
	x.request, x.open, x.try = p, true, 0
	return x.repeat(now)
}

func (x *exchange) repeat(now time.Time) dialog.Step {
	x.try++
	x.sent = now
	x.retryAt = now.Add(max(x.conn.pace.Wait(x.try), x.patience))
	return dialog.Step{Send: []message.Message{x.request.message(x.conn.peer)}, Wake: x.retryAt}
}

// tick repeats the request when it is time; after the last try the error is dialog.ErrNoAnswer.
func (x *exchange) tick(now time.Time) dialog.Step {
	switch {
	case now.Before(x.retryAt):
		return dialog.Step{Wake: x.retryAt}
	case x.try >= x.most():
		x.open = false
		return dialog.Step{Done: true, Err: dialog.ErrNoAnswer}
	default:
		return x.repeat(now)
	}
}

// received decodes a message that is for us.
func (x *exchange) received(m message.Message) (Payload, bool) {
	f, ok := m.(*common.MessageFileTransferProtocol)
	if !ok || !x.conn.peer.ToUs(f.TargetSystem, f.TargetComponent) {
		return Payload{}, false
	}
	p, err := Parse(f.Payload[:])
	return p, err == nil
}

// answers tells whether a payload is the answer to the open request, and closes it.
func (x *exchange) answers(p Payload, now time.Time) bool {
	if !x.open || p.Seq != x.request.Seq+1 || p.Answers != x.request.Op {
		return false
	}
	x.open = false
	if x.try == 1 {
		x.conn.pace.Answered(now.Sub(x.sent))
	}
	return true
}

func (x *exchange) most() int {
	if x.tries > 0 {
		return x.tries
	}
	return defaultTries
}

func (x *exchange) wait() dialog.Step { return dialog.Step{Wake: x.retryAt} }

// checkPath refuses what would be cut or read as something else by the vehicle.
func checkPath(path string, limit int) error {
	if path == "" || len(path) > limit {
		return fmt.Errorf("%w: it has %d bytes, 1 to %d are possible", ErrPath, len(path), limit)
	}
	if i := strings.IndexFunc(path, func(r rune) bool { return r < ' ' || r == 0x7F }); i >= 0 {
		return fmt.Errorf("%w: there is a control character at %d", ErrPath, i)
	}
	return nil
}

func ended(err error) dialog.Step { return dialog.Step{Done: true, Err: err} }
