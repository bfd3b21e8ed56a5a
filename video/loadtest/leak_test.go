package loadtest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/video"
	"vedette/video/ingest/testcam"
	"vedette/video/loadtest/churn"
)

// holdings is what a process has that does not come back by itself.
type holdings struct {
	goroutines, descriptors int
	heap                    uint64 // live bytes
}

// heapSlack is what the live heap may differ by, in bytes: runtime tables and caches that grow once. A session that is
// not given up holds more than this by itself.
const heapSlack = 256 << 10

func hold(t *testing.T) holdings {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("this system does not tell of descriptors: %v", err)
	}
	runtime.GC()
	runtime.GC() // what pools keep goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return holdings{runtime.NumGoroutine(), len(fds), m.HeapAlloc}
}

// over says what is more than it was; empty: nothing.
func (h holdings) over(was holdings) string {
	var out []string
	if h.goroutines > was.goroutines {
		out = append(out, fmt.Sprintf("%d goroutines, before %d", h.goroutines, was.goroutines))
	}
	if h.descriptors > was.descriptors {
		out = append(out, fmt.Sprintf("%d descriptors, before %d", h.descriptors, was.descriptors))
	}
	if h.heap > was.heap+heapSlack {
		out = append(out, fmt.Sprintf("%d KiB of live heap, before %d", h.heap>>10, was.heap>>10))
	}
	return strings.Join(out, "; ")
}

func TestViewersAndCutsLeaveNothingBehind(t *testing.T) {
	clip, err := testcam.Encode(320, 256, 30, 15, 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := video.New(video.Config{ListenHost: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	// What is made once and kept is there before the first look.
	round(t, s, clip, true, 2*time.Second)
	before := hold(t)
	round(t, s, clip, false, 10*time.Second)
	why := ""
	poll(t, 2*time.Minute, func() bool {
		why = hold(t).over(before)
		return why == ""
	}, func() {
		var stacks strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1) // a strings.Builder takes all
		t.Fatalf("left behind: %s\n%s", why, stacks.String())
	})
}

// round has a camera, a feed, and viewers for a while, and returns when all are gone.
func round(t *testing.T, s *video.Service, clip *testcam.Clip, polite bool, span time.Duration) {
	t.Helper()
	cam := &testcam.Camera{Clip: clip}
	if err := cam.Start(); err != nil {
		t.Fatal(err)
	}
	defer cam.Stop()
	if err := s.AddFeed(video.FeedConfig{ID: "a", URL: cam.URL(), Kind: video.KindEO}); err != nil {
		t.Fatal(err)
	}
	defer s.RemoveFeed("a")
	const seed = 4
	crowd := &churn.Crowd{
		Enter: func(ctx context.Context, offer string) (string, func(context.Context) error, error) {
			id, answer, err := s.Watch(ctx, "a", offer)
			return answer, func(context.Context) error { return s.EndWatch("a", id) }, err
		},
		Places: 6, Stay: 1, ShortestStay: 500 * time.Millisecond, LongestStay: 2 * time.Second,
		Polite: polite, Seed: seed,
	}
	trouble := &churn.Trouble{
		Camera: cam, ShortestPeace: 300 * time.Millisecond, LongestPeace: time.Second, LongestTrouble: time.Second, Seed: seed,
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { crowd.Run(ctx) })
	wg.Go(func() {
		if err := trouble.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	// On a slow machine it takes longer until everything has happened.
	begun := time.Now()
	happened := func() bool {
		c, m := crowd.Counts(), trouble.Counts()
		return c.Pictured > 0 && c.Deleted > 0 && (polite || c.Closed > 0 && c.Vanished > 0 && m.Cuts > 0 && m.Outages > 0 && m.Stalls > 0)
	}
	poll(t, 3*time.Minute, func() bool { return time.Since(begun) > span && happened() }, func() {
		cancel()
		wg.Wait()
		t.Fatalf("not all that should happened: %+v, %+v, %v", crowd.Counts(), trouble.Counts(), crowd.Refusal())
	})
	cancel()
	wg.Wait()
	t.Logf("%+v, %+v", crowd.Counts(), trouble.Counts())
	poll(t, 2*time.Minute, func() bool { return s.Stats().Viewers == 0 }, func() {
		t.Fatalf("%d viewers have not been ended", s.Stats().Viewers)
	})
}

// poll waits until ok, or calls late when the time is over.
func poll(t *testing.T, limit time.Duration, ok func() bool, late func()) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(limit); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			late()
			return
		}
	}
}
