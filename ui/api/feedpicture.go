package api

import "time"

// FeedPicture is one picture of a feed.
type FeedPicture struct {
	JPEG  []byte
	Time  time.Time // when it was taken, UTC
	Exact bool      // by the camera's clock, not the time of arrival
	// Masked says that parts of it are black, since they may show a privacy zone.
	Masked bool
}
