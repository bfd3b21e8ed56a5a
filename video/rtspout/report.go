package rtspout

import (
	"sync"
	"time"

	"github.com/pion/rtcp"

	"vedette/video/relay"
)

// report is what a sender report (RFC 3550, section 6.4.1) of one reader says: which timestamp belongs to which time.
type report struct {
	ssrc uint32

	mu      sync.Mutex
	known   bool
	rtp     uint32
	taken   time.Time // when the picture with the timestamp rtp was taken
	at      time.Time // when that was noted, by the station's own clock
	packets uint32
	octets  uint32
}

// note counts a packet that was sent with a timestamp; true the first time that its time is known.
func (r *report) note(d relay.Delivery, rtp uint32, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.packets++
	r.octets += uint32(len(d.Payload))
	if d.Taken.IsZero() {
		return false
	}
	first := !r.known
	r.known, r.rtp, r.taken, r.at = true, rtp, d.Taken, now
	return first
}

// packet is the report at a moment; false before any time is known. It goes on while the source is away, as the
// timestamps will.
func (r *report) packet(now time.Time) (rtcp.Packet, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.known {
		return nil, false
	}
	passed := now.Sub(r.at)
	return &rtcp.CompoundPacket{
		&rtcp.SenderReport{
			SSRC: r.ssrc, NTPTime: ntp(r.taken.Add(passed)), RTPTime: r.rtp + uint32(int64(passed.Seconds()*90_000)),
			PacketCount: r.packets, OctetCount: r.octets,
		},
		rtcp.NewCNAMESourceDescription(r.ssrc, "vedette"),
	}, true
}

// ntp is a time as NTP has it: seconds since 1900, and 2^-32 parts of one (RFC 5905, section 6).
func ntp(t time.Time) uint64 {
	const unixEpoch = 2_208_988_800
	return uint64(t.Unix()+unixEpoch)<<32 | uint64(t.Nanosecond())<<32/1_000_000_000
}
