package relay

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// wire takes what a track writes.
type wire struct {
	headers  []rtp.Header
	payloads [][]byte
}

func (w *wire) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	w.headers = append(w.headers, h.Clone())
	w.payloads = append(w.payloads, append([]byte(nil), payload...))
	return len(payload), nil
}

func (w *wire) Write([]byte) (int, error) { return 0, errNotBound }

// local is a negotiated track as pion gives it.
type local struct {
	webrtc.TrackLocalContext
	out *wire
	rtx bool
}

func (l local) CodecParameters() []webrtc.RTPCodecParameters {
	out := []webrtc.RTPCodecParameters{{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, SDPFmtpLine: "packetization-mode=1"}, PayloadType: 102,
	}}
	if l.rtx {
		out = append(out, webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, SDPFmtpLine: "apt=102"}, PayloadType: 103,
		})
	}
	return out
}

func (l local) HeaderExtensions() []webrtc.RTPHeaderExtensionParameter {
	return []webrtc.RTPHeaderExtensionParameter{{URI: playoutDelayURI, ID: 3}, {URI: captureTimeURI, ID: 5}, {URI: wideNumberURI, ID: 7}}
}
func (l local) SSRC() webrtc.SSRC                    { return 111 }
func (l local) SSRCRetransmission() webrtc.SSRC      { return 222 }
func (l local) WriteStream() webrtc.TrackLocalWriter { return l.out }
func (l local) RTCPReader() interceptor.RTCPReader   { return nil }

// bound is a viewer with a track whose packets land in a wire.
func bound(t *testing.T, rtx bool) (*fanOut, *viewer, *track, *wire) {
	t.Helper()
	s := &Stream{name: "s"}
	f := &fanOut{src: newSource(s), worker: newWorker(nil)}
	w := &wire{}
	tr := &track{id: "s", codec: H264}
	if _, err := tr.Bind(local{out: w, rtx: rtx}); err != nil {
		t.Fatal(err)
	}
	v := newViewer("v", s, tr, 65534, 1000, func() {})
	s.add(v)
	f.worker.add(v)
	f.settle()
	return f, v, tr, w
}

func TestLostPacketsAreSentAgainOnce(t *testing.T) {
	t.Parallel()
	f, v, _, w := bound(t, true)
	f.src.picture(5000)
	f.settle()
	first := len(w.headers)
	lost := w.headers[2]
	v.nacks.add(lost.SequenceNumber)
	v.nacks.add(lost.SequenceNumber)
	v.nacks.add(lost.SequenceNumber + 500) // was never sent
	f.settle()
	if len(w.headers) != first+1 || v.stream.Counts().Resent != 1 {
		t.Fatalf("%d packets sent again, want 1", len(w.headers)-first)
	}
	h, p := w.headers[first], w.payloads[first]
	if h.SSRC != 222 || h.PayloadType != 103 || h.Timestamp != lost.Timestamp || h.Marker != lost.Marker {
		t.Errorf("retransmission header %+v", h)
	}
	if got := h.GetExtension(7); len(got) != 2 || int(binary.BigEndian.Uint16(got)) != first {
		t.Errorf("the retransmission is number %v of what was sent, want %d", got, first)
	}
	if binary.BigEndian.Uint16(p) != lost.SequenceNumber || string(p[2:]) != string(w.payloads[2]) {
		t.Error("a retransmission is not the packet behind its number (RFC 4588, section 4)")
	}
	v.nacks.add(lost.SequenceNumber)
	f.src.now = f.src.now.Add(historyAge + time.Second)
	f.settle()
	if len(w.headers) != first+1 {
		t.Error("a packet that is too old was sent again")
	}
}

func TestWithoutARetransmissionStreamNothingIsSentAgain(t *testing.T) {
	t.Parallel()
	f, v, _, w := bound(t, false)
	f.src.picture(5000)
	f.settle()
	first := len(w.headers)
	v.nacks.add(w.headers[0].SequenceNumber)
	f.settle()
	if len(w.headers) != first {
		t.Error("a packet was encrypted twice under one number")
	}
}

// A browser that asks for everything again and again gets a bounded amount.
func TestAStormOfNacksIsBounded(t *testing.T) {
	t.Parallel()
	f, v, _, w := bound(t, true)
	begun := f.src.now
	for range 60 {
		f.src.picture(5000)
		f.settle()
		for _, h := range w.headers {
			for range 3 {
				v.nacks.add(h.SequenceNumber)
			}
		}
	}
	again := 0
	for i, h := range w.headers {
		if h.SSRC == 222 {
			again += len(w.payloads[i])
		}
	}
	span := f.src.now.Sub(begun).Seconds()
	if most := resendBurst + span*(resendRate+v.stream.byteRate()/10) + 20_000; float64(again) > most || again == 0 {
		t.Errorf("%d bytes sent again in %.1f s, at most %.0f", again, span, most)
	}
	if v.nacks.refused == 0 {
		t.Error("the test was no storm")
	}
}

