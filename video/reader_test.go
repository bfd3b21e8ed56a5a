package video_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"vedette/video"
	"vedette/video/ingest/testcam"
	"vedette/video/relay"
)

func TestReaderOfAFeedOnDemandHasItPulled(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, func(c *testcam.Camera) { c.ClockOffset = -time.Second })
	defer cam.Stop()
	s := service(t)
	if err := s.AddFeed(video.FeedConfig{ID: "a", URL: cam.URL(), Kind: video.KindEO, OnDemand: true}); err != nil {
		t.Fatal(err)
	}
	format, err := s.Describe(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if format.Codec != relay.H264 || len(format.SPS) == 0 || len(format.PPS) == 0 {
		t.Errorf("format %+v", format)
	}
	sub, err := s.Subscribe(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for exact := 0; exact < 20; {
		d, err := sub.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		// The camera's clock is a second behind; before its first report the time of arrival stands in.
		if age := time.Since(d.Taken); age > 900*time.Millisecond && age < 3*time.Second {
			exact++
		}
	}
	if f, _ := s.Feed("a"); f.Viewers != 1 || f.Idle {
		t.Errorf("%d viewers, idle %v", f.Viewers, f.Idle)
	}
	sub.Close()
	poll(t, "the feed rests", func() bool {
		f, _ := s.Feed("a")
		return f.Idle && f.Viewers == 0
	})
}

func TestReaderIsToldWhyAFeedCannotBeRead(t *testing.T) {
	t.Parallel()
	s := service(t)
	if _, err := s.Describe(t.Context(), "x"); !errors.Is(err, video.ErrUnknownFeed) {
		t.Errorf("an unknown feed: %v", err)
	}
	cam := camera(t, shortClip, func(c *testcam.Camera) { c.NoReports = true })
	cam.Stop()
	if err := s.AddFeed(video.FeedConfig{ID: "a", URL: cam.URL(), Kind: video.KindEO, OnDemand: true}); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if _, err := s.Subscribe(t.Context(), "a"); !errors.Is(err, video.ErrNoSignal) {
		t.Errorf("a feed without signal: %v", err)
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("that took %v", took)
	}
}
