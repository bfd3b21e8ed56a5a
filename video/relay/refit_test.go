package relay

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"vedette/video/h264"
	"vedette/video/h265"
)

// cut is what a camera does with a NAL unit: fragments of at most size bytes.
type cut func(nal []byte, size int, emit func([]byte)) bool

func TestRefittedFragmentsAreTheSameUnitInFullPackets(t *testing.T) {
	t.Parallel()
	for _, codec := range []struct {
		name   string
		head   []byte
		cut    cut
		refit  func(int) refitter
		header int
	}{
		{"H264", []byte{0x65}, h264.Split, newH264Refitter, 2},
		{"H265", []byte{19 << 1, 1}, h265.Split, newH265Refitter, 3},
	} {
		t.Run(codec.name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(1, 2))
			for range 300 {
				nal := bytes.Clone(codec.head)
				for range 1500 + rng.IntN(40_000) {
					nal = append(nal, byte(rng.Uint32()))
				}
				size, limit := 1201+rng.IntN(8000), 1188
				r := codec.refit(limit)
				var out [][]byte
				codec.cut(nal, size, func(b []byte) {
					switch {
					case r.takes(b):
						r.push(b, func(b []byte) { out = append(out, b) })
					default: // whole, or a fragment that fits
						out = append(out, b)
					}
				})
				if rest := r.flush(); rest != nil {
					t.Fatalf("%d bytes are left of a unit that has ended", len(rest))
				}
				var data []byte
				for i, b := range out {
					if len(b) > limit && len(nal) > size {
						t.Fatalf("packet of %d bytes", len(b))
					}
					if len(out) == 1 {
						continue
					}
					flags := b[codec.header-1] & (fragmentStart | fragmentEnd)
					if (flags&fragmentStart != 0) != (i == 0) || (flags&fragmentEnd != 0) != (i == len(out)-1) {
						t.Fatalf("packet %d of %d has flags %#x", i, len(out), flags)
					}
					data = append(data, b[codec.header:]...)
				}
				if len(out) > 1 && !bytes.Equal(data, nal[len(codec.head):]) {
					t.Fatal("the data changed")
				}
				fewest := (len(nal) - len(codec.head) + limit - codec.header - 1) / (limit - codec.header)
				if size > limit && len(out) > 1 && len(out) > fewest+1 {
					t.Fatalf("%d packets where %d would do", len(out), fewest)
				}
			}
		})
	}
}

func TestStreamCutsLargeFragmentsIntoFewPackets(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "a"}
	nal := append([]byte{0x65}, bytes.Repeat([]byte{7}, 14_460)...)
	n, ts := 0, uint32(1000)
	h264.Split(nal, 1448, func(b []byte) {
		n++
		s.Push(Packet{Payload: b, Timestamp: ts, Marker: n == 10})
	})
	if n != 10 {
		t.Fatalf("the camera sent %d packets", n)
	}
	if got := len(s.cache.packets); got != 13 {
		t.Errorf("%d packets, where 13 hold it", got)
	}
	last := s.cache.packets[len(s.cache.packets)-1]
	if !last.marker || !s.cache.packets[0].key {
		t.Errorf("marker %v on the last, key %v on the first", last.marker, s.cache.packets[0].key)
	}
}

func TestALostFragmentLosesNothingThatCame(t *testing.T) {
	t.Parallel()
	s := &Stream{name: "a"}
	nal := append([]byte{0x65}, bytes.Repeat([]byte{7}, 5*1446)...)
	n := 0
	h264.Split(nal, 1448, func(b []byte) {
		n++
		switch n {
		case 3: // lost
		case 4:
			s.Push(Packet{Payload: b, Timestamp: 1, Lost: 1})
		default:
			s.Push(Packet{Payload: b, Timestamp: 1, Marker: n == 5})
		}
	})
	got, lost := 0, 0
	for _, p := range s.cache.packets {
		got += len(p.payload) - 2
		lost += int(p.lost)
	}
	if got != 4*1446 || lost != 1 {
		t.Errorf("%d bytes and %d lost, not %d and 1", got, lost, 4*1446)
	}
	// A picture that is cut off: what is held goes out with it, not with the next one.
	h264.Split(nal, 1448, func(b []byte) {
		if b[1]&fragmentEnd == 0 {
			s.Push(Packet{Payload: b, Timestamp: 9000})
		}
	})
	s.Push(Packet{Payload: []byte{0x41, 1, 2, 3}, Timestamp: 12_000, Marker: true})
	tail := s.cache.packets[len(s.cache.packets)-2:]
	if tail[0].ts == tail[1].ts || tail[0].frame == tail[1].frame || tail[0].payload[0]&0x1f != 28 {
		t.Errorf("the held fragment went to the wrong picture: %+v", tail)
	}
}
