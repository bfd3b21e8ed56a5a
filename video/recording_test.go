package video_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/video"
	"vedette/video/record"
)

// indexed is an index of recordings in memory.
type indexed struct {
	mu  sync.Mutex
	all map[string]record.Segment
}

func (m *indexed) Put(_ context.Context, s record.Segment) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all[s.Name] = s
	return nil
}

func (m *indexed) Remove(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, name)
	return nil
}

func (m *indexed) Find(_ context.Context, feed string, _, _ time.Time, _ int) ([]record.Segment, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.DeleteFunc(slices.Collect(maps.Values(m.all)), func(s record.Segment) bool { return feed != "" && s.Feed != feed })
	slices.SortFunc(out, func(a, b record.Segment) int { return a.End.Compare(b.End) })
	return out, nil
}

// recordingService runs a room that records; it is ended with the test.
func recordingService(t *testing.T) *video.Service {
	t.Helper()
	lib, err := record.Open(t.Context(), record.Config{
		Folder: t.TempDir(), Index: &indexed{all: map[string]record.Segment{}}, Segment: 2 * time.Second, KeepFree: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := video.New(video.Config{
		ListenHost: "127.0.0.1", Recordings: lib,
		Decoder: video.DecoderConfig{Command: []string{os.Args[0]}, Env: []string{childEnv + "=1"}},
		Log:     slog.New(slog.NewTextHandler(logTo{t}, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.SetLinger(500 * time.Millisecond)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return s
}

func segmentsOf(t *testing.T, s *video.Service, feed string) []video.Segment {
	t.Helper()
	list, err := s.Segments(t.Context(), feed, time.Time{}, time.Time{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func awaitRecording(t *testing.T, s *video.Service, feed string, want record.Condition) {
	t.Helper()
	poll(t, feed+" is "+string(want), func() bool { st, _ := s.Feed(feed); return st.Recording.State == want })
}

func TestFeedIsRecordedWhileSomebodyWantsIt(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	defer cam.Stop()
	s := recordingService(t)
	cfg := video.FeedConfig{ID: "1-eo", URL: cam.URL(), Kind: video.KindEO, OnDemand: true}
	add(t, s, cfg)
	if st, _ := s.Feed("1-eo"); st.Recording.State != record.Off || !st.Idle {
		t.Errorf("%+v", st)
	}
	if err := s.SetRecording("1-eo", true); err != nil {
		t.Fatal(err)
	}
	awaitRecording(t, s, "1-eo", record.Recording)
	poll(t, "two segments are whole", func() bool {
		list := segmentsOf(t, s, "1-eo")
		return len(list) >= 3 && !list[0].Open && !list[1].Open
	})
	cfg.HFOVDeg = 30 // a vehicle announces the feed anew
	add(t, s, cfg)
	awaitRecording(t, s, "1-eo", record.Recording)
	if err := s.SetRecording("1-eo", false); err != nil {
		t.Fatal(err)
	}
	awaitRecording(t, s, "1-eo", record.Off)
	poll(t, "the feed rests and its last segment is whole", func() bool {
		st, _ := s.Feed("1-eo")
		return st.Idle && !slices.ContainsFunc(segmentsOf(t, s, "1-eo"), func(g video.Segment) bool { return g.Open })
	})
	for _, g := range segmentsOf(t, s, "1-eo")[:2] {
		if age := time.Since(g.Start); age < 0 || age > 5*time.Minute || g.End.Sub(g.Start) < 1500*time.Millisecond {
			t.Errorf("%+v", g)
		}
		f, feed, err := s.OpenSegment(g.Name)
		if err != nil || feed != "1-eo" {
			t.Fatal(feed, err)
		}
		if _, err := exec.LookPath("ffprobe"); err == nil {
			out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "warning", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", f.Name()).CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != "30" {
				t.Errorf("ffprobe: %v %s, want 30 pictures", err, out)
			}
		}
		_ = f.Close() // only read
	}
	if st := s.Stats().Recordings; st.PicturesDropped != 0 || st.Failures != 0 || st.Segments < 3 {
		t.Errorf("%+v", st)
	}
}

func TestRecordingGoesOnWhenTheCameraComesBack(t *testing.T) {
	t.Parallel()
	cam := camera(t, shortClip, nil)
	s := recordingService(t)
	add(t, s, video.FeedConfig{ID: "1-thermal", URL: cam.URL(), Kind: video.KindThermal, Record: true, Detect: true})
	awaitRecording(t, s, "1-thermal", record.Recording)
	cam.Stop()
	awaitState(t, s, "1-thermal", video.StateNoSignal)
	before := len(segmentsOf(t, s, "1-thermal"))
	if err := cam.Start(); err != nil {
		t.Fatal(err)
	}
	defer cam.Stop()
	poll(t, "another segment", func() bool { return len(segmentsOf(t, s, "1-thermal")) > before })
	poll(t, "the detector looks beside it", func() bool { return s.Stats().FramesDetected > 0 })
}

func TestRecordingThatCannotBe(t *testing.T) {
	t.Parallel()
	s := service(t)
	add(t, s, video.FeedConfig{ID: "1-eo", URL: "rtsp://127.0.0.1:1/x", Kind: video.KindEO})
	if err := s.SetRecording("1-eo", true); !errors.Is(err, video.ErrNoRecordings) {
		t.Error(err)
	}
	if _, err := s.Segments(t.Context(), "1-eo", time.Time{}, time.Time{}, 1); !errors.Is(err, video.ErrNoRecordings) {
		t.Error(err)
	}
	r := recordingService(t)
	if err := r.SetRecording("9-eo", true); !errors.Is(err, video.ErrUnknownFeed) {
		t.Error(err)
	}
	if _, _, err := r.OpenSegment("9-eo_20261126T080000.000Z"); !errors.Is(err, video.ErrUnknownRecording) {
		t.Error(err)
	}
}
