package relay

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func TestPlayoutDelayFollowsALongAndLossyPathOnly(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	sent := func(rtt time.Duration) uint32 { return uint32(ntpTime(at.Add(-rtt)) >> 16) }
	for _, tc := range []struct {
		name    string
		reports []rtcp.ReceptionReport
		wait    time.Duration
		least   uint32 // in 10 ms
		most    uint32
	}{
		{"nothing known", []rtcp.ReceptionReport{{}}, 0, 0, 0},
		{"short and lossy", []rtcp.ReceptionReport{{LastSenderReport: sent(20 * time.Millisecond), FractionLost: 30}}, 0, 0, 0},
		{"long and clean", []rtcp.ReceptionReport{{LastSenderReport: sent(300 * time.Millisecond)}}, 0, 0, 0},
		{"long and lossy", []rtcp.ReceptionReport{{LastSenderReport: sent(300 * time.Millisecond), FractionLost: 3}}, 0, 45, 46},
		{"the browser's own pause is no round trip", []rtcp.ReceptionReport{{
			LastSenderReport: sent(300 * time.Millisecond), Delay: 65536 * 290 / 1000, FractionLost: 3,
		}}, 0, 0, 0},
		{"clean again for a while", []rtcp.ReceptionReport{
			{LastSenderReport: sent(300 * time.Millisecond), FractionLost: 3}, {},
		}, time.Minute, 0, 0},
		{"nonsense", []rtcp.ReceptionReport{{LastSenderReport: 1, Delay: 1 << 31, FractionLost: 255}}, 0, 0, 0},
		{"from the future", []rtcp.ReceptionReport{{LastSenderReport: sent(-time.Second), FractionLost: 255}}, 0, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var p playout
			for i, r := range tc.reports {
				p.hear(r, at.Add(time.Duration(i)*tc.wait))
			}
			var ext [3]byte
			p.put(&ext)
			got := uint32(ext[1])<<8 | uint32(ext[2])
			if ext[0] != 0 || got < tc.least || got > tc.most {
				t.Errorf("minimum %d, maximum %d, want 0 and %d to %d", ext[0], got, tc.least, tc.most)
			}
		})
	}
}
