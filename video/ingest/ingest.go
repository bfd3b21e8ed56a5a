// Package ingest pulls one video track from an RTSP source and keeps pulling it: it reconnects with growing pauses and
// notices a source that has stopped without closing. KLV metadata comes with the video; other tracks are named and left
// alone. Beside video/rtspout it is the only package of the station that knows the RTSP library.
package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Codec names a video codec.
type Codec string

// The codecs that are delivered.
const (
	H264 Codec = "H264"
	H265 Codec = "H265"
)

// Track describes the video track of a connection.
type Track struct {
	// Codec is what the source sends.
	Codec Codec
	// VPS, SPS and PPS are the parameter sets of the session description, nil where it has none; VPS is H.265's.
	VPS, SPS, PPS []byte
}

// Packet is one RTP packet of the video track.
type Packet struct {
	// Payload belongs to the receiver.
	Payload []byte
	// Timestamp is the RTP timestamp, 90 kHz.
	Timestamp uint32
	// Marker is set on the last packet of a picture.
	Marker bool
	// Lost counts the packets before this one that never came.
	Lost int
	// Arrival is when the packet came, UTC.
	Arrival time.Time
	// Capture is when its picture was taken, UTC, by the source's sender reports; zero before the first of them.
	Capture time.Time
	// ClockJump is how far the source's clock has jumped against its own timestamps in a sender report since the packet
	// before; 0: it has not.
	ClockJump time.Duration
}

// Handler receives what a source sends. Its methods are called by one goroutine at a time, and must not wait.
type Handler interface {
	// Described is called when a source has told what it has, before Begin.
	Described([]TrackInfo)
	// Begin is called when a connection plays, before its packets.
	Begin(Track)
	// Packet is called for each packet, in order.
	Packet(Packet)
	// Data is called for each KLV packet.
	Data(Data)
	// End is called when a connection, or an attempt to make one, has ended.
	End(error)
}

// Config describes a source. URL is required.
type Config struct {
	// URL is the source's address, rtsp:// or rtsps://, with user and password where it wants them.
	URL string
	// Transport says how RTP comes. Default: TransportAuto.
	Transport Transport
	// TLS says which certificates of a source behind rtsps:// are trusted.
	TLS TLS
	// FirstPause is the pause after the first failure; it doubles up to MaxPause. Defaults 250 ms and 5 s.
	FirstPause, MaxPause time.Duration
	// RefusedPause is the pause after the source refused the password, which trebles up to fifteen times it: cameras
	// lock an account after a few attempts. Default 1 min.
	RefusedPause time.Duration
	// Silence ends a connection that brings no packet for so long. Default 5 s.
	Silence time.Duration
	// Log receives log lines. nil: none.
	Log *slog.Logger
}

// Source is one RTSP source. Run may be called again after it has returned.
type Source struct {
	cfg     Config
	log     *slog.Logger
	handler Handler

	order      []Transport // owned by Run: what to try, the best first
	notBefore  time.Time   // owned by Run: no attempt earlier, because the password was refused
	refused    time.Duration
	lastPacket atomic.Int64 // unix nanoseconds
	counters   counters

	// handling is held while the handler is called, since over UDP each track has a goroutine of its own.
	handling sync.Mutex
}

type counters struct{ reconnects, panics, malformed, duplicates, data, dataDropped atomic.Uint64 }

// Counts is what a source has done since it was made.
type Counts struct {
	// Reconnects counts attempts after the first of a Run.
	Reconnects uint64
	// Panics counts packets and answers that were dropped because handling them panicked.
	Panics uint64
	// Malformed counts packets that could not be read, or that are of no track that was set up.
	Malformed uint64
	// Duplicates counts packets that came twice or too late.
	Duplicates uint64
	// Data counts KLV packets, DataDropped those that were incomplete or too large.
	Data, DataDropped uint64
}

