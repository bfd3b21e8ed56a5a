package ftp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
	"vedette/mavlink/spans"
)

const (
	// smallGap is what is read piece by piece rather than by a burst, which cannot be stopped where the gap ends.
	smallGap = 8 * maxData
	// deafBursts without any data mean that the vehicle does not know bursts.
	deafBursts = 3
	// reopenings bound how often a session may be lost to another station.
	reopenings = 3
	// closeTries for the last message, which changes nothing for us.
	closeTries = 3
	unknown    = int64(-1)
)

type readState int

const (
	readResetting readState = iota
	readOpening
	readBursting
	readPiecing
	readClosing
	readDone
)

// ReadOptions says where a file goes.
type ReadOptions struct {
	// Sink takes the data, in any order.
	Sink io.WriterAt
	// Have is what Sink holds already from an earlier attempt.
	Have []spans.Span
	// Limit is the most bytes that the file may have; 0 is 4 GiB.
	Limit int64
	// Tries is how often each request is sent before the vehicle counts as silent; 0 is 7.
	Tries int
}

// Read reads a file: by bursts, whose gaps are filled piece by piece, or only piece by piece where the vehicle knows no bursts or
// the Conn wants none.
type Read struct {
	x     exchange
	path  string
	sink  io.WriterAt
	limit int64
	have  spans.Set
	state readState

	session   uint8
	announced int64
	end       int64
	plain     bool
	reopened  int
	failure   error

	burst burst
}

// burst is the stream of packets that one request makes.
type burst struct {
	// base is a number before every packet that may be taken.
	base uint16
	// from is where the burst began, lastSeq and lastEnd tell its newest packet.
	from    int64
	lastSeq uint16
	lastEnd int64
	last    time.Time
	// slowest is the longest time between two packets.
	slowest time.Duration
	gained  int64
	// fruitless counts bursts in a row that brought nothing new, ever tells that any packet came.
	fruitless int
	ever      bool
	quietAt   time.Time
}

// NewRead prepares to read a file.
func NewRead(c *Conn, path string, o ReadOptions) (*Read, error) {
	if err := checkPath(path, maxPath); err != nil {
		return nil, err
	}
	if o.Limit <= 0 || o.Limit > math.MaxUint32 {
		o.Limit = math.MaxUint32
	}
	return &Read{x: exchange{conn: c, tries: o.Tries}, path: path, sink: o.Sink, limit: o.Limit, have: spans.Of(o.Have), end: unknown}, nil
}

// Size is the length of the file once the machine is done without error.
func (r *Read) Size() int64 { return r.end }

// Have is what has come so far.
func (r *Read) Have() []spans.Span { return r.have.Spans() }

// Progress is how many bytes have come, and how many were announced, 0 while that is not known. The announcement may be wrong.
func (r *Read) Progress() (done, total int64) { return r.have.Len(), max(r.announced, 0) }

// Cancel gives what to send when the operation is given up.
func (r *Read) Cancel() []message.Message {
	r.x.conn.Skip()
	if r.state <= readOpening || r.state >= readClosing {
		return nil
	}
	return r.x.ask(Payload{Op: OpTerminate, Session: r.session}, time.Time{}).Send
}

// Tick implements dialog.Machine.
func (r *Read) Tick(now time.Time) dialog.Step {
	switch {
	case r.state == readDone:
		return dialog.Step{Done: true}
	case r.state == readResetting && !r.x.open:
		return r.x.ask(Payload{Op: OpReset}, now)
	case r.state == readBursting:
		if now.Before(r.burst.quietAt) {
			return dialog.Step{Wake: r.burst.quietAt}
		}
		// The rest of it may still come, and must not be taken for the answer to what follows.
		r.x.conn.seq += burstRoom
		return r.burstOver(false, now)
	case r.state == readClosing && r.x.try >= closeTries && !now.Before(r.x.retryAt):
		return r.done(r.failure)
	}
	step := r.x.tick(now)
	if step.Done {
		return r.done(step.Err)
	}
	return step
}

