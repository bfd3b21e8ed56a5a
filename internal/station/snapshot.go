package station

import (
	"context"
	"crypto/rand"
	"errors"

	"vedette/internal/access"
	"vedette/ui/api"
	"vedette/video"
)

// Snapshot implements ui.Feeds. What cannot be recorded is not shown.
func (f *feeds) Snapshot(ctx context.Context, who access.Principal, address, feedID string) (api.FeedPicture, error) {
	viewing := f.viewings.prepare(access.Viewing{Who: who, Feed: feedID, Means: access.MeansSnapshot, Address: address})
	defer viewing.settled()
	p, err := f.video.Snapshot(ctx, feedID)
	switch {
	case errors.Is(err, video.ErrNoDecoder), errors.Is(err, video.ErrUndecodable), errors.Is(err, video.ErrTooManyPictures):
		return api.FeedPicture{}, api.Unavailable("%v", err)
	case err != nil:
		return api.FeedPicture{}, f.watchProblem(feedID, err)
	}
	if err := viewing.begin(ctx, rand.Text()); err != nil {
		f.log.Error("a picture whose taking cannot be recorded is refused", "feed", feedID, "who", who.Name, "error", err)
		return api.FeedPicture{}, api.Unavailable("the viewing cannot be recorded: %v", err)
	}
	viewing.settled()
	viewing.end()
	return api.FeedPicture{JPEG: p.JPEG, Time: p.Time, Exact: p.Exact}, nil
}
