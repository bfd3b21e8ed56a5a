package ingest_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/video/ingest"
	"vedette/video/ingest/testcam"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var clip = sync.OnceValues(func() (*testcam.Clip, error) { return testcam.Encode(320, 256, 15, 15, 2) })

// listener keeps what a source tells.
type listener struct {
	mu      sync.Mutex
	tracks  []ingest.Track
	infos   []ingest.TrackInfo
	packets []ingest.Packet
	data    []ingest.Data
	ends    []error
}

func (l *listener) Begin(t ingest.Track) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tracks = append(l.tracks, t)
}

func (l *listener) Packet(p ingest.Packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.packets = append(l.packets, p)
	if len(l.packets) == 3 {
		panic("a handler that fails costs one packet")
	}
}

func (l *listener) Described(t []ingest.TrackInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.infos = t
}

func (l *listener) Data(d ingest.Data) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.data = append(l.data, d)
}

func (l *listener) End(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ends = append(l.ends, err)
}

func (l *listener) await(t *testing.T, what string, ok func(*listener) bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		l.mu.Lock()
		done := ok(l)
		l.mu.Unlock()
		if done {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 2 min (ends: %v)", what, l.ends)
		}
		<-tick.C
	}
}

func start(t *testing.T, cfg ingest.Config) (*ingest.Source, *listener) {
	t.Helper()
	l := &listener{}
	s := ingest.New(cfg, l)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, l
}

func newCamera(t *testing.T) *testcam.Camera {
	t.Helper()
	c, err := clip()
	if err != nil {
		t.Fatal(err)
	}
	cam := &testcam.Camera{Clip: c}
	if err := cam.Start(); err != nil {
		t.Fatal(err)
	}
	return cam
}

func TestPacketsCarryCaptureTimeAfterASenderReport(t *testing.T) {
	t.Parallel()
	cam := newCamera(t)
	defer cam.Stop()
	s, l := start(t, ingest.Config{URL: cam.URL()})
	l.await(t, "packets with capture times over more than a second", func(l *listener) bool {
		n := len(l.packets)
		return n > 20 && l.packets[n-1].Arrival.Sub(l.packets[0].Arrival) > 1500*time.Millisecond &&
			!l.packets[n-1].Capture.IsZero()
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if tr := l.tracks[0]; tr.Codec != ingest.H264 || len(tr.SPS) == 0 || len(tr.PPS) == 0 {
		t.Errorf("track %+v", tr)
	}
	good := 0
	for _, p := range l.packets {
		if p.Lost != 0 {
			t.Errorf("%d packets lost over TCP", p.Lost)
		}
		// Camera and station share a clock here; a wrong reading of the NTP fraction is off by up to seconds.
		if !p.Capture.IsZero() && p.Arrival.Sub(p.Capture).Abs() < 200*time.Millisecond {
			good++
		}
	}
	if good < len(l.packets)/2 {
		t.Errorf("%d of %d packets have a capture time near their arrival", good, len(l.packets))
	}
	if s.Counts().Panics != 1 {
		t.Errorf("%d panics counted, want 1", s.Counts().Panics)
	}
}

func TestSourceThatGoesAndComesBackIsPulledAgain(t *testing.T) {
	t.Parallel()
	cam := newCamera(t)
	s, l := start(t, ingest.Config{URL: cam.URL(), FirstPause: 10 * time.Millisecond, MaxPause: 50 * time.Millisecond})
	l.await(t, "packets", func(l *listener) bool { return len(l.packets) > 3 })
	cam.Stop()
	l.await(t, "failures", func(l *listener) bool { return len(l.ends) > 3 })
	if err := cam.Start(); err != nil {
		t.Fatal(err)
	}
	defer cam.Stop()
	l.await(t, "a second track", func(l *listener) bool { return len(l.tracks) > 1 })
	l.mu.Lock()
	n := len(l.packets)
	l.mu.Unlock()
	l.await(t, "more packets", func(l *listener) bool { return len(l.packets) > n+3 })
	if s.Counts().Reconnects < 3 {
		t.Errorf("%d reconnects", s.Counts().Reconnects)
	}
}

func TestSilentSourceIsGivenUp(t *testing.T) {
	t.Parallel()
	cam := newCamera(t)
	defer cam.Stop()
	_, l := start(t, ingest.Config{URL: cam.URL(), Silence: 300 * time.Millisecond})
	l.await(t, "packets", func(l *listener) bool { return len(l.packets) > 3 })
	cam.Freeze(true)
	l.await(t, "the end", func(l *listener) bool {
		return len(l.ends) > 0 && strings.Contains(l.ends[0].Error(), "no packet")
	})
}

func TestErrorsNameTheCauseWithoutThePassword(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, url string
		is        error
	}{
		{"nothing listens", "rtsp://user:geheim@127.0.0.1:1/x", nil},
		{"not a URL", "rtsp://user:geheim@127.0.0.1:port/x", nil},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			_, l := start(t, ingest.Config{URL: tc.url})
			l.await(t, "an error", func(l *listener) bool { return len(l.ends) > 0 })
			l.mu.Lock()
			defer l.mu.Unlock()
			if strings.Contains(l.ends[0].Error(), "geheim") {
				t.Errorf("the password shows: %v", l.ends[0])
			}
			if tc.is != nil && !errors.Is(l.ends[0], tc.is) {
				t.Errorf("got %v, want %v", l.ends[0], tc.is)
			}
		})
	}
}