// Handle implements dialog.Machine.
func (r *Read) Handle(m message.Message, now time.Time) dialog.Step {
	if r.state == readDone {
		return dialog.Step{Done: true}
	}
	p, ok := r.x.received(m)
	if !ok {
		return r.wait()
	}
	if p.Answers == OpBurstRead {
		return r.burstPacket(p, now)
	}
	if !r.x.answers(p, now) {
		return r.wait()
	}
	switch r.state {
	case readResetting:
		// A vehicle that cannot reset its sessions has none that could stand in the way.
		r.state = readOpening
		return r.x.ask(Payload{Op: OpOpenRead, Data: []byte(r.path)}, now)
	case readOpening:
		return r.opened(p, now)
	case readPiecing:
		return r.piece(p, now)
	default:
		return r.done(r.failure)
	}
}

func (r *Read) wait() dialog.Step {
	if r.state == readBursting {
		return dialog.Step{Wake: r.burst.quietAt}
	}
	return r.x.wait()
}

func (r *Read) opened(p Payload, now time.Time) dialog.Step {
	if p.Op == opNak {
		return r.done(refusal(p))
	}
	r.session = p.Session
	if len(p.Data) >= 4 {
		r.announced = int64(binary.LittleEndian.Uint32(p.Data))
	}
	r.burst.base = r.x.request.Seq
	return r.next(now)
}

// next asks for the first part that is missing.
func (r *Read) next(now time.Time) dialog.Step {
	to := r.end
	if to == unknown {
		to = math.MaxInt64
	}
	gap, missing := r.have.Gap(0, to)
	if !missing {
		return r.close(nil, now)
	}
	if gap.From > math.MaxUint32 {
		return r.close(fmt.Errorf("%w: more than 4 GiB", ErrTooLarge), now)
	}
	if r.plain || r.x.conn.NoBursts || gap.To-gap.From <= smallGap {
		r.state = readPiecing
		return r.x.ask(Payload{Op: OpRead, Session: r.session, Offset: uint32(gap.From), Size: maxData}, now)
	}
	r.state = readBursting
	step := r.x.ask(Payload{Op: OpBurstRead, Session: r.session, Offset: uint32(gap.From), Size: maxData}, now)
	b := &r.burst
	b.from, b.lastSeq, b.lastEnd, b.gained, b.last = gap.From, r.x.request.Seq, gap.From, 0, now
	if oldest := r.x.request.Seq - 8192; int16(oldest-b.base) > 0 {
		b.base = oldest
	}
	b.quietAt = now.Add(r.x.conn.pace.Wait(1 + b.fruitless))
	step.Wake = b.quietAt
	return step
}

// piece takes the answer to a single read.
func (r *Read) piece(p Payload, now time.Time) dialog.Step {
	at := int64(r.x.request.Offset)
	if p.Op == opNak {
		refused := refusal(p)
		if refused.Code != nakEOF {
			return r.trouble(refused, now)
		}
		r.end = at
		return r.next(now)
	}
	if len(p.Data) == 0 {
		r.end = at // an empty answer is the end, too
		return r.next(now)
	}
	if err := r.store(at, p.Data); err != nil {
		return r.close(err, now)
	}
	return r.next(now)
}

func (r *Read) store(at int64, data []byte) error {
	if at+int64(len(data)) > r.limit {
		return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, r.limit)
	}
	if r.have.Holds(at, at+int64(len(data))) {
		return nil
	}
	if _, err := r.sink.WriteAt(data, at); err != nil {
		return fmt.Errorf("keep what came of %s: %w", r.path, err)
	}
	r.burst.gained += r.have.Add(at, at+int64(len(data)))
	return nil
}

// trouble ends the reading, or opens the file again where the session is gone: another station reset it. ArduPilot then
// says that there is no such file.
func (r *Read) trouble(refused *RefusedError, now time.Time) dialog.Step {
	lost := refused.Code == nakSession || errors.Is(refused, ErrNotFound)
	if !lost || r.reopened == reopenings {
		return r.close(refused, now)
	}
	r.reopened++
	r.state = readOpening
	return r.x.ask(Payload{Op: OpOpenRead, Data: []byte(r.path)}, now)
}

// close ends the session; what becomes of the reading is settled.
func (r *Read) close(err error, now time.Time) dialog.Step {
	r.failure, r.state = err, readClosing
	return r.x.ask(Payload{Op: OpTerminate, Session: r.session}, now)
}

func (r *Read) done(err error) dialog.Step {
	if errors.Is(err, dialog.ErrNoAnswer) {
		r.x.conn.Skip()
	}
	r.state = readDone
	return ended(err)
}
