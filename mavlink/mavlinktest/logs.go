package mavlinktest

import (
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Log is one log of a vehicle.
type Log struct {
	// UTC is in seconds, 0 where the vehicle did not know the time.
	UTC     uint32
	Content []byte
	// Announce is the size that the list tells, 0 the true one.
	Announce uint32
}

// Logs hands out logs as ArduPilot does: one request at a time, others are passed over until it is served, and none while it is
// armed.
type Logs struct {
	All []Log
	// First is the number of the first log: 1 on ArduPilot, 0 on PX4.
	First int
	// Armed hands out nothing.
	Armed bool
	// Replaces serves a new request in place of the one before, as PX4 does.
	Replaces bool
	// Ends counts LOG_REQUEST_END, Erases LOG_ERASE.
	Ends, Erases int

	list     []int
	id       int
	at, left int
	sending  bool
}

// Hear takes a request.
func (l *Logs) Hear(m message.Message) {
	busy := !l.Replaces && (l.sending || len(l.list) > 0)
	switch m := m.(type) {
	case *common.MessageLogRequestList:
		if busy || l.Armed {
			return
		}
		l.list, l.sending = nil, false
		for id := max(int(m.Start), l.First); id <= min(int(m.End), l.First+len(l.All)-1); id++ {
			l.list = append(l.list, id)
		}
		if len(l.All) == 0 {
			l.list = []int{-1}
		}
	case *common.MessageLogRequestData:
		i := int(m.Id) - l.First
		if i < 0 || i >= len(l.All) || busy || l.Armed {
			return
		}
		l.list = nil
		l.id, l.at, l.left, l.sending = int(m.Id), int(m.Ofs), int(m.Count), true
		l.left = max(0, min(l.left, len(l.All[i].Content)-l.at))
	case *common.MessageLogErase:
		if l.Armed {
			return
		}
		l.Erases++
		l.All, l.list, l.sending = nil, nil, false
	case *common.MessageLogRequestEnd:
		l.Ends++
		l.list, l.sending = nil, false
	}
}

// Next is the next message to send, nil when there is none.
func (l *Logs) Next() message.Message {
	if l.Armed {
		l.list, l.sending = nil, false
	}
	if len(l.list) > 0 {
		id := l.list[0]
		l.list = l.list[1:]
		if id < 0 {
			return &common.MessageLogEntry{}
		}
		one := l.All[id-l.First]
		size := uint32(len(one.Content))
		if one.Announce != 0 {
			size = one.Announce
		}
		return &common.MessageLogEntry{Id: uint16(id), NumLogs: uint16(len(l.All)), LastLogNum: uint16(l.First + len(l.All) - 1), TimeUtc: one.UTC, Size: size}
	}
	if !l.sending {
		return nil
	}
	m := &common.MessageLogData{Id: uint16(l.id), Ofs: uint32(l.at), Count: uint8(min(l.left, 90))}
	if content := l.All[l.id-l.First].Content; m.Count > 0 {
		copy(m.Data[:m.Count], content[l.at:])
	}
	l.at += int(m.Count)
	l.left -= int(m.Count)
	l.sending = m.Count == 90 && l.left > 0 || m.Count == 90 && l.at == len(l.All[l.id-l.First].Content)
	return m
}
