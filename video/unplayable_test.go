package video_test

import (
	"bufio"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"vedette/video"
	"vedette/video/ingest/testcam"
)

// nalsOf reads the NAL units of one of the streams in testdata.
func nalsOf(t *testing.T, name string) (nals [][]byte) {
	t.Helper()
	raw, err := os.ReadFile("testdata/streams/" + name + ".hex")
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(strings.NewReader(string(raw))); lines.Scan(); {
		nal, err := hex.DecodeString(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		nals = append(nals, nal)
	}
	return nals
}

// A viewer who was in when a feed turned out to be one that nobody can play is not left with a picture that stands: the
// session ends, and the next offer is told why. Software that reads the feed as it is goes on, and so does everybody when
// the camera is mended.
func TestViewersOfAFeedThatTurnsOutUnplayableAreEndedAndTold(t *testing.T) {
	t.Parallel()
	clip := clipOf(t, shortClip)
	bframes := nalsOf(t, "bframes")
	spoil, mend := make(chan struct{}), make(chan struct{})
	isOpen := func(ch chan struct{}) bool {
		select {
		case <-ch:
			return true
		default:
			return false
		}
	}
	cam := rogue(t, &testcam.Rogue{Play: func(_ int, p *testcam.Player) {
		for p.Picture(clip) {
			for isOpen(spoil) && !isOpen(mend) {
				for _, nal := range bframes {
					p.Packet(nal, true)
					p.Timestamp += 3000
				}
				if !p.Pictures(clip, 5) {
					return
				}
			}
		}
	}})
	s := service(t)
	check := neighbour(t, s)
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindEO})
	b := watch(t, s, "f")
	b.awaitUnits(5)
	reader, err := s.Subscribe(t.Context(), "f")
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()

	close(spoil)
	awaitProblem(t, s, "f", video.ProblemBFrames, "no B-frames")
	poll(t, "the viewer is ended", func() bool {
		state := b.pc.ConnectionState()
		st, _ := s.Feed("f")
		return st.Viewers == 1 && (state == webrtc.PeerConnectionStateClosed || state == webrtc.PeerConnectionStateFailed ||
			state == webrtc.PeerConnectionStateDisconnected)
	})
	if _, err := s.Viewer("f", b.session); !errors.Is(err, video.ErrUnknownSession) {
		t.Errorf("the session: %v", err)
	}
	_, sdp := offer(t)
	if _, _, err := s.Watch(t.Context(), "f", sdp); !errors.Is(err, video.ErrUnplayable) || !strings.Contains(err.Error(), "no B-frames") {
		t.Errorf("the next offer: %v", err)
	}
	check()

	close(mend)
	poll(t, "what stood against the feed is forgotten", func() bool { st, _ := s.Feed("f"); return st.Problem.Code == "" })
	watch(t, s, "f").awaitUnits(10)
	if st, _ := s.Feed("f"); st.Viewers != 2 {
		t.Errorf("%d watch, not the reader and the viewer", st.Viewers)
	}
}
