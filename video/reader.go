package video

import (
	"context"
	"fmt"
	"time"

	"vedette/video/relay"
)

// Format says how a feed is coded.
type Format struct {
	// Codec is H.264 or H.265.
	Codec relay.Codec
	// ParameterSets are the newest, empty where there were none yet.
	relay.ParameterSets
}

// Describe says how a feed is coded, for software that reads it as it is. A feed on demand is pulled for it, and a while
// longer. It waits 3 s for a feed that has had no signal yet. Errors: ErrUnknownFeed, ErrNoSignal.
func (s *Service) Describe(ctx context.Context, feedID string) (Format, error) {
	f, err := s.awaitReader(ctx, feedID)
	if err != nil {
		return Format{}, err
	}
	return Format{Codec: f.stream.Codec(), ParameterSets: f.stream.ParameterSets()}, nil
}

// Subscribe lets software read a feed. A feed without a signal now goes on when the source does. The caller closes the
// subscription. Errors: ErrUnknownFeed, ErrNoSignal.
func (s *Service) Subscribe(ctx context.Context, feedID string) (*relay.Subscription, error) {
	f, err := s.awaitReader(ctx, feedID)
	if err != nil {
		return nil, err
	}
	sub, err := f.stream.Subscribe()
	if err != nil {
		return nil, fmt.Errorf("%w: %q", ErrUnknownFeed, feedID)
	}
	f.poke()
	return sub, nil
}

// awaitReader has a feed pulled and waits for its first signal.
func (s *Service) awaitReader(ctx context.Context, feedID string) (*feed, error) {
	f := s.feed(feedID)
	if f == nil {
		return nil, fmt.Errorf("%w: %q", ErrUnknownFeed, feedID)
	}
	done := f.expectViewer()
	defer done()
	if err := f.awaitSignal(ctx); err != nil {
		return nil, err
	}
	return f, nil
}

// awaitVerdict has a stream that nobody could play when it was last pulled looked at again before a viewer is let in.
func (f *feed) awaitVerdict(ctx context.Context) error {
	if !f.suspect.Load() {
		return f.refusal()
	}
	ctx, cancel := context.WithTimeout(ctx, signalWait)
	defer cancel()
	tick := time.NewTicker(feedTick / 5)
	defer tick.Stop()
	for {
		if err := f.refusal(); err != nil {
			return err
		}
		// While it rests, what has been seen is of before.
		if !f.state().Idle && f.verdict.pictures() >= enough {
			f.suspect.Store(false)
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil // what is wrong will show
		}
	}
}

// awaitSignal waits for the first signal of a feed that has had none.
func (f *feed) awaitSignal(ctx context.Context) error {
	timeout := time.NewTimer(signalWait)
	defer timeout.Stop()
	select {
	case <-f.first:
		return nil
	case <-timeout.C:
		if p := f.trouble(); p != "" {
			return fmt.Errorf("%w: %q: %s", ErrNoSignal, f.cfg.ID, p)
		}
		return fmt.Errorf("%w: %q", ErrNoSignal, f.cfg.ID)
	case <-f.done:
		return fmt.Errorf("%w: %q", ErrUnknownFeed, f.cfg.ID)
	case <-ctx.Done():
		return fmt.Errorf("watch %q: %w", f.cfg.ID, ctx.Err())
	}
}
