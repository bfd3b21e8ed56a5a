package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"vedette/mavlink/tlog"
)

// ReplayConfig is a telemetry log that is replayed as if its vehicles were there now. Nothing that is sent reaches them.
type ReplayConfig struct {
	// File is the .tlog.
	File string
	// Speed is how much faster than life; 0 is as fast as it can be read.
	Speed float64
	// Loop begins again at the end.
	Loop bool
}

const (
	maxReplaySpeed = 1000
	// longestGap in a log is waited for; a longer one, or a step back, is a clock that jumped or another recording.
	longestGap = time.Minute
	loopPause  = time.Second
)

func (c ReplayConfig) problems() []error {
	var problems []error
	if c.File == "" {
		problems = append(problems, errors.New("replay.file: missing"))
	}
	if !(c.Speed >= 0 && c.Speed <= maxReplaySpeed) {
		problems = append(problems, fmt.Errorf("replay.speed: %v is not between 0 and %d", c.Speed, maxReplaySpeed))
	}
	return problems
}

// Replayed tells that the peer is a recording: it hears nothing, and is not recorded again.
func (p *Peer) Replayed() bool { return p.link.cfg.Replay != nil }

// playReplay plays the file until its end, and stays until ctx ends.
func (l *Link) playReplay(ctx context.Context) error {
	p := l.newPeer(l.cfg.Replay.File, func([]byte) error { return nil }, nil)
	p.queue.close() // nobody takes what is sent
	defer p.leave()
	for {
		frames, err := l.playOnce(ctx, p)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		l.log.Info("replay ended", "file", l.cfg.Replay.File, "frames", frames)
		if !l.cfg.Replay.Loop {
			<-ctx.Done()
			return ctx.Err()
		}
		pause(ctx, loopPause)
	}
}

func (l *Link) playOnce(ctx context.Context, p *Peer) (frames int, err error) {
	file, err := os.Open(l.cfg.Replay.File)
	if err != nil {
		return 0, fmt.Errorf("open the recording: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from
	l.opening()
	r := l.newReceiver()
	log := tlog.NewReader(file, l.par.Codec)
	pace := playhead{speed: l.cfg.Replay.Speed, due: time.Now()}
	skipped := int64(0)
	for ctx.Err() == nil {
		record, err := log.Next()
		l.skippedBytes.Add(uint64(log.Skipped() - skipped))
		skipped = log.Skipped()
		if errors.Is(err, io.EOF) {
			return frames, nil
		}
		if err != nil {
			return frames, err
		}
		if wait := pace.wait(record.Time, time.Now()); wait > 0 {
			pause(ctx, wait)
		}
		frames++
		r.datagram(record.Frame, p, func() *Peer { return p })
	}
	return frames, nil
}

// playhead says when the frames of a recording are due.
type playhead struct {
	speed float64
	last  time.Time
	due   time.Time
}

func (p *playhead) wait(recorded, now time.Time) time.Duration {
	gap := recorded.Sub(p.last)
	if p.last.IsZero() || gap < 0 || gap > longestGap {
		gap = 0
	}
	p.last = recorded
	if p.speed == 0 {
		return 0
	}
	p.due = p.due.Add(time.Duration(math.Round(float64(gap) / p.speed)))
	wait := p.due.Sub(now)
	if wait < -time.Second {
		p.due = now // far behind: what is late stays late, and is not run after
	}
	const least = time.Millisecond // shorter waits are made up later
	if wait < least {
		return 0
	}
	return wait
}
