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
	link   *Link
	remote string
	queue  *queue
	write  func(b []byte) error
	last   atomic.Int64 // monotonic enough: only ages are taken
	fatal  func(error)
}

// newPeer registers a peer. write sends one frame and sets its own deadline; fatal, when not nil, is called with the
// first write error, after which the peer writes no more.
func (l *Link) newPeer(remote string, write func(b []byte) error, fatal func(error)) *Peer {
	p := &Peer{link: l, remote: remote, queue: newQueue(), write: write, fatal: fatal}
	p.last.Store(time.Now().UnixNano())
	l.mu.Lock()
	defer l.mu.Unlock()
	l.peers[p] = struct{}{}
	return p
}

// Link is the name of the peer's link.
func (p *Peer) Link() string { return p.link.cfg.Name }

// Remote is the peer's address or device, for people.
func (p *Peer) Remote() string { return p.remote }

// Trusted tells that the link is marked so.
func (p *Peer) Trusted() bool { return p.link.cfg.Trusted }

// Send queues a message for the peer; false when its queue is full or it is gone, which is counted.
func (p *Peer) Send(priority Priority, m message.Message) bool { return p.queue.push(priority, m) }

func (p *Peer) heard(at time.Time) { p.last.Store(at.UnixNano()) }

func (p *Peer) silentFor(now time.Time) time.Duration {
	return time.Duration(now.UnixNano() - p.last.Load())
}

// run writes what is queued, and the beacon, until ctx ends.
func (p *Peer) run(ctx context.Context) {
	ticker := time.NewTicker(beaconEvery)
	defer ticker.Stop()
	out := outlet{peer: p}
	send := func(m message.Message) bool {
		err := out.send(m)
		if err == nil {
			return true
		}
		p.link.writeErrors.Add(1)
		if p.fatal != nil {
			p.fatal(err)
			return false
		}
		return true
	}
	if p.link.par.Beacon != nil && !send(p.link.par.Beacon) {
		return
	}
	for ctx.Err() == nil {
		if m := p.queue.pop(); m != nil {
			if !send(m) {
				return
			}
			continue
		}
		select {
		case <-ctx.Done():
		case <-p.queue.wake:
		case <-ticker.C:
			if p.link.par.Beacon != nil && !send(p.link.par.Beacon) {
				return
			}
		}
	}
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
