package relay

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// bottleneck is a path that a test sends through: 1000-byte packets at a steady rate, and feedback every 100 ms.
type bottleneck struct {
	carries, sends float64 // bits a second
	loss           float64
	shuffle        bool
	clock          func(time.Duration) time.Duration // of the browser
}

// estimates runs the path and returns the estimate in kbit/s after each feedback, and how often there was over-use.
func (p bottleneck) estimates(span time.Duration) (kbps []float64, overused int) {
	var e estimator
	random := rand.New(rand.NewPCG(1, 2))
	every := time.Duration(8000 / p.sends * float64(time.Second))
	takes := time.Duration(8000 / p.carries * float64(time.Second))
	var free time.Duration
	var acks []ack
	next := 100 * time.Millisecond
	for sent := time.Duration(0); sent < span; sent += every {
		free = max(free, sent) + takes
		if free-sent > 500*time.Millisecond { // the queue is full
			free -= takes
			acks = append(acks, ack{sent: sent, bytes: 1000, lost: true})
			continue
		}
		a := ack{sent: sent, arrived: free + 20*time.Millisecond, bytes: 1000, lost: random.Float64() < p.loss}
		if p.shuffle {
			a.arrived += time.Duration(random.IntN(4)) * time.Millisecond
		}
		if p.clock != nil {
			a.arrived = p.clock(a.arrived)
		}
		acks = append(acks, a)
		if sent < next {
			continue
		}
		next += 100 * time.Millisecond
		if p.shuffle {
			slices.Reverse(acks)
		}
		e.hear(acks, sent+40*time.Millisecond)
		acks = acks[:0]
		kbps = append(kbps, e.rate*8/1000)
		if e.overused {
			overused++
		}
	}
	return kbps, overused
}

func TestEstimatesOfPaths(t *testing.T) {
	t.Parallel()
	step := func(by time.Duration) func(time.Duration) time.Duration {
		return func(at time.Duration) time.Duration {
			if at > 4*time.Second {
				return at + by
			}
			return at
		}
	}
	for name, c := range map[string]struct {
		path      bottleneck
		least     float64 // kbit/s, from 3 s on
		most      float64
		overuseOK bool
	}{
		"clean":          {bottleneck{carries: 50e6, sends: 4e6}, 3600, 8600, false},
		"a bottleneck":   {bottleneck{carries: 2e6, sends: 4e6}, 1200, 2200, true},
		"random loss":    {bottleneck{carries: 50e6, sends: 4e6, loss: 0.03}, 3400, 8600, false},
		"heavy loss":     {bottleneck{carries: 50e6, sends: 4e6, loss: 0.3}, 1800, 3200, true},
		"reordering":     {bottleneck{carries: 50e6, sends: 4e6, shuffle: true}, 3600, 8600, false},
		"clock forward":  {bottleneck{carries: 50e6, sends: 4e6, clock: step(time.Hour)}, 3600, 8600, false},
		"clock backward": {bottleneck{carries: 50e6, sends: 4e6, clock: step(-time.Hour)}, 3600, 8600, false},
	} {
		kbps, overused := c.path.estimates(10 * time.Second)
		for i, k := range kbps[30:] {
			if k < c.least || k > c.most {
				t.Errorf("%s: %.0f kbit/s at %.1f s, want %.0f to %.0f", name, k, 3+float64(i)/10, c.least, c.most)
				break
			}
		}
		if (overused > 0) != c.overuseOK {
			t.Errorf("%s: over-use seen %d times", name, overused)
		}
		if first, last := kbps[5], kbps[len(kbps)-1]; !c.overuseOK && last < first*1.1 {
			t.Errorf("%s: %.0f kbit/s did not grow, %.0f at the end", name, first, last)
		}
	}
}

// feedback says that n packets from a number on came, every 2 ms.
func feedback(from uint16, n int, reference uint32) *rtcp.TransportLayerCC {
	f := &rtcp.TransportLayerCC{BaseSequenceNumber: from, PacketStatusCount: uint16(n), ReferenceTime: reference}
	f.PacketChunks = []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{
		PacketStatusSymbol: rtcp.TypeTCCPacketReceivedSmallDelta, RunLength: uint16(n),
	}}
	for range n {
		f.RecvDeltas = append(f.RecvDeltas, &rtcp.RecvDelta{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 2000})
	}
	return f
}

