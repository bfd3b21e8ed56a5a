// Package video is the room that brings cameras' pictures into the station: it pulls RTSP feeds, relays them to
// browsers over WebRTC without touching the pictures, and looks for warm things in thermal ones. Service.Run owns every
// goroutine and waits for it. Feeds come and go at run time.
package video

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sort"
	"sync"
	"time"

	"vedette/video/relay"
	"vedette/video/still"
	"vedette/video/thermal"
)

// Errors that callers decide on.
var (
	// ErrUnknownFeed means that no feed has that id.
	ErrUnknownFeed = errors.New("no such feed")
	// ErrNoSignal means that the feed has not had a picture yet.
	ErrNoSignal = errors.New("feed has no signal yet")
	// ErrBadOffer means that the SDP offer cannot be answered.
	ErrBadOffer = relay.ErrBadOffer
	// ErrTooManyViewers means that the room serves as many viewers as it takes.
	ErrTooManyViewers = relay.ErrTooMany
	// ErrUnknownSession means that the feed has no such viewer, or no more.
	ErrUnknownSession = relay.ErrUnknownSession
	// ErrStale means that a change was meant for the ICE session before a restart.
	ErrStale = relay.ErrStale
	// ErrBadFragment means that an ICE fragment cannot be used; the text says why.
	ErrBadFragment = relay.ErrBadFragment
	// ErrUnplayable means that browsers cannot play what the source sends; the text says why.
	ErrUnplayable = errors.New("feed cannot be played in a browser")
)

// Service is the video room.
type Service struct {
	cfg        Config
	log        *slog.Logger
	relay      *relay.Relay
	stills     *still.Maker
	updates    *updates
	detections *detectionQueue
	linger     time.Duration // how long an on-demand feed is pulled after its last viewer

	mu    sync.Mutex
	feeds map[string]*feed
	gone  Stats // counters of feeds that are no more

	runCtx context.Context // set while Run runs, for feeds added meanwhile
	wg     sync.WaitGroup

	change sync.Mutex // serialises AddFeed and RemoveFeed; taken before mu, never while holding it
}

// New opens the WebRTC port. Run must follow, or Close.
func New(cfg Config) (*Service, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Weights == nil {
		w, err := thermal.StandardWeights()
		if err != nil {
			return nil, err
		}
		cfg.Weights = w
	}
	r, err := relay.New(relay.Config{
		ListenHost: cfg.ListenHost, UDPPort: cfg.WebRTCUDPPort, NoTCP: cfg.NoTCP, Addresses: cfg.Addresses,
		LeaveOut: cfg.LeaveOut, TURN: cfg.TURN, Log: cfg.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("open relay: %w", err)
	}
	return &Service{
		cfg: cfg, log: cfg.Log, relay: r, stills: still.New(cfg.Still), feeds: make(map[string]*feed),
		updates: newUpdates(), detections: newDetectionQueue(), linger: 10 * time.Second,
	}, nil
}

// Run pulls and serves until ctx ends; then it ends every viewer, waits for everything and returns nil. It is called
// once.
func (s *Service) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.change.Lock()
	s.mu.Lock()
	s.runCtx = ctx
	for _, f := range s.feeds {
		s.start(f)
	}
	if s.cfg.Recordings != nil {
		s.wg.Go(func() { _ = s.cfg.Recordings.Run(ctx) }) // it returns nil
	}
	s.mu.Unlock()
	s.change.Unlock()
	s.updates.run(ctx)
	s.change.Lock() // no feed may start from here on
	s.mu.Lock()
	s.runCtx = nil
	s.mu.Unlock()
	s.change.Unlock()
	s.wg.Wait()
	return s.Close()
}

// Close ends all viewers and closes the port. Only a Service that was never run needs it. It may be called twice.
func (s *Service) Close() error { return s.relay.Close() }

// WebRTCPort returns the port in use, for UDP and TCP.
func (s *Service) WebRTCPort() int { return s.relay.Port() }

// start begins a feed; mu must be held.
func (s *Service) start(f *feed) {
	ctx, cancel := context.WithCancel(s.runCtx)
	f.cancel = cancel
	s.wg.Go(func() {
		defer close(f.done)
		defer cancel()
		f.run(ctx)
	})
}

// AddFeed adds a feed at any time. A feed with the same id is replaced, and its viewers go on with the new source; a
// feed that is wholly the same is left alone.
func (s *Service) AddFeed(cfg FeedConfig) error {
	if err := cfg.validate(); err != nil {
		return fmt.Errorf("feed %q: %w", cfg.ID, err)
	}
	det, err := newLook(cfg, s.cfg)
	if err != nil {
		return fmt.Errorf("feed %q: %w", cfg.ID, err)
	}
	s.change.Lock()
	defer s.change.Unlock()
	s.mu.Lock()
	old := s.feeds[cfg.ID]
	s.mu.Unlock()
	var stream *relay.Stream
	if old != nil {
		if old.cfg == cfg {
			return nil
		}
		old.stop()
		stream = old.stream
	} else {
		stream = s.relay.NewStream(cfg.ID)
	}
	f := newFeed(cfg, s, stream, det)
	if old != nil && f.rec != nil && old.cfg.Record == cfg.Record {
		f.rec.Set(old.rec.On()) // what somebody switched stays
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old != nil {
		s.gone.add(old.counts())
	}
	s.feeds[cfg.ID] = f
	if s.runCtx != nil {
		s.start(f)
	}
	s.updates.put(f.state())
	return nil
}

// RemoveFeed ends a feed and its viewers, and waits for them. An unknown id is no error.
func (s *Service) RemoveFeed(id string) {
	s.change.Lock()
	defer s.change.Unlock()
	s.mu.Lock()
	f := s.feeds[id]
	delete(s.feeds, id)
	s.mu.Unlock()
	if f == nil {
		return
	}
	f.stop()
	f.stream.Close()
	s.mu.Lock()
	s.gone.add(f.counts())
	s.gone.addStream(f.stream.Counts())
	s.mu.Unlock()
	last := f.state()
	last.Removed = true
	s.updates.put(last)
}

// Feeds returns the state of every feed, by id.
func (s *Service) Feeds() []FeedState {
	s.mu.Lock()
	all := make([]*feed, 0, len(s.feeds))
	for _, f := range s.feeds {
		all = append(all, f)
	}
	s.mu.Unlock()
	out := make([]FeedState, 0, len(all))
	for _, f := range all {
		out = append(out, f.state())
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// Feed returns the state of one feed.
func (s *Service) Feed(id string) (FeedState, bool) {
	f := s.feed(id)
	if f == nil {
		return FeedState{}, false
	}
	return f.state(), true
}

func (s *Service) feed(id string) *feed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.feeds[id]
}

// FeedUpdates delivers the state of a feed whenever it changes, and at most once a second for rates alone. A receiver
// that is slow gets the latest state of each feed, not all of them. The channel is never closed.
func (s *Service) FeedUpdates() <-chan FeedState { return s.updates.out }

// Detections delivers what the detectors saw, a message for each processed frame. When 64 wait, the oldest is dropped
// and counted. The channel is never closed.
func (s *Service) Detections() <-chan Detections { return s.detections.out }
