package mavlink

import (
	"log/slog"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
)

// BenchmarkWays is what the links of a vehicle cost for each of its frames, before anything is decoded.
func BenchmarkWays(b *testing.B) {
	for name, links := range map[string]int{"one link": 1, "two links": 2} {
		b.Run(name, func(b *testing.B) {
			start := time.Unix(1000, 0)
			s := newSystem(1, 1, &common.MessageHeartbeat{Type: 2, Autopilot: 3}, start, slog.New(slog.DiscardHandler))
			st := &s.state
			peers := make([]*link.Peer, links)
			for i := range peers {
				peers[i] = new(link.Peer)
			}
			f := frameOf(0, 30, 7)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				peer, at := peers[i%links], start.Add(time.Duration(i)*time.Millisecond)
				f.Sequence = uint8(i / links)
				st.paths.heardFrame(peer, 0, f, at)
				if len(st.paths.all) > 1 && st.paths.several(at) && !st.repeats.again(peer, f, at) {
					st.repeats.behind(peer, st.paths.best(at), f.MessageID, at)
				}
				i++
			}
		})
	}
}
