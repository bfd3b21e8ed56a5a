package relay

import (
	"context"
	"time"
)

// resyncEvery bounds how often a viewer that lost packets gets the group of pictures again.
const resyncEvery = time.Second

// write sends the viewer's packets until ctx ends, with a worker of its own: the writes may wait.
func (v *viewer) write(ctx context.Context) {
	w := newWorker(nil)
	w.add(v)
	w.run(ctx)
}

// pump sends what may go out now. It returns when there is more to do, zero: when there is news.
func (v *viewer) pump(now time.Time) (again time.Time) {
	v.resend(now)
	for {
		if v.next == len(v.batch) {
			v.take()
			if v.wantResync.Load() && now.Sub(v.lastReset) >= resyncEvery && v.caughtUp() {
				v.stream.counters.resyncs.Add(1)
				v.replay(now)
			}
			if len(v.batch) == 0 {
				v.report(now)
				return time.Time{}
			}
		}
		p := v.batch[v.next]
		if !v.booked {
			v.due = now.Add(v.pacer.take(len(p.payload), v.pace(now), now))
			v.booked = true
		}
		if v.due.After(now) {
			return v.due
		}
		v.booked = false
		if v.replayed != nil {
			v.emit(p, v.replayed.ts-uint32(v.replayed.frame-p.frame)*v.step, now)
		} else {
			v.emit(p, p.ts, now)
		}
		v.batch[v.next] = nil
		v.next++
	}
}

// pace is the bytes a second at which the viewer is sent to.
func (v *viewer) pace(now time.Time) float64 {
	pace := v.stream.pace()
	if v.wide == nil {
		return pace
	}
	return v.wide.limit(pace, v.stream.byteRate(), now)
}

// caughtUp says whether the batch is empty; where it is not, the replay comes after it.
func (v *viewer) caughtUp() bool { return len(v.batch) == 0 }

// replay makes the cached group of pictures the batch, and then the queue goes on at the live edge. The pictures'
// timestamps are drawn together to the pace at which they are sent and end where the live ones go on, so that the browser
// neither takes them for early and holds them back, nor sees time run backwards.
func (v *viewer) replay(now time.Time) {
	v.lastReset = now
	v.wantResync.Store(false)
	packets := v.rejoin()
	if len(packets) == 0 {
		return
	}
	last := packets[len(packets)-1]
	total := 0
	for _, p := range packets {
		total += len(p.payload)
	}
	frames := last.frame - packets[0].frame + 1
	seconds := float64(total) / v.pace(now)
	v.step = uint32(max(seconds*clockRate/float64(frames), 1))
	v.batch, v.next, v.replayed = packets, 0, last
}

// emit sends one packet with the viewer's own sequence number, and a timestamp that never runs backwards.
func (v *viewer) emit(p *packet, ts uint32, now time.Time) {
	var taken time.Time
	if p.frame != v.frame || !v.sentAny {
		if v.sentAny && int32(ts-v.ts) <= 0 {
			ts = v.ts + 1
		}
		v.frame, v.ts = p.frame, ts
		v.reports.note(p, ts, v.replayed == nil)
		taken = p.taken
	}
	if v.sentAny {
		v.seq += p.lost
	}
	v.sentAny = true
	v.header.Version = 2
	v.header.Marker = p.marker
	v.header.SequenceNumber = v.seq
	v.header.Timestamp = v.ts + v.base
	v.history.keep(v.seq, v.header.Timestamp, p, now)
	v.seq++
	if err := v.out.send(&v.header, p.payload, taken); err != nil {
		return // the connection is going; its state change ends the viewer
	}
	v.reports.packets++
	v.reports.octets += uint32(len(p.payload))
	v.stream.counters.packetsOut.Add(1)
	v.stream.counters.bytesOut.Add(uint64(len(p.payload)))
}
