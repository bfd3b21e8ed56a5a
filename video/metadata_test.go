package video_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"vedette/video"
	"vedette/video/ingest/testcam"
	"vedette/video/klv"
)

// packetAt is a packet with a time and a few values.
func packetAt(t *testing.T, at time.Time, heading float64) []byte {
	t.Helper()
	b, err := klv.Encode(klv.Set{
		{Tag: klv.TagTime, Kind: klv.Integer, Integer: uint64(at.UnixMicro())},
		{Tag: klv.TagPlatformHeading, Kind: klv.Number, Number: heading},
		{Tag: klv.TagPlatform, Kind: klv.Text, Text: "testcam"},
		{Tag: klv.TagSlantRange, Kind: klv.Number, Number: 120},
		{Tag: klv.TagCenterLat, Kind: klv.Number, Number: -35.36}, {Tag: klv.TagCenterLon, Kind: klv.Number, Number: 149.16},
	})
	if err != nil {
		t.Error(err)
	}
	return b
}

// withData is a feed of a camera that sends metadata.
func withData(t *testing.T, change func(*testcam.Camera)) (*video.Service, func() video.FeedState) {
	t.Helper()
	cam := camera(t, shortClip, change)
	t.Cleanup(cam.Stop)
	s := service(t)
	if err := s.AddFeed(video.FeedConfig{ID: "f", URL: cam.URL(), Kind: video.KindEO}); err != nil {
		t.Fatal(err)
	}
	return s, func() video.FeedState {
		f, _ := s.Feed("f")
		return f
	}
}

