// Package gnss reads the post's own satellite receiver: NMEA 0183 from a serial port, from datagrams, or over TCP. A
// Receiver owns its goroutines while Run runs, opens its source again for ever, and says how it is.
package gnss

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"vedette/internal/serialport"
	"vedette/internal/station/nmea"
)

// DefaultBaud is the speed that satellite receivers usually have.
const DefaultBaud = 9600

// Config says where the sentences come from: exactly one of the three.
type Config struct {
	Serial *serialport.Config
	// UDP is the address to listen on, TCP the one to connect to.
	UDP, TCP string
	// Told gets each fix with the time at which it came, from one goroutine, and must not wait.
	Told func(nmea.Fix, time.Time)
	Log  *slog.Logger // nil: silent
}

// State is how a receiver is.
type State string

// The states of a receiver.
const (
	// Fixed means that places come.
	Fixed State = "fixed"
	// NoFix means that sentences come, and no place in them.
	NoFix State = "noFix"
	// Silent means that the source is open and brings no sentences.
	Silent State = "silent"
	// Down means that the source cannot be opened.
	Down State = "down"
)

const (
	// current is how long the last of something counts: receivers tell once a second at least.
	current = 3 * time.Second
	// silence ends a serial line or a connection that brings nothing.
	silence = 15 * time.Second
	dial    = 10 * time.Second
	again   = 2 * time.Second
	buffer  = 64 << 10
)

// Report says how a receiver is, for people.
type Report struct {
	// Source is the device or the address.
	Source string
	State  State
	// Problem is in words; empty when nothing is wrong.
	Problem string
	// LastHeard is when the last sentence came, LastFix the last place; zero: never.
	LastHeard, LastFix time.Time
	// Satellites, Quality and HDOP are those of the last GGA (nmea.Sentence).
	Satellites, Quality int
	HDOP                *float64
	Counts              nmea.Counts
}

// Receiver is the post's receiver.
type Receiver struct {
	cfg Config
	log *slog.Logger
	// bound is closed once a UDP source listens at addr.
	bound chan struct{}
	addr  net.Addr

	mu      sync.Mutex
	decoder nmea.Receiver
	open    bool
	trouble string
	heard   time.Time
	fixed   time.Time
}

// New prepares a receiver; nothing is opened before Run.
func New(cfg Config) (*Receiver, error) {
	given := 0
	for _, is := range []bool{cfg.Serial != nil, cfg.UDP != "", cfg.TCP != ""} {
		if is {
			given++
		}
	}
	if given != 1 || cfg.Told == nil {
		return nil, errors.New("a receiver has one source, and somebody who is told")
	}
	r := &Receiver{cfg: cfg, log: cfg.Log, bound: make(chan struct{})}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	return r, nil
}

// source names where the sentences come from.
func (r *Receiver) source() string {
	if r.cfg.Serial != nil {
		return r.cfg.Serial.Device
	}
	return r.cfg.UDP + r.cfg.TCP
}

