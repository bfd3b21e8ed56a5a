package video_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"vedette/video"
	"vedette/video/ingest/testcam"
)

func add(t *testing.T, s *video.Service, cfg video.FeedConfig) {
	t.Helper()
	if err := s.AddFeed(cfg); err != nil {
		t.Fatal(err)
	}
}

func TestFirstPictureComesAtOnceInTheMiddleOfAGroup(t *testing.T) {
	t.Parallel()
	cam := camera(t, longClip, nil)
	defer cam.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "1-eo", URL: cam.URL(), Kind: video.KindEO})
	awaitState(t, s, "1-eo", video.StateLive)
	// The feed's connection may have come after the first key picture; only a group seen from its start is cached.
	groups := cam.Groups()
	poll(t, "a key picture has passed since the feed is live", func() bool { return cam.Groups() > groups })
	var b *browser
	for try := 0; ; try++ { // on a machine so busy that a group passes before anything happens, again
		poll(t, "the camera is in the middle of a group", func() bool { n := cam.Picture(); return n > 10 && n < 40 })
		groups = cam.Groups()
		b = watch(t, s, "1-eo")
		poll(t, "a picture", func() bool { _, keys := b.seen(); return keys > 0 })
		if cam.Groups() == groups {
			break
		}
		if try == 3 {
			t.Fatal("the first picture comes with the camera's next key picture, four times")
		}
		if err := s.EndWatch("1-eo", b.session); err != nil {
			t.Fatal(err)
		}
	}
	units, _ := b.seen()
	if units < 10 {
		b.awaitUnits(10 - units)
	}
	b.awaitUnits(15) // live
	b.check()
	st, _ := s.Feed("1-eo")
	if st.WidthPx != 320 || st.HeightPx != 256 || st.Codec != "H264" || st.Viewers != 1 || st.LastFrame.IsZero() {
		t.Errorf("state %+v", st)
	}
	poll(t, "rates are measured", func() bool {
		st, _ := s.Feed("1-eo")
		return st.FPS > 1 && st.Kbps > 1
	})
}

func TestViewerStaysWhileTheSourceIsAway(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	s := service(t)
	add(t, s, video.FeedConfig{ID: "1-thermal", URL: cam.URL(), Kind: video.KindThermal})
	b := watch(t, s, "1-thermal")
	b.awaitUnits(5)
	lost := time.Now()
	cam.Stop()
	awaitState(t, s, "1-thermal", video.StateNoSignal)
	st, _ := s.Feed("1-thermal")
	if st.Viewers != 1 {
		t.Errorf("%d viewers while the source is away", st.Viewers)
	}
	if off := st.Since.Sub(lost).Abs(); off > time.Second {
		t.Errorf("no signal since %v off the loss", off)
	}
	_, keys := b.seen()
	ssrc := b.ssrc
	if err := cam.Start(); err != nil {
		t.Fatal(err)
	}
	defer cam.Stop()
	awaitState(t, s, "1-thermal", video.StateLive)
	b.awaitUnits(20)
	if _, now := b.seen(); now <= keys {
		t.Error("no key picture after the source came back")
	}
	b.check()
	if b.ssrc != ssrc {
		t.Error("the track changed")
	}
	if s.Stats().Reconnects == 0 {
		t.Error("no reconnect counted")
	}
}

func TestFrozenSourceIsNoticed(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindEO})
	awaitState(t, s, "f", video.StateLive)
	cam.Freeze(true)
	awaitState(t, s, "f", video.StateNoSignal)
	poll(t, "the silent connection is given up", func() bool { return s.Stats().Reconnects > 0 })
	cam.Freeze(false)
	awaitState(t, s, "f", video.StateLive)
}

