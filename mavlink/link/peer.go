package link

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

const (
	beaconEvery  = time.Second
	writeTimeout = 2 * time.Second
)

// Peer is one far end that a link can reach: the other end of a serial line or of a connection, or one sender on a
// UDP server. Its methods may be called concurrently and after it is gone.
type Peer struct {
	link      *Link
	remote    string
	queue     *queue
	write     func(b []byte) error
	last      atomic.Int64 // monotonic enough: only ages are taken
	everHeard atomic.Bool
	// bytesIn counts what came in good frames, bytesOut what was written.
	bytesIn, bytesOut atomic.Uint64
	// sends tells that it is a broadcast address and no far end; rests, when not nil, says whether the heartbeat is left out
	// so soon after the last one.
	sends bool
	rests func(since time.Duration) bool
	fatal func(error)
}

// newPeer registers a peer. write sends one frame and sets its own deadline; fatal, when not nil, is called with the
// first write error, after which the peer writes no more.
func (l *Link) newPeer(remote string, write func(b []byte) error, fatal func(error)) *Peer {
	p := &Peer{link: l, remote: remote, queue: newQueue(), write: write, fatal: fatal}
	p.last.Store(time.Now().UnixNano())
	l.mu.Lock()
	l.peers[p] = struct{}{}
	l.mu.Unlock()
	if l.par.Opened != nil {
		l.par.Opened(p)
	}
	return p
}

// BytesOut counts what was written to the peer.
func (p *Peer) BytesOut() uint64 { return p.bytesOut.Load() }

// Link is the name of the peer's link.
func (p *Peer) Link() string { return p.link.cfg.Name }

// Remote is the peer's address or device, for people.
func (p *Peer) Remote() string { return p.remote }

// Priority is that of the link's configuration.
func (p *Peer) Priority() int { return p.link.cfg.Priority }

// Profile is what of a vehicle's messages is wanted on the link.
func (p *Peer) Profile() Profile { return p.link.cfg.Profile }

// Bandwidth is that of the link in bytes a second, each way; 0 is no limit.
func (p *Peer) Bandwidth() float64 {
	rate, _ := p.link.pace.bandwidth()
	return rate
}

// Trusted tells that the link is marked so.
func (p *Peer) Trusted() bool { return p.link.cfg.Trusted }

// Send queues a message for the peer; false when its queue is full or it is gone, which is counted.
func (p *Peer) Send(priority Priority, m message.Message) bool {
	return p.queue.push(priority, m, time.Time{})
}

// SendUntil is Send of what must not leave after a time: it is dropped then, and counted.
func (p *Peer) SendUntil(priority Priority, m message.Message, until time.Time) bool {
	return p.queue.push(priority, m, until)
}

func (p *Peer) heard(f Frame, at time.Time) {
	p.last.Store(at.UnixNano())
	p.everHeard.Store(true)
	p.bytesIn.Add(uint64(len(f.Raw)))
}

func (p *Peer) silentFor(now time.Time) time.Duration {
	return time.Duration(now.UnixNano() - p.last.Load())
}

// run writes what is queued, and the beacon, until ctx ends or the peer can no more be written to.
func (p *Peer) run(ctx context.Context) {
	ticker := time.NewTicker(beaconEvery)
	defer ticker.Stop()
	turn := time.NewTimer(0)
	defer turn.Stop()
	w := writer{out: outlet{peer: p}, beacon: p.link.par.Beacon != nil}
	for ctx.Err() == nil {
		wait, err := w.step(time.Now())
		if err != nil {
			p.fatal(err)
			return
		}
		if wait == 0 {
			continue
		}
		turn.Reset(wait)
		select {
		case <-ctx.Done():
		case <-p.queue.wake:
		case <-turn.C:
		case <-ticker.C:
			w.beacon = p.link.par.Beacon != nil && (p.rests == nil || !p.rests(time.Since(w.called)))
		}
	}
}

// writer sends what waits for a peer when its turn has come. It belongs to the peer's writing goroutine.
type writer struct {
	out outlet
	// beacon tells that our heartbeat is due; it goes before everything else, for a vehicle takes its absence for our loss.
	beacon bool
	called time.Time
}

// step sends the next message if it may go; else it says how long to wait for more, at most. The error is a write that
// ends the peer.
func (w *writer) step(now time.Time) (time.Duration, error) {
	p := w.out.peer
	priority, waiting := Urgent, w.beacon
	if !waiting {
		priority, waiting = p.queue.next()
	}
	if !waiting {
		return beaconEvery, nil
	}
	if wait := p.link.pace.wait(priority, now); wait > 0 {
		return wait, nil
	}
	m := p.link.par.Beacon
	if w.beacon {
		w.called = now
	} else {
		m = p.queue.pop(now)
	}
	w.beacon = false
	if m == nil {
		return 0, nil // closed meanwhile
	}
	before := p.bytesOut.Load()
	err := w.out.send(m)
	p.link.pace.spend(int(p.bytesOut.Load()-before), now)
	if err == nil {
		return 0, nil
	}
	p.link.writeErrors.Add(1)
	if p.fatal == nil {
		return 0, nil
	}
	return 0, err
}

// leave unregisters the peer and tells the handler. Its goroutine must have ended, or be about to.
func (p *Peer) leave() {
	p.queue.close()
	l := p.link
	l.mu.Lock()
	delete(l.peers, p)
	l.mu.Unlock()
	for i, n := range p.queue.drops() {
		l.gone[i].Add(n)
	}
	l.par.Handler.Closed(p)
}
