package record

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/video/ingest/testcam"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clip has 4 groups of 15 pictures, 15 a second.
var clip = sync.OnceValues(func() (*testcam.Clip, error) { return testcam.Encode(320, 256, 15, 15, 4) })

// began is when the first picture of a test was taken.
var began = time.Date(2026, 11, 26, 8, 0, 0, 120_000_000, time.UTC)

// units returns n pictures of the clip in a loop.
func pictures(t testing.TB, n int) []Unit {
	t.Helper()
	c, err := clip()
	if err != nil {
		t.Fatal(err)
	}
	all := make([]Unit, n)
	for i := range all {
		k := i % len(c.Pictures)
		u := Unit{
			Codec: H264, Key: k%c.GOP == 0, Timestamp: uint32(0xffff0000 + i*6000), // wraps
			Time: began.Add(time.Duration(i) * time.Second / 15), Exact: true,
		}
		nals := c.Pictures[k]
		if u.Key {
			nals = append([][]byte{c.SPS, c.PPS}, nals...)
		}
		for _, nal := range nals {
			u.Data = append(append(u.Data, 0, 0, 0, 1), nal...)
		}
		all[i] = u
	}
	return all
}

// memory is an index in memory.
type memory struct {
	mu  sync.Mutex
	all map[string]Segment
}

func newMemory() *memory { return &memory{all: map[string]Segment{}} }

func (m *memory) Put(_ context.Context, s Segment) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all[s.Name] = s
	return nil
}

func (m *memory) Remove(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, name)
	return nil
}

func (m *memory) Find(_ context.Context, feed string, from, to time.Time, limit int) ([]Segment, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.DeleteFunc(slices.Collect(maps.Values(m.all)), func(s Segment) bool {
		return feed != "" && s.Feed != feed || s.End.Before(from) || !to.IsZero() && s.Start.After(to)
	})
	slices.SortFunc(out, func(a, b Segment) int { return a.End.Compare(b.End) })
	return out[:min(limit, len(out))], nil
}

// library opens a library in a folder of the test.
func library(t testing.TB, change func(*Config)) (*Library, *memory) {
	t.Helper()
	index := newMemory()
	cfg := Config{Folder: t.TempDir(), Index: index, KeepFree: 1}
	if change != nil {
		change(&cfg)
	}
	l, err := Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l, index
}

// running starts something that is ended by the function it returns, or with the test.
func running(t *testing.T, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// record writes pictures of one feed and returns its segments.
func recordAll(t *testing.T, l *Library, all []Unit) []Segment {
	t.Helper()
	r := l.Recorder("1-eo", nil)
	r.Set(true)
	stop := running(t, r.Run)
	for i, u := range all {
		r.Picture(u)
		if i%100 == 99 {
			poll(t, "the queue is written", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return len(r.queue) == 0 })
		}
	}
	stop()
	return segments(t, l)
}

func segments(t *testing.T, l *Library) []Segment {
	t.Helper()
	list, err := l.Find(context.Background(), "1-eo", time.Time{}, time.Time{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (l *Library) fileOf(s Segment) string {
	path := l.path(s.Feed, s.Name)
	if s.Open {
		path += openMark
	}
	return path
}

func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 60 s", what)
		}
		<-tick.C
	}
}

// probe reads a file with ffprobe and ffmpeg, which must say nothing against it, and returns the pictures that were decoded
// and the duration that the file says.
func probe(t *testing.T, path string) (decoded int, seconds float64) {
	t.Helper()
	for _, tool := range []string{"ffprobe", "ffmpeg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	run := func(name string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), name, args...)
		var said strings.Builder
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil || said.Len() > 0 {
			t.Fatalf("%s %v: %v\n%s", name, args, err, said.String())
		}
		return string(out)
	}
	out := run("ffprobe", "-v", "warning", "-count_frames", "-select_streams", "v",
		"-show_entries", "stream=nb_read_frames:format=duration", "-of", "default=nw=1", path)
	for line := range strings.Lines(out) {
		_, _ = fmt.Sscanf(line, "nb_read_frames=%d", &decoded)
		_, _ = fmt.Sscanf(line, "duration=%f", &seconds)
	}
	run("ffmpeg", "-nostdin", "-v", "warning", "-i", path, "-f", "null", "-")
	return decoded, seconds
}

func openSegment(t *testing.T, path string) (*os.File, int64) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // only read
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return f, info.Size()
}

// files lists what is in a library's folder of the feed.
func files(t *testing.T, l *Library) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(l.cfg.Folder, "1-eo"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