// Numbers of 16 bits and times of 24 wrap, and nothing is seen of it.
func TestWideNumbersWrap(t *testing.T) {
	t.Parallel()
	var l wideLog
	now := time.Unix(1000, 0)
	l.next = 65500
	from, reference := l.next, uint32(0xfffffe)
	for range 40 {
		for range 32 { // 64 ms
			l.number(1000, now)
			now = now.Add(2 * time.Millisecond)
		}
		l.hear(feedback(from, 32, reference), now)
		if len(l.acks) != 32 {
			t.Fatalf("%d packets from number %d are known, of 32", len(l.acks), from)
		}
		from, reference = from+32, (reference+1)&0xffffff
	}
	if k := l.bytesPerSecond() * 8 / 1000; k < 3600 || k > 8400 || l.overused.Load() != 0 {
		t.Errorf("%.0f kbit/s of 4000, over-use at %d", k, l.overused.Load())
	}
	l.hear(feedback(from-32, 32, reference), now)
	l.hear(feedback(from+500, 32, reference), now)
	if len(l.acks) != 0 {
		t.Error("packets that came before, or were never sent, count")
	}
}

func TestPacingGoesByTheEstimateAfterOveruse(t *testing.T) {
	t.Parallel()
	f, v, tr, _ := bound(t, true)
	v.wide = &tr.wide
	for range 90 {
		f.src.picture(3000)
		f.settle()
	}
	l, now := &tr.wide, f.src.now
	free := v.pace(now).rate
	l.begun = now.Add(-time.Minute)
	l.estimator.rate = 250_000
	l.rate.Store(0x410e848000000000) // 250000
	if l.bytesPerSecond() != 250_000 || v.pace(now).rate != free {
		t.Fatalf("paced at %.0f bytes a second without over-use, before %.0f", v.pace(now).rate, free)
	}
	l.overused.Store(int64(time.Minute))
	if got := v.pace(now).rate; got != 625_000 {
		t.Errorf("paced at %.0f bytes a second, want 2.5 times the estimate", got)
	}
	if got := v.pace(now.Add(overuseHeld + time.Second)).rate; got != free {
		t.Errorf("paced at %.0f bytes a second long after the over-use, before %.0f", got, free)
	}
	if got := l.limit(free, 1e6, now); got != 1.25e6 {
		t.Errorf("a stream of 1 MB/s is paced at %.0f: it grows old", got)
	}
}

func FuzzWideFeedback(f *testing.F) {
	good, err := rtcp.TransportLayerCC{
		Header:             rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: 5},
		BaseSequenceNumber: 3, PacketStatusCount: 1,
		PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{PacketStatusSymbol: 1, RunLength: 1}},
		RecvDeltas:   []*rtcp.RecvDelta{{Type: 1, Delta: 250}},
	}.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{0x8f, 205, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 0, 0x3f, 255, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var l wideLog
		now := time.Unix(1000, 0)
		for range 200 {
			l.number(1000, now)
			now = now.Add(2 * time.Millisecond)
		}
		for range 3 {
			var p rtcp.TransportLayerCC
			if p.Unmarshal(raw) != nil {
				return
			}
			l.hear(&p, now)
			now = now.Add(100 * time.Millisecond)
		}
		if r := l.bytesPerSecond(); r != 0 && r < estimateFloor || math.IsNaN(r) || r > 1e9 {
			t.Errorf("%v bytes a second", r)
		}
	})
}

// A browser that sends feedback lets the station know what its path carries.
func TestEstimateOfARealPeer(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	p := watch(t, r, s, peerConfig{feedback: true})
	p.awaitMedia()
	poll(t, "an estimate", func() bool {
		v, err := r.View(s, p.session.ID)
		return err == nil && v.EstimateKbps >= 64
	})
}

// BenchmarkNumbering is what a number, and its memory, add to a packet.
func BenchmarkNumbering(b *testing.B) {
	var l wideLog
	b.ReportAllocs()
	for b.Loop() {
		l.number(1200, time.Now())
	}
}
