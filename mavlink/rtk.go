package mavlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"vedette/internal/serialport"
	"vedette/mavlink/link"
	"vedette/mavlink/rtcm"
)

// RTKConfig is where corrections for the vehicles' satellite receivers come from: RTCM 3, over TCP or a serial port. The
// zero value is nowhere.
type RTKConfig struct {
	// TCP is the address of a base station or caster that sends without being asked, as "10.0.0.9:2101".
	TCP string
	// Serial is a receiver at a serial port.
	Serial *SerialConfig
}

func (c RTKConfig) validate() error {
	switch {
	case c.TCP != "" && c.Serial != nil:
		return errors.New("rtk: give tcp or serial, not both")
	case c.Serial != nil && c.Serial.Device == "":
		return errors.New("rtk.serial.device: missing")
	case c.TCP != "":
		if _, _, err := net.SplitHostPort(c.TCP); err != nil {
			return fmt.Errorf("rtk.tcp: %w", err)
		}
	}
	return nil
}

const (
	// rtkSilence ends a connection that brings nothing.
	rtkSilence  = 30 * time.Second
	rtkDial     = 10 * time.Second
	rtkWait     = 2 * time.Second
	rtkBaud     = 115200
	rtkBuffer   = 4096
	fragmentTop = 14 // bytes of a frame around a fragment, with flags and length
	// correctionLife is how long a correction may wait for its turn: the next one is better.
	correctionLife = time.Second
	// correctionShare is what corrections may take of a link of limited bandwidth.
	correctionShare = 0.4
)

// RTKCounts counts corrections.
type RTKCounts struct {
	// Opens is how often the source was opened. Messages came whole and right; BadChecksums and SkippedBytes are as in
	// rtcm.Counts; TooLong ones fit into no four fragments.
	Opens, Messages, BadChecksums, SkippedBytes, TooLong uint64
	// Sent went out, once for each way to vehicles; Narrow ones were left out because the link has no room for them, Dropped
	// ones found its queue full.
	Sent, Narrow, Dropped uint64
}

// rtk forwards corrections to the vehicles, in one goroutine.
type rtk struct {
	cfg RTKConfig
	log *slog.Logger
	// ways are those to vehicles now, each once.
	ways func() []*link.Peer

	framer  rtcm.Framer
	cutter  rtcm.Fragmenter
	budgets map[*link.Peer]*budget

	opens, messages, badChecksums, skipped, tooLong, sent, narrow, dropped atomic.Uint64

	mu   sync.Mutex
	last time.Time
}

func newRTK(cfg RTKConfig, log *slog.Logger, ways func() []*link.Peer) *rtk {
	return &rtk{cfg: cfg, log: log, ways: ways, budgets: make(map[*link.Peer]*budget)}
}

func (r *rtk) counts() RTKCounts {
	return RTKCounts{
		Opens: r.opens.Load(), Messages: r.messages.Load(), BadChecksums: r.badChecksums.Load(), SkippedBytes: r.skipped.Load(),
		TooLong: r.tooLong.Load(), Sent: r.sent.Load(), Narrow: r.narrow.Load(), Dropped: r.dropped.Load(),
	}
}

// run reads the source, and opens it again whenever it fails, until ctx ends.
func (r *rtk) run(ctx context.Context) {
	switch {
	case r.cfg.Serial != nil:
		cfg := serialport.Config{Device: r.cfg.Serial.Device, Baud: r.cfg.Serial.Baud, Log: r.log}
		if cfg.Baud == 0 {
			cfg.Baud = rtkBaud
		}
		err := serialport.Run(ctx, cfg, func(ctx context.Context, port *serialport.Port) error {
			return r.read(ctx, port)
		})
		if err != nil && ctx.Err() == nil {
			r.log.Error("corrections cannot be read", "device", cfg.Device, "error", err)
		}
	case r.cfg.TCP != "":
		r.runTCP(ctx)
	}
}

