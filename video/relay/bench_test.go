package relay

import (
	"testing"
	"time"

	"github.com/pion/rtp"
)

// sink takes packets and keeps none.
type sink struct{ packets, bytes int }

func (s *sink) send(_ *rtp.Header, payload []byte, _ time.Time) error {
	s.packets++
	s.bytes += len(payload)
	return nil
}

func (*sink) resend(*rtp.Header, []byte) error { return nil }

func (*sink) report(time.Time, uint32, uint32, uint32) error { return nil }

// fanOut is a stream with viewers that a test steps by hand.
type fanOut struct {
	src    *source
	worker *worker
	sinks  []*sink
}

func newFanOut(viewers int) *fanOut {
	s := &Stream{name: "s"}
	f := &fanOut{src: newSource(s), worker: newWorker(nil)}
	f.src.picture(20_000)
	for range viewers {
		f.sinks = append(f.sinks, &sink{})
		v := newViewer("v", s, f.sinks[len(f.sinks)-1], 0, 0, func() {})
		s.add(v)
		f.worker.add(v)
	}
	return f
}

// settle makes rounds until nothing is left to send.
func (f *fanOut) settle() {
	for due := f.worker.round(f.src.now); !due.IsZero(); {
		due = f.worker.round(due)
	}
}

func BenchmarkFanOut(b *testing.B) {
	const viewers = 25
	f := newFanOut(viewers)
	f.settle()
	b.ReportAllocs()
	for b.Loop() {
		f.src.picture(14_000) // of 4 Mbit/s
		f.settle()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/viewers/12, "ns/packet")
}

// A further viewer costs no allocation a packet.
func TestAFurtherViewerAllocatesNothing(t *testing.T) {
	perPicture := func(viewers int) float64 {
		f := newFanOut(viewers)
		f.src.gop = 1 << 30
		for range 100 { // the queues grow to their size
			f.src.picture(14_000)
			f.settle()
		}
		return testing.AllocsPerRun(100, func() {
			f.src.picture(14_000)
			f.settle()
		})
	}
	one, many := perPicture(1), perPicture(41)
	if extra := (many - one) / 40; extra > 0.1 { // of 12 packets
		t.Errorf("%.2f allocations a picture and viewer: %v with one viewer, %v with 41", extra, one, many)
	}
}
