package relay

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"vedette/video/h264"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sent is one packet that a fake browser received.
type sent struct {
	seq    uint16
	ts     uint32
	marker bool
	nal    byte
	size   int
	at     time.Time
}

// browser is a sender that keeps what it gets, and can stand still.
type browser struct {
	gate chan struct{} // nil: never waits; else nothing passes before open
	once sync.Once

	mu   sync.Mutex
	got  []sent
	more chan struct{}
}

func newBrowser() *browser { return &browser{more: make(chan struct{}, 1)} }

func (b *browser) open() {
	if b.gate != nil {
		b.once.Do(func() { close(b.gate) })
	}
}

func (b *browser) send(h *rtp.Header, payload []byte, _ time.Time) error {
	if b.gate != nil {
		<-b.gate
	}
	b.mu.Lock()
	b.got = append(b.got, sent{h.SequenceNumber, h.Timestamp, h.Marker, nalType(payload), len(payload), time.Now()})
	b.mu.Unlock()
	select {
	case b.more <- struct{}{}:
	default:
	}
	return nil
}

func (b *browser) resend(*rtp.Header, []byte) error { return errNotBound }

func (b *browser) report(time.Time, uint32, uint32, uint32) error { return nil }

func nalType(p []byte) byte {
	if t := p[0] & 0x1f; t != 28 {
		return t
	}
	return p[1] & 0x1f
}

func (b *browser) packets() []sent {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]sent(nil), b.got...)
}

// await waits until the browser has n packets.
func (b *browser) await(t *testing.T, n int) []sent {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		if got := b.packets(); len(got) >= n {
			return got
		}
		select {
		case <-b.more:
		case <-deadline:
			t.Fatalf("%d packets, want %d", len(b.packets()), n)
		}
	}
}

// join lets a fake browser watch a stream.
func join(t *testing.T, s *Stream, b *browser) *viewer {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	v := newViewer("v", s, b, 65530, 1000, cancel)
	if !s.add(v) {
		t.Fatal("stream refused the viewer")
	}
	go func() {
		defer close(v.done)
		v.write(ctx)
		s.remove(v)
	}()
	t.Cleanup(func() {
		v.stop()
		b.open()
		<-v.done
	})
	poll(t, "the viewer is in", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.active
	})
	return v
}

func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 2 min", what)
		}
		<-tick.C
	}
}

// source makes packets as a camera does: 30 pictures a second, one key picture in gop.
type source struct {
	s   *Stream
	ts  uint32
	now time.Time
	n   int
	gop int
}

func newSource(s *Stream) *source {
	s.SetParameterSets([]byte{0x67, 1, 2, 3}, []byte{0x68, 4})
	return &source{s: s, ts: rand.Uint32(), now: time.Now(), gop: 30}
}

func (c *source) picture(size int) {
	nal := make([]byte, size)
	nal[0] = 0x41
	if c.n%c.gop == 0 {
		nal[0] = 0x65
	}
	c.n++
	c.ts += 3000
	c.now = c.now.Add(time.Second / 30)
	var pieces [][]byte
	h264.Split(nal, 1400, func(p []byte) { pieces = append(pieces, p) })
	for i, p := range pieces {
		c.s.Push(Packet{Payload: p, Timestamp: c.ts, Marker: i == len(pieces)-1, Arrival: c.now})
	}
}

func checkOrder(t *testing.T, got []sent) {
	t.Helper()
	for i := 1; i < len(got); i++ {
		if got[i].seq != got[i-1].seq+1 {
			t.Fatalf("packet %d: sequence %d after %d", i, got[i].seq, got[i-1].seq)
		}
		if step := int32(got[i].ts - got[i-1].ts); step < 0 {
			t.Fatalf("packet %d: time runs back by %d", i, -step)
		}
		if got[i].size > maxPayload {
			t.Fatalf("packet %d: %d bytes", i, got[i].size)
		}
	}
}

