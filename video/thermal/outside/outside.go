// Package outside has another program look at pictures in place of the built-in detectors. The program reads pictures from
// its standard input and writes what it finds to its standard output (docs/detection.md). One that dies, hangs or talks
// nonsense is ended, counted and started again after a pause. A Detector belongs to one goroutine; Interrupt, Counts and
// Status may be called by any.
package outside

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"vedette/video/child"
	"vedette/video/thermal"
)

const (
	firstPause = 250 * time.Millisecond
	maxPause   = 10 * time.Second
	// steady is how long a program must have run for its end to count as the first again.
	steady = 30 * time.Second
	// startTimeout bounds the first answer of a program: a large model takes its time to load.
	startTimeout = 60 * time.Second
)

// Config says which program looks. Command is required.
type Config struct {
	// Command is the program and its arguments.
	Command []string
	// Env is its whole environment. Default: that of this program.
	Env []string
	// Hang is how long it may take for a picture, after its first. Default 2 s.
	Hang time.Duration
	// Log receives log lines. nil: none.
	Log *slog.Logger
}

// Detector has a program look at pictures. The program is started for the first.
type Detector struct {
	cfg    Config
	ctx    context.Context // ends with Interrupt: what is asked at that moment must not be waited for
	cancel context.CancelFunc

	process *child.Process // nil: none
	reader  *bufio.Reader
	begun   time.Time
	number  uint64 // of the last picture that this process was given
	next    time.Time
	pause   time.Duration
	rows    []byte // a picture without the padding of its rows
	out     []thermal.Box

	restarts, refused atomic.Uint64

	mu     sync.Mutex
	reason string // why it does not look; "" while it does
}

// New makes a detector.
func New(cfg Config) *Detector {
	if cfg.Hang <= 0 {
		cfg.Hang = 2 * time.Second
	}
	if cfg.Env == nil {
		cfg.Env = os.Environ()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	d := &Detector{cfg: cfg, pause: firstPause}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d
}

// Counts returns how often the program had to be ended or ended itself, and how many of these ends were for an answer that
// could not be used.
func (d *Detector) Counts() (restarts, refused uint64) { return d.restarts.Load(), d.refused.Load() }

// Status says in words why the program does not look; "" while it does or has not been needed.
func (d *Detector) Status() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.reason
}

// Interrupt ends the program, and what waits for it. Nothing is looked at afterwards.
func (d *Detector) Interrupt() { d.cancel() }

// Close interrupts and waits for the program's end. It belongs to the detector's goroutine.
func (d *Detector) Close() {
	d.cancel()
	if d.process != nil {
		d.process.End()
		d.process = nil
	}
}

// Detect returns the objects in the picture, best first, valid until the next call. ok is false where nobody looked.
func (d *Detector) Detect(g *thermal.Gray) (boxes []thermal.Box, ok bool) {
	if d.ctx.Err() != nil || g == nil || g.Width <= 0 || g.Height <= 0 {
		return nil, false
	}
	if d.process == nil && (time.Now().Before(d.next) || !d.start()) {
		return nil, false
	}
	boxes, err := d.ask(g)
	if err != nil {
		d.fail(err)
		return nil, false
	}
	d.setReason("")
	return boxes, true
}

func (d *Detector) start() bool {
	p, err := child.Start(d.ctx, child.Spec{Command: d.cfg.Command, Env: d.cfg.Env})
	if err != nil {
		d.fail(fmt.Errorf("start: %w", err))
		return false
	}
	d.process, d.reader, d.begun, d.number = p, bufio.NewReaderSize(p.Out, maxLine), time.Now(), 0
	d.setReason("the detector program is starting")
	d.cfg.Log.Info("detector program started", "command", d.cfg.Command[0])
	return true
}

func (d *Detector) ask(g *thermal.Gray) ([]thermal.Box, error) {
	timeout := d.cfg.Hang
	if d.number == 0 {
		timeout = max(timeout, startTimeout)
	}
	d.number++
	if err := d.process.Within(timeout); err != nil {
		return nil, fmt.Errorf("set deadline: %w", err)
	}
	d.rows = append(d.rows[:0], question(d.number, g)...)
	for y := range g.Height {
		d.rows = append(d.rows, g.Pix[y*g.Stride:][:g.Width]...)
	}
	if _, err := d.process.In.Write(d.rows); err != nil {
		return nil, fmt.Errorf("send picture: %w", err)
	}
	line, err := readLine(d.reader)
	if err != nil {
		return nil, fmt.Errorf("await answer: %w", err)
	}
	d.out, err = parseAnswer(line, d.number, g, d.out[:0])
	return d.out, err
}

// fail ends the program and has it started again after a pause.
func (d *Detector) fail(err error) {
	said := ""
	if d.process != nil {
		said = d.process.End()
		d.process = nil
		if time.Since(d.begun) > steady {
			d.pause = firstPause
		}
	}
	if d.ctx.Err() != nil {
		return
	}
	d.restarts.Add(1)
	if errors.Is(err, errNonsense) {
		d.refused.Add(1)
	}
	d.next = time.Now().Add(d.pause)
	d.cfg.Log.Warn("detector program ended", "error", err, "said", said, "retryIn", d.pause)
	d.pause = min(2*d.pause, maxPause)
	reason := "the detector program is being restarted: " + plain(err)
	if said != "" {
		reason += " (it said: " + said[:min(len(said), 200)] + ")"
	}
	d.setReason(strings.ToValidUTF8(reason, "?"))
}

// plain says in few words what went wrong.
func plain(err error) string {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "it did not answer in time"
	case errors.Is(err, errNonsense), errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
		return err.Error()
	}
	return "it ended"
}

func (d *Detector) setReason(reason string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reason = reason
}
