package video_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"vedette/video"
)

// detectorProgram as first argument makes this test binary a detector program that sees one animal in every picture. The
// second says in how many it does so before it ends; 0: for ever.
const detectorProgram = "detector-program"

func playDetector(pictures int) {
	in := bufio.NewReader(os.Stdin)
	for n := 1; pictures == 0 || n <= pictures; n++ {
		var f struct{ Frame, Width, Height int }
		line, err := in.ReadBytes('\n')
		if err != nil || json.Unmarshal(line, &f) != nil {
			os.Exit(0)
		}
		if _, err := io.CopyN(io.Discard, in, int64(f.Width*f.Height)); err != nil {
			os.Exit(1)
		}
		fmt.Printf("{\"frame\":%d,\"detections\":[{\"bbox\":[10,20,30,20],\"score\":0.9,\"class\":\"animal\"}]}\n", n)
	}
	_, _ = os.Stderr.WriteString("out of memory\n")
	os.Exit(1)
}

// TestAProgramLooksInPlaceOfTheNetwork has one feed looked at by a good program.
func TestAProgramLooksInPlaceOfTheNetwork(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s := serviceWith(t, func(cfg *video.Config) { cfg.DetectorCommand = []string{os.Args[0], detectorProgram, "0"} })
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindThermal, Detect: true, Detector: video.DetectorProcess})
	for {
		select {
		case d := <-s.Detections():
			if len(d.Boxes) == 1 && d.Boxes[0].ID != 0 && d.Boxes[0].Class.Animal == 1 && d.Boxes[0].W == 30 {
				return
			}
		case <-time.After(20 * time.Second):
			st, _ := s.Feed("f")
			t.Fatalf("no detections: %+v", st.Detector)
		}
	}
}

// TestAProgramThatDiesIsSaidAndNothingElse has it die after every third picture: the feed plays on, nothing is told of frames
// that nobody looked at, and it is at work again.
func TestAProgramThatDiesIsSaidAndNothingElse(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s := serviceWith(t, func(cfg *video.Config) { cfg.DetectorCommand = []string{os.Args[0], detectorProgram, "3"} })
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindThermal, Detect: true, Detector: video.DetectorProcess})
	looked := 0
	poll(t, "it died twice, its last words are told, and frames went unseen", func() bool {
		select {
		case <-s.Detections():
			looked++
		default:
		}
		st, _ := s.Feed("f")
		return s.Stats().DetectorRestarts >= 2 && s.Stats().FramesUnseen > 0 && st.State == video.StateLive &&
			st.Detector.State == video.DetectorIdle && strings.Contains(st.Detector.Reason, "out of memory")
	})
	if st := s.Stats(); looked == 0 || st.FramesDetected > 3*(st.DetectorRestarts+1) || st.DecoderRestarts > 0 {
		t.Errorf("%d looks: %+v", looked, st)
	}
}

func TestTheDetectorProcessNeedsACommand(t *testing.T) {
	t.Parallel()
	s := service(t)
	err := s.AddFeed(video.FeedConfig{ID: "f", URL: "rtsp://127.0.0.1:1/x", Kind: video.KindThermal, Detect: true, Detector: video.DetectorProcess})
	if err == nil || !strings.Contains(err.Error(), "needs a command") {
		t.Error(err)
	}
}
