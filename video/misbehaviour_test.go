package video_test

import (
	"math/rand/v2"
	"net/http" // its status codes are RTSP's too (RFC 2326, section 7.1.1)
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vedette/video"
	"vedette/video/ingest/testcam"
)

// largeClip has another size than the others.
var largeClip = sync.OnceValues(func() (*testcam.Clip, error) { return testcam.Encode(640, 480, 15, 15, 1) })

func clipOf(t *testing.T, get func() (*testcam.Clip, error)) *testcam.Clip {
	t.Helper()
	c, err := get()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// rogue starts a camera that misbehaves; it is stopped with the test.
func rogue(t *testing.T, r *testcam.Rogue) *testcam.Rogue {
	t.Helper()
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r
}

// neighbour adds a healthy feed with a viewer. check says that it was not harmed by the other.
func neighbour(t *testing.T, s *video.Service) (check func()) {
	t.Helper()
	cam := camera(t, shortClip, nil)
	t.Cleanup(cam.Stop)
	add(t, s, video.FeedConfig{ID: "neighbour", URL: cam.URL(), Kind: video.KindEO})
	b := watch(t, s, "neighbour")
	b.awaitUnits(3)
	return func() {
		t.Helper()
		b.awaitUnits(5)
		b.check()
		if st, _ := s.Feed("neighbour"); st.State != video.StateLive || st.Problem.Code != "" {
			t.Errorf("the other feed: %+v", st)
		}
		if cam.Readers() != 1 {
			t.Errorf("the other camera was read %d times", cam.Readers())
		}
	}
}

func awaitProblem(t *testing.T, s *video.Service, id string, code video.ProblemCode, words string) {
	t.Helper()
	var last video.Problem
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the last problem of %s: %+v", id, last)
		}
	})
	poll(t, "feed "+id+" says "+string(code)+": "+words, func() bool {
		st, _ := s.Feed(id)
		last = st.Problem
		return last.Code == code && strings.Contains(last.Words, words)
	})
}

// trackOf is what must stay the same for a viewer.
func (b *browser) trackOf() uint32 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ssrc
}

func TestCameraThatBeginsAnewWithAnotherSSRCAndSizeKeepsItsViewers(t *testing.T) {
	t.Parallel()
	small, large := clipOf(t, shortClip), clipOf(t, largeClip)
	change, gate := make(chan struct{}), make(chan struct{})
	open := sync.OnceFunc(func() { close(gate) })
	cam := rogue(t, &testcam.Rogue{
		Answer: func(n int, _ string) (int, string) {
			if n > 0 {
				<-gate // the problem stays until the test has seen it
			}
			return http.StatusOK, ""
		},
		Play: func(n int, p *testcam.Player) {
			if n > 0 {
				p.Forever(large)
				return
			}
			for {
				select {
				case <-change:
					p.SSRC += 7
					p.Begin()
					p.Forever(large)
					return
				default:
				}
				if !p.Picture(small) {
					return
				}
			}
		},
	})
	t.Cleanup(open)
	s := service(t)
	check := neighbour(t, s)
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindEO})
	b := watch(t, s, "f")
	b.awaitUnits(5)
	ssrc := b.trackOf()
	close(change)
	awaitProblem(t, s, "f", video.ProblemSource, "another SSRC")
	_, keys := b.seen()
	open()
	poll(t, "the picture has the new size", func() bool {
		st, _ := s.Feed("f")
		return st.WidthPx == 640 && st.HeightPx == 480 && st.State == video.StateLive && st.Problem.Code == ""
	})
	b.awaitUnits(20)
	b.check()
	if _, now := b.seen(); now <= keys {
		t.Error("no key picture after the change")
	}
	if b.trackOf() != ssrc {
		t.Error("the viewer's track changed")
	}
	if n := s.Stats(); n.PacketsMalformed == 0 || n.Reconnects == 0 {
		t.Errorf("not counted: %+v", n)
	}
	check()
}

func TestCameraThatChangesItsSizeOnTheSameConnectionPlaysOn(t *testing.T) {
	t.Parallel()
	small, large := clipOf(t, shortClip), clipOf(t, largeClip)
	change := make(chan struct{})
	cam := rogue(t, &testcam.Rogue{Play: func(_ int, p *testcam.Player) {
		for ok := true; ok; {
			select {
			case <-change:
				p.Begin()
				p.Forever(large)
				return
			default:
				ok = p.Picture(small)
			}
		}
	}})
	s := service(t)
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindEO})
	b := watch(t, s, "f")
	b.awaitUnits(5)
	_, keys := b.seen()
	close(change)
	poll(t, "the picture has the new size", func() bool { st, _ := s.Feed("f"); return st.WidthPx == 640 })
	b.awaitUnits(20)
	b.check()
	if _, now := b.seen(); now <= keys || cam.Connections() != 1 {
		t.Errorf("%d key pictures after %d, %d connections", now, keys, cam.Connections())
	}
}

