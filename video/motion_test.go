package video_test

import (
	"strings"
	"testing"

	"vedette/video"
)

// TestAnEOFeedIsLookedAtForMotionWhereThatIsWanted has two feeds of one camera, one of them with the detector.
func TestAnEOFeedIsLookedAtForMotionWhereThatIsWanted(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "looked-at", URL: cam.URL(), Kind: video.KindEO, OnDemand: true, Detect: true, Detector: video.DetectorMotion})
	add(t, s, video.FeedConfig{ID: "plain", URL: cam.URL(), Kind: video.KindEO})
	poll(t, "pictures that were looked at", func() bool {
		st, _ := s.Feed("looked-at")
		return st.Detector.State == video.DetectorRunning && s.Stats().FramesDetected > 2
	})
	poll(t, "the other feed live", func() bool { st, _ := s.Feed("plain"); return st.State == video.StateLive })
	if st, _ := s.Feed("plain"); st.Detector.State != video.DetectorOff || !strings.Contains(st.Detector.Reason, "motion") {
		t.Errorf("%+v", st.Detector)
	}
	if d := <-s.Detections(); d.Feed != "looked-at" {
		t.Errorf("detections of %q", d.Feed)
	}
}
