package relay

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
)

const (
	// longRoundTrip is the round trip from which on a retransmission comes too late for a picture that is shown at once.
	longRoundTrip = 60 * time.Millisecond
	// playoutHold is how long after the last loss a browser is still let wait.
	playoutHold = 30 * time.Second
	// playoutUnit is the unit of the extension's two 12-bit values.
	playoutUnit = 10 * time.Millisecond
	playoutMost = 0xfff
)

// playout decides how long a browser may hold pictures back. None, as long as packets arrive or can be had again at once:
// a picture is then shown as soon as it is decoded. On a long and lossy path up to one and a half round trips, so that a
// packet that is sent again is in time.
type playout struct {
	most     atomic.Uint32 // in playoutUnit
	lastLoss time.Time     // the rest is owned by the goroutine that reads reports
	rtt      time.Duration
}

// hear reads a report block about the viewer's video (RFC 3550, section 6.4.1).
func (p *playout) hear(r rtcp.ReceptionReport, now time.Time) {
	if rtt := roundTrip(r, now); rtt > 0 {
		p.smooth(rtt)
	}
	if r.FractionLost > 0 {
		p.lastLoss = now
	}
	most := time.Duration(0)
	if p.rtt > longRoundTrip && !p.lastLoss.IsZero() && now.Sub(p.lastLoss) < playoutHold {
		most = p.rtt * 3 / 2
	}
	p.most.Store(uint32(min((most+playoutUnit-1)/playoutUnit, playoutMost)))
}

// roundTrip is that of the last sender report and its answer; 0: unknown.
func roundTrip(r rtcp.ReceptionReport, now time.Time) time.Duration {
	if r.LastSenderReport == 0 {
		return 0
	}
	// All three are in units of 1/65536 s; a difference of more than a minute is nonsense.
	passed := uint32(ntpTime(now)>>16) - r.LastSenderReport - r.Delay
	if rtt := time.Duration(passed) * time.Second / 65536; rtt < time.Minute {
		return max(rtt, 1)
	}
	return 0
}

// smooth follows the round trip, as TCP does (RFC 6298, section 2).
func (p *playout) smooth(rtt time.Duration) {
	if p.rtt == 0 {
		p.rtt = rtt
		return
	}
	p.rtt += (rtt - p.rtt) / 8
}

// put writes the extension: a minimum of 0 and the maximum, 12 bits each.
func (p *playout) put(out *[3]byte) {
	most := p.most.Load()
	out[0], out[1], out[2] = 0, byte(most>>8), byte(most)
}