func TestViewerThatJoinsLateStartsAtTheKeyPicture(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	for range 20 {
		src.picture(3000)
	}
	edge := s.timeline.frontier
	b := newBrowser()
	join(t, s, b)
	replay := b.await(t, 20*3+1) // three fragments a picture and the parameter sets
	if replay[0].nal != 24 || replay[1].nal != h264.TypeIDR {
		t.Errorf("begins with NAL types %d, %d, not parameter sets and a key picture", replay[0].nal, replay[1].nal)
	}
	if last := replay[len(replay)-1].ts; last != edge+1000 {
		t.Errorf("replay ends at %d, the live edge is %d", last, edge+1000)
	}
	if span := replay[len(replay)-1].ts - replay[0].ts; span > clockRate/2 {
		t.Errorf("replayed timestamps span %d ticks: the browser would play them out slowly", span)
	}
	for range 15 {
		src.picture(3000)
	}
	got := b.await(t, 35*3+2)
	checkOrder(t, got)
	if last := got[len(got)-1].ts; last != edge+15*3000+1000 {
		t.Errorf("live edge is at %d, want %d", last, edge+15*3000+1000)
	}
}

func TestReplayIsPaced(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	for range 20 {
		src.picture(20_000)
	}
	b := newBrowser()
	join(t, s, b)
	got := b.await(t, 20*17+1) // 1,188 bytes each
	span := got[len(got)-1].at.Sub(got[0].at)
	// 400 kB at 3 MiB/s is 127 ms; only a burst is a mistake, a slow machine is not.
	if least := 100 * time.Millisecond; span < least {
		t.Errorf("400 kB went out in %v, a burst", span)
	}
}

func TestSlowViewerDropsToAKeyPictureAndHarmsNobody(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	src.gop = 6000
	src.picture(100)
	slow, quick := newBrowser(), newBrowser()
	slow.gate = make(chan struct{})
	slowViewer := join(t, s, slow)
	quickViewer := join(t, s, quick)
	quick.await(t, 2)
	for src.n < 5999 {
		src.picture(100)
		if src.n%100 == 0 {
			quick.await(t, src.n) // the quick one keeps up while the slow one stands
		}
	}
	quick.await(t, 1+5999)
	c := s.Counts()
	if c.Overflows == 0 || c.Dropped == 0 {
		t.Fatalf("the slow viewer's queue did not overflow: %+v", c)
	}
	if n := slowViewer.droppedFrames.Load(); n == 0 || n > c.Dropped || quickViewer.droppedFrames.Load() != 0 {
		t.Errorf("%d pictures dropped for the slow viewer, %d for the quick one, of %d packets", n, quickViewer.droppedFrames.Load(), c.Dropped)
	}
	checkOrder(t, quick.packets())
	src.picture(100) // ends the group
	src.picture(100)
	if !s.pictureKey {
		t.Fatal("the test did not end on a key picture")
	}
	slow.open()
	poll(t, "the slow viewer is at the live edge", func() bool {
		got := slow.packets()
		return len(got) > 0 && got[len(got)-1].ts == s.timeline.frontier+1000
	})
	got := slow.packets()
	gaps := 0
	for i := 1; i < len(got); i++ {
		if got[i].seq == got[i-1].seq+1 {
			continue
		}
		gaps++
		if got[i].nal != 24 && got[i].nal != h264.TypeIDR {
			t.Errorf("after a gap comes NAL type %d, not a key picture", got[i].nal)
		}
	}
	if gaps != 1 {
		t.Errorf("%d gaps in the slow viewer's sequence, want 1", gaps)
	}
}

func TestNewSourceContinuesSequenceAndTime(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	b := newBrowser()
	join(t, s, b)
	src.picture(3000)
	src.picture(3000)
	got := b.await(t, 7)
	before := got[len(got)-1].ts
	s.Restart()
	src.ts, src.now, src.n = rand.Uint32(), src.now.Add(3*time.Second), 1
	src.picture(3000) // not a key picture: nobody can use it
	src.n = 0
	src.picture(3000)
	got = b.await(t, 11)
	checkOrder(t, got)
	if got[7].nal != 24 {
		t.Errorf("the new source begins with NAL type %d", got[7].nal)
	}
	if step := got[7].ts - before; step < 3*clockRate || step > 4*clockRate {
		t.Errorf("3 s without source are %d ticks", step)
	}
	if len(got) != 11 {
		t.Errorf("%d packets, want 11", len(got))
	}
}

