package onboardlog

import (
	"fmt"
	"io"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
	"vedette/mavlink/spans"
)

const (
	// chunk is what a LOG_DATA holds; a shorter one is the last of the log.
	chunk = 90
	// window is what one request asks for at most: so much must come again when a link forgets the request.
	window = 1000 * chunk
	// mostJoined bounds what is sent again between two gaps that one request fills.
	mostJoined = 200 * chunk
	// endTries ask for more behind the announced size before that counts as the end.
	endTries = 2
	unknown  = int64(-1)
)

// Download reads one log. It asks for a window and then for its gaps, near ones together.
type Download struct {
	peer  dialog.Peer
	entry Entry
	sink  io.WriterAt
	have  spans.Set
	end   int64

	// from and to are what was asked for last.
	from, to int64
	asked    time.Time
	answered bool // since the last request
	// answeredOnce tells that anything ever came.
	answeredOnce bool
	wake         time.Time
	arrived      time.Time
	slowest      time.Duration
	rtt          time.Duration
	came         int64 // bytes of this request, for the rate
	idle         int
	began        bool
	done         bool
}

// NewDownload prepares to read a log into sink, which holds have already.
func NewDownload(peer dialog.Peer, e Entry, sink io.WriterAt, have []spans.Span, rtt time.Duration) *Download {
	return &Download{peer: peer, entry: e, sink: sink, have: spans.Of(have), end: unknown, rtt: rtt}
}

// Have is what has come so far, Size the length once the machine is done without error.
func (d *Download) Have() []spans.Span { return d.have.Spans() }

// Size is the length of the log once the machine is done without error.
func (d *Download) Size() int64 { return d.end }

// Progress is how many bytes have come, and how many were announced.
func (d *Download) Progress() (done, total int64) {
	return d.have.Len(), max(d.entry.Size, d.have.End())
}

// Cancel gives what to send when the download is given up.
func (d *Download) Cancel() []message.Message {
	return []message.Message{&common.MessageLogRequestEnd{TargetSystem: d.peer.System, TargetComponent: d.peer.Component}}
}

// Tick implements dialog.Machine.
func (d *Download) Tick(now time.Time) dialog.Step {
	switch {
	case d.done:
		return dialog.Step{Done: true}
	case d.began && now.Before(d.wake):
		return dialog.Step{Wake: d.wake}
	}
	if d.began {
		d.idle++
	}
	d.began = true
	atEnd := d.have.Holds(0, d.entry.Size) && d.entry.Size > 0
	switch {
	case atEnd && d.idle > endTries:
		d.end = d.have.End()
		return d.finish(nil)
	case d.idle > rounds:
		return d.finish(fmt.Errorf("%w: %d of %d bytes came", dialog.ErrNoAnswer, d.have.Len(), d.entry.Size))
	}
	return d.ask(now)
}

func (d *Download) finish(err error) dialog.Step {
	d.done = true
	return dialog.Step{Done: true, Err: err, Send: d.Cancel()}
}

// ask requests what is missing first.
func (d *Download) ask(now time.Time) dialog.Step {
	limit := d.end
	if limit == unknown {
		limit = math.MaxUint32
	}
	gap, missing := d.have.Gap(0, limit)
	if !missing {
		if d.end == unknown {
			return d.finish(fmt.Errorf("the log has more than %d bytes", limit))
		}
		return d.finish(nil)
	}
	d.from = gap.From - gap.From%chunk
	d.to = min(gap.To, d.from+window)
	// The next gap costs a round trip of its own, unless what lies between comes quicker.
	for joined := d.joined(); d.to < min(d.from+window, limit); {
		next, more := d.have.Gap(d.to, limit)
		if !more || next.From-d.to > joined {
			break
		}
		d.to = min(next.To, d.from+window)
	}
	d.to += (chunk - (d.to-d.from)%chunk) % chunk
	d.asked, d.answered, d.came = now, false, 0
	first := firstQuiet / 2 // a log must be opened first
	if d.answeredOnce {
		first = d.patience()
	}
	d.wake = now.Add(min(max(first, 3*d.rtt)*time.Duration(1+d.idle), mostQuiet))
	request := &common.MessageLogRequestData{
		TargetSystem: d.peer.System, TargetComponent: d.peer.Component, Id: uint16(d.entry.ID), Ofs: uint32(d.from), Count: uint32(d.to - d.from),
	}
	step := dialog.Step{Wake: d.wake, Send: []message.Message{request}}
	if d.idle > 0 {
		// It may still serve a request whose answers are lost, or one from before a crash of the station.
		step.Send = append(d.Cancel(), request)
	}
	return step
}

// joined is what comes in a round trip at the rate so far.
func (d *Download) joined() int64 {
	if d.rtt <= 0 || d.slowest <= 0 {
		return 0
	}
	return min(int64(d.rtt/max(d.pace(), time.Microsecond))*chunk, mostJoined)
}

// pace is the time between two packets so far.
func (d *Download) pace() time.Duration {
	if n := d.came / chunk; n > 1 {
		return d.arrived.Sub(d.asked) / time.Duration(n)
	}
	return d.slowest
}

func (d *Download) patience() time.Duration {
	const leastQuiet = 400 * time.Millisecond
	return min(max(leastQuiet, 4*d.slowest), mostQuiet)
}

// Handle implements dialog.Machine.
func (d *Download) Handle(m message.Message, now time.Time) dialog.Step {
	data, ok := m.(*common.MessageLogData)
	if d.done || !d.began || !ok || int(data.Id) != d.entry.ID || data.Count > chunk {
		return dialog.Step{Done: d.done, Wake: d.wake}
	}
	from, to := int64(data.Ofs), int64(data.Ofs)+int64(data.Count)
	if to > math.MaxUint32 || d.end != unknown && to > d.end {
		return dialog.Step{Wake: d.wake}
	}
	d.time(now)
	if !d.have.Holds(from, to) {
		if _, err := d.sink.WriteAt(data.Data[:data.Count], from); err != nil {
			return d.finish(fmt.Errorf("keep what came of log %d: %w", d.entry.ID, err))
		}
		d.have.Add(from, to)
		d.idle = 0
	}
	d.came += to - from
	// A short packet within what has come is somebody else's, or wrong.
	if data.Count < chunk && to >= d.have.End() && d.end == unknown {
		d.end, d.idle = to, 0
	}
	switch {
	case d.end != unknown && d.have.Holds(0, d.end):
		return d.finish(nil)
	case to >= d.to && from < d.to || data.Count < chunk && d.end != unknown:
		return d.ask(now) // what was asked for is over; gaps may be left
	}
	d.wake = now.Add(d.patience())
	return dialog.Step{Wake: d.wake}
}

// time learns from the arrival of a packet.
func (d *Download) time(now time.Time) {
	if !d.answered {
		d.answered, d.answeredOnce = true, true
		if after := now.Sub(d.asked); d.rtt == 0 || after < d.rtt {
			d.rtt = after
		}
	} else {
		d.slowest = max(d.slowest, now.Sub(d.arrived))
	}
	d.arrived = now
}
