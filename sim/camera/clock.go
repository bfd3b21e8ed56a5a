package camera

import "time"

// ntpToUnixSeconds lies between the zeros of NTP (1900) and Unix (1970).
const ntpToUnixSeconds = 2208988800

// frameTime is the instant of picture n, counted from the Unix epoch: every 15th falls on a whole second.
func frameTime(n int64) time.Time {
	second, rest := n/framesPerSecond, n%framesPerSecond
	return time.Unix(second, (rest*int64(time.Second)+framesPerSecond/2)/framesPerSecond).UTC()
}

// frameAfter is the first picture after an instant.
func frameAfter(t time.Time) int64 {
	n := t.Unix()*framesPerSecond + int64(t.Nanosecond())*framesPerSecond/int64(time.Second)
	for !frameTime(n).After(t) {
		n++
	}
	return n
}

// rtpTime is the RTP timestamp of picture n on the 90 kHz clock, which wraps.
func rtpTime(n int64) uint32 { return uint32(n * ticksPerFrame) }
