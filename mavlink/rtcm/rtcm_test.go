package rtcm_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/rtcm"
)

// frame wraps a message.
func frame(message []byte) []byte {
	b := append([]byte{0xD3, byte(len(message) >> 8), byte(len(message))}, message...)
	crc := rtcm.Checksum(b)
	return append(b, byte(crc>>16), byte(crc>>8), byte(crc))
}

// antenna is message 1005 of the example in RTCM 10403: a station's place.
var antenna = []byte{
	0xD3, 0x00, 0x13, 0x3E, 0xD7, 0xD3, 0x02, 0x02, 0x98, 0x0E, 0xDE, 0xEF, 0x34, 0xB4, 0xBD, 0x62, 0xAC, 0x09, 0x41, 0x98,
	0x6F, 0x33, 0x36, 0x0B, 0x98,
}

func random(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestTheExampleOfTheStandard(t *testing.T) {
	t.Parallel()
	var f rtcm.Framer
	n := 0
	f.Feed(antenna, func(b []byte) {
		n++
		if rtcm.Type(b) != 1005 || !bytes.Equal(b, antenna) {
			t.Errorf("message %d of %d bytes", rtcm.Type(b), len(b))
		}
	})
	if n != 1 || f.Counts() != (rtcm.Counts{Frames: 1}) {
		t.Errorf("%d frames, %+v", n, f.Counts())
	}
}

func TestNoiseCostsNoGoodFrame(t *testing.T) {
	t.Parallel()
	var stream []byte
	var want [][]byte
	r := rand.New(rand.NewPCG(7, 7))
	for i := range uint64(400) {
		fr := frame(random(r.IntN(1024), i))
		want = append(want, fr)
		switch i % 4 {
		case 0:
			stream = append(stream, random(r.IntN(40), i)...)
		case 1:
			stream = append(stream, 0xD3, 0x00) // the beginning of one that never came
		case 2:
			cut := frame(random(300, i))
			stream = append(stream, cut[:len(cut)/2]...)
		}
		stream = append(stream, fr...)
	}
	// However it is cut, as much is found.
	for _, piece := range []int{1, 7, 1000, len(stream)} {
		var f rtcm.Framer
		found := 0
		for at := 0; at < len(stream); at += piece {
			f.Feed(stream[at:min(at+piece, len(stream))], func(b []byte) {
				for found < len(want) && !bytes.Equal(b, want[found]) {
					found++
					t.Errorf("frame %d is missing", found)
				}
				found++
			})
		}
		// What looks like the length of a frame at the end may still wait for its bytes.
		f.Feed(make([]byte, 1100), func(b []byte) {
			if found < len(want) && bytes.Equal(b, want[found]) {
				found++
			}
		})
		if found != len(want) {
			t.Errorf("pieces of %d: %d of %d frames", piece, found, len(want))
		}
	}
}

// joined puts fragments together as ArduPilot does.
func joined(fragments []*common.MessageGpsRtcmData) ([]byte, bool) {
	var b []byte
	if len(fragments) == 1 && fragments[0].Flags&1 == 0 {
		return fragments[0].Data[:fragments[0].Len], true
	}
	for i, f := range fragments {
		if f.Flags&1 == 0 || int(f.Flags>>1&3) != i || f.Flags>>3 != fragments[0].Flags>>3 {
			return nil, false
		}
		b = append(b, f.Data[:f.Len]...)
		if f.Len < 180 {
			return b, i == len(fragments)-1
		}
	}
	return b, len(fragments) == 4
}

func TestFragmentsAreWholeForTheReceiver(t *testing.T) {
	t.Parallel()
	var f rtcm.Fragmenter
	seen := map[uint8]bool{}
	for n := 1; n <= rtcm.Longest; n++ {
		want := random(n, uint64(n))
		fragments := f.Cut(want)
		got, ok := joined(fragments)
		if !ok || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: %d fragments, whole %v", n, len(fragments), ok)
		}
		seen[fragments[0].Flags>>3] = true
	}
	if len(seen) != 32 {
		t.Errorf("%d sequence numbers", len(seen))
	}
	if f.Cut(make([]byte, rtcm.Longest+1)) != nil || f.Cut(nil) != nil {
		t.Error("cut what cannot be")
	}
}

func FuzzFramer(f *testing.F) {
	f.Add(antenna, 3)
	f.Add(append([]byte{0xD3, 0xD3, 0x03, 0xFF}, antenna...), 1)
	f.Fuzz(func(t *testing.T, data []byte, piece int) {
		piece = max(1, piece%50)
		count := func(piece int) (frames uint64, total int) {
			var fr rtcm.Framer
			for at := 0; at < len(data); at += piece {
				fr.Feed(data[at:min(at+piece, len(data))], func(b []byte) {
					total += len(b)
					if rtcm.Checksum(b[:len(b)-3]) != uint32(b[len(b)-3])<<16|uint32(b[len(b)-2])<<8|uint32(b[len(b)-1]) {
						t.Fatal("a frame with a wrong checksum")
					}
				})
			}
			c := fr.Counts()
			if uint64(total)+c.SkippedBytes > uint64(len(data)) {
				t.Fatal("more bytes than came")
			}
			return c.Frames, total
		}
		a, b := count(piece)
		c, d := count(len(data) + 1)
		if a != c || b != d {
			t.Fatalf("in pieces %d frames, at once %d", a, c)
		}
	})
}