// Run reads until ctx ends.
func (r *Receiver) Run(ctx context.Context) error {
	if r.cfg.Serial != nil {
		return r.runSerial(ctx)
	}
	said := ""
	for ctx.Err() == nil {
		err := r.once(ctx)
		if ctx.Err() != nil {
			break
		}
		r.failed(err)
		if text := err.Error(); text != said {
			said = text // the same complaint is made once
			r.log.Warn("the post's receiver is not read, trying again", "source", r.source(), "error", err)
		}
		timer := time.NewTimer(again/2 + rand.N(again)) //nolint:gosec // no secret
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

func (r *Receiver) runSerial(ctx context.Context) error {
	cfg := *r.cfg.Serial
	cfg.Log = r.log
	if cfg.Baud == 0 {
		cfg.Baud = DefaultBaud
	}
	cfg.Failed = r.failed
	return serialport.Run(ctx, cfg, func(ctx context.Context, port *serialport.Port) error {
		return r.read(ctx, port, silence)
	})
}

// once opens a network source and reads it; it answers an error, or nil when ctx ended.
func (r *Receiver) once(ctx context.Context) (err error) {
	var conn net.Conn
	limit := silence
	if r.cfg.TCP != "" {
		dialer := net.Dialer{Timeout: dial}
		conn, err = dialer.DialContext(ctx, "tcp", r.cfg.TCP)
	} else {
		var packets net.PacketConn
		packets, err = (&net.ListenConfig{}).ListenPacket(ctx, "udp", r.cfg.UDP)
		if err == nil {
			udp, ok := packets.(*net.UDPConn)
			if !ok {
				return errors.Join(fmt.Errorf("%T is no UDP socket", packets), packets.Close())
			}
			conn, limit = udp, 0
			r.listening(udp.LocalAddr())
		}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return r.read(ctx, conn, limit)
}

// listening notes the address, which stays the same when the socket is opened again.
func (r *Receiver) listening(addr net.Addr) {
	select {
	case <-r.bound:
	default:
		r.addr = addr
		close(r.bound)
	}
}

// Addr waits until a UDP source listens and gives its address.
func (r *Receiver) Addr(ctx context.Context) (net.Addr, error) {
	select {
	case <-r.bound:
		return r.addr, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// reader is what sentences are read from.
type reader interface {
	Read(p []byte) (int, error)
	SetReadDeadline(t time.Time) error
}

// read takes what comes until the source fails, or brings nothing for the limit (0: that does not matter), or ctx ends.
func (r *Receiver) read(ctx context.Context, from reader, limit time.Duration) error {
	stop := context.AfterFunc(ctx, func() { _ = from.SetReadDeadline(time.Unix(1, 0)) }) // wakes the reader
	defer stop()
	r.opened()
	_, datagrams := from.(*net.UDPConn)
	buf := make([]byte, buffer)
	for {
		wait := time.Time{}
		if limit > 0 {
			wait = time.Now().Add(limit)
		}
		if err := from.SetReadDeadline(wait); err != nil {
			return fmt.Errorf("read the receiver: %w", err)
		}
		if ctx.Err() != nil {
			return nil
		}
		n, err := from.Read(buf)
		r.take(buf[:n], datagrams, time.Now())
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("read the receiver: %w", err)
		}
	}
}

// take decodes bytes and tells what is in them, outside the lock.
func (r *Receiver) take(b []byte, whole bool, now time.Time) {
	var fixes []nmea.Fix
	found := func(f nmea.Fix) { fixes = append(fixes, f) }
	r.mu.Lock()
	before := r.decoder.Counts().Sentences
	r.decoder.Feed(b, found)
	if whole {
		r.decoder.End(found)
	}
	if r.decoder.Counts().Sentences > before {
		r.heard = now
	}
	if len(fixes) > 0 {
		r.fixed = now
	}
	r.mu.Unlock()
	for _, f := range fixes {
		r.cfg.Told(f, now)
	}
}

func (r *Receiver) opened() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open, r.trouble = true, ""
}

func (r *Receiver) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open, r.trouble = false, err.Error()
}

// Report gives the state at a time.
func (r *Receiver) Report(now time.Time) Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := Report{
		Source: r.source(), LastHeard: r.heard, LastFix: r.fixed, Satellites: r.decoder.Satellites, Quality: r.decoder.Quality, HDOP: r.decoder.HDOP,
		Counts: r.decoder.Counts(),
	}
	switch {
	case !r.open:
		out.State, out.Problem = Down, r.trouble
		if out.Problem == "" {
			out.Problem = "not opened yet"
		}
	case now.Sub(r.fixed) < current:
		out.State = Fixed
	case now.Sub(r.heard) < current:
		out.State, out.Problem = NoFix, fmt.Sprintf("the receiver measures no place (%d satellites): does its antenna see the sky?", r.decoder.Satellites)
	default:
		out.State, out.Problem = Silent, "no GGA or RMC comes: another speed, or are they switched off in the receiver?"
	}
	return out
}
