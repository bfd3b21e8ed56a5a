package live

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/paulmach/orb"

	"vedette/internal/access"
	"vedette/ui/api"
)

// BenchmarkConsoles is one hub with 100 sockets on loopback, each told of 1,000 tracks twice a second for ten seconds. The
// cores are those of the process: hub, sockets and the clients that read and throw away. Latency is from the instant in a
// row to its frame being read; a tenth of the clients look. In the first round every track is new, so that each console is
// first told of it in JSON.
func BenchmarkConsoles(b *testing.B) {
	for _, form := range []string{"binary", ""} {
		b.Run("tracks="+form, func(b *testing.B) {
			for b.Loop() {
				benchConsoles(b, form)
			}
		})
	}
}

func benchConsoles(b *testing.B, form string) {
	const consoles, tracks, rounds = 100, 1000, 20
	w := newWorld()
	h := New(Config{Source: w, Gate: w, Leases: w.leases})
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan struct{})
	go func() { defer close(ran); _ = h.Run(ctx) }()
	<-w.asked
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		// Each ends with its reader's going away, which is no failure of the measure.
		_ = h.Serve(rw, r, access.Principal{Name: "ann", Role: access.RoleOperator})
	}))
	var introduced atomic.Uint32                                    // the low half of the instant from which on no track is new
	introduced.Store(uint32(time.Now().Add(time.Hour).UnixMilli())) //nolint:gosec // the low half
	url := "ws" + strings.TrimPrefix(s.URL, "http")
	if form != "" {
		url += "?tracks=" + form
	}
	var mu sync.Mutex
	var latencies, later []time.Duration // of all rounds, and of those after the first
	var readers sync.WaitGroup
	for i := range consoles {
		conn, res, err := websocket.DefaultDialer.Dial(url, nil)
		if err != nil {
			b.Fatal(err)
		}
		_ = res.Body.Close()
		readers.Go(func() {
			defer func() { _ = conn.Close() }()
			var read bytes.Buffer // kept, so that reading costs no garbage of the measure's own
			for {
				what, message, err := conn.NextReader()
				if err != nil {
					return
				}
				read.Reset()
				if _, err := read.ReadFrom(message); err != nil {
					return
				}
				if i%10 != 0 || what != websocket.BinaryMessage {
					continue
				}
				data := read.Bytes()
				low := uint32(time.Now().UnixMilli()) //nolint:gosec // the low half
				mu.Lock()
				for o := frameHeader; o < len(data); o += rowBytes {
					at := binary.LittleEndian.Uint32(data[o+12:])
					latency := time.Duration(int32(low-at)) * time.Millisecond //nolint:gosec // a difference
					latencies = append(latencies, latency)
					if int32(at-introduced.Load()) >= 0 { //nolint:gosec // a difference
						later = append(later, latency)
					}
				}
				mu.Unlock()
			}
		})
	}
	for deadline := time.Now().Add(time.Minute); h.Stats().Clients < consoles; {
		if time.Now().After(deadline) {
			b.Fatalf("%d of %d consoles came", h.Stats().Clients, consoles)
		}
		time.Sleep(time.Millisecond)
	}
	before, start := processCPU(b), time.Now()
	tick := time.NewTicker(500 * time.Millisecond)
	for round := range rounds {
		now := time.Now()
		if round == 1 {
			introduced.Store(uint32(now.UnixMilli())) //nolint:gosec // the low half
		}
		for i := range tracks {
			at := float64(i)/1000 + float64(round)*1e-5
			w.changes <- api.TrackChanged(api.NewFeature(fmt.Sprint("t-", i), orb.Point{149 + at, -35}, api.TrackProperties{
				Status: "confirmed", Class: "person", Speed: new(1.2), CourseDeg: new(90.0), Existence: new(0.9), T: api.At(now), LastSeen: api.At(now),
				Ellipse: &api.Ellipse{SemiMajorM: 12, SemiMinorM: 6, BearingDeg: 30}, SIDC: "10012700001101000000",
				ClassProbabilities: map[string]float64{"person": 0.8, "vehicle": 0.1, "animal": 0.1},
			}))
		}
		<-tick.C
	}
	tick.Stop()
	took := time.Since(start)
	cores := (processCPU(b) - before).Seconds() / took.Seconds()
	sent := h.Stats().Sent
	cancel()
	<-ran
	readers.Wait()
	s.Close()
	b.ReportMetric(cores, "cores")
	b.ReportMetric(float64(sent)/took.Seconds(), "messages/s")
	for _, of := range []struct {
		unit      string
		latencies []time.Duration
	}{{"p%v-ms", latencies}, {"later-p%v-ms", later}} {
		slices.Sort(of.latencies)
		for _, p := range []int{50, 99} {
			if n := len(of.latencies); n > 0 {
				b.ReportMetric(float64(of.latencies[min(n*p/100, n-1)].Milliseconds()), fmt.Sprintf(of.unit, p))
			}
		}
	}
}

func processCPU(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