func TestDetectionsHaveTheCamerasTimeAndPlace(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, func(c *testcam.Camera) { c.ClockOffset = -2 * time.Second })
	defer cam.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "1-thermal", URL: cam.URL(), Kind: video.KindThermal, Detect: true, Detector: video.DetectorHotSpots})
	var exact video.Detections
	poll(t, "a detection with exact time", func() bool {
		select {
		case exact = <-s.Detections():
		default:
		}
		return exact.TimeExact && len(exact.Boxes) > 0
	})
	// The camera's clock is two seconds behind: the time must be the camera's, not that of arrival.
	if age := time.Since(exact.FrameTime); age < 1900*time.Millisecond || age > 30*time.Second {
		t.Errorf("the frame is %v old", age)
	}
	if exact.Feed != "1-thermal" || exact.WidthPx != 320 || exact.HeightPx != 256 {
		t.Errorf("detections %+v", exact)
	}
	box := exact.Boxes[0]
	if _, y, w, h := testcam.Spot(0); len(exact.Boxes) != 1 || box.Y < float64(y-4) || box.Y > float64(y+4) ||
		box.W < float64(w-6) || box.W > float64(w+6) || box.H < float64(h-6) || box.H > float64(h+6) {
		t.Errorf("boxes %+v, want one of %d x %d at y %d", exact.Boxes, w, h, y)
	}
	poll(t, "the detector's rate is measured", func() bool {
		st, _ := s.Feed("1-thermal")
		return st.Detector.State == video.DetectorRunning && st.Detector.FramesPerS > 1
	})
	// Nobody fetches now: the oldest results go, and are counted.
	poll(t, "results are dropped and counted", func() bool { return s.Stats().DetectionsDropped > 0 })
}

func TestCameraWithAWrongClockIsNotBelieved(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, func(c *testcam.Camera) { c.ClockOffset = -time.Hour })
	defer cam.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindThermal, Detect: true})
	poll(t, "the clock is refused", func() bool { return s.Stats().ClockRefused > 3 })
	for range 5 {
		select {
		case d := <-s.Detections():
			if d.TimeExact || time.Since(d.FrameTime) > time.Minute {
				t.Fatalf("a frame at %v, exact %v", d.FrameTime, d.TimeExact)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("no detections")
		}
	}
}

func TestOnDemandFeedIsPulledForViewersOnly(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "2-eo", URL: cam.URL(), Kind: video.KindEO, OnDemand: true})
	poll(t, "the camera plays", func() bool { return cam.Groups() > 1 })
	if st, _ := s.Feed("2-eo"); !st.Idle || st.State != video.StateConnecting || cam.Readers() != 0 {
		t.Fatalf("pulled without a viewer: %+v, %d readers", st, cam.Readers())
	}
	b := watch(t, s, "2-eo")
	b.awaitUnits(3)
	if err := s.EndWatch("2-eo", b.session); err != nil {
		t.Fatal(err)
	}
	if st, _ := s.Feed("2-eo"); st.Viewers != 0 {
		t.Errorf("%d viewers after the end", st.Viewers)
	}
	if err := s.EndWatch("2-eo", b.session); !errors.Is(err, video.ErrUnknownSession) {
		t.Errorf("ending twice: %v", err)
	}
	poll(t, "the source rests again", func() bool { st, _ := s.Feed("2-eo"); return st.Idle })
}

func TestReplacedFeedKeepsItsViewers(t *testing.T) {
	t.Parallel()
	one, two := camera(t, shortClip, nil), camera(t, shortClip, nil)
	defer one.Stop()
	defer two.Stop()
	s := service(t)
	cfg := video.FeedConfig{ID: "1-eo", URL: one.URL(), Kind: video.KindEO}
	add(t, s, cfg)
	b := watch(t, s, "1-eo")
	b.awaitUnits(3)
	add(t, s, cfg) // the same again changes nothing
	cfg.URL = two.URL()
	add(t, s, cfg)
	poll(t, "the second camera is read", func() bool { return two.Readers() == 1 })
	b.awaitUnits(20)
	b.check()
	if one.Readers() != 1 {
		t.Errorf("the first camera was read %d times", one.Readers())
	}
	s.RemoveFeed("1-eo")
	poll(t, "an update says that the feed is gone", func() bool {
		select {
		case u := <-s.FeedUpdates():
			return u.ID == "1-eo" && u.Removed
		default:
			return false
		}
	})
	if _, ok := s.Feed("1-eo"); ok || s.Stats().Viewers != 0 {
		t.Error("the feed or its viewer is still there")
	}
	if got := s.Stats(); got.PacketsOut == 0 {
		t.Error("the counters went with the feed")
	} else if got.UDP.Batches == 0 || got.UDP.Datagrams < got.UDP.Batches {
		t.Errorf("the sockets have sent %+v", got.UDP)
	}
}

func TestWatchSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	h265 := camera(t, shortClip, func(c *testcam.Camera) { c.H265 = true })
	defer h265.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "good", URL: cam.URL(), Kind: video.KindEO})
	add(t, s, video.FeedConfig{ID: "dead", URL: "rtsp://user:geheim@127.0.0.1:1/x", Kind: video.KindEO})
	add(t, s, video.FeedConfig{ID: "h265", URL: h265.URL(), Kind: video.KindThermal, Detect: true})
	poll(t, "the H.265 feed is known for what it is", func() bool { st, _ := s.Feed("h265"); return st.Problem.Code == video.ProblemH265 })
	_, sdp := offer(t)
	noVideo := strings.ReplaceAll(sdp, "H264/90000", "VP8/90000")
	tests := []struct {
		name, feed, offer string
		want              error
	}{
		{"unknown feed", "nope", sdp, video.ErrUnknownFeed},
		{"no offer", "good", "", video.ErrBadOffer},
		{"garbage", "good", "v=0\r\nrubbish", video.ErrBadOffer},
		{"no H.264 offered", "good", noVideo, video.ErrBadOffer},
		{"huge", "good", strings.Repeat("a", 1<<20), video.ErrBadOffer},
		{"no signal", "dead", sdp, video.ErrNoSignal},
	}
	for _, tc := range tests {
		if _, _, err := s.Watch(context.Background(), tc.feed, tc.offer); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	dead, _ := s.Feed("dead")
	if strings.Contains(dead.URL, "geheim") {
		t.Errorf("the password shows in %q", dead.URL)
	}
	st, _ := s.Feed("h265")
	if st.Codec != "H265" || st.Detector.State != video.DetectorIdle || st.Detector.Reason == "" { // no signal, and after 3 s without a packet the source's error
		t.Errorf("H.265 feed: %+v", st)
	}
	if n := s.Stats().Viewers; n != 0 {
		t.Errorf("%d viewers left behind", n)
	}
}

func TestFeedConfigIsChecked(t *testing.T) {
	t.Parallel()
	s := service(t)
	for _, bad := range []video.FeedConfig{
		{},
		{ID: "a", URL: "http://x/y", Kind: video.KindEO},
		{ID: "a", URL: "rtsp://", Kind: video.KindEO},
		{ID: "a", URL: "rtsp://x/y", Kind: "radar"},
		{ID: "a", URL: "rtsp://x/y", Kind: video.KindThermal, Detect: true, Detector: "magic"},
		{ID: "a", URL: "rtsp://u:secret@x:port/y", Kind: video.KindEO},
	} {
		err := s.AddFeed(bad)
		if err == nil {
			t.Errorf("%+v was taken", bad)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("error shows the password: %v", err)
		}
	}
}

func TestWithoutDecoderTheFeedPlaysAndSaysWhy(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s, err := video.New(video.Config{ListenHost: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	}()
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindThermal, Detect: true})
	awaitState(t, s, "f", video.StateLive)
	b := watch(t, s, "f")
	b.awaitUnits(3)
	if st, _ := s.Feed("f"); st.Detector.State != video.DetectorOff || st.Detector.Reason == "" {
		t.Errorf("detector %+v", st.Detector)
	}
}

// TestTheNetworkLooksTenTimesASecond has the trained detector on a feed of 25 frames a second.
func TestTheNetworkLooksTenTimesASecond(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindThermal, Detect: true, Detector: video.DetectorNetwork})
	var last time.Time
	for n := 0; n < 8; {
		select {
		case d := <-s.Detections():
			if gap := d.FrameTime.Sub(last); !last.IsZero() && gap >= 0 && gap < 90*time.Millisecond {
				t.Fatalf("two looks %v apart", gap)
			}
			for _, b := range d.Boxes {
				if b.ID == 0 || b.Score < 0.2 || b.Class.Person+b.Class.Vehicle+b.Class.Animal+b.Class.Other < 0.99 {
					t.Errorf("box %+v", b)
				}
			}
			last = d.FrameTime
			n++
		case <-time.After(20 * time.Second):
			t.Fatal("no detections")
		}
	}
}
