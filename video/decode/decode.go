// Package decode turns H.264 access units into luma planes in a child process, because camera bytes are hostile: the
// child has limits on memory and none of the files or rights that it does not need, is killed when it hangs, and is
// started again after a pause when it ends. The parent side is Decoder; the child side is RunChild.
package decode

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxQueueUnits = 64
	maxQueueBytes = 8 << 20
	firstPause    = 250 * time.Millisecond
	maxPause      = 5 * time.Second
	// absentPause is the pause after a child that says that it cannot decode at all, for instance for want of the library.
	absentPause = 30 * time.Second
	// steady is how long a child must have lived for its end to count as the first again.
	steady = 30 * time.Second
	// greetTimeout bounds the child's start, which may have to wait for a busy disk.
	greetTimeout = 15 * time.Second
	// memory is how many access units back a picture may be late.
	memory = 64
)

// Codec is how access units are coded.
type Codec string

// The codecs.
const (
	H264 Codec = "h264"
	H265 Codec = "h265"
)

// Unit is one access unit to decode.
type Unit struct {
	// Codec is the unit's. Default: H264.
	Codec Codec
	// Data is the access unit in Annex B form; the decoder keeps it.
	Data []byte
	// Key is true where decoding can begin.
	Key bool
	// Time is when the picture was taken, and Exact whether that is known better than by arrival.
	Time  time.Time
	Exact bool
}

// Frame is one decoded picture. Pix is valid only until the function that receives it returns.
type Frame struct {
	// Pix is the luma plane, Width*Height bytes.
	Pix []byte
	// Width and Height are in pixels.
	Width, Height int
	// Time and Exact are those of the picture's access unit.
	Time  time.Time
	Exact bool
}

// Config says how a child is started. Command is required.
type Config struct {
	// Command is the child's argument vector; the codec is added to it.
	Command []string
	// Env is the child's environment. Default: empty.
	Env []string
	// Hang is how long a child may take for one access unit before it is killed. Default 5 s.
	Hang time.Duration
	// MaxCores is how much of the processor a child may use over 2 s and more before it is killed. Default 1.5.
	MaxCores float64
	// Log receives log lines. nil: none.
	Log *slog.Logger
}

// Counts is what a decoder has done.
type Counts struct {
	// Decoded counts access units decoded, Frames the pictures delivered, Skipped the units dropped undecoded, Errors
	// the units that the child refused, Restarts the children that ended by crash or hang.
	Decoded, Frames, Skipped, Errors, Restarts uint64
}

// Decoder decodes one stream.
type Decoder struct {
	cfg     Config
	log     *slog.Logger
	onFrame func(Frame)

	mu      sync.Mutex
	queue   []Unit
	bytes   int
	needKey bool
	reason  string // why there is no child; "" when there is one or none is needed yet
	ready   bool

	wake chan struct{}

	decoded, frames, skipped, refused, restarts atomic.Uint64
}

// New makes a decoder. onFrame is called by the goroutine of Run, one frame at a time.
func New(cfg Config, onFrame func(Frame)) *Decoder {
	if cfg.Hang <= 0 {
		cfg.Hang = 5 * time.Second
	}
	if cfg.MaxCores <= 0 {
		cfg.MaxCores = 1.5
	}
	d := &Decoder{cfg: cfg, log: cfg.Log, onFrame: onFrame, needKey: true, wake: make(chan struct{}, 1)}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	return d
}

// Counts returns the decoder's counters.
func (d *Decoder) Counts() Counts {
	return Counts{
		Decoded: d.decoded.Load(), Frames: d.frames.Load(), Skipped: d.skipped.Load(),
		Errors: d.refused.Load(), Restarts: d.restarts.Load(),
	}
}

// Status says whether a child is at work, and if not, why in words ("" while none was needed yet).
func (d *Decoder) Status() (ready bool, reason string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ready, d.reason
}