func TestParameterSetsGoBeforeEachKeyPictureOnce(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	src.gop = 2
	b := newBrowser()
	join(t, s, b)
	for range 4 {
		src.picture(100)
	}
	// This picture brings its own.
	src.ts += 3000
	s.Push(Packet{Payload: []byte{0x67, 9, 9, 9}, Timestamp: src.ts, Arrival: src.now})
	s.Push(Packet{Payload: []byte{0x68, 9}, Timestamp: src.ts, Arrival: src.now})
	s.Push(Packet{Payload: []byte{0x65, 9, 9, 9}, Timestamp: src.ts, Arrival: src.now, Marker: true})
	want := []byte{24, 5, 1, 24, 5, 1, 7, 8, 5}
	got := b.await(t, len(want))
	for i, w := range want {
		if got[i].nal != w {
			t.Fatalf("packet %d has NAL type %d, want %d", i, got[i].nal, w)
		}
	}
}

func TestLostPicturesAreReplayedOnRequest(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	b := newBrowser()
	v := join(t, s, b)
	for range 5 {
		src.picture(100)
	}
	b.await(t, 6)
	v.wantResync.Store(true)
	poll(t, "a resync", func() bool { // at most one a second
		v.poke(true)
		return s.Counts().Resyncs > 0
	})
	got := b.await(t, 12)
	checkOrder(t, got)
	if got[6].nal != 24 || got[7].nal != h264.TypeIDR {
		t.Errorf("resync begins with NAL types %d, %d", got[6].nal, got[7].nal)
	}
	src.picture(100)
	checkOrder(t, b.await(t, 13))
}

func TestLossFromTheSourceShowsAsAGap(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "s"}
	src := newSource(s)
	b := newBrowser()
	join(t, s, b)
	src.picture(100)
	got := b.await(t, 2)
	s.Push(Packet{Payload: []byte{0x41, 1}, Timestamp: src.ts + 3000, Marker: true, Lost: 3, Arrival: src.now})
	got = b.await(t, len(got)+1)
	if step := got[2].seq - got[1].seq; step != 4 {
		t.Errorf("three lost packets are a step of %d", step)
	}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	var l timeline
	first := uint32(4294967000)
	a := l.next(first, now)
	if got := l.next(first+3000, now) - a; got != 3000 { // wraps around
		t.Errorf("step over the wrap is %d", got)
	}
	if got := l.next(first+1500, now) - a; got != 1500 {
		t.Errorf("B-frame order is %d", got)
	}
	if got := l.next(1<<31, now.Add(2*time.Second)) - a; got < 3000+2*clockRate-10 || got > 3000+2*clockRate+10 {
		t.Errorf("a jump of the source's clock is %d", got)
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	var c cache
	c.add(&packet{payload: make([]byte, 1000)})
	if len(c.packets) != 0 {
		t.Fatal("kept a packet before any key picture")
	}
	c.add(&packet{payload: make([]byte, 1000), key: true})
	for range maxCache / 1000 {
		c.add(&packet{payload: make([]byte, 1000)})
		if c.bytes > maxCache {
			t.Fatalf("%d bytes", c.bytes)
		}
	}
	if len(c.packets) != 0 {
		t.Errorf("an over-long group of %d packets was kept", len(c.packets))
	}
	c.add(&packet{payload: make([]byte, 1000), key: true})
	if len(c.packets) != 1 {
		t.Error("the next group is not kept")
	}
}

func FuzzPush(f *testing.F) {
	f.Add([]byte{0x65, 1, 2, 3}, uint32(5), true, int16(0))
	f.Add([]byte{0x78, 0, 2, 0x67, 1, 0, 1, 0x68}, uint32(1<<31), false, int16(900))
	f.Fuzz(func(t *testing.T, payload []byte, ts uint32, marker bool, lost int16) {
		s := &Stream{name: "s"}
		s.SetParameterSets([]byte{0x67, 1}, []byte{0x68})
		now := time.Unix(0, 0)
		for i := range 3 {
			s.Push(Packet{Payload: payload, Timestamp: ts * uint32(i), Marker: marker, Lost: int(lost), Arrival: now})
		}
		for _, p := range s.snapshot() {
			if len(p.payload) > maxPayload || len(p.payload) == 0 {
				t.Fatalf("packet of %d bytes", len(p.payload))
			}
		}
	})
}
