package video

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"vedette/video/decode"
	"vedette/video/ingest"
	"vedette/video/record"
	"vedette/video/relay"
)

const (
	// silence is how long a source may be still before its feed has no signal.
	silence = 2 * time.Second
	// feedTick is how often a feed looks at itself.
	feedTick = 250 * time.Millisecond
)

// feed is one feed: its source, its fan-out and its detector.
type feed struct {
	cfg    FeedConfig
	svc    *Service
	log    *slog.Logger
	stream *relay.Stream

	cancel  context.CancelFunc // nil before the feed is started; set before anyone can stop it
	done    chan struct{}      // closed when run has returned
	first   chan struct{}      // closed by the first packet ever
	demand  chan struct{}
	waiting atomic.Int64 // viewers that are being let in
	suspect atomic.Bool  // when it was last pulled, nobody could play it; not yet looked at again

	source  *ingest.Source
	verdict verdict
	in      intake           // owned by the source's goroutine
	dec     *decode.Decoder  // nil: not decoded
	rec     *record.Recorder // nil: there is no place for recordings
	det     look             // used by the decoder's goroutine
	looked  looked

	packets, bytes, lost                   atomic.Uint64
	frames, detected, boxes, clocksRefused atomic.Uint64
	exact                                  atomic.Bool   // the time of the newest picture is by the camera's clock
	unseen                                 atomic.Uint64 // decoded frames that the detector program did not look at
	slowed                                 atomic.Int64  // frames a second that the detector looks at where it falls behind; 0: it does not

	metadata metadataCounters

	mu   sync.Mutex
	now  FeedState  // what state returns, but for the parts that are counted elsewhere
	kept []Metadata // the last, by the time of their frames

	hadSignal  bool
	lastPacket time.Time
	pullSince  time.Time
}

func newFeed(cfg FeedConfig, svc *Service, stream *relay.Stream, det look) *feed {
	f := &feed{
		cfg: cfg, svc: svc, stream: stream, det: det, log: svc.log.With("feed", cfg.ID),
		done: make(chan struct{}), first: make(chan struct{}), demand: make(chan struct{}, 1),
		now: FeedState{
			ID: cfg.ID, Kind: cfg.Kind, URL: stripPassword(cfg.URL), HFOVDeg: cfg.HFOVDeg,
			Alternate: cfg.Alternate,
			State:     StateConnecting, Idle: cfg.OnDemand && !cfg.Detect && !cfg.Record, Since: time.Now().UTC(),
		},
	}
	f.in.feed = f
	if svc.cfg.Recordings != nil {
		f.rec = svc.cfg.Recordings.Recorder(cfg.ID, f.poke)
		f.rec.Set(cfg.Record)
	}
	f.source = ingest.New(ingest.Config{URL: cfg.URL, Transport: cfg.Transport, TLS: cfg.TLS, Log: f.log}, &f.in)
	if !det.none() && len(svc.cfg.Decoder.Command) > 0 {
		f.dec = decode.New(decode.Config{
			Command: svc.cfg.Decoder.Command, Env: svc.cfg.Decoder.Env, Log: f.log,
		}, f.onFrame)
	}
	return f
}

// stop ends the feed's goroutines and waits; the stream stays.
func (f *feed) stop() {
	if f.cancel == nil {
		return // never started
	}
	f.cancel()
	<-f.done
}

func (f *feed) poke() {
	select {
	case f.demand <- struct{}{}:
	default:
	}
}

// expectViewer has an on-demand source started for a viewer that is coming in.
func (f *feed) expectViewer() (done func()) {
	f.waiting.Add(1)
	f.poke()
	return func() {
		f.waiting.Add(-1)
		f.poke()
	}
}

// run pulls the source while it is wanted, until ctx ends.
func (f *feed) run(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	if f.dec != nil {
		defer context.AfterFunc(ctx, f.det.interrupt)()
		wg.Go(func() {
			defer f.det.close()
			_ = f.dec.Run(ctx) // it returns nil
		})
	}
	if f.rec != nil {
		wg.Go(func() { _ = f.rec.Run(ctx) }) // it returns nil
	}
	p := puller{feed: f}
	defer p.stop()
	tick := time.NewTicker(feedTick)
	defer tick.Stop()
	rates := rates{since: time.Now()}
	var told FeedState
	for {
		now := time.Now()
		p.follow(ctx, f.wanted(), now)
		f.judge(now)
		f.dismiss()
		due := rates.update(f, now)
		if st := f.stateAt(now); due || st.differs(told) {
			told = st
			f.svc.updates.put(st)
		}
		select {
		case <-tick.C:
		case <-f.demand:
		case <-ctx.Done():
			return
		}
	}
}

// wanted says whether the source must be pulled now.
func (f *feed) wanted() bool {
	return !f.cfg.OnDemand || f.cfg.Detect || f.recording() || f.waiting.Load() > 0 || f.stream.Viewers() > 0
}

// recording says whether the feed's pictures are wanted for recording.
func (f *feed) recording() bool { return f.rec != nil && f.rec.On() }

// puller runs the source while it is wanted and a while longer.
type puller struct {
	feed       *feed
	cancel     context.CancelFunc
	done       chan struct{}
	lastWanted time.Time
}

func (p *puller) follow(ctx context.Context, wanted bool, now time.Time) {
	if wanted {
		p.lastWanted = now
	}
	switch {
	case wanted && p.cancel == nil:
		p.start(ctx, now)
	case p.cancel != nil && now.Sub(p.lastWanted) > p.feed.svc.linger:
		p.stop()
	}
}

func (p *puller) start(ctx context.Context, now time.Time) {
	ctx, p.cancel = context.WithCancel(ctx)
	p.done = make(chan struct{})
	p.feed.pulling(now)
	go func(done chan struct{}) {
		defer close(done)
		_ = p.feed.source.Run(ctx) // it returns nil
	}(p.done)
}

func (p *puller) stop() {
	if p.cancel == nil {
		return
	}
	p.cancel()
	<-p.done
	p.cancel = nil
	p.feed.stream.Restart() // the cached pictures are old from now on
	p.feed.resting()
}

// rates measures a feed's rates once a second.
type rates struct {
	since                   time.Time
	frames, bytes, detected uint64
}

// update sets the rates once a second, and reports whether it did.
func (r *rates) update(f *feed, now time.Time) bool {
	if now.Sub(r.since) < time.Second {
		return false
	}
	span := now.Sub(r.since).Seconds()
	frames, bytes, detected := f.frames.Load(), f.bytes.Load(), f.detected.Load()
	f.mu.Lock()
	f.now.FPS = float64(frames-r.frames) / span
	f.now.Kbps = float64(bytes-r.bytes) * 8 / 1000 / span
	f.now.Detector.FramesPerS = float64(detected-r.detected) / span
	f.mu.Unlock()
	*r = rates{since: now, frames: frames, bytes: bytes, detected: detected}
	return true
}
