package record

import (
	"strings"
	"testing"
	"time"
)

func TestAFileDoesNotGrowForEverWithoutKeyPictures(t *testing.T) {
	t.Parallel()
	l, _ := library(t, func(c *Config) { c.Segment = time.Second })
	r := l.Recorder("1-eo", nil)
	r.Set(true)
	stop := running(t, r.Run)
	all := pictures(t, 260)
	for i := range all {
		if all[i].Key && i > 0 && i < 240 {
			all[i].Key = false // the camera sends none for 16 s
		}
	}
	for _, u := range all[:200] {
		r.Picture(u)
	}
	poll(t, "it has stopped", func() bool { return r.State().State == Stopped })
	if s := r.State(); !strings.Contains(s.Reason, "no key picture has come for 10s") {
		t.Errorf("%+v", s)
	}
	if list := segments(t, l); len(list) != 1 || list[0].Open || list[0].End.Sub(list[0].Start).Round(time.Second) != 10*time.Second {
		t.Errorf("%+v", list)
	}
	for _, u := range all[200:] {
		r.Picture(u)
	}
	poll(t, "it goes on at the next one", func() bool { return r.State().State == Recording })
	stop()
	list := segments(t, l)
	if len(list) < 2 || !list[1].Start.Equal(all[240].Time) {
		t.Fatalf("%+v", list)
	}
	for _, s := range list {
		probe(t, l.fileOf(s))
	}
}

func TestAClockThatIsSetBeginsASegment(t *testing.T) {
	t.Parallel()
	for name, jump := range map[string]time.Duration{"forward": time.Hour, "back": -time.Hour} {
		l, _ := library(t, nil)
		all := pictures(t, 60)
		for i := 20; i < len(all); i++ { // within a group of pictures
			all[i].Time = all[i].Time.Add(jump)
		}
		recordAll(t, l, all)
		list := segments(t, l)
		if len(list) != 2 {
			t.Fatalf("%s: %+v", name, list)
		}
		if jump < 0 {
			list[0], list[1] = list[1], list[0]
		}
		if a := list[0]; !a.Start.Equal(all[0].Time) || a.End.Sub(a.Start).Round(time.Second) != 2*time.Second {
			t.Errorf("%s: before: %+v", name, a)
		}
		if b := list[1]; !b.Start.Equal(all[30].Time) || b.End.Sub(b.Start).Round(time.Second) != 2*time.Second {
			t.Errorf("%s: after: %+v", name, b)
		}
	}
}
