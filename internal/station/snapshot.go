package station

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"time"

	"vedette/internal/access"
	"vedette/tracking/georef"
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
	out := api.FeedPicture{JPEG: p.JPEG, Time: p.Time, Exact: p.Exact}
	if f.veil != nil {
		if out, err = f.veil(ctx, feedID, out); err != nil {
			return api.FeedPicture{}, err
		}
	}
	if err := viewing.begin(ctx, rand.Text()); err != nil {
		f.log.Error("a picture whose taking cannot be recorded is refused", "feed", feedID, "who", who.Name, "error", err)
		return api.FeedPicture{}, api.Unavailable("the viewing cannot be recorded: %v", err)
	}
	viewing.settled()
	viewing.end()
	return out, nil
}

// snapshotQuality is that of a JPEG file which was masked, of 100.
const snapshotQuality = 92

// veilSnapshot is a picture of a feed without what may show a privacy zone. Where there is such a zone, and nobody knows what the picture shows,
// there is none.
func (p *picture) veilSnapshot(ctx context.Context, feed string, of api.FeedPicture) (api.FeedPicture, error) {
	p.mu.RLock()
	private := p.privateNow
	p.mu.RUnlock()
	if len(private) == 0 {
		return of, nil
	}
	select { // until the vehicle has told of its pose before and after
	case <-time.After(min(scanDelay, time.Until(of.Time.Add(scanDelay)))):
	case <-ctx.Done():
		return api.FeedPicture{}, ctx.Err()
	}
	m, err := jpeg.Decode(bytes.NewReader(of.JPEG))
	if err != nil {
		return api.FeedPicture{}, fmt.Errorf("mask a picture of %s: %w", feed, err)
	}
	unknown := func(why string) error {
		return api.Refused("no picture of %s: it might show a privacy zone, and %s", feed, why)
	}
	place, _ := p.cfg.feeds.place(feed)
	s, _, why := p.sightAt(feed, place, of.Time, m.Bounds().Dx(), m.Bounds().Dy())
	if why != "" {
		return api.FeedPicture{}, unknown(string(why))
	}
	r := &rim{ground: georef.Terrain{Model: p.cfg.ground.terrain}, private: private}
	r.look, r.sigma = corrected(s, feed, p.fusionStats(), of.Exact)
	squares, err := r.squares(m.Bounds().Dx(), m.Bounds().Dy())
	if err != nil {
		return api.FeedPicture{}, unknown(err.Error())
	}
	if len(squares) == 0 {
		return of, nil
	}
	if of.JPEG, err = blacken(m, squares); err != nil {
		return api.FeedPicture{}, fmt.Errorf("mask a picture of %s: %w", feed, err)
	}
	of.Masked = true
	return of, nil
}

// blacken codes a picture with black squares.
func blacken(m image.Image, squares []image.Rectangle) ([]byte, error) {
	b := m.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Rect, m, b.Min, draw.Src)
	for _, s := range squares {
		draw.Draw(out, s, image.Black, image.Point{}, draw.Src)
	}
	var file bytes.Buffer
	err := jpeg.Encode(&file, out, &jpeg.Options{Quality: snapshotQuality})
	return file.Bytes(), err
}
