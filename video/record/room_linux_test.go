package record

import (
	"testing"
	"time"

	"vedette/video/record/smalldisk"
)

func TestDiskThatRefusesAWrite(t *testing.T) {
	t.Parallel()
	folder := smalldisk.Mount(t)
	l, _ := library(t, func(c *Config) {
		c.Folder, c.Segment = folder, time.Hour
		c.Free = func(string) (uint64, error) { return 1 << 40, nil } // the check before the write sees nothing
	})
	r := l.Recorder("1-eo", nil)
	r.Set(true)
	stop := running(t, r.Run)
	all := pictures(t, 15*400)
	for i := 0; r.State().State != Stopped; i++ {
		if i == len(all) {
			t.Fatalf("the disk took %d pictures: %+v", i, l.Stats())
		}
		r.Picture(all[i])
		if i%15 == 14 {
			poll(t, "the queue is written", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return len(r.queue) == 0 })
		}
	}
	if s := r.State(); s.Reason != "the disk is full" {
		t.Errorf("%+v", s)
	}
	stop()
	list := segments(t, l)
	if len(list) != 1 || list[0].Open || l.Stats().Failures == 0 {
		t.Fatalf("%+v %+v", list, l.Stats())
	}
	if n, _ := probe(t, l.fileOf(list[0])); uint64(n) != l.Stats().Pictures || n == 0 {
		t.Errorf("%d pictures can be read of %d that were written", n, l.Stats().Pictures)
	}
	if !l.remove(list[0]) {
		t.Fatal("not removed")
	}
	running(t, r.Run)
	again := pictures(t, 15)
	poll(t, "recording goes on when there is room", func() bool {
		for _, u := range again {
			r.Picture(u)
		}
		return r.State().State == Recording
	})
}
