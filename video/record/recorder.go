package record

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxQueueUnits and maxQueueBytes bound what waits for a slow disk. When it is full, recording goes on at the next key
	// picture.
	maxQueueUnits = 1024
	maxQueueBytes = 24 << 20
	// idle is how long a source may be still before the open fragment is written.
	idle = 2 * time.Second
	// retryAfter is the pause after an error of the disk.
	retryAfter = 2 * time.Second
	// tellEvery is how often the index learns of an open segment.
	tellEvery = 5 * time.Second
	// indexWait bounds how long the index may take.
	indexWait = 10 * time.Second
	// leap is how far a timestamp may go forward, and stepBack how far back, within one segment.
	leap     = 10 * timescale
	stepBack = timescale
	// mostSegments is how many times its length a segment may grow while no key picture comes.
	mostSegments = 10
	// clockJump is how far the clock of the pictures may be off their timestamps within a segment.
	clockJump = 2 * time.Second
)

// item is one thing in a recorder's queue: a picture, a KLV packet, or a cut.
type item struct {
	unit Unit
	klv  []byte // nil: none
	cut  bool   // what follows does not belong to what was before
}

// Recorder writes the pictures of one feed. Its methods never wait.
type Recorder struct {
	lib  *Library
	feed string
	log  *slog.Logger
	tell func() // called when the state has changed
	on   atomic.Bool
	wake chan struct{}

	mu      sync.Mutex
	queue   []item
	bytes   int
	needKey bool
	state   State

	// Owned by Run.
	file      *file
	base, now int64 // of the segment's first picture, and of the last one, on the unwrapped timeline
	last      uint32
	lastCame  time.Time
	broken    bool // the next picture begins a new segment
	notBefore time.Time
	noRoom    bool // it has stopped because the library said so
	told      time.Time
}

// Recorder makes a recorder of a feed, which is off. tell is called, by any goroutine, when its state has changed.
func (l *Library) Recorder(feed string, tell func()) *Recorder {
	return &Recorder{
		lib: l, feed: feed, log: l.log.With("feed", feed), tell: tell, wake: make(chan struct{}, 1), needKey: true,
		state: State{State: Off, Since: time.Now().UTC()},
	}
}

// Set turns recording on or off.
func (r *Recorder) Set(on bool) {
	if r.on.Swap(on) == on {
		return
	}
	if on {
		r.setState(Waiting, "")
	} else {
		r.setState(Off, "")
	}
	r.Cut()
}

// On reports whether recording is wanted.
func (r *Recorder) On() bool { return r.on.Load() }

// State returns what is known of the recorder.
func (r *Recorder) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

func (r *Recorder) setState(c Condition, reason string) {
	r.mu.Lock()
	changed := r.state.State != c || r.state.Reason != reason
	if changed {
		r.state = State{State: c, Reason: reason, Since: time.Now().UTC()}
	}
	r.mu.Unlock()
	if changed && r.tell != nil {
		r.tell()
	}
}

// Picture hands over a picture.
func (r *Recorder) Picture(u Unit) {
	if !r.On() {
		return
	}
	r.mu.Lock()
	switch {
	case r.needKey && !u.Key:
		r.lib.counts.dropped.Add(1)
	case len(r.queue) >= maxQueueUnits || r.bytes+len(u.Data) > maxQueueBytes:
		r.needKey = true
		r.lib.counts.dropped.Add(1)
	default:
		r.needKey = false
		r.queue = append(r.queue, item{unit: u})
		r.bytes += len(u.Data)
	}
	r.mu.Unlock()
	r.awake()
}

// KLV hands over a packet of metadata and the time that it belongs to. Nobody changes it afterwards.
func (r *Recorder) KLV(packet []byte, at time.Time) {
	if !r.On() || len(packet) == 0 {
		return
	}
	r.mu.Lock()
	full := len(r.queue) >= maxQueueUnits || r.bytes+len(packet) > maxQueueBytes
	if !full {
		r.queue = append(r.queue, item{klv: packet, unit: Unit{Time: at}})
		r.bytes += len(packet)
	}
	r.mu.Unlock()
	if full {
		r.lib.counts.klvDropped.Add(1)
		return
	}
	r.awake()
}

