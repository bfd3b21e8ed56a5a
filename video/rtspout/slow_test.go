package rtspout_test

import (
	"context"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/pion/rtp"

	"vedette/video"
	"vedette/video/h264"
	"vedette/video/relay"
	"vedette/video/rtspout"
)

// torrent is one feed of 24 Mbit/s without a camera.
type torrent struct {
	stream *relay.Stream
	format video.Format
}

func (f torrent) Describe(context.Context, string) (video.Format, error) { return f.format, nil }

func (f torrent) Subscribe(context.Context, string) (*relay.Subscription, error) {
	return f.stream.Subscribe()
}

// run pushes pictures until ctx ends, one key picture in thirty.
func (f torrent) run(ctx context.Context) error {
	f.stream.SetParameterSets(f.format.SPS, f.format.PPS)
	tick := time.NewTicker(time.Second / 30)
	defer tick.Stop()
	for n := uint32(0); ; n++ {
		nal := make([]byte, 100_000)
		if nal[0] = h264.TypeSlice | 0x40; n%30 == 0 {
			nal[0] = h264.TypeIDR | 0x60
		}
		f.stream.Push(relay.Packet{Payload: nal, Timestamp: n * 3000, Marker: true, Arrival: time.Now()})
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// frame reads one interleaved frame (RFC 2326, section 10.12) of channel 0.
func (w *wire) frame() rtp.Packet {
	w.t.Helper()
	for {
		var head [4]byte
		if _, err := io.ReadFull(w.in, head[:]); err != nil {
			w.t.Fatal(err)
		}
		if head[0] != '$' {
			w.t.Fatalf("%q is no interleaved frame", head)
		}
		body := make([]byte, binary.BigEndian.Uint16(head[2:]))
		if _, err := io.ReadFull(w.in, body); err != nil {
			w.t.Fatal(err)
		}
		if head[1] != 0 {
			continue
		}
		var p rtp.Packet
		if err := p.Unmarshal(body); err != nil {
			w.t.Fatal(err)
		}
		return p
	}
}

func TestSlowReaderLosesPicturesUpToTheNextKeyAndHarmsNobody(t *testing.T) {
	t.Parallel()
	r, err := relay.New(relay.Config{ListenHost: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := clip()
	if err != nil {
		t.Fatal(err)
	}
	f := torrent{r.NewStream("a"), video.Format{Codec: relay.H264, ParameterSets: relay.ParameterSets{SPS: c.SPS, PPS: c.PPS}}}
	run(t, f.run)
	s, err := rtspout.New(t.Context(), rtspout.Config{Feeds: f, Gate: &gate{}, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s.Run)
	quick, err := play(t, urlForm+s.Addr()+"/a", gortsplib.TransportTCP, nil)
	if err != nil {
		t.Fatal(err)
	}

	w := dial(t, s.Addr())
	_, head := w.want("200", "SETUP", "/a/trackID=0", as("anna", "a:b"), "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
	_, session, _ := strings.Cut(head, "Session: ")
	session, _, _ = strings.Cut(session, "\r\n")
	w.want("200", "PLAY", "/a", as("anna", "a:b"), "Session: "+session)
	poll(t, "the slow reader's queue is full", func() bool { return s.Stats().Dropped > 0 })
	quick.awaitUnits(t, 5)
	quick.check(t)

	last := w.frame()
	for n := 0; ; n++ {
		p := w.frame()
		if p.SequenceNumber != last.SequenceNumber+1 {
			if seen, ok := h264.Inspect(p.Payload); !ok || !seen.SPS && !seen.IDR {
				t.Errorf("after the gap comes no key picture but NAL type %d", p.Payload[0]&0x1f)
			}
			break
		}
		if last = p; n > 100_000 {
			t.Fatal("no gap: nothing was lost")
		}
	}
	quick.check(t)
}
