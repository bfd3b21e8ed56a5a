package link

import (
	"bufio"
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

func codec(t testing.TB) *Codec {
	t.Helper()
	c, err := NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func encode(t testing.TB, c *Codec, sequence uint8, m message.Message) []byte {
	t.Helper()
	b, err := c.Encode(nil, m, sequence, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// heartbeats makes n frames one after another.
func heartbeats(t testing.TB, c *Codec, n int) []byte {
	t.Helper()
	var all []byte
	for i := range n {
		all = append(all, encode(t, c, uint8(i), &common.MessageHeartbeat{Type: 2, Autopilot: 3, MavlinkVersion: 3})...)
	}
	return all
}

func TestFramesAreThoseOfGomavlib(t *testing.T) {
	t.Parallel()
	c := codec(t)
	for _, m := range []message.Message{
		&common.MessageHeartbeat{Type: 2, CustomMode: 4}, &common.MessageStatustext{Text: "hello"}, &common.MessageCommandInt{X: -353612345, Y: 1491698765, Z: 1.5},
		&common.MessageVideoStreamInformation{StreamId: 1, Uri: "rtsp://x/y"}, &common.MessageTimesync{},
	} {
		ours := encode(t, c, 9, m)
		r := &frame.Reader{BufByteReader: bufio.NewReader(bytes.NewReader(ours)), DialectRW: &c.dialect}
		if err := r.Initialize(); err != nil {
			t.Fatal(err)
		}
		theirs, err := r.Read()
		if err != nil || theirs.GetSequenceNumber() != 9 || theirs.GetSystemID() != 1 {
			t.Errorf("%T: gomavlib reads %+v, %v", m, theirs, err)
		}
		f, v := parseFrame(c, ours)
		back, err := c.Decode(f)
		if v != isFrame || err != nil || !bytes.Equal(encode(t, c, 9, back), ours) {
			t.Errorf("%T: %v %v %+v", m, v, err, back)
		}
	}
}

func TestVersion1AndSignedFrames(t *testing.T) {
	t.Parallel()
	c := codec(t)
	rw := c.dialect.GetMessage(0)
	v1 := &frame.V1Frame{SequenceNumber: 3, SystemID: 5, ComponentID: 1, Message: rw.Write(&common.MessageHeartbeat{Type: 2}, false)}
	v1.Checksum = v1.GenerateChecksum(rw.CRCExtra())
	signed := &frame.V2Frame{IncompatibilityFlag: 1, SequenceNumber: 4, SystemID: 6, ComponentID: 1, Message: rw.Write(&common.MessageHeartbeat{Type: 2}, true), Signature: &frame.V2Signature{}}
	signed.Checksum = signed.GenerateChecksum(rw.CRCExtra())
	var wire bytes.Buffer
	w := &frame.Writer{ByteWriter: &wire, DialectRW: &c.dialect}
	if err := w.Initialize(); err != nil {
		t.Fatal(err)
	}
	for _, f := range []frame.Frame{v1, signed, v1} {
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	var systems []uint8
	NewScanner(c).Datagram(wire.Bytes(), func(f Frame) {
		systems = append(systems, f.SystemID)
		if f.Signed != (f.SystemID == 6) {
			t.Errorf("%+v", f)
		}
		if m, err := c.Decode(f); err != nil || m.(*common.MessageHeartbeat).Type != 2 {
			t.Errorf("%+v, %v", m, err)
		}
	})
	if !slices.Equal(systems, []uint8{5, 6, 5}) {
		t.Errorf("frames of %v", systems)
	}
}

func TestEveryFrameOfADatagramIsRead(t *testing.T) {
	t.Parallel()
	c := codec(t)
	b := heartbeats(t, c, 200)
	n := 0
	s := NewScanner(c)
	s.Datagram(b, func(Frame) { n++ })
	// What a datagram cuts off does not go on in the next one.
	s.Datagram(b[:len(b)-5], func(Frame) { n++ })
	s.Datagram(b, func(Frame) { n++ })
	if n != 200+199+200 {
		t.Errorf("%d frames", n)
	}
}

// A stray start byte swallowed 20 good heartbeats in gomavlib's reader.
func TestNoiseCostsNoGoodFrame(t *testing.T) {
	t.Parallel()
	c := codec(t)
	good := heartbeats(t, c, 20)
	known := encode(t, c, 0, &common.MessageAttitude{Yaw: 1})
	unknown := append([]byte{magicV2, 200, 0, 0, 0, 1, 1, 0xFF, 0xFF, 0xFF}, good...)
	damaged := slices.Clone(known)
	damaged[15] ^= 0x40
	for name, b := range map[string][]byte{
		"stray 0xFE":                append([]byte{magicV1}, good...),
		"stray 0xFD":                append([]byte{magicV2}, good...),
		"many strays":               append(bytes.Repeat([]byte{magicV2, magicV1}, 40), good...),
		"a header with a long body": append([]byte{magicV2, 255, 0, 0, 0, 1, 1, 30, 0, 0}, good...),
		"a header without message":  unknown,
		"a damaged frame":           append(damaged, good...),
		"half a frame":              append(slices.Clone(known[:12]), good...),
		"text":                      append([]byte("ArduCopter V4\r\n"), good...),
		"noise behind":              append(slices.Clone(good), 1, 2, 3, magicV2, 9),
	} {
		for _, chunk := range []int{1, 7, 64, len(b)} {
			s := NewScanner(c)
			n := 0
			now := time.Unix(1000, 0)
			for part := range slices.Chunk(b, chunk) {
				s.Feed(part, now, func(Frame) { n++ })
			}
			// A quiet line: nothing more comes, and what waited must come out.
			for range 4 {
				now = now.Add(giveUpAfter)
				s.Feed(nil, now, func(Frame) { n++ })
			}
			if n != 20 {
				t.Errorf("%s in pieces of %d: %d of 20 frames", name, chunk, n)
			}
		}
	}
}

func TestUnknownMessagesAreNoFrames(t *testing.T) {
	t.Parallel()
	c := codec(t)
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 1<<20)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	s := NewScanner(c)
	s.Feed(b, time.Unix(0, 0), func(f Frame) { t.Errorf("a ghost: %+v", f) })
	if got := s.Counts(); got.SkippedBytes < 1<<20-maxFrame {
		t.Errorf("%+v", got)
	}
	if len(s.buffer) > maxFrame {
		t.Errorf("%d bytes are kept", len(s.buffer))
	}
}

// FuzzScanner feeds any bytes in pieces: nothing may panic, grow, or make a frame that is not in the bytes; and good frames
// behind them must come out.
func FuzzScanner(f *testing.F) {
	c := codec(f)
	good := heartbeats(f, c, 3)
	f.Add([]byte{magicV1, 9, 0, 1, 1, 0}, uint8(1))
	f.Add([]byte{magicV2, 255, 1, 0, 0, 1, 1, 30, 0, 0}, uint8(3))
	f.Add(good[:15], uint8(200))
	f.Add(bytes.Repeat([]byte{magicV2}, 300), uint8(50))
	f.Fuzz(func(t *testing.T, noise []byte, size uint8) {
		s := NewScanner(c)
		now := time.Unix(1000, 0)
		heard := 0
		all := append(slices.Clone(noise), good...)
		emit := func(fr Frame) {
			if !bytes.Contains(all, fr.Raw) {
				t.Errorf("a frame that was never sent: %x", fr.Raw)
			}
			if fr.MessageID == 0 && bytes.Contains(good, fr.Raw) {
				heard++
			}
			_, _ = c.Decode(fr)
		}
		for part := range slices.Chunk(all, int(size)+1) {
			s.Feed(part, now, emit)
			if len(s.buffer) > maxFrame {
				t.Fatalf("%d bytes are kept", len(s.buffer))
			}
		}
		for range 2 + len(noise) {
			now = now.Add(giveUpAfter)
			s.Feed(nil, now, emit)
		}
		// A noise that ends in a whole frame's head may be a longer good frame only with a right checksum.
		if heard < 3 && s.Counts().Frames == uint64(heard) {
			t.Errorf("%d of 3 good frames", heard)
		}
	})
}

func BenchmarkScanAndDecode(b *testing.B) {
	c := codec(b)
	wire := encode(b, c, 0, &common.MessageAttitude{Yaw: 1})
	s := NewScanner(c)
	b.ReportAllocs()
	for b.Loop() {
		s.Datagram(wire, func(f Frame) {
			if _, err := c.Decode(f); err != nil {
				b.Fatal(err)
			}
		})
	}
}