func TestMetadataHasTheTimeOfItsFrame(t *testing.T) {
	t.Parallel()
	const behind = -3 * time.Second // the camera's clock; the packets come when it says so much less
	s, feed := withData(t, func(c *testcam.Camera) {
		c.ClockOffset = behind
		c.Data = func(n int, at time.Time) []byte { return packetAt(t, at, float64(n%360)) }
	})
	poll(t, "metadata with an exact time", func() bool { m := feed().Metadata; return m != nil && m.TimeExact })
	m := feed().Metadata
	if off := m.FrameTime.Sub(m.Time).Abs(); off > 2*time.Second {
		t.Errorf("the frame's time is %v from the packet's", off)
	}
	if age := time.Since(m.FrameTime); age < -behind-2*time.Second {
		t.Errorf("the frame's time is that of arrival: %v old", age)
	}
	if m.Platform != "testcam" || m.SlantRangeM == nil || m.Center == nil || m.HeadingDeg == nil {
		t.Errorf("%+v", m)
	}
	b := watch(t, s, "f")
	poll(t, "messages on the data channel", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.messages) > 5
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	var last time.Time
	for _, text := range b.messages[1:] {
		var got struct {
			T           time.Time `json:"t"`
			Exact       bool      `json:"exact"`
			Platform    string    `json:"platform"`
			SlantRangeM float64   `json:"slantRangeM"`
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if !got.Exact || got.Platform != "testcam" || got.SlantRangeM < 119 || !got.T.After(last.Add(-time.Second)) {
			t.Errorf("%s", text)
		}
		last = got.T
	}
	if n := s.Stats(); n.Metadata.Good == 0 || n.MetadataOut < 5 || n.DataPackets < n.Metadata.Good {
		t.Errorf("%+v", n)
	}
}

func TestMetadataAroundAnInstant(t *testing.T) {
	t.Parallel()
	s, feed := withData(t, func(c *testcam.Camera) {
		c.Data = func(n int, at time.Time) []byte { return packetAt(t, at, float64(n%360)) }
	})
	poll(t, "some metadata", func() bool { return feed().MetadataCounts.Good > 15 })
	newest := feed().Metadata.FrameTime
	poll(t, "later metadata", func() bool {
		before, after := s.MetadataAround("f", newest.Add(time.Millisecond))
		return before != nil && after != nil && !before.FrameTime.After(newest.Add(time.Millisecond)) && after.FrameTime.After(newest)
	})
	if before, after := s.MetadataAround("f", newest.Add(-time.Hour)); before != nil || after == nil {
		t.Errorf("an hour ago: %v %v", before, after)
	}
	if before, after := s.MetadataAround("f", newest.Add(time.Hour)); before == nil || after != nil {
		t.Errorf("in an hour: %v %v", before, after)
	}
	if before, after := s.MetadataAround("none", newest); before != nil || after != nil {
		t.Error("metadata of no feed")
	}
}

func TestWithoutSenderReportsTheMetadatasClockCounts(t *testing.T) {
	t.Parallel()
	const behind = -3 * time.Second
	_, feed := withData(t, func(c *testcam.Camera) {
		c.ClockOffset, c.NoReports = behind, true
		c.Data = func(_ int, at time.Time) []byte { return packetAt(t, at, 1) }
	})
	poll(t, "metadata", func() bool { return feed().Metadata != nil })
	// On a machine that is so slow that packets come 2 s late the clock is not believed any more.
	m := feed().Metadata
	if n := feed().MetadataCounts; n.ClockOff == 0 && (m.TimeExact || !m.FrameTime.Equal(m.Time)) {
		t.Errorf("%v, its own time is %v", m.FrameTime, m.Time)
	}
}

func TestBadMetadataIsCountedAndNotUsed(t *testing.T) {
	t.Parallel()
	good := make(chan struct{})
	s, feed := withData(t, func(c *testcam.Camera) {
		c.Data = func(n int, at time.Time) []byte {
			b := packetAt(t, at, 1)
			select {
			case <-good:
				return b
			default:
			}
			switch n % 3 {
			case 0:
				b[len(b)-1] ^= 1
			case 1:
				b[0] = 7
			default:
				b = b[:20]
			}
			return b
		}
	})
	poll(t, "bad packets", func() bool {
		n := feed().MetadataCounts
		return n.BadChecksum > 2 && n.Malformed > 4
	})
	if f := feed(); f.Metadata != nil || f.MetadataCounts.Good != 0 {
		t.Errorf("%+v %+v", f.Metadata, f.MetadataCounts)
	}
	b := watch(t, s, "f")
	b.awaitUnits(10) // the picture does not mind
	b.mu.Lock()
	if len(b.messages) > 0 {
		t.Errorf("%q", b.messages)
	}
	b.mu.Unlock()
	close(good)
	poll(t, "good ones", func() bool { return feed().Metadata != nil })
	if n := feed().MetadataCounts; n.ClockOff > 0 && n.Good == 0 {
		t.Errorf("%+v", n)
	}
}

func TestAMetadataClockFarOffIsNotBelieved(t *testing.T) {
	t.Parallel()
	for name, reports := range map[string]bool{"with sender reports": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, feed := withData(t, func(c *testcam.Camera) {
				c.NoReports = !reports
				c.Data = func(_ int, at time.Time) []byte { return packetAt(t, at.AddDate(-3, 0, 0), 1) }
			})
			poll(t, "packets", func() bool {
				f := feed()
				return f.MetadataCounts.ClockOff > 3 && f.Metadata != nil && f.Metadata.TimeExact == reports
			})
			if m := feed().Metadata; time.Since(m.FrameTime).Abs() > time.Minute {
				t.Errorf("%v", m.FrameTime)
			}
			frame := "arrive"
			if reports {
				frame = "sender reports"
			}
			poll(t, "a hint in words", func() bool {
				h := feed().Hints
				return len(h) == 1 && h[0].Code == video.HintMetadataClock && strings.Contains(h[0].Words, "3 years behind") && strings.Contains(h[0].Words, frame)
			})
		})
	}
}

func TestAStormOfMetadataIsBounded(t *testing.T) {
	t.Parallel()
	_, feed := withData(t, func(c *testcam.Camera) {
		c.Data = func(_ int, at time.Time) []byte {
			one, err := klv.Encode(klv.Set{{Tag: klv.TagTime, Kind: klv.Integer, Integer: uint64(at.UnixMicro())}})
			if err != nil {
				t.Error(err)
			}
			return bytes.Repeat(one, 40) // several in a row, as RFC 6597 allows it
		}
	})
	poll(t, "packets that are too many", func() bool { return feed().MetadataCounts.TooMany > 0 })
	if feed().State != video.StateLive {
		t.Error("the feed has no signal")
	}
}