// New makes a source. Nothing is sent before Run.
func New(cfg Config, h Handler) *Source {
	setDefault(&cfg.FirstPause, 250*time.Millisecond)
	setDefault(&cfg.MaxPause, 5*time.Second)
	setDefault(&cfg.RefusedPause, time.Minute)
	setDefault(&cfg.Silence, 5*time.Second)
	s := &Source{cfg: cfg, log: cfg.Log, handler: h, order: cfg.Transport.order(), refused: cfg.RefusedPause}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

func setDefault(d *time.Duration, v time.Duration) {
	if *d <= 0 {
		*d = v
	}
}

// Counts returns the source's counters.
func (s *Source) Counts() Counts {
	c := &s.counters
	return Counts{
		Reconnects: c.reconnects.Load(), Panics: c.panics.Load(), Malformed: c.malformed.Load(),
		Duplicates: c.duplicates.Load(), Data: c.data.Load(), DataDropped: c.dataDropped.Load(),
	}
}

// Run pulls the source until ctx ends, and then returns nil.
func (s *Source) Run(ctx context.Context) error {
	if !sleep(ctx, time.Until(s.notBefore)) {
		return nil
	}
	pause := s.cfg.FirstPause
	var lastErr string
	for {
		begun := time.Now()
		played, err := s.playOnce(ctx)
		if ctx.Err() != nil {
			return nil
		}
		s.handler.End(err)
		steady := played && time.Since(begun) >= s.cfg.MaxPause
		if steady {
			pause = s.cfg.FirstPause
		}
		wait := s.pauseAfter(err, pause)
		// The same error again and again is one line, not a line every five seconds.
		if text := err.Error(); text != lastErr || steady {
			s.log.Info("source lost", "error", err, "retryIn", wait)
			lastErr = text
		}
		if !sleep(ctx, jitter(wait)) {
			return nil
		}
		pause = min(pause*2, s.cfg.MaxPause)
		s.counters.reconnects.Add(1)
	}
}

// playOnce makes one connection and stays with it. played says whether packets came.
func (s *Source) playOnce(ctx context.Context) (played bool, err error) {
	s.lastPacket.Store(0)
	c, err := s.connect(ctx, s.order[0])
	if err == nil {
		err = s.stay(ctx, c)
	}
	played = s.lastPacket.Load() != 0
	if !played && len(s.order) > 1 && transportFailed(err) {
		s.order = append(s.order[1:], s.order[0])
	}
	return played, err
}

// deliver calls the handler. A panic costs that packet only: what a camera sends must not end the station.
func (s *Source) deliver(call func()) {
	defer func() {
		if r := recover(); r != nil {
			s.counters.panics.Add(1)
			s.log.Error("packet handling panicked", "reason", r)
		}
	}()
	s.handling.Lock()
	defer s.handling.Unlock()
	call()
}

// stay waits for the end of a connection, which it closes when ctx ends, when the connection turns out to be useless,
// or when no packet came for Silence; over UDP the first packet must come sooner, since a firewall may keep it out.
func (s *Source) stay(ctx context.Context, c *connection) error {
	var reason error // set before ended closes
	ended := make(chan struct{})
	go func() {
		reason = c.wait()
		close(ended)
	}()
	closeFor := func(err error) error {
		c.close()
		<-ended
		return err
	}
	begun := time.Now()
	tick := time.NewTicker(s.cfg.Silence / 10)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return reason
		case err := <-c.failed:
			return closeFor(err)
		case <-ctx.Done():
			return closeFor(ctx.Err())
		case now := <-tick.C:
			last, allowed := begun, min(s.cfg.Silence, firstPacketWait)
			if ns := s.lastPacket.Load(); ns != 0 {
				last, allowed = time.Unix(0, ns), s.cfg.Silence
			}
			if now.Sub(last) > allowed {
				return closeFor(fmt.Errorf("%w for %v over %s", errSilent, allowed, c.transport))
			}
		}
	}
}

// jitter returns d changed by up to a fifth, so that many stations do not come back in step.
func jitter(d time.Duration) time.Duration {
	return d + time.Duration((rand.Float64()-0.5)*0.4*float64(d)) //nolint:gosec // spread, not a secret
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
