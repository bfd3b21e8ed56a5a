package link

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/serialport"
)

// speeds are tried in this order where the configuration names none.
var speeds = []int{57600, 115200, 921600, 460800, 230400, 38400, 1500000, 500000, 250000, 1000000, 2000000, 19200, 9600}

const (
	// dwell is how long one speed is listened at: two heartbeats and a little.
	dwell = 2300 * time.Millisecond
	// leastDwell is enough where so many bytes came that a frame should have been among them.
	leastDwell   = 600 * time.Millisecond
	plentyBytes  = 600
	probeTimeout = 100 * time.Millisecond
	// garbledFor without a good frame, while so many bytes come, makes a speed that was found doubtful.
	garbledFor   = 15 * time.Second
	garbledBytes = 2000
)

var heartbeatID = (&common.MessageHeartbeat{}).GetID()

var errGarbled = errors.New("bytes come, but no good frame any more: looking for the speed again")

// garbled tells that the speed of a serial line that was found by ourselves has become wrong.
func (l *Link) garbled() bool {
	if l.cfg.Serial == nil || l.cfg.Serial.Baud != 0 {
		return false
	}
	in := l.bytesIn.Load()
	l.mu.Lock()
	defer l.mu.Unlock()
	since := l.health.heard
	if l.health.opened.After(since) {
		since = l.health.opened
	}
	return time.Since(since) > garbledFor && in > l.health.bytes+garbledBytes
}

var errNoSpeed = errors.New("no heartbeat at any speed")

// talkSerial serves a serial port until it is unplugged. A line may be quiet for ever.
func (l *Link) talkSerial(ctx context.Context) error {
	cfg := l.cfg.Serial
	baud := cfg.Baud
	if baud == 0 {
		baud = l.lastBaud()
	}
	port, err := serialport.Open(serialport.Config{Device: cfg.Device, Baud: baud, Log: l.log})
	if err != nil {
		return err
	}
	if cfg.Baud == 0 {
		if baud, err = l.findBaud(ctx, port, baud); err != nil {
			return errors.Join(err, port.Close())
		}
	}
	l.setBaud(baud)
	return errors.Join(l.runStream(ctx, port, cfg.Device, 0), port.Close())
}

func (l *Link) lastBaud() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.health.baud == 0 {
		return speeds[0]
	}
	return l.health.baud
}

func (l *Link) setBaud(baud int) {
	l.mu.Lock()
	l.health.baud = baud
	l.mu.Unlock()
	if l.cfg.BytesPerSecond == 0 {
		l.pace.setRate(serialBandwidth(baud))
	}
}

// findBaud listens at one speed after another until a good HEARTBEAT comes, the last known first. Nothing is sent
// meanwhile, for at a wrong speed it would be noise for whoever is there.
func (l *Link) findBaud(ctx context.Context, port *serialport.Port, first int) (int, error) {
	order := append([]int{first}, slices.DeleteFunc(slices.Clone(speeds), func(b int) bool { return b == first })...)
	for round := 1; ; round++ {
		for _, baud := range order {
			l.probing(fmt.Sprintf("looking for a heartbeat at %d baud, round %d", baud, round))
			if err := port.SetBaud(baud); err != nil {
				l.log.Debug("a speed that the port cannot do", "baud", baud, "error", err)
				continue
			}
			found, err := l.listen(ctx, port)
			switch {
			case err != nil:
				return 0, err
			case found:
				l.log.Info("speed found", "baud", baud)
				return baud, nil
			}
		}
		if round == 1 {
			l.log.Warn("serial line", "device", l.cfg.Serial.Device, "error", errNoSpeed)
		}
	}
}

// listen waits for a heartbeat at the present speed.
func (l *Link) listen(ctx context.Context, port *serialport.Port) (bool, error) {
	scanner := NewScanner(l.par.Codec)
	chunk := make([]byte, streamChunk)
	began := time.Now()
	bytes, found := 0, false
	for !found {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err := port.SetReadDeadline(time.Now().Add(probeTimeout)); err != nil {
			return false, fmt.Errorf("set read deadline: %w", err)
		}
		n, err := port.Read(chunk)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return false, fmt.Errorf("read: %w", err)
		}
		bytes += n
		now := time.Now()
		scanner.Feed(chunk[:n], now, func(f Frame) { found = found || f.MessageID == heartbeatID })
		good := scanner.Counts().Frames > 0
		switch passed := now.Sub(began); {
		case found:
		case good && passed > 2*dwell, !good && passed > dwell, !good && passed > leastDwell && bytes > plentyBytes:
			return false, nil
		}
	}
	return true, nil
}
