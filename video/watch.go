package video

import (
	"context"
	"fmt"
	"time"

	"vedette/video/relay"
)

// The signalling of viewers, which the relay does.
type (
	// Session is a viewer that has been let in.
	Session = relay.Session
	// Viewer is what the station sees of a viewer.
	Viewer = relay.View
	// CodecError means that the browser cannot play what the feed sends.
	CodecError = relay.CodecError
	// TURNConfig sets up the embedded TURN server.
	TURNConfig = relay.TURNConfig
	// TURNServer is one way to it, with credentials.
	TURNServer = relay.TURNServer
	// Connections counts what became of viewers' connections.
	Connections = relay.Connections
	// Sent is what the relay's UDP sockets have sent of media.
	Sent = relay.Sent
)

// AnyTag stands for whatever entity tag a session has.
const AnyTag = relay.AnyTag

// signalWait is how long Open waits for the first signal of a feed that has had none.
const signalWait = 3 * time.Second

// Watcher is who watches. The zero value is somebody without a name.
type Watcher struct {
	// Name is shown with the session.
	Name string
	// Gone is called once when a session that was opened has ended, by a goroutine that is waited for. nil: nothing is.
	Gone func()
}

// Watch is Open without a name.
func (s *Service) Watch(ctx context.Context, feedID, offerSDP string) (sessionID, answerSDP string, err error) {
	got, err := s.Open(ctx, feedID, Watcher{}, offerSDP)
	return got.ID, got.Answer, err
}

// Open answers a WHEP offer of somebody for a feed; the answer has all candidates. A feed that has no signal now but had
// one is accepted: the picture comes when the source does. Errors: ErrUnknownFeed, ErrNoSignal, ErrBadOffer and with it
// a *CodecError where the browser cannot play the feed, ErrUnplayable, ErrTooManyViewers.
func (s *Service) Open(ctx context.Context, feedID string, who Watcher, offerSDP string) (Session, error) {
	f := s.feed(feedID)
	if f == nil {
		return Session{}, fmt.Errorf("%w: %q", ErrUnknownFeed, feedID)
	}
	if err := f.refusal(); err != nil {
		return Session{}, err
	}
	done := f.expectViewer()
	defer done()
	if err := f.awaitSignal(ctx); err != nil {
		if refused := f.refusal(); refused != nil {
			return Session{}, refused
		}
		return Session{}, err
	}
	if err := f.awaitVerdict(ctx); err != nil {
		return Session{}, err
	}
	got, err := s.relay.Open(ctx, f.stream, relay.Request{Offer: offerSDP, Who: who.Name, Gone: who.Gone})
	if err != nil {
		return Session{}, fmt.Errorf("watch %q: %w", feedID, err)
	}
	return got, nil
}

// Patch applies an ICE fragment (RFC 8840) to a viewer's session: further candidates, with an empty answer, or an ICE
// restart, with the station's part of it and the new entity tag. match is the tag that the fragment was made for, or
// AnyTag. Errors: ErrUnknownFeed, ErrUnknownSession, ErrStale, ErrBadFragment.
func (s *Service) Patch(ctx context.Context, feedID, sessionID, match, fragment string) (answer, tag string, err error) {
	f := s.feed(feedID)
	if f == nil {
		return "", "", fmt.Errorf("%w: %q", ErrUnknownFeed, feedID)
	}
	return s.relay.Patch(ctx, f.stream, sessionID, match, fragment)
}

// Viewer returns what the station sees of one viewer. Errors: ErrUnknownFeed, ErrUnknownSession.
func (s *Service) Viewer(feedID, sessionID string) (Viewer, error) {
	f := s.feed(feedID)
	if f == nil {
		return Viewer{}, fmt.Errorf("%w: %q", ErrUnknownFeed, feedID)
	}
	return s.relay.View(f.stream, sessionID)
}

// Viewers returns the viewers of a feed, the first to come first. Error: ErrUnknownFeed.
func (s *Service) Viewers(feedID string) ([]Viewer, error) {
	f := s.feed(feedID)
	if f == nil {
		return nil, fmt.Errorf("%w: %q", ErrUnknownFeed, feedID)
	}
	return s.relay.Views(f.stream), nil
}

// EndWatch ends a viewer and waits for it. Errors: ErrUnknownFeed, ErrUnknownSession.
func (s *Service) EndWatch(feedID, sessionID string) error {
	f := s.feed(feedID)
	if f == nil {
		return fmt.Errorf("%w: %q", ErrUnknownFeed, feedID)
	}
	if !f.stream.End(sessionID) {
		return fmt.Errorf("%w: %q of feed %q", ErrUnknownSession, sessionID, feedID)
	}
	f.poke()
	return nil
}
