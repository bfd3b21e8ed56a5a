package camera

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
)

const (
	framesPerSecond = 15
	ticksPerFrame   = 90000 / framesPerSecond // of the RTP clock
	idrFrames       = 2 * framesPerSecond
	payloadType     = 96
)

// feed is one camera: its stream, and the loop that fills it while somebody watches.
type feed struct {
	path   string
	style  style
	source Source
	scene  scene
	log    *slog.Logger
	media  *description.Media
	data   *description.Media // metadata; nil: none
	wake   chan struct{}      // buffered by one
	shot   *shot              // of run alone; nil before the first viewer

	// mu guards the fields below.
	mu      sync.Mutex
	stream  *gortsplib.ServerStream
	readers int
	paused  bool
	wantIDR int // key frames that are still wanted

	count struct {
		frames, keyFrames, late, noPose, errors, overflows, bytes, metadata, workNS atomic.Uint64
	}
}

func newFeed(path string, st style, source Source, w scene, log *slog.Logger) *feed {
	f := &feed{
		path: path, style: st, source: source, scene: w,
		log:  log.With("camera", path),
		wake: make(chan struct{}, 1),
		media: &description.Media{
			Type: description.MediaTypeVideo,
			Formats: []format.Format{&format.H264{
				PayloadTyp: payloadType, PacketizationMode: 1, SPS: st.sps, PPS: st.pps,
			}},
		},
	}
	if st.kind == KindThermal {
		f.data = newMetadataMedia()
	}
	return f
}

func (f *feed) open(server *gortsplib.Server) error {
	medias := []*description.Media{f.media}
	if f.data != nil {
		medias = append(medias, f.data)
	}
	stream := &gortsplib.ServerStream{Server: server, Desc: &description.Session{Title: f.path, Medias: medias}}
	if err := stream.Initialize(); err != nil {
		return fmt.Errorf("open the stream %s: %w", f.path, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stream = stream
	return nil
}

func (f *feed) closeStream() {
	f.mu.Lock()
	stream := f.stream
	f.stream = nil
	f.mu.Unlock()
	if stream != nil {
		stream.Close()
	}
}

func (f *feed) served() *gortsplib.ServerStream {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stream
}

func (f *feed) join() {
	f.mu.Lock()
	f.readers++
	// Two, because the server hands the stream over to a viewer only after it has said so here.
	f.wantIDR = 2
	f.mu.Unlock()
	f.nudge()
}

func (f *feed) leave() {
	f.mu.Lock()
	f.readers--
	f.mu.Unlock()
}

func (f *feed) pause(stopped bool) {
	f.mu.Lock()
	f.paused = stopped
	f.wantIDR = 1
	f.mu.Unlock()
	f.nudge()
}

func (f *feed) nudge() {
	select {
	case f.wake <- struct{}{}:
	default: // it has a wake-up waiting
	}
}

// due tells whether somebody should see the next picture.
func (f *feed) due() (stream *gortsplib.ServerStream, watched bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stream, f.stream != nil && f.readers > 0 && !f.paused
}

func (f *feed) takeIDR() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.wantIDR == 0 {
		return false
	}
	f.wantIDR--
	return true
}

// run sleeps until somebody watches, then plays until nobody does, until ctx ends.
func (f *feed) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		}
		if _, watched := f.due(); !watched {
			continue
		}
		if err := f.play(ctx); err != nil {
			f.count.errors.Add(1)
			f.log.Error("camera stopped until its next viewer", "err", err)
		}
	}
}

func (f *feed) play(ctx context.Context) error {
	s, err := f.prepare()
	if err != nil {
		return err
	}
	defer s.encoder.Close()
	f.log.Info("camera started")
	defer f.log.Info("camera stopped")
	timer := time.NewTimer(0)
	defer timer.Stop()
	next := frameAfter(time.Now())
	for {
		timer.Reset(time.Until(frameTime(next)))
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		stream, watched := f.due()
		if !watched {
			return nil
		}
		// A moment that has passed by more than one picture is lost: showing it late would delay all that follow.
		n := frameAfter(time.Now())
		if n > next+1 {
			f.count.late.Add(uint64(n - 1 - next))
			next = n - 1
		}
		if n < next { // the clock was set back: time goes on from there
			next = n
			continue
		}
		f.frame(stream, s, next)
		next++
	}
}

func (f *feed) stats() FeedStats {
	f.mu.Lock()
	readers := f.readers
	f.mu.Unlock()
	return FeedStats{
		Readers: readers, Frames: f.count.frames.Load(), KeyFrames: f.count.keyFrames.Load(), Late: f.count.late.Load(),
		NoPose: f.count.noPose.Load(), Errors: f.count.errors.Load(), Overflows: f.count.overflows.Load(),
		Bytes: f.count.bytes.Load(), Metadata: f.count.metadata.Load(), Work: time.Duration(f.count.workNS.Load()),
	}
}