// Cut says that what comes next is of a new connection: it begins a segment of its own.
func (r *Recorder) Cut() {
	r.mu.Lock()
	r.needKey = true
	r.queue = append(r.queue, item{cut: true}) // as many as there are connections: not worth a bound
	r.mu.Unlock()
	r.awake()
}

func (r *Recorder) awake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run writes until ctx ends; then it writes what is waiting, ends the segment and returns nil.
func (r *Recorder) Run(ctx context.Context) error {
	tick := time.NewTicker(idle / 4)
	defer tick.Stop()
	for {
		r.drain()
		select {
		case <-r.wake:
		case now := <-tick.C:
			r.look(now)
		case <-ctx.Done():
			r.drain()
			r.end()
			return nil
		}
	}
}

func (r *Recorder) drain() {
	r.mu.Lock()
	queue := r.queue
	r.queue, r.bytes = nil, 0
	r.mu.Unlock()
	for _, it := range queue {
		switch {
		case it.cut:
			r.broken = true
			if !r.On() {
				r.end()
			}
		case it.klv != nil:
			r.metadata(it)
		default:
			r.picture(it.unit)
		}
	}
}

// look writes what a silent source has left, and sees whether there is room on the disk.
func (r *Recorder) look(now time.Time) {
	if r.crowded() {
		return
	}
	if r.file != nil && now.Sub(r.lastCame) >= idle {
		r.write(-1)
		if r.file != nil {
			r.index(r.file.segment)
		}
	}
	if r.noRoom {
		r.noRoom = false
		if r.On() {
			r.setState(Waiting, "")
		}
	}
}

// crowded stops recording where the library has no room.
func (r *Recorder) crowded() bool {
	reason := r.lib.full()
	if reason == "" || !r.On() {
		return false
	}
	r.noRoom = true
	r.stop(reason)
	return true
}

// picture takes the next picture.
func (r *Recorder) picture(u Unit) {
	r.lastCame = time.Now()
	if r.crowded() || r.lastCame.Before(r.notBefore) {
		r.lib.counts.dropped.Add(1)
		return
	}
	nals := split(u.Data)
	at, good := r.timeline(u.Timestamp)
	if r.file != nil && good && !u.Key && at-r.base >= mostSegments*units(r.lib.cfg.Segment) {
		r.last, r.now = u.Timestamp, at
		r.endless(at - r.base)
		return
	}
	if r.file == nil || !good || r.broken || u.Key && r.due(u, nals, at) {
		if !u.Key {
			r.lib.counts.dropped.Add(1) // of a new beginning that has had no key picture
			r.broken = r.broken || !good
			return
		}
		if !r.begin(u, nals, at, good) {
			r.lib.counts.dropped.Add(1)
			return
		}
		at = r.base
	}
	r.last, r.now = u.Timestamp, at
	shown := at - r.base
	if shown < 0 {
		r.lib.counts.dropped.Add(1) // it is shown before the segment's first picture, and needs the segment before
		return
	}
	if r.file.open.bytes+len(u.Data) > maxFragmentBytes || r.ripe(u.Key, shown) {
		r.write(shown)
		if r.file == nil {
			r.lib.counts.dropped.Add(1)
			return
		}
	}
	r.file.add(sample{data: u.Codec.sample(nals), key: u.Key, at: shown}, u.Time, u.Exact)
}

// endless ends a segment in which no key picture has come for too long.
func (r *Recorder) endless(next int64) {
	r.lib.counts.dropped.Add(1)
	since := ticks(next).Round(time.Second)
	r.write(next)
	if r.file != nil {
		r.stop(fmt.Sprintf("no key picture has come for %v: recording goes on at the next one (set the camera to one every 1 or 2 s)", since))
	}
}

// ripe says whether the open fragment is to be written before the picture that is shown at a time.
func (r *Recorder) ripe(key bool, shown int64) bool {
	length := r.file.length(shown)
	return length >= units(r.lib.cfg.Fragment) || key && length >= units(r.lib.cfg.Fragment)/2
}

func units(d time.Duration) int64 { return int64(d) * timescale / int64(time.Second) }

