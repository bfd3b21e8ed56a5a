package video_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"testing"
	"time"

	"vedette/video"
	"vedette/video/ingest/testcam"
)

func TestSnapshotOfAFeedThatNobodyWatches(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "1-eo", URL: cam.URL(), Kind: video.KindEO, OnDemand: true})
	begun := time.Now()
	p, err := s.Snapshot(t.Context(), "1-eo")
	if err != nil {
		t.Fatal(err)
	}
	if p.Time.Before(begun.Add(-10*time.Second)) || p.Time.After(time.Now().Add(time.Second)) || p.Width != 320 || p.Height != 256 {
		t.Errorf("%d x %d of %v", p.Width, p.Height, p.Time)
	}
	m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	warm := 0
	for n := range 60 {
		x, y, w, h := testcam.Spot(n)
		if light, _, _, _ := m.At(x+w/2, y+h/2).RGBA(); light>>8 > 180 {
			warm++
		}
	}
	if warm == 0 || warm > 20 {
		t.Errorf("the warm spot is at %d of 60 places", warm)
	}
	poll(t, "the feed rests again", func() bool { st, _ := s.Feed("1-eo"); return st.Idle })
	if st, _ := s.Feed("1-eo"); st.Viewers != 0 {
		t.Errorf("%d viewers are left", st.Viewers)
	}
}

func TestSnapshotThatCannotBe(t *testing.T) {
	t.Parallel()
	s := service(t)
	if _, err := s.Snapshot(t.Context(), "9-eo"); !errors.Is(err, video.ErrUnknownFeed) {
		t.Error(err)
	}
	add(t, s, video.FeedConfig{ID: "1-eo", URL: "rtsp://127.0.0.1:1/x", Kind: video.KindEO})
	if _, err := s.Snapshot(t.Context(), "1-eo"); !errors.Is(err, video.ErrNoSignal) {
		t.Error(err)
	}
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	r := recordingService(t) // which has nothing that makes pictures
	add(t, r, video.FeedConfig{ID: "1-eo", URL: cam.URL(), Kind: video.KindEO})
	if _, err := r.Snapshot(t.Context(), "1-eo"); !errors.Is(err, video.ErrNoDecoder) {
		t.Error(err)
	}
}

func TestSnapshotIsNotOfBeforeTheCameraFellSilent(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "1-eo", URL: cam.URL(), Kind: video.KindEO})
	if _, err := s.Snapshot(t.Context(), "1-eo"); err != nil {
		t.Fatal(err)
	}
	cam.Freeze(true)
	awaitState(t, s, "1-eo", video.StateNoSignal)
	if _, err := s.Snapshot(t.Context(), "1-eo"); !errors.Is(err, video.ErrNoSignal) {
		t.Error(err)
	}
}
