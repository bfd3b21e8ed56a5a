package relay

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"vedette/video/relay/udpbatch"
)

// The packets of a picture leave together when the last has come, and are not kept where the rest does not come.
func TestAPictureLeavesWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, out := &Stream{name: "s"}, &sink{}
		w := newWorker((&udpbatch.Routes{}).NewBatch())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			w.run(ctx)
		}()
		defer func() {
			cancel()
			<-ended
		}()
		v := newViewer("v", s, out, 0, 0, func() {})
		s.add(v)
		w.add(v)
		ts := uint32(0)
		push := func(size int, last bool) {
			payload := make([]byte, size)
			payload[0] = 0x65
			s.Push(Packet{Payload: payload, Timestamp: ts, Marker: last, Arrival: time.Now()})
			if last {
				ts += 3000
			}
			synctest.Wait()
		}
		rest := func() {
			time.Sleep(20 * time.Millisecond) // the clock is the bubble's
			synctest.Wait()
		}
		rest()
		push(1000, false)
		if out.packets != 0 {
			t.Errorf("%d packets left before the picture was whole", out.packets)
		}
		push(1000, true)
		if out.packets != 2 {
			t.Errorf("%d packets when the picture was whole, want 2", out.packets)
		}
		rest()
		push(1000, false)
		time.Sleep(gatherFor)
		synctest.Wait()
		if out.packets != 3 {
			t.Errorf("%d packets after %v, want 3", out.packets, gatherFor)
		}
		push(1000, true)
		rest()
		before := out.bytes
		for out.bytes == before {
			if push(1000, false); s.gathered > pacerBucket {
				t.Fatalf("nothing of a large picture left while %d bytes of it came at once", s.gathered)
			}
		}
	})
}
