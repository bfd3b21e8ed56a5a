package nmea

import "errors"

// Fix is a place that a receiver measured.
type Fix struct {
	Lat, Lon float64 // degrees, WGS 84
	// AltAMSL is the height above mean sea level, GeoidM the geoid above the ellipsoid there, in metres; nil: not told.
	AltAMSL, GeoidM *float64
	// SpeedMS and CourseDeg, from true north, are zero while it stands or tells nothing.
	SpeedMS, CourseDeg float64
}

// Counts counts lines.
type Counts struct {
	// Sentences were read. Fixes of them gave a new place, NoFix none, Repeated one that was told before.
	Sentences, Fixes, NoFix, Repeated uint64
	// BadChecksums, Unreadable lines and TooLong ones are faults; Others are sentences of other kinds.
	BadChecksums, Unreadable, TooLong, Others uint64
}

const (
	// longest line: the standard allows 82 characters, and some receivers write more digits.
	longest = 128
	// agree is how far apart, in seconds, the two kinds may be measured to be put together.
	agree = 2.0
	// standing is the speed in m/s below which a receiver that lies still seems to move.
	standing = 0.3
)

// Receiver makes fixes of the bytes of one receiver. The zero value is ready.
type Receiver struct {
	// Satellites, Quality and HDOP are those of the last GGA.
	Satellites, Quality int
	HDOP                *float64

	counts   Counts
	line     []byte
	skipping bool
	last     map[string]Sentence // the last of each kind that had a fix
}

// Counts gives the counters.
func (r *Receiver) Counts() Counts { return r.counts }

// Feed takes bytes and gives the fixes in them.
func (r *Receiver) Feed(b []byte, found func(Fix)) {
	for _, c := range b {
		switch {
		case c == '\n' || c == '\r':
			r.End(found)
		case c == '$': // a new one begins, wherever the one before has ended
			if len(r.line) > 0 {
				r.counts.Unreadable++
			}
			r.line, r.skipping = append(r.line[:0], c), false
		case r.skipping:
		case len(r.line) == longest:
			r.counts.TooLong++
			r.line, r.skipping = r.line[:0], true
		default:
			r.line = append(r.line, c)
		}
	}
}

// End says that a line ends here, as it does with a datagram.
func (r *Receiver) End(found func(Fix)) {
	line := r.line
	r.line, r.skipping = r.line[:0], false
	if len(line) == 0 {
		return
	}
	s, err := Parse(line)
	switch {
	case errors.Is(err, ErrOther):
		r.counts.Others++
	case errors.Is(err, ErrChecksum):
		r.counts.BadChecksums++
	case err != nil:
		r.counts.Unreadable++
	default:
		r.counts.Sentences++
		r.take(s, found)
	}
}

// take puts what the two kinds say together.
func (r *Receiver) take(s Sentence, found func(Fix)) {
	if s.Kind == GGA {
		r.Satellites, r.Quality, r.HDOP = s.Satellites, s.Quality, s.HDOP
	}
	if !s.Fix {
		r.counts.NoFix++
		delete(r.last, s.Kind)
		return
	}
	before, known := r.last[s.Kind]
	if known && s.Clock >= 0 && before.Clock == s.Clock {
		r.counts.Repeated++ // a receiver that stands still in time knows nothing new
		return
	}
	if r.last == nil {
		r.last = make(map[string]Sentence, 2)
	}
	r.last[s.Kind] = s
	r.counts.Fixes++
	fix := Fix{Lat: s.Lat, Lon: s.Lon}
	for _, part := range []string{GGA, RMC} {
		p, ok := r.last[part]
		if !ok || !together(p, s) {
			continue
		}
		if p.AltAMSL != nil {
			fix.AltAMSL, fix.GeoidM = p.AltAMSL, p.GeoidM
		}
		if p.SpeedMS != nil && *p.SpeedMS >= standing && p.CourseDeg != nil {
			fix.SpeedMS, fix.CourseDeg = *p.SpeedMS, *p.CourseDeg
		}
	}
	found(fix)
}

// together tells whether two sentences were measured at about the same time, also at midnight.
func together(a, b Sentence) bool {
	const day = 86400
	if a.Clock < 0 || b.Clock < 0 {
		return a.Kind == b.Kind
	}
	apart := max(a.Clock-b.Clock, b.Clock-a.Clock)
	return min(apart, day-apart) <= agree
}
