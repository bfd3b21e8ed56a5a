package copter

import (
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

const (
	logChunk       = 90
	logChunksAStep = 16 // 144 kB a second, as measured
	entriesAStep   = 1
)

// logTransfer is a list or a log on its way to a station; one at a time.
type logTransfer struct {
	peer      *peer
	next, end int // of the list: positions among the logs, from 1
	log       *onboardLog
	offset    int
	left      int
}

// handleLog answers the log messages. While armed nothing is sent, as in ArduPilot.
func (c *Copter) handleLog(p *peer, k packet, mine func(system, component uint8) bool) {
	switch m := k.msg.(type) {
	case *mav.MessageLogRequestList:
		if mine(m.TargetSystem, m.TargetComponent) && c.mayLog(p) {
			c.recall()
			n := len(c.logs.logs)
			c.logJob = &logTransfer{peer: p, next: max(1, int(m.Start)), end: min(int(m.End), n)}
			if n == 0 {
				c.logJob.next, c.logJob.end = 0, 0
			}
		}
	case *mav.MessageLogRequestData:
		if mine(m.TargetSystem, m.TargetComponent) && c.mayLog(p) {
			c.beginLog(p, m)
		}
	case *mav.MessageLogErase:
		if mine(m.TargetSystem, m.TargetComponent) && !c.flight.armed {
			c.logJob = nil
			c.logs.erase()
			c.flight.say(mav.MAV_SEVERITY_INFO, "Log erase complete")
		}
	case *mav.MessageLogRequestEnd:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.logJob = nil
		}
	}
}

// mayLog refuses a second transfer: with a text to another station, silently to the same one, which may be filling gaps.
func (c *Copter) mayLog(p *peer) bool {
	switch {
	case c.logJob == nil:
		return true
	case c.logJob.peer != p:
		p.send(autopilotComponent, &mav.MessageStatustext{Severity: mav.MAV_SEVERITY_INFO, Text: "Log download in progress"})
	}
	return false
}

func (c *Copter) beginLog(p *peer, m *mav.MessageLogRequestData) {
	c.recall()
	l := c.logs.at(int(m.Id))
	if l == nil {
		return
	}
	left := min(int64(m.Count), max(0, int64(l.w.Size())-int64(m.Ofs)))
	c.logJob = &logTransfer{peer: p, log: l, offset: int(m.Ofs), left: int(left)}
}

// at is the log of a number in the list: 1 is the oldest.
func (b *logbook) at(n int) *onboardLog {
	if n < 1 || n > len(b.logs) {
		return nil
	}
	return b.logs[n-1]
}

// stepLog sends what is due of a transfer.
func (c *Copter) stepLog() {
	job := c.logJob
	if job == nil || c.flight.armed || !job.peer.room() {
		return
	}
	if job.log == nil {
		for range entriesAStep {
			c.sendEntry(job)
		}
		return
	}
	data := job.log.w.Bytes()
	for range logChunksAStep {
		m := &mav.MessageLogData{Id: c.logs.number(job.log), Ofs: uint32(job.offset)}
		n := min(job.left, logChunk)
		if n > 0 {
			m.Count = uint8(copy(m.Data[:], data[job.offset:job.offset+n]))
		}
		job.peer.send(autopilotComponent, m)
		job.offset, job.left = job.offset+n, job.left-n
		if job.left == 0 {
			c.logJob = nil
			return
		}
		if !job.peer.room() {
			return
		}
	}
}

func (b *logbook) number(l *onboardLog) uint16 {
	for i, x := range b.logs {
		if x == l {
			return uint16(i + 1)
		}
	}
	return 0
}

func (c *Copter) sendEntry(job *logTransfer) {
	n := uint16(len(c.logs.logs))
	m := &mav.MessageLogEntry{Id: uint16(job.next), NumLogs: n, LastLogNum: n}
	if l := c.logs.at(job.next); l != nil {
		m.TimeUtc, m.Size = uint32(l.began.Unix()), uint32(l.w.Size())
	}
	job.peer.send(autopilotComponent, m)
	if job.next++; job.next > job.end {
		c.logJob = nil
	}
}