func (r *rtk) runTCP(ctx context.Context) {
	said := ""
	dialer := net.Dialer{Timeout: rtkDial}
	for ctx.Err() == nil {
		conn, err := dialer.DialContext(ctx, "tcp", r.cfg.TCP)
		if err == nil {
			said = ""
			err = errors.Join(r.read(ctx, conn), conn.Close())
		}
		if text := fmt.Sprint(err); err != nil && text != said && ctx.Err() == nil {
			said = text // the same complaint is made once
			r.log.Warn("no corrections, trying again", "from", r.cfg.TCP, "error", err)
		}
		timer := time.NewTimer(rtkWait + time.Duration(rand.Int64N(int64(rtkWait)))) //nolint:gosec // no secret
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// source is what corrections are read from.
type source interface {
	io.Reader
	SetReadDeadline(t time.Time) error
}

// read forwards what comes until the source fails, falls silent, or ctx ends.
func (r *rtk) read(ctx context.Context, from source) error {
	r.opens.Add(1)
	stop := context.AfterFunc(ctx, func() { _ = from.SetReadDeadline(time.Unix(1, 0)) }) // wakes the reader
	defer stop()
	r.framer = rtcm.Framer{}
	buf := make([]byte, rtkBuffer)
	var before rtcm.Counts
	for {
		if err := from.SetReadDeadline(time.Now().Add(rtkSilence)); err != nil {
			return fmt.Errorf("read corrections: %w", err)
		}
		if ctx.Err() != nil {
			return nil
		}
		n, err := from.Read(buf)
		r.framer.Feed(buf[:n], func(frame []byte) { r.forward(frame, time.Now()) })
		now := r.framer.Counts()
		r.badChecksums.Add(now.BadChecksums - before.BadChecksums)
		r.skipped.Add(now.SkippedBytes - before.SkippedBytes)
		before = now
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("read corrections: %w", err)
		}
	}
}

// forward sends one message once on each way to vehicles, behind everything that people ask for.
func (r *rtk) forward(frame []byte, now time.Time) {
	r.messages.Add(1)
	r.mu.Lock()
	r.last = now
	r.mu.Unlock()
	fragments := r.cutter.Cut(frame)
	if fragments == nil {
		r.tooLong.Add(1)
		return
	}
	size := len(frame) + len(fragments)*fragmentTop
	ways := r.ways()
	known := make(map[*link.Peer]*budget, len(ways))
	for _, p := range ways {
		b := r.budgets[p]
		if b == nil {
			b = &budget{}
		}
		known[p] = b
		if !b.take(size, p.Bandwidth()*correctionShare, now) {
			r.narrow.Add(1)
			continue
		}
		whole := true
		for _, f := range fragments {
			whole = whole && p.SendUntil(link.Background, f, now.Add(correctionLife))
		}
		if whole {
			r.sent.Add(1)
		} else {
			r.dropped.Add(1)
		}
	}
	r.budgets = known
}

// budget keeps corrections to their share of a link.
type budget struct {
	left float64 // bytes
	at   time.Time
}

// take spends bytes at a rate of bytes a second; a rate of zero is no limit. What is saved is at most one second, or one
// message of the longest.
func (b *budget) take(bytes int, rate float64, now time.Time) bool {
	if rate <= 0 {
		return true
	}
	most := max(rate, rtcm.Longest+4*fragmentTop)
	if b.at.IsZero() {
		b.left = most
	} else {
		b.left = min(most, b.left+now.Sub(b.at).Seconds()*rate)
	}
	b.at = now
	if b.left < float64(bytes) {
		return false
	}
	b.left -= float64(bytes)
	return true
}

// waysToVehicles gives the ways to live vehicles, each once however many vehicles are behind it.
func (s *Service) waysToVehicles() []*link.Peer {
	seen := make(map[*link.Peer]bool)
	var out []*link.Peer
	for i := range s.systems {
		sys := s.systems[i].Load()
		if sys == nil {
			continue
		}
		if p, err := sys.live(); err == nil && !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

// RTKLast is when the last correction came; the zero time is never.
func (s *Service) RTKLast() time.Time {
	s.rtk.mu.Lock()
	defer s.rtk.mu.Unlock()
	return s.rtk.last
}
