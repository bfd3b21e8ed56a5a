package ingest

import (
	"math/bits"
	"sync"
	"time"
)

// clock maps a source's RTP timestamps to absolute time by its sender reports (RFC 3550, section 6.4.1). The RTSP
// library's own mapping is not used: v4.16.2 takes the fraction of an NTP timestamp, which counts 2^-32 seconds, for
// nanoseconds, and so is wrong by up to 3.3 s.
type clock struct {
	rate int // of the RTP timestamps, Hz; 0: that of video

	mu    sync.Mutex
	known bool
	ssrc  uint32
	ntp   time.Time
	rtp   uint32
}

// videoRate is the RTP clock of video.
const videoRate = 90_000

// report takes a sender report.
func (c *clock) report(ssrc uint32, ntp uint64, rtp uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ntp == 0 {
		return // the source says that it has no clock
	}
	c.known, c.ssrc, c.ntp, c.rtp = true, ssrc, ntpTime(ntp), rtp
}

// capture returns when the picture with an RTP timestamp was taken; false before the first report of its source.
func (c *clock) capture(ssrc, rtp uint32) (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known || c.ssrc != ssrc {
		return time.Time{}, false
	}
	rate := c.rate
	if rate <= 0 {
		rate = videoRate
	}
	return c.ntp.Add(time.Duration(int32(rtp-c.rtp)) * time.Second / time.Duration(rate)), true
}

// ntpTime converts a 64-bit NTP timestamp: seconds since 1900 and 2^-32 parts of one. It is good until 2036, and after
// that too, since a time before 1968 is taken for one of the next era.
func ntpTime(v uint64) time.Time {
	const toUnix = 2_208_988_800
	seconds := int64(v>>32) - toUnix
	if v>>63 == 0 {
		seconds += 1 << 32
	}
	nanos, _ := bits.Mul64(v<<32, 1_000_000_000)
	return time.Unix(seconds, int64(nanos)).UTC()
}
