package relay

import "time"

const (
	reportEvery = time.Second
	// reportSkew is how far a picture's time may be from now for a report to go by it.
	reportSkew = 10 * time.Second
	// reportBehind is how close a report follows a picture, and reportKeyEvery the least time to one behind a large key picture.
	reportBehind   = time.Millisecond
	reportKeyEvery = 300 * time.Millisecond
)

// reports holds what sender reports say (RFC 3550, section 6.4.1).
type reports struct {
	packets, octets uint32
	last            time.Time
	due             time.Time // when one follows what has been sent; zero: none does
	known           bool
	ts              uint32 // of the picture that was taken at taken
	taken           time.Time
}

// note keeps the newest live picture. The timestamps of replayed ones are not those of their pictures.
func (r *reports) note(p *packet, ts uint32, live bool) {
	if live {
		r.known, r.ts, r.taken = true, ts, p.taken
	}
}

// timestamp returns the RTP timestamp of a picture that would be taken now.
func (r *reports) timestamp(now time.Time) (ts uint32, ok bool) {
	age := now.Sub(r.taken)
	if !r.known || age.Abs() > reportSkew {
		return 0, false
	}
	return r.ts + uint32(int64(age)*clockRate/int64(time.Second)), true
}

// report sends a sender report where one is due, when all packets have been sent. It returns when it is to be asked again;
// zero: with the next picture. Reports follow large key pictures and others in turn, so that the answers tell of queues.
func (v *viewer) report(now time.Time) (again time.Time) {
	r := &v.reports
	if r.due.IsZero() {
		every := reportEvery
		if v.paced.key && v.paced.bytes > pacerBucket && !v.paced.replay {
			every = reportKeyEvery
		}
		whole := v.header.Marker // some cameras mark no picture's end
		if since := now.Sub(r.last); since >= 2*reportEvery || since >= every && whole {
			r.due = now.Add(reportBehind)
			return r.due
		}
		return time.Time{}
	}
	if now.Before(r.due) {
		return r.due
	}
	r.due = time.Time{}
	ts, ok := r.timestamp(now)
	if !ok {
		return time.Time{}
	}
	r.last = now
	_ = v.out.report(now, ts+v.base, r.packets, r.octets) // the next one is due in a second
	return time.Time{}
}

// ntpTime is a time as RTCP and absolute capture times have it (RFC 3550, section 4).
func ntpTime(t time.Time) uint64 {
	const fromUnix = 2_208_988_800 // seconds from 1900 to 1970
	return (uint64(t.Unix())+fromUnix)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}