func TestReportsSayWhenAPictureWasTaken(t *testing.T) {
	t.Parallel()
	f, v, tr, _ := bound(t, true)
	var got []*rtcp.SenderReport
	tr.rtcp = func(p []rtcp.Packet) error {
		if _, err := rtcp.Marshal(p); err != nil {
			t.Error(err)
		}
		got = append(got, p[0].(*rtcp.SenderReport))
		return nil
	}
	for range 90 { // 3 s
		f.src.picture(3000)
		f.settle()
	}
	if len(got) < 2 || len(got) > 5 {
		t.Fatalf("%d reports in 3 s", len(got))
	}
	for _, r := range got {
		if r.SSRC != 111 {
			t.Errorf("source %d", r.SSRC)
		}
	}
	// Between two reports both clocks pass the same time.
	a, b := got[0], got[len(got)-1]
	ticks := float64(b.RTPTime-a.RTPTime) / clockRate
	clock := float64(b.NTPTime-a.NTPTime) / (1 << 32)
	if d := ticks - clock; d > 0.002 || d < -0.002 {
		t.Errorf("%.4f s of timestamps are %.4f s of time", ticks, clock)
	}
	if b.PacketCount <= a.PacketCount || b.PacketCount > v.reports.packets || b.OctetCount <= a.OctetCount {
		t.Errorf("%+v", b)
	}
}

func TestTheFirstPacketOfAPictureSaysWhenItWasTaken(t *testing.T) {
	t.Parallel()
	f, _, _, w := bound(t, true)
	taken := time.Unix(1_800_000_000, 500_000_000).UTC()
	arrived := time.Unix(1_800_000_001, 0).UTC()
	for i := range 3 {
		nal := make([]byte, 100)
		nal[0] = 0x65
		f.src.ts += 3000
		p := Packet{Payload: nal, Timestamp: f.src.ts, Arrival: arrived}
		if i > 0 { // the first one's time is not known, so that of its arrival counts
			p.Capture = taken
		}
		f.src.s.Push(p)
		p.Payload, p.Marker = append([]byte{0x41}, nal...), true
		f.src.s.Push(p)
	}
	f.settle()
	if len(w.headers) != 9 {
		t.Fatalf("%d packets", len(w.headers))
	}
	for i, h := range w.headers {
		want := uint64(0)
		switch i {
		case 0:
			want = (1_800_000_001 + 2_208_988_800) << 32
		case 3, 6:
			want = (1_800_000_000+2_208_988_800)<<32 | 1<<31
		}
		var got uint64
		if e := h.GetExtension(5); e != nil {
			got = binary.BigEndian.Uint64(e)
		}
		if got != want {
			t.Errorf("packet %d: capture time %x, want %x", i, got, want)
		}
		if len(h.GetExtension(3)) != 3 {
			t.Errorf("packet %d has no playout delay", i)
		}
	}
}

// One viewer whose writes wait, with a worker of its own, is no concern of fifty others, who come and go.
func TestAStalledViewerOfFiftyDelaysNobody(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	src.gop = 1 << 30
	src.picture(3000)
	stalled := newBrowser()
	stalled.gate = make(chan struct{})
	join(t, s, stalled)
	ctx, cancel := context.WithCancel(t.Context())
	shared := newWorker(nil)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		shared.run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	var browsers []*browser
	var viewers []*viewer
	for range 50 {
		b := newBrowser()
		v := newViewer("v", s, b, 1, 1, func() {})
		s.add(v)
		shared.add(v)
		browsers, viewers = append(browsers, b), append(viewers, v)
	}
	for i := range 10 {
		for _, b := range browsers {
			b.await(t, 4+3*i)
		}
		src.picture(3000)
	}
	for i, v := range viewers[:25] {
		s.remove(v)
		shared.remove(v)
		browsers[i].await(t, 1)
	}
	src.picture(3000)
	for _, b := range browsers[25:] {
		checkOrder(t, b.await(t, 4+3*11))
	}
	if n := len(stalled.packets()); n != 0 {
		t.Errorf("the stalled viewer got %d packets: the test did not stall it", n)
	}
}
