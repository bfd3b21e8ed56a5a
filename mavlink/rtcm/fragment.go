package rtcm

import "github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

const (
	fragmentSize = 180
	maxFragments = 4
	// Longest is the longest frame that fits into the fragments.
	Longest   = fragmentSize * maxFragments
	sequences = 32
)

// Fragmenter cuts frames. The zero value is ready.
type Fragmenter struct{ sequence uint8 }

// Cut gives the fragments of a frame; none of one that is too long. The receiver knows that it has all when it has four, or
// those before the first that is not full: so what fills its fragments exactly, and has less than four, gets an empty one
// more.
func (f *Fragmenter) Cut(frame []byte) []*common.MessageGpsRtcmData {
	if len(frame) == 0 || len(frame) > Longest {
		return nil
	}
	flags := f.sequence << 3
	f.sequence = (f.sequence + 1) % sequences
	if len(frame) <= fragmentSize {
		return []*common.MessageGpsRtcmData{fragment(flags, frame)}
	}
	const fragmented = 1
	var out []*common.MessageGpsRtcmData
	for id := range uint8(maxFragments) {
		n := min(len(frame), fragmentSize)
		out = append(out, fragment(flags|id<<1|fragmented, frame[:n]))
		frame = frame[n:]
		if n < fragmentSize {
			break
		}
	}
	return out
}

func fragment(flags uint8, b []byte) *common.MessageGpsRtcmData {
	m := &common.MessageGpsRtcmData{Flags: flags, Len: uint8(len(b))}
	copy(m.Data[:], b)
	return m
}