func TestGarbageBetweenGoodPacketsIsCountedAndSurvived(t *testing.T) {
	t.Parallel()
	clip := clipOf(t, shortClip)
	cam := rogue(t, &testcam.Rogue{Play: func(_ int, p *testcam.Player) {
		random := rand.New(rand.NewPCG(4, 2)) //nolint:gosec // the same garbage each time
		for p.Pictures(clip, 10) {            // so that it falls on every place of a group
			b := make([]byte, random.IntN(200))
			for i := range b {
				b[i] = byte(random.Uint32())
			}
			p.Packet(b, random.IntN(4) == 0)                          // a payload of any kind
			p.Packet(nil, false)                                      // none
			p.Packet([]byte{0x7c}, false)                             // the head of a fragment and no more
			p.Packet([]byte{0x78, 0xff, 0xff, 1}, true)               // an aggregate that is longer than its packet
			p.Frame(0, append([]byte{0x80, 96}, b[:len(b)%9]...))     // a header that is cut
			p.Frame(0, append([]byte{0x80, 17}, make([]byte, 30)...)) // of a kind that was not described
			p.Frame(1, b)                                             // not a report
			p.Frame(9, b)                                             // of no track
			p.Timestamp += 300                                        // the next picture is another
		}
	}})
	s := service(t)
	check := neighbour(t, s)
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindThermal, Detect: true})
	b := watch(t, s, "f")
	b.awaitUnits(45)
	if n := s.Stats(); n.PacketsMalformed < 9 || n.PacketPanics != 0 {
		t.Errorf("%d malformed, %d panics", n.PacketsMalformed, n.PacketPanics)
	}
	if st, _ := s.Feed("f"); st.State != video.StateLive || st.LastFrame.IsZero() {
		t.Errorf("state %+v", st)
	}
	if cam.Connections() != 1 {
		t.Errorf("%d connections: the garbage ended one", cam.Connections())
	}
	check()
}

func TestCameraThatStallsIsNamedAndReadAgain(t *testing.T) {
	t.Parallel()
	clip := clipOf(t, shortClip)
	gate := make(chan struct{})
	open := sync.OnceFunc(func() { close(gate) })
	cam := rogue(t, &testcam.Rogue{
		Answer: func(n int, _ string) (int, string) {
			if n > 0 {
				<-gate
			}
			return http.StatusOK, ""
		},
		Play: func(n int, p *testcam.Player) {
			if n > 0 {
				p.Forever(clip)
				return
			}
			p.Pictures(clip, 20)
			p.Wait(time.Hour, nil) // open and still
		},
	})
	t.Cleanup(open)
	s := service(t)
	check := neighbour(t, s)
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindEO})
	b := watch(t, s, "f")
	b.awaitUnits(5)
	awaitState(t, s, "f", video.StateNoSignal)
	awaitProblem(t, s, "f", video.ProblemSource, "no packet for 5s")
	ssrc := b.trackOf()
	open()
	b.awaitUnits(20)
	b.check()
	if b.trackOf() != ssrc || s.Stats().Reconnects == 0 {
		t.Errorf("track changed: %v; %d reconnects", b.trackOf() != ssrc, s.Stats().Reconnects)
	}
	check()
}

func TestLiesAboutTheTimeAreCountedAndNotBelieved(t *testing.T) {
	t.Parallel()
	clip := clipOf(t, shortClip)
	tests := []struct {
		name  string
		words string
		ntp   func(n int, now time.Time) uint64
	}{
		{"1970", "years behind", func(int, time.Time) uint64 { return testcam.NTP(time.Unix(0, 0)) }},
		{"the end of the era", "years ahead", func(int, time.Time) uint64 { return 1<<64 - 1 }},
		{"jumps", "jumps", func(n int, now time.Time) uint64 {
			return testcam.NTP(now.Add(time.Duration(n%2*2-1) * time.Hour))
		}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cam := rogue(t, &testcam.Rogue{Play: func(_ int, p *testcam.Player) {
				for n := 0; p.Report(tc.ntp(n, time.Now())) && p.Picture(clip); n++ { //nolint:revive // all is in the head
				}
			}})
			s := service(t)
			add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindThermal, Detect: true})
			b := watch(t, s, "f")
			b.awaitUnits(20)
			b.check()
			poll(t, "the clock is refused", func() bool { return s.Stats().ClockRefused > 10 })
			poll(t, "a hint says so", func() bool {
				st, _ := s.Feed("f")
				return len(st.Hints) == 1 && st.Hints[0].Code == video.HintFalseClock && strings.Contains(st.Hints[0].Words, tc.words)
			})
			select {
			case d := <-s.Detections():
				if d.TimeExact || time.Since(d.FrameTime).Abs() > time.Minute {
					t.Errorf("a frame at %v, exact %v", d.FrameTime, d.TimeExact)
				}
			case <-time.After(20 * time.Second):
				t.Error("no detections")
			}
		})
	}
}

