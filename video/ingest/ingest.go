// Package ingest pulls one video track from an RTSP source and keeps pulling it: it reconnects with growing pauses and
// notices a source that has stopped without closing. Beside video/rtspout it is the only package of
// the station that knows the RTSP library.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// Codec names a video codec.
type Codec string

// The codecs that are recognised. Only H264 is delivered.
const (
	H264 Codec = "H264"
	H265 Codec = "H265"
)

// ErrUnsupported means that the source has no video track that can be used; its text names what it has.
var ErrUnsupported = errors.New("source has no H.264 video")

// Track describes the video track of a connection.
type Track struct {
	// Codec is what the source sends.
	Codec Codec
	// SPS and PPS are the parameter sets of the session description, nil where it has none.
	SPS, PPS []byte
}

// Packet is one RTP packet.
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
}

// Handler receives what a source sends. Its methods are called by one goroutine at a time, and must not wait.
type Handler interface {
	// Begin is called when a connection plays, before its packets.
	Begin(Track)
	// Packet is called for each packet, in order.
	Packet(Packet)
	// End is called when a connection, or an attempt to make one, has ended.
	End(error)
}

// Config describes a source. URL is required.
type Config struct {
	// URL is the source's address, rtsp:// or rtsps://, with user and password where it wants them.
	URL string
	// UDP asks for RTP over UDP instead of interleaved TCP.
	UDP bool
	// FirstPause is the pause after the first failure; it doubles up to MaxPause. Defaults 250 ms and 5 s.
	FirstPause, MaxPause time.Duration
	// Silence ends a connection that brings no packet for so long. Default 5 s.
	Silence time.Duration
	// Log receives log lines. nil: none.
	Log *slog.Logger
}

// Source is one RTSP source.
type Source struct {
	cfg     Config
	log     *slog.Logger
	handler Handler

	reconnects atomic.Uint64
	panics     atomic.Uint64
	lastPacket atomic.Int64 // unix nanoseconds
}

// New makes a source. Nothing is sent before Run.
func New(cfg Config, h Handler) *Source {
	if cfg.FirstPause <= 0 {
		cfg.FirstPause = 250 * time.Millisecond
	}
	if cfg.MaxPause <= 0 {
		cfg.MaxPause = 5 * time.Second
	}
	if cfg.Silence <= 0 {
		cfg.Silence = 5 * time.Second
	}
	s := &Source{cfg: cfg, log: cfg.Log, handler: h}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// Reconnects returns the number of attempts after the first.
func (s *Source) Reconnects() uint64 { return s.reconnects.Load() }

// Panics returns the number of packets that were dropped because handling them panicked.
func (s *Source) Panics() uint64 { return s.panics.Load() }

// Run pulls the source until ctx ends, and then returns nil.
func (s *Source) Run(ctx context.Context) error {
	pause := s.cfg.FirstPause
	var lastErr string
	for {
		played, err := s.playOnce(ctx)
		if ctx.Err() != nil {
			return nil
		}
		s.handler.End(err)
		if played {
			pause = s.cfg.FirstPause
		}
		// The same error again and again is one line, not a line every five seconds.
		if text := err.Error(); text != lastErr || played {
			s.log.Info("source lost", "error", err, "retryIn", pause)
			lastErr = text
		}
		if !sleep(ctx, jitter(pause)) {
			return nil
		}
		pause = min(pause*2, s.cfg.MaxPause)
		s.reconnects.Add(1)
	}
}

// playOnce makes one connection and stays with it. played says whether packets came.
func (s *Source) playOnce(ctx context.Context) (played bool, err error) {
	s.lastPacket.Store(0)
	c, err := s.connect(ctx)
	if err != nil {
		return false, err
	}
	err = s.stay(ctx, c)
	return s.lastPacket.Load() != 0, err
}

// deliver hands one packet on. A panic costs that packet only: what a camera sends must not end the station.
func (s *Source) deliver(p Packet) {
	defer func() {
		if r := recover(); r != nil {
			s.panics.Add(1)
			s.log.Error("packet handling panicked", "reason", r)
		}
	}()
	s.handler.Packet(p)
}

// stay waits for the end of a connection, which it closes when ctx ends or when no packet came for Silence.
func (s *Source) stay(ctx context.Context, c *connection) error {
	var reason error // set before ended closes
	ended := make(chan struct{})
	go func() {
		reason = c.wait()
		close(ended)
	}()
	begun := time.Now()
	tick := time.NewTicker(s.cfg.Silence / 10)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return reason
		case <-ctx.Done():
			c.close()
			<-ended
			return ctx.Err()
		case now := <-tick.C:
			last := begun
			if ns := s.lastPacket.Load(); ns != 0 {
				last = time.Unix(0, ns)
			}
			if now.Sub(last) > s.cfg.Silence {
				c.close()
				<-ended
				return fmt.Errorf("no packet for %v", s.cfg.Silence)
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
