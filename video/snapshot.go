package video

import (
	"context"
	"fmt"
	"time"

	"vedette/video/h264"
	"vedette/video/h265"
	"vedette/video/relay"
	"vedette/video/still"
)

var (
	// ErrNoDecoder means that this computer has nothing that decodes the feed; the text says what to install.
	ErrNoDecoder = still.ErrNoDecoder
	// ErrUndecodable means that the decoder has refused the picture.
	ErrUndecodable = still.ErrUndecodable
	// ErrTooManyPictures means that as many pictures are being made as this computer should.
	ErrTooManyPictures = still.ErrBusy
)

// pictureWait is how long Snapshot waits for a key picture.
const pictureWait = 12 * time.Second

// Snapshot is one picture of a feed.
type Snapshot struct {
	still.Picture
	// Time is when it was taken, UTC, and Exact whether that is by the camera's clock and not the time of arrival.
	Time  time.Time
	Exact bool
}

// Snapshot takes the newest picture of a feed. A feed on demand is pulled for it, and a while longer; what comes then is
// waited for. Errors: ErrUnknownFeed, ErrNoSignal, ErrNoDecoder, ErrUndecodable, ErrTooManyPictures.
func (s *Service) Snapshot(ctx context.Context, feedID string) (Snapshot, error) {
	f := s.feed(feedID)
	if f == nil {
		return Snapshot{}, fmt.Errorf("%w: %q", ErrUnknownFeed, feedID)
	}
	done := f.expectViewer()
	defer done()
	waiting, cancel := context.WithTimeout(ctx, pictureWait)
	defer cancel()
	g, err := f.awaitPicture(waiting)
	if err != nil {
		if ctx.Err() != nil {
			return Snapshot{}, fmt.Errorf("take a picture of %q: %w", feedID, ctx.Err())
		}
		return Snapshot{}, err
	}
	p, err := s.stills.JPEG(ctx, g.Group)
	if err != nil {
		return Snapshot{}, fmt.Errorf("take a picture of %q: %w", feedID, err)
	}
	return Snapshot{Picture: p, Time: g.taken.UTC(), Exact: f.exact.Load()}, nil
}

// takenGroup is a group of pictures, and when the last was taken.
type takenGroup struct {
	still.Group
	taken time.Time
}

// awaitPicture waits until the feed is live and its group has a whole picture.
func (f *feed) awaitPicture(ctx context.Context) (takenGroup, error) {
	tick := time.NewTicker(feedTick / 5)
	defer tick.Stop()
	for {
		s := f.state()
		if s.State == StateLive {
			if g := groupOf(f.stream); len(g.Units) > 0 {
				return g, nil
			}
		}
		select {
		case <-tick.C:
		case <-f.done:
			return takenGroup{}, fmt.Errorf("%w: %q", ErrUnknownFeed, f.cfg.ID)
		case <-ctx.Done():
			why := s.Problem.Words
			if why == "" && s.State == StateLive {
				why = fmt.Sprintf("no key picture came within %d s", int(pictureWait.Seconds()))
			}
			if why == "" {
				return takenGroup{}, fmt.Errorf("%w: %q", ErrNoSignal, f.cfg.ID)
			}
			return takenGroup{}, fmt.Errorf("%w: %q: %s", ErrNoSignal, f.cfg.ID, why)
		}
	}
}

// groupOf puts together the pictures of a stream's current group.
func groupOf(stream *relay.Stream) (g takenGroup) {
	codec := stream.Codec()
	packets := stream.Group()
	times := map[uint32]time.Time{}
	var newest uint32
	add := func(data []byte, timestamp uint32) {
		if len(g.Units) == 0 || int32(timestamp-newest) > 0 {
			newest = timestamp
			g.taken = times[timestamp]
		}
		g.Units = append(g.Units, data)
	}
	if codec == relay.H265 {
		g.Codec = still.H265
		var a h265.Assembler
		for _, p := range packets {
			times[p.Timestamp] = p.Taken
			a.Push(p.Payload, p.Timestamp, p.Marker, p.Lost > 0 && len(times) > 1, func(u h265.AccessUnit) { add(u.Data, u.Timestamp) })
		}
		return g
	}
	g.Codec = still.H264
	var a h264.Assembler
	for _, p := range packets {
		times[p.Timestamp] = p.Taken
		a.Push(p.Payload, p.Timestamp, p.Marker, p.Lost > 0 && len(times) > 1, func(u h264.AccessUnit) { add(u.Data, u.Timestamp) })
	}
	if format, err := h264.ParseSPS(a.SPS()); err == nil {
		g.FullRange = format.FullRange
	}
	return g
}
