package ftp

import (
	"time"

	"vedette/mavlink/dialog"
)

// burstRoom is more packets than a vehicle sends in one burst (ArduPilot: 500).
const burstRoom = 1024

// burstPacket takes a packet of a burst, which may come late, twice, or out of order; its place is in it.
func (r *Read) burstPacket(p Payload, now time.Time) dialog.Step {
	b := &r.burst
	if r.state != readBursting && r.state != readPiecing || int16(p.Seq-b.base) <= 0 {
		return r.wait()
	}
	if p.Op == opNak {
		return r.burstRefused(p, now)
	}
	if p.Session != r.session || len(p.Data) == 0 {
		return r.wait()
	}
	b.ever = true
	if r.x.open && p.Seq == r.x.request.Seq+1 && r.state == readBursting {
		r.x.answers(p, now)
	}
	if int16(p.Seq+1-r.x.conn.seq) > 0 {
		r.x.conn.seq = p.Seq + 1
	}
	end := int64(p.Offset) + int64(len(p.Data))
	if err := r.store(int64(p.Offset), p.Data); err != nil {
		return r.close(err, now)
	}
	if r.state != readBursting {
		return r.wait()
	}
	if b.lastEnd != b.from {
		b.slowest = max(b.slowest, now.Sub(b.last))
	}
	b.last = now
	if int16(p.Seq-b.lastSeq) > 0 {
		b.lastSeq, b.lastEnd = p.Seq, end
	}
	b.quietAt = now.Add(max(r.x.conn.pace.Wait(1), 4*b.slowest))
	if p.BurstComplete && int16(p.Seq-r.x.request.Seq) > 0 {
		return r.burstOver(false, now)
	}
	return r.wait()
}

// burstRefused takes the end of the file, or a refusal.
func (r *Read) burstRefused(p Payload, now time.Time) dialog.Step {
	b := &r.burst
	if r.state != readBursting || int16(p.Seq-r.x.request.Seq) <= 0 {
		return r.wait()
	}
	if int16(p.Seq+1-r.x.conn.seq) > 0 {
		r.x.conn.seq = p.Seq + 1
	}
	refused := refusal(p)
	switch {
	case refused.Code == nakEOF && p.Seq == b.lastSeq+1:
		// It follows the newest packet, or the request itself: the file ends there.
		r.end = b.lastEnd
		return r.burstOver(true, now)
	case refused.Code == nakEOF:
		return r.burstOver(false, now) // what came before it was lost
	case refused.Code == nakUnknown:
		r.plain = true
		return r.burstOver(true, now)
	default:
		return r.trouble(refused, now)
	}
}

// burstOver goes on after a burst, whether it was complete or fell silent; told says that the
// vehicle made clear what follows.
func (r *Read) burstOver(told bool, now time.Time) dialog.Step {
	b := &r.burst
	r.x.open = false
	if b.gained > 0 || told {
		b.fruitless = 0
	} else {
		b.fruitless++
	}
	switch {
	case b.fruitless >= deafBursts && !b.ever:
		r.plain, b.fruitless = true, 0
	case b.fruitless >= r.x.most():
		return r.done(dialog.ErrNoAnswer)
	}
	return r.next(now)
}
