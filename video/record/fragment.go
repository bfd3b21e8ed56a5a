package record

import (
	"encoding/binary"
	"slices"
	"time"
)

// klvScheme names KLV in an event message (MISB ST 1910).
const klvScheme = "urn:misb:KLV:bin:1910.1"

// sample is one picture of a fragment.
type sample struct {
	data []byte
	key  bool
	at   int64 // when it is shown, in units of timescale from the file's beginning
}

// klvPacket is one KLV packet beside the picture.
type klvPacket struct {
	data []byte
	at   int64 // the time that it belongs to, like sample.at
}

// fragment is a run of pictures that is written at once.
type fragment struct {
	number  uint32
	samples []sample
	klv     []klvPacket
	taken   time.Time // when the first picture was taken, UTC
	exact   bool      // by the camera's clock
	bytes   int       // of the samples
}

// span is where a fragment's pictures lie in decoding time.
type span struct {
	from int64 // of the first picture
	to   int64 // of the end of the last
}

// shown returns when the first and the last picture are shown, which need not be those that come first and last.
func (f *fragment) shown() (first, last int64) {
	first, last = f.samples[0].at, f.samples[0].at
	for _, s := range f.samples {
		first, last = min(first, s.at), max(last, s.at)
	}
	return first, last
}

// Sample flags (ISO/IEC 14496-12, section 8.8.3.1): depends on no other picture, or on others and is no sync sample.
const (
	flagsKey   = 0x02000000
	flagsOther = 0x01010000
)

// encode writes a fragment: KLV as event messages, the time of capture, the table of its pictures, and they themselves.
// Decoding times are the showing times in order, none before earliest; last is how long the last picture is shown.
func (f *fragment) encode(earliest, last int64) ([]byte, span) {
	decode := make([]int64, len(f.samples))
	for i, s := range f.samples {
		decode[i] = s.at
	}
	slices.Sort(decode)
	for i := range decode {
		decode[i] = max(decode[i], earliest)
		earliest = decode[i] + 1
	}
	end := decode[len(decode)-1] + last
	b := boxes{buf: make([]byte, 0, f.bytes+len(f.samples)*16+len(f.klv)*128+512)}
	for i, k := range f.klv {
		f.event(&b, k, uint32(i))
	}
	f.captured(&b)
	start := len(b.buf)
	var offsetAt int
	b.box("moof", func() {
		b.full("mfhd", 0, 0, func() { b.u32(f.number) })
		b.box("traf", func() {
			b.full("tfhd", 0, 0x020000, func() { b.u32(trackID) }) // offsets count from the moof
			b.full("tfdt", 1, 0, func() { b.u64(uint64(decode[0])) })
			// Data offset, and for each picture duration, size, flags and composition offset.
			b.full("trun", 1, 0x000f01, func() {
				b.u32(uint32(len(f.samples)))
				offsetAt = len(b.buf)
				b.u32(0)
				for i, s := range f.samples {
					next := end
					if i+1 < len(decode) {
						next = decode[i+1]
					}
					flags := uint32(flagsOther)
					if s.key {
						flags = flagsKey
					}
					b.u32(uint32(next - decode[i]))
					b.u32(uint32(len(s.data)))
					b.u32(flags)
					b.u32(uint32(int32(s.at - decode[i])))
				}
			})
		})
	})
	binary.BigEndian.PutUint32(b.buf[offsetAt:], uint32(len(b.buf)-start+8))
	b.box("mdat", func() {
		for _, s := range f.samples {
			b.bytes(s.data)
		}
	})
	return b.buf, span{decode[0], end}
}

// event writes one KLV packet as an event message (ISO/IEC 23009-1, section 5.10.3.3), with the time it belongs to.
func (f *fragment) event(b *boxes, k klvPacket, n uint32) {
	b.full("emsg", 1, 0, func() {
		b.u32(timescale)
		b.u64(uint64(max(k.at, 0)))
		b.u32(0)
		b.u32(f.number<<16 | n&0xffff)
		b.cstring(klvScheme)
		b.cstring("")
		b.bytes(k.data)
	})
}

// captured writes the producer reference time (ISO/IEC 14496-12, section 8.16.5): when the first picture was taken.
func (f *fragment) captured(b *boxes) {
	flags := uint32(8) // a consistent choice: when the picture came
	if f.exact {
		flags = 24 // when it was captured
	}
	b.full("prft", 1, flags, func() {
		b.u32(trackID)
		b.u64(toNTP(f.taken))
		b.u64(uint64(max(f.samples[0].at, 0)))
	})
}

// ntpEpoch is 1 Jan 1970 in seconds since 1 Jan 1900 (RFC 5905).
const ntpEpoch = 2_208_988_800

// toNTP is an instant as a 64-bit NTP timestamp.
func toNTP(t time.Time) uint64 {
	seconds := uint64(t.Unix()+ntpEpoch) & 0xffffffff
	return seconds<<32 | uint64(t.Nanosecond())<<32/1_000_000_000
}

// fromNTP is good until 2036 and, since nothing was recorded before 1968, after it.
func fromNTP(v uint64) time.Time {
	seconds := int64(v>>32) - ntpEpoch
	if v>>63 == 0 {
		seconds += 1 << 32
	}
	nanos := int64((v&0xffffffff*1_000_000_000 + 1<<31) >> 32)
	return time.Unix(seconds, nanos).UTC()
}
