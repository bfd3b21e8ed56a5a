package rtspout_test

import (
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"

	"vedette/video/ingest/testcam"
	"vedette/video/rtspout"
)

func TestFeedIsPlayedOverTCPAndUDP(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, path string
		transport  gortsplib.Transport
	}{
		{"TCP", "/a", gortsplib.TransportTCP},
		{"UDP", "/feeds/a", gortsplib.TransportUDP},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cam := camera(t, nil)
			defer cam.Stop()
			h := serve(t, cam, nil)
			p, err := play(t, urlForm+h.Addr()+tc.path, tc.transport, nil)
			if err != nil {
				t.Fatal(err)
			}
			p.awaitUnits(t, 30)
			if _, keys := p.seen(); keys < 1 {
				t.Error("no key picture")
			}
			p.check(t)
			if st := h.Stats(); st.Readers != 1 || st.Sessions != 1 || st.Packets < 30 || st.Dropped != 0 {
				t.Errorf("stats %+v", st)
			}
			if all := h.Readers("a"); len(all) != 1 || all[0].Who != "anna" || all[0].UDP != (tc.transport == gortsplib.TransportUDP) || all[0].Session == "" {
				t.Errorf("readers %+v", all)
			}
			if len(h.Readers("b")) != 0 {
				t.Error("another feed has readers too")
			}
			if f, _ := h.video.Feed("a"); f.Viewers != 1 {
				t.Errorf("the feed has %d viewers", f.Viewers)
			}
			p.close()
			poll(t, "the end is recorded", func() bool { return h.gate.lines() == "begin anna a 127.0.0.1\nend anna a" })
			if st := h.Stats(); st.Readers != 0 {
				t.Errorf("%d readers are left", st.Readers)
			}
		})
	}
}

func TestReaderStartsAtOnceWithAKeyPicture(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	defer cam.Stop()
	h := serve(t, cam, nil)
	first, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil)
	if err != nil {
		t.Fatal(err)
	}
	first.awaitUnits(t, 2)
	poll(t, "the camera is in the middle of a group", func() bool { return cam.Picture() == 8 })
	groups := cam.Groups()
	second, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil)
	if err != nil {
		t.Fatal(err)
	}
	poll(t, "a key picture", func() bool {
		_, keys := second.seen()
		return keys > 0
	})
	if cam.Groups() != groups {
		t.Skip("the machine was too slow: the camera has begun another group meanwhile")
	}
	second.check(t)
}

func TestReaderOutlivesItsSource(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	h := serve(t, cam, nil)
	p, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.awaitUnits(t, 10)
	cam.Stop()
	poll(t, "the feed has no signal", func() bool {
		f, _ := h.video.Feed("a")
		return f.State == "noSignal"
	})
	if h.Stats().Readers != 1 {
		t.Fatal("the reader was dropped with its source")
	}
	if err := cam.Start(); err != nil {
		t.Fatal(err)
	}
	defer cam.Stop()
	p.awaitUnits(t, 20)
	p.check(t)
}

func TestReportsTellWhenPicturesWereTaken(t *testing.T) {
	t.Parallel()
	const behind = 1500 * time.Millisecond // the camera's clock, so that it can be told from the station's
	cam := camera(t, func(c *testcam.Camera) { c.ClockOffset = -behind })
	defer cam.Stop()
	h := serve(t, cam, nil)
	p, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil)
	if err != nil {
		t.Fatal(err)
	}
	poll(t, "two reports", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.reports) > 1
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.reports[len(p.reports)-1]
	if r.SSRC != p.ssrc || r.PacketCount == 0 {
		t.Errorf("report of %d packets of %x, packets are of %x", r.PacketCount, r.SSRC, p.ssrc)
	}
	// A picture that is sent now has this time by the report.
	at := time.Unix(int64(r.NTPTime>>32)-2_208_988_800, int64(r.NTPTime&0xffffffff)*1e9>>32)
	taken := at.Add(time.Duration(int32(p.ts-r.RTPTime)) * time.Second / 90_000)
	if off := time.Since(taken) - behind; off < -100*time.Millisecond || off > 500*time.Millisecond {
		t.Errorf("the last picture was taken %v before now, by a clock that is %v behind", time.Since(taken), behind)
	}
}

func TestFeedThatIsTakenAwayEndsItsReaders(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	defer cam.Stop()
	h := serve(t, cam, nil)
	p, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportUDP, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.awaitUnits(t, 2)
	h.video.RemoveFeed("a")
	poll(t, "the reader goes", func() bool { return h.Stats().Readers == 0 })
}

func TestReadersAreLimited(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	defer cam.Stop()
	h := serve(t, cam, func(c *rtspout.Config) { c.MaxReaders = 1 })
	p, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil); err == nil || h.Stats().TurnedAway != 1 {
		t.Errorf("a second reader: %v", err)
	}
	p.close()
	poll(t, "the place is free", func() bool { return h.Stats().Readers == 0 })
	again, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil)
	if err != nil {
		t.Fatal(err)
	}
	again.awaitUnits(t, 2)
}
