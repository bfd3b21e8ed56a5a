// Package link carries MAVLink frames over serial ports, UDP and TCP. gomavlib gives the dialect and the codec; the
// transports, the search for frames in noise and the queues are our own, because gomavlib's nodes read only the
// first frame of a datagram, lose good frames behind a stray byte, and drop what they cannot write without saying so.
//
// A Link owns its goroutines: one that reads for each socket or port and one that writes for each Peer. All of them end
// before Run returns. What is heard goes to a Handler; what is sent waits in a bounded queue of its peer.
package link

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Handler hears what a link receives. Its methods are called from the reading goroutines, must not block, and must not
// keep the frame.
type Handler interface {
	// Receive is called for every frame that is whole and right.
	Receive(p *Peer, f Frame, at time.Time)
	// Closed is called once when a peer that may have been heard is gone.
	Closed(p *Peer)
}

// Params is what a link needs beside its address.
type Params struct {
	Codec   *Codec
	Handler Handler
	// SystemID and ComponentID are the sender of our frames.
	SystemID, ComponentID uint8
	// Beacon is sent to every peer as soon as it is there and once a second: our heartbeat.
	Beacon message.Message
	Log    *slog.Logger
	Hooks
}

// Stats counts what happened on a link since its start.
type Stats struct {
	// Name is the link's name.
	Name string
	// Peers is how many peers there are now.
	Peers int
	// FramesIn were whole and right; BytesIn is everything that was read.
	FramesIn, BytesIn uint64
	// BadChecksums and SkippedBytes are as in ScanCounts.
	BadChecksums, SkippedBytes uint64
	// FramesOut and BytesOut were written.
	FramesOut, BytesOut uint64
	// Unsealed counts frames that were not sent because they could not be signed.
	Unsealed uint64
	// Dropped counts messages that found the queue full or the peer gone.
	Dropped Drops
	// BytesPerSecond is the bandwidth that we keep below, 0 without a limit; Share is what of it a radio's reports leave.
	BytesPerSecond, Share float64
	// Radio is the last report of a telemetry radio on the link.
	Radio RadioStatus
	// WriteErrors counts writes that failed, Opens how often the transport was opened or a connection made, Refused
	// the peers beyond the limit, and Panics frames whose handling failed.
	WriteErrors, Opens, Refused, Panics uint64
}

// Link is one configured link. Make it with New, then call Run once.
type Link struct {
	cfg Config
	par Params
	log *slog.Logger

	framesIn, bytesIn, badChecksums, skippedBytes   atomic.Uint64
	framesOut, bytesOut, writeErrors, opens, panics atomic.Uint64
	refused, unsealed                               atomic.Uint64
	pace                                            pacer
	gone                                            [priorities]atomic.Uint64

	mu          sync.Mutex
	addr        net.Addr
	peers       map[*Peer]struct{}
	radioStatus RadioStatus
	health      health
}

// New makes a link; nothing is opened before Run.
func New(cfg Config, par Params) (*Link, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	log := par.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	l := &Link{cfg: cfg, par: par, log: log.With("link", cfg.Name), peers: make(map[*Peer]struct{})}
	l.pace.setRate(cfg.bandwidth())
	return l, nil
}

// Name is the configured name.
func (l *Link) Name() string { return l.cfg.Name }

// Addr is the bound address of a server link, nil while it is not bound.
func (l *Link) Addr() net.Addr {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.addr
}

// Run opens the link, opens it again whenever it fails, and returns nil when ctx ends.
func (l *Link) Run(ctx context.Context) error {
	var open func(context.Context) error
	switch {
	case l.cfg.UDPServer != "":
		open = l.serveUDP
	case l.cfg.UDPClient != "":
		open = l.talkUDP
	case l.cfg.UDPBroadcast != "":
		open = l.broadcastUDP
	case l.cfg.TCPServer != "":
		open = l.serveTCP
	case l.cfg.TCPClient != "":
		open = l.talkTCP
	case l.cfg.Replay != nil:
		open = l.playReplay
	case l.cfg.Serial != nil:
		open = l.talkSerial
	}
	retry := retrier{first: 250 * time.Millisecond, last: 3 * time.Second}
	said := ""
	for ctx.Err() == nil {
		before := l.framesIn.Load()
		err := open(ctx)
		if ctx.Err() != nil {
			break
		}
		l.failed(err)
		// The same complaint is made once, not at every attempt.
		if text := fmt.Sprint(err); text != said {
			said = text
			l.log.Warn("link is down, opening it again", "error", explain(err))
		}
		retry.wait(ctx, l.framesIn.Load() > before)
	}
	return nil
}