// timeline unwraps a timestamp; good is false where it does not go on from the last one.
func (r *Recorder) timeline(t uint32) (at int64, good bool) {
	step := int64(int32(t - r.last))
	return r.now + step, step <= leap && step >= -stepBack
}

// due says whether a key picture begins a new segment: the old one is long enough, or its header does not fit.
func (r *Recorder) due(u Unit, nals [][]byte, at int64) bool {
	if at-r.base >= units(r.lib.cfg.Segment) {
		return true
	}
	if off := u.Time.Sub(r.file.segment.Start.Add(ticks(at - r.base))); off.Abs() > clockJump {
		return true // the clock was set: what comes now belongs to another time
	}
	f, err := newFormat(u.Codec, nals)
	return err == nil && !f.same(r.file.format)
}

// begin ends the segment and begins another with a key picture.
func (r *Recorder) begin(u Unit, nals [][]byte, at int64, follows bool) bool {
	if r.file != nil && follows && !r.broken {
		r.write(at - r.base)
	}
	r.end()
	f, err := newFormat(u.Codec, nals)
	if err != nil {
		r.stop(fmt.Sprintf("the pictures cannot be put into a file: %v", err))
		return false
	}
	if r.file, err = create(r.lib.cfg.Folder, r.feed, f, u.Time); err != nil {
		r.fail(err)
		return false
	}
	r.base, r.broken = at, false
	r.index(r.file.segment)
	r.setState(Recording, "")
	return true
}

// metadata puts a KLV packet into the open fragment.
func (r *Recorder) metadata(it item) {
	if r.file == nil || r.broken || len(r.file.open.klv) >= maxFragmentKLV {
		r.lib.counts.klvDropped.Add(1)
		return
	}
	at := units(it.unit.Time.Sub(r.file.segment.Start))
	r.file.open.klv = append(r.file.open.klv, klvPacket{data: it.klv, at: at})
}

// write brings the open fragment to disk.
func (r *Recorder) write(next int64) {
	pictures, klv, before := len(r.file.open.samples), len(r.file.open.klv), r.file.contents.end
	if pictures == 0 {
		return
	}
	if err := r.file.flush(next); err != nil {
		r.fail(err)
		return
	}
	c := &r.lib.counts
	c.fragments.Add(1)
	c.pictures.Add(uint64(pictures))
	c.klv.Add(uint64(klv))
	c.bytes.Add(uint64(r.file.contents.end - before))
	if now := time.Now(); now.Sub(r.told) >= tellEvery {
		r.index(r.file.segment)
	}
}

// end writes what is open and ends the segment.
func (r *Recorder) end() {
	if r.file == nil {
		return
	}
	r.write(-1)
	if r.file != nil {
		r.seal()
	}
}

// seal ends the segment with what is on disk.
func (r *Recorder) seal() {
	w := r.file
	r.file = nil
	kept, err := w.close()
	if err != nil {
		r.lib.counts.failures.Add(1)
		r.log.Error("a recording could not be ended as it should; the next start mends it", "file", w.segment.Name, "error", err)
	}
	if !kept && err == nil {
		r.lib.forget(w.segment.Name)
		return
	}
	r.lib.counts.segments.Add(1)
	w.segment.Open = false
	r.index(w.segment)
	if r.On() && r.State().State == Recording {
		r.setState(Waiting, "")
	}
}

// fail keeps what is on disk and pauses.
func (r *Recorder) fail(err error) {
	r.lib.counts.failures.Add(1)
	r.notBefore = time.Now().Add(retryAfter)
	r.stop(r.lib.words(err))
}

// stop ends the segment because of something that may pass.
func (r *Recorder) stop(reason string) {
	if r.file != nil {
		r.lib.counts.dropped.Add(uint64(len(r.file.open.samples)))
		r.file.open = fragment{number: r.file.open.number}
		r.seal()
	}
	if r.State().Reason != reason {
		r.log.Warn("recording has stopped", "reason", reason)
	}
	r.broken = true
	r.setState(Stopped, reason)
}

// index tells the index of a segment.
func (r *Recorder) index(s Segment) {
	r.told = time.Now()
	r.lib.put(s)
}
