// Package onboardlog is the protocol by which vehicles hand out their logs, as state machines: LOG_REQUEST_LIST 117, LOG_ENTRY 118,
// LOG_REQUEST_DATA 119, LOG_DATA 120, LOG_ERASE 121, LOG_REQUEST_END 122. None of its messages names who asked for it. A vehicle
// serves one request at a time: ArduPilot passes over others meanwhile without a word, PX4 serves the newest. ArduPilot
// hands out nothing while it is armed.
package onboardlog

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

const (
	// quiet is the least silence after which what is missing is asked for, mostQuiet the longest on a slow link.
	quiet     = 700 * time.Millisecond
	mostQuiet = 5 * time.Second
	// firstQuiet is for the first answer: ArduPilot looks through its card for it.
	firstQuiet = 3 * time.Second
	// rounds without anything new end a machine.
	rounds  = 12
	maxLogs = 10000
)

// Entry is a log that a vehicle has.
type Entry struct {
	ID int
	// Size in bytes may be off for the log that is being written.
	Size int64
	// Time is when the log began, the zero time where the vehicle did not know.
	Time time.Time
}

// List gathers the entries, and asks for those that are missing.
type List struct {
	peer    dialog.Peer
	byID    map[int]Entry
	first   int
	last    int
	known   bool // that there are logs from first to last
	wake    time.Time
	arrived time.Time
	slowest time.Duration
	idle    int
	done    bool
}

// NewList prepares a listing; the first Tick begins it.
func NewList(peer dialog.Peer) *List { return &List{peer: peer, byID: make(map[int]Entry)} }

// Entries are the logs by number.
func (l *List) Entries() []Entry {
	all := make([]Entry, 0, len(l.byID))
	for _, e := range l.byID {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Progress is how many have come, and how many there are.
func (l *List) Progress() (done, total int64) {
	if !l.known {
		return 0, 0
	}
	return int64(len(l.byID)), int64(l.last - l.first + 1)
}

// Tick implements dialog.Machine.
func (l *List) Tick(now time.Time) dialog.Step {
	switch {
	case l.done:
		return dialog.Step{Done: true}
	case now.Before(l.wake):
		return dialog.Step{Wake: l.wake}
	case l.idle == rounds:
		l.done = true
		return dialog.Step{Done: true, Err: fmt.Errorf("%w: %d logs came", dialog.ErrNoAnswer, len(l.byID))}
	}
	l.idle++
	from, to := 0, 0xFFFF
	if l.known {
		from, to = l.gap()
		l.wake = now.Add(min(l.patience()*time.Duration(l.idle), mostQuiet))
	} else {
		l.wake = now.Add(firstQuiet)
	}
	return dialog.Step{Wake: l.wake, Send: []message.Message{&common.MessageLogRequestList{
		TargetSystem: l.peer.System, TargetComponent: l.peer.Component, Start: uint16(from), End: uint16(to),
	}}}
}

// gap is the first run of missing entries.
func (l *List) gap() (from, to int) {
	from = l.first
	for l.has(from) {
		from++
	}
	for to = from; to < l.last && !l.has(to+1); {
		to++
	}
	return from, to
}

func (l *List) has(id int) bool { _, ok := l.byID[id]; return ok }

func (l *List) patience() time.Duration { return min(max(quiet, 4*l.slowest), mostQuiet) }

// Handle implements dialog.Machine.
func (l *List) Handle(m message.Message, now time.Time) dialog.Step {
	e, ok := m.(*common.MessageLogEntry)
	if l.done || !ok {
		return dialog.Step{Done: l.done, Wake: l.wake}
	}
	if e.NumLogs == 0 {
		l.done, l.byID = true, make(map[int]Entry)
		return dialog.Step{Done: true}
	}
	// ArduPilot numbers from 1, PX4 from 0; the last number and the count tell.
	first, last := int(e.LastLogNum)-int(e.NumLogs)+1, int(e.LastLogNum)
	if first < 0 || e.NumLogs > maxLogs || int(e.Id) < first || int(e.Id) > last {
		return dialog.Step{Wake: l.wake}
	}
	if l.known && (first != l.first || last != l.last) {
		for id := range l.byID { // a log was begun or deleted meanwhile
			if id < first || id > last {
				delete(l.byID, id)
			}
		}
	}
	if !l.arrived.IsZero() && l.idle <= 1 {
		l.slowest = max(l.slowest, now.Sub(l.arrived))
	}
	l.first, l.last, l.known, l.arrived = first, last, true, now
	if !l.has(int(e.Id)) {
		l.idle = 0
	}
	entry := Entry{ID: int(e.Id), Size: int64(e.Size)}
	if e.TimeUtc != 0 {
		entry.Time = time.Unix(int64(e.TimeUtc), 0).UTC()
	}
	l.byID[entry.ID] = entry
	if len(l.byID) == last-first+1 {
		l.done = true
		return dialog.Step{Done: true}
	}
	l.wake = now.Add(l.patience())
	return dialog.Step{Wake: l.wake}
}