// Stats gives the counters.
func (l *Link) Stats() Stats {
	s := Stats{
		Name: l.cfg.Name, FramesIn: l.framesIn.Load(), BytesIn: l.bytesIn.Load(),
		BadChecksums: l.badChecksums.Load(), SkippedBytes: l.skippedBytes.Load(),
		FramesOut: l.framesOut.Load(), BytesOut: l.bytesOut.Load(), WriteErrors: l.writeErrors.Load(),
		Opens: l.opens.Load(), Refused: l.refused.Load(), Panics: l.panics.Load(), Unsealed: l.unsealed.Load(),
	}
	s.BytesPerSecond, s.Share = l.pace.bandwidth()
	var dropped [priorities]uint64
	for i := range dropped {
		dropped[i] = l.gone[i].Load()
	}
	l.mu.Lock()
	peers := make([]*Peer, 0, len(l.peers))
	for p := range l.peers {
		peers = append(peers, p)
	}
	s.Radio = l.radioStatus
	l.mu.Unlock()
	s.Peers = l.ends()
	for _, p := range peers {
		for i, n := range p.queue.drops() {
			dropped[i] += n
		}
	}
	s.Dropped = dropsOf(dropped)
	return s
}

func (l *Link) setAddr(a net.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.addr = a
}

// receiver reads frames for one socket, port or connection: it keeps the counters and catches what goes wrong with a
// single frame.
type receiver struct {
	link    *Link
	scanner *Scanner
	last    ScanCounts
	// from is who sends what is scanned now; nil: nobody who is known.
	from *Peer
}

func (l *Link) newReceiver() *receiver {
	r := &receiver{link: l, scanner: NewScanner(l.par.Codec)}
	if l.par.Unknown != nil {
		r.scanner.Unknown = r.unknown
	}
	return r
}

// stream takes the next bytes of a stream from p.
func (r *receiver) stream(p *Peer, b []byte) {
	now := time.Now()
	r.from = p
	r.scanner.Feed(b, now, func(f Frame) { r.link.deliver(p, f, now) })
	r.account(len(b))
}

// datagram takes one datagram; peer is asked for the peer when there is a good frame in it, and may answer nil. known is
// the peer if there is one already.
func (r *receiver) datagram(b []byte, known *Peer, peer func() *Peer) {
	now := time.Now()
	r.from = known
	r.scanner.Datagram(b, func(f Frame) {
		if p := peer(); p != nil {
			r.link.deliver(p, f, now)
		}
	})
	r.account(len(b))
}

func (r *receiver) account(bytes int) {
	counts := r.scanner.Counts()
	in := r.link.bytesIn.Add(uint64(bytes))
	if counts.Frames > r.last.Frames {
		r.link.framesIn.Add(counts.Frames - r.last.Frames)
		r.link.sound(in)
	}
	r.link.badChecksums.Add(counts.BadChecksums - r.last.BadChecksums)
	r.link.skippedBytes.Add(counts.SkippedBytes - r.last.SkippedBytes)
	r.last = counts
}

func (l *Link) deliver(p *Peer, f Frame, at time.Time) {
	defer func() {
		if trouble := recover(); trouble != nil {
			l.panics.Add(1)
			l.log.Error("a frame could not be handled", "message", f.MessageID, "peer", p.Remote(), "panic", trouble)
		}
	}()
	p.heard(f, at)
	if f.MessageID == radioStatusID {
		l.radio(f, at)
	}
	l.par.Handler.Receive(p, f, at)
}
