package serialport

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"
)

const (
	firstWait = 200 * time.Millisecond
	longWait  = 3 * time.Second
	// soundRun is how long a port must have worked for the waits to start from the beginning: a loose plug that comes and goes
	// every second is taken up at once each time.
	soundRun = 500 * time.Millisecond
)

// Run opens the port and gives it to use, again and again: when the device cannot be opened, or use answers an error
// (io.EOF: unplugged), it closes the port and tries again after a wait that grows from 0.2 to 3 s, with jitter. It ends
// with nil when use answers nil or ctx is done; ending ctx also closes the port, so that a Read in use wakes. use must
// not keep the port.
func Run(ctx context.Context, cfg Config, use func(ctx context.Context, port *Port) error) error {
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	log = log.With("device", cfg.Device)
	wait := firstWait
	said := ""
	for ctx.Err() == nil {
		began := time.Now()
		opened, err := useOnce(ctx, cfg, use)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		if cfg.Failed != nil {
			cfg.Failed(err)
		}
		if time.Since(began) >= soundRun {
			wait = firstWait
		}
		// The same complaint is made once, not at every attempt.
		if text := err.Error(); opened || text != said {
			said = text
			log.Warn("serial port lost, opening it again", "error", err)
		}
		sleep(ctx, jitter(wait))
		wait = min(2*wait, longWait)
	}
	return nil
}

func useOnce(ctx context.Context, cfg Config, use func(ctx context.Context, port *Port) error) (opened bool, err error) {
	port, err := Open(cfg)
	if err != nil {
		return false, err
	}
	stop := context.AfterFunc(ctx, func() { _ = port.Close() }) // the second Close below answers the error
	defer stop()
	err = use(ctx, port)
	if errors.Is(err, io.EOF) {
		err = errors.Join(errors.New("unplugged"), err)
	}
	if closeErr := port.Close(); err != nil {
		err = errors.Join(err, closeErr)
	}
	return true, err
}

// jitter spreads waits over 75 to 125 %, so that the ports of one hub do not all come back at the same instant.
func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.75 + rand.Float64()/2)) //nolint:gosec // no secret
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
