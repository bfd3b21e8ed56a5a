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
	jump  time.Duration // not told of yet; 0: none
}

// leastJump is how far a clock must go astray from the timestamps between two reports to have jumped. Those of cameras with a
// bad crystal drift by less in an hour.
const leastJump = time.Second

// videoRate is the RTP clock of video.
const videoRate = 90_000

// report takes a sender report.
func (c *clock) report(ssrc uint32, ntp uint64, rtp uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ntp == 0 {
		return // the source says that it has no clock
	}
	at := ntpTime(ntp)
	if c.known && c.ssrc == ssrc {
		if by := at.Sub(c.ntp) - c.span(rtp); by.Abs() > leastJump {
			c.jump = by
		}
	}
	c.known, c.ssrc, c.ntp, c.rtp = true, ssrc, at, rtp
}

// jumped returns how far the clock has jumped since it was last asked, 0 for not at all.
func (c *clock) jumped() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	by := c.jump
	c.jump = 0
	return by
}

// span is the time from the last report's timestamp to another one; mu must be held.
func (c *clock) span(rtp uint32) time.Duration {
	rate := c.rate
	if rate <= 0 {
		rate = videoRate
	}
	return time.Duration(int32(rtp-c.rtp)) * time.Second / time.Duration(rate)
}

// capture returns when the picture with an RTP timestamp was taken; false before the first report of its source.
func (c *clock) capture(ssrc, rtp uint32) (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known || c.ssrc != ssrc {
		return time.Time{}, false
	}
	return c.ntp.Add(c.span(rtp)), true
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
