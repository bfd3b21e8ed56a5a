package record

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestFullDiskStopsRecordingAndRoomResumesIt(t *testing.T) {
	t.Parallel()
	var free atomic.Uint64
	free.Store(1000)
	l, _ := library(t, func(c *Config) {
		c.KeepFree, c.KeepLeast = 1000, 1000*time.Hour
		c.Free = func(string) (uint64, error) { return free.Load(), nil }
	})
	running(t, l.Run)
	var told atomic.Int64
	r := l.Recorder("1-eo", func() { told.Add(1) })
	r.Set(true)
	running(t, r.Run)
	all := pictures(t, 15*6)
	for _, u := range all[:38] {
		r.Picture(u)
	}
	poll(t, "2 s are on disk", func() bool { return l.Stats().Fragments == 2 })
	free.Store(499)
	poll(t, "recording stops", func() bool { return r.State().State == Stopped })
	if s := r.State(); !strings.Contains(s.Reason, "nearly full") || l.Stats().Full != 1 {
		t.Errorf("%+v %+v", s, l.Stats())
	}
	list := segments(t, l)
	if len(list) != 1 || list[0].Open {
		t.Fatalf("%+v", list)
	}
	if n, _ := probe(t, l.fileOf(list[0])); n != 30 {
		t.Errorf("%d pictures are kept, want 30", n)
	}
	for _, u := range all[38:60] {
		r.Picture(u)
	}
	poll(t, "pictures are counted as dropped", func() bool { return l.Stats().PicturesDropped == 8+22 })
	free.Store(600) // more than half, less than three quarters
	poll(t, "the free space is known", func() bool { return l.Stats().FreeBytes == 600 })
	if r.State().State != Stopped {
		t.Error("recording resumes at the edge")
	}
	free.Store(2000)
	poll(t, "recording waits for a key picture", func() bool { return r.State().State == Waiting })
	before := told.Load()
	for _, u := range all[60:] {
		r.Picture(u)
	}
	poll(t, "recording goes on", func() bool { return r.State().State == Recording && len(segments(t, l)) == 2 })
	if told.Load() == before || r.State().Reason != "" {
		t.Errorf("nobody was told: %+v", r.State())
	}
}

func TestOldSegmentsMakeRoom(t *testing.T) {
	t.Parallel()
	var free atomic.Uint64
	free.Store(1000)
	var l *Library
	l, index := library(t, func(c *Config) {
		c.Segment, c.KeepFree, c.KeepLeast = time.Second, 1000, -1
		c.Free = func(string) (uint64, error) {
			if l != nil {
				return free.Load() + 300*l.removed.Load(), nil
			}
			return free.Load(), nil
		}
	})
	list := recordAll(t, l, pictures(t, 15*5))
	if len(list) != 5 {
		t.Fatal(list)
	}
	open := list[0]
	open.Open = true // that one grows
	if err := index.Put(context.Background(), open); err != nil {
		t.Fatal(err)
	}
	free.Store(550)
	l.makeRoom(context.Background())
	left := segments(t, l)
	if len(left) != 3 || left[0].Name != list[0].Name || left[1].Name != list[3].Name || l.Stats().Removed != 2 {
		t.Errorf("%+v", left)
	}
	for _, s := range list[1:3] {
		if _, err := os.Stat(l.fileOf(s)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	if l.full() != "" {
		t.Error(l.full())
	}
}

func TestAgeRemovesSegments(t *testing.T) {
	t.Parallel()
	l, _ := library(t, func(c *Config) { c.Segment, c.Keep = time.Second, time.Hour })
	list := recordAll(t, l, pictures(t, 15*5))
	l.retire(context.Background(), list[2].End.Add(time.Hour-time.Millisecond))
	if got := segments(t, l); len(got) != 3 || got[0].Name != list[2].Name {
		t.Errorf("%+v", got)
	}
	if n := len(files(t, l)); n != 3 {
		t.Errorf("%d files", n)
	}
}

func TestSlowDiskCostsPicturesUpToTheNextKey(t *testing.T) {
	t.Parallel()
	l, _ := library(t, nil)
	r := l.Recorder("1-eo", nil)
	r.Set(true)
	all := pictures(t, 1200)
	for _, u := range all {
		r.Picture(u) // Run does not take any
	}
	// The cut is one of the queue.
	if n := l.Stats().PicturesDropped; n != 1200-maxQueueUnits+1 {
		t.Errorf("%d dropped", n)
	}
	stop := running(t, r.Run)
	stop()
	st := l.Stats()
	if st.Pictures+st.PicturesDropped != 1200 || st.Pictures < 1000 {
		t.Errorf("%+v", st)
	}
}

func TestNamesLeadNowhereElse(t *testing.T) {
	t.Parallel()
	l, _ := library(t, func(c *Config) { c.Segment = time.Second })
	list := recordAll(t, l, pictures(t, 15))
	f, feed, err := l.File(list[0].Name)
	if err != nil || feed != "1-eo" {
		t.Fatal(feed, err)
	}
	_ = f.Close() // only read
	for _, name := range []string{"", "..", "1-eo", "../1-eo_20261126T080000.120Z", "../../etc/passwd", "1-eo/../x_20261126T080000.120Z", "._20261126T080000.120Z", "1-eo_20261126T080000.121Z", "1-eo_x"} {
		if _, _, err := l.File(name); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
