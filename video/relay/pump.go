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
				return v.report(now)
			}
		}
		p := v.batch[v.next]
		if !v.booked {
			v.open(p, now)
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

// pace is how fast the viewer is sent the picture that is open.
func (v *viewer) pace(now time.Time) pace {
	at := v.stream.pace(v.paced.step)
	if v.wide != nil {
		at.rate = v.wide.limit(at.rate, v.stream.byteRate(), now)
	}
	return at
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
	v.batch, v.next, v.replayed = packets, 0, last
	v.conclude()
	v.paced = pacedPicture{}
	v.open(packets[0], now)
	seconds := float64(total) / v.pace(now).rate
	v.step = uint32(max(seconds*clockRate/float64(frames), 1))
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
	if v.sentAny && p.lost > 0 {
		v.seq += p.lost
		v.trust.skip(int(p.lost))
	}
	v.paced.last = now
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