// Submit queues an access unit and never waits. When the queue is full it is emptied, and decoding goes on at the next
// key picture.
func (d *Decoder) Submit(u Unit) {
	d.mu.Lock()
	switch {
	case d.needKey && !u.Key, len(u.Data) > maxAccessUnit-16:
		d.skipped.Add(1)
	default:
		if len(d.queue) >= maxQueueUnits || d.bytes+len(u.Data) > maxQueueBytes {
			d.skipped.Add(uint64(len(d.queue)))
			d.clear()
			if !u.Key {
				d.skipped.Add(1)
				break
			}
		}
		d.needKey = false
		d.queue = append(d.queue, u)
		d.bytes += len(u.Data)
	}
	d.mu.Unlock()
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// clear empties the queue; mu must be held.
func (d *Decoder) clear() {
	clear(d.queue)
	d.queue, d.bytes, d.needKey = d.queue[:0], 0, true
}

// pop takes the next unit. newest says that none is behind it.
func (d *Decoder) pop() (u Unit, newest, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.queue) == 0 {
		return Unit{}, false, false
	}
	u = d.queue[0]
	d.queue[0] = Unit{}
	d.queue = d.queue[1:]
	d.bytes -= len(u.Data)
	return u, len(d.queue) == 0, true
}

// nextCodec is that of the next unit.
func (d *Decoder) nextCodec() Codec {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.queue) == 0 {
		return H264
	}
	return cmp.Or(d.queue[0].Codec, H264)
}

func (d *Decoder) setStatus(ready bool, reason string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ready, d.reason = ready, reason
	if !ready {
		d.skipped.Add(uint64(len(d.queue)))
		d.clear()
	}
}

// errCodec means that what follows is coded in another way, which is a matter for another child.
var errCodec = errors.New("the codec changes")

// errAbsent means that the child runs but cannot decode.
var errAbsent = errors.New("no decoder")

// Run keeps a child at work until ctx ends, and then returns nil. A child is started when there is something to decode.
func (d *Decoder) Run(ctx context.Context) error {
	pause := firstPause
	for d.wait(ctx) {
		begun := time.Now()
		err := d.session(ctx)
		if ctx.Err() != nil {
			break
		}
		if time.Since(begun) > steady {
			pause = firstPause
		}
		if errors.Is(err, errCodec) {
			continue
		}
		wait := pause
		if errors.Is(err, errAbsent) {
			wait = absentPause
			d.setStatus(false, err.Error()[len(errAbsent.Error())+2:])
		} else {
			d.restarts.Add(1)
			pause = min(pause*2, maxPause)
			d.setStatus(false, "the decoder ended and is being restarted")
		}
		d.log.Warn("decoder ended", "error", err, "retryIn", wait)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
	d.setStatus(false, "")
	return nil
}

// wait returns true once there is something in the queue, false when ctx ends.
func (d *Decoder) wait(ctx context.Context) bool {
	for ctx.Err() == nil {
		d.mu.Lock()
		n := len(d.queue)
		d.mu.Unlock()
		if n > 0 {
			return true
		}
		select {
		case <-d.wake:
		case <-ctx.Done():
		}
	}
	return false
}

// session is the life of one child. It always returns an error.
func (d *Decoder) session(ctx context.Context) error {
	codec := d.nextCodec()
	c, err := startPartner(ctx, d.cfg, codec)
	if err != nil {
		return err
	}
	err = d.converse(ctx, c, codec)
	if end := c.process.End(); end != "" {
		err = fmt.Errorf("%w (child: %s)", err, end)
	}
	return err
}

func (d *Decoder) converse(ctx context.Context, c *partner, codec Codec) error {
	h, err := c.greeting()
	if err != nil {
		return err
	}
	if !h.ready {
		return fmt.Errorf("%w: %s", errAbsent, h.text)
	}
	d.setReady()
	d.log.Info("decoder started", "decoder", h.text)
	var ring [memory]Unit // the times of the last units, by id
	for id := uint64(memory); d.wait(ctx); {
		if d.nextCodec() != codec {
			return errCodec
		}
		u, newest, ok := d.pop()
		if !ok {
			continue
		}
		id++
		ring[id%memory] = Unit{Time: u.Time, Exact: u.Exact}
		r, err := c.ask(request{id: id, picture: newest, data: u.Data}, d.cfg.Hang)
		if err != nil {
			return err
		}
		d.decoded.Add(1)
		if err := c.meter.check(d.cfg.MaxCores); err != nil {
			return err
		}
		switch {
		case r.refused:
			d.refused.Add(1)
		case r.pix != nil:
			if r.id > id || r.id+memory <= id {
				return fmt.Errorf("%w: picture of an unknown access unit", errProtocol)
			}
			d.frames.Add(1)
			t := ring[r.id%memory]
			d.onFrame(Frame{Pix: r.pix, Width: r.width, Height: r.height, Time: t.Time, Exact: t.Exact})
		}
	}
	return ctx.Err()
}

func (d *Decoder) setReady() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ready, d.reason = true, ""
}