func TestRefusalsOfACameraAreNamed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		code   video.ProblemCode
		words  string
	}{
		{http.StatusUnauthorized, video.ProblemSignIn, "give them in the URL"},
		{http.StatusForbidden, video.ProblemSignIn, "does not allow this user"},
		{http.StatusNotFound, video.ProblemNotFound, "check the path"},
		{http.StatusServiceUnavailable, video.ProblemSource, "no room for another reader"},
		{http.StatusInternalServerError, video.ProblemSource, "500"},
	}
	s := service(t)
	check := neighbour(t, s)
	for _, tc := range tests {
		id := "f" + strings.Fields(tc.words)[0]
		cam := rogue(t, &testcam.Rogue{Answer: func(_ int, m string) (int, string) {
			if m == "DESCRIBE" {
				return tc.status, "Words"
			}
			return http.StatusOK, ""
		}})
		add(t, s, video.FeedConfig{ID: id, URL: cam.URL(), Kind: video.KindEO})
		awaitProblem(t, s, id, tc.code, tc.words)
	}
	check()
}

func TestCameraThatIsBusyAndThenWellAgainPlays(t *testing.T) {
	t.Parallel()
	clip := clipOf(t, shortClip)
	var well atomic.Bool
	cam := rogue(t, &testcam.Rogue{
		Answer: func(int, string) (int, string) {
			if !well.Load() {
				return http.StatusServiceUnavailable, "Busy"
			}
			return http.StatusOK, ""
		},
		Play: func(_ int, p *testcam.Player) { p.Forever(clip) },
	})
	s := service(t)
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindEO})
	awaitProblem(t, s, "f", video.ProblemSource, "no room")
	poll(t, "it is tried again", func() bool { return s.Stats().Reconnects > 1 })
	well.Store(true)
	awaitState(t, s, "f", video.StateLive)
	watch(t, s, "f").awaitUnits(10)
	if st, _ := s.Feed("f"); st.Problem.Code != "" {
		t.Errorf("still said: %+v", st.Problem)
	}
}

func TestDescriptionsWithNonsenseAreNamedOrReadAroundIt(t *testing.T) {
	t.Parallel()
	clip := clipOf(t, shortClip)
	const good = testcam.PlainSDP
	head := good[:strings.Index(good, "m=")]
	tests := []struct {
		name, sdp string
		code      video.ProblemCode // "": it plays
		words     string
	}{
		{"empty", "", video.ProblemSource, "SDP"},
		{"garbage", "\x00\xff\x80garbage\r\n\r\n=", video.ProblemSource, "SDP"},
		{"no track", head, video.ProblemSource, ""},
		{"sound only", head + "m=audio 0 RTP/AVP 0\r\na=control:trackID=0\r\n", video.ProblemNoVideo, "G711"},
		{"a track of nonsense beside a good one", good + "m=video 0 RTP/AVP 97\r\na=rtpmap:97 H264/none\r\na=control:x\r\n", "", ""},
		{"parameter sets of nonsense", strings.Replace(good, "packetization-mode=1", "packetization-mode=1;sprop-parameter-sets=AAAA,////", 1), "", ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cam := rogue(t, &testcam.Rogue{
				SDP:  func(int) string { return tc.sdp },
				Play: func(_ int, p *testcam.Player) { p.Forever(clip) },
			})
			s := service(t)
			add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindEO})
			if tc.code != "" {
				awaitProblem(t, s, "f", tc.code, tc.words)
				return
			}
			awaitState(t, s, "f", video.StateLive)
			watch(t, s, "f").awaitUnits(5)
		})
	}
}

func TestCameraThatClosesInTheMiddleOfAPictureIsReadOn(t *testing.T) {
	t.Parallel()
	clip := clipOf(t, shortClip)
	gate := make(chan struct{})
	open := sync.OnceFunc(func() { close(gate) })
	cam := rogue(t, &testcam.Rogue{
		Answer: func(n int, _ string) (int, string) {
			if n > 0 {
				<-gate
			}
			return http.StatusOK, ""
		},
		Play: func(n int, p *testcam.Player) {
			if n > 2 {
				p.Forever(clip)
				return
			}
			p.Pictures(clip, 20)
			p.Packet([]byte{0x7c, 0x81, 1, 2, 3}, false) // the first fragment of a picture
			p.Raw([]byte{'$', 0, 4, 0, 0x80, 96})        // a frame that is cut
		},
	})
	t.Cleanup(open)
	s := service(t)
	check := neighbour(t, s)
	add(t, s, video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindEO})
	b := watch(t, s, "f")
	b.awaitUnits(3)
	ssrc := b.trackOf()
	awaitProblem(t, s, "f", video.ProblemSource, "closed the connection")
	open()
	poll(t, "it stays at last", func() bool { return cam.Connections() == 4 })
	b.awaitUnits(20)
	b.check()
	if b.trackOf() != ssrc || s.Stats().Reconnects < 3 {
		t.Errorf("track changed: %v; %d reconnects", b.trackOf() != ssrc, s.Stats().Reconnects)
	}
	check()
}
