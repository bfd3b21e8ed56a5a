package link

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

// FuzzScannerOfUnknownMessages shows that looking for unknown messages costs no good frame behind noise.
func FuzzScannerOfUnknownMessages(f *testing.F) {
	c := codec(f)
	good := heartbeats(f, c, 3)
	f.Add([]byte{magicV2, 255, 1, 0, 0, 1, 1, 30, 200, 77}, uint8(3))
	f.Add(stranger(f, 54321, []byte{1, 2, 3}, 9), uint8(0))
	f.Add(append(stranger(f, 54321, good, 9), magicV2, 20, 0, 0, 0, 1, 1, 9, 9, 9), uint8(255))
	f.Fuzz(func(t *testing.T, noise []byte, size uint8) {
		s := NewScanner(c)
		all := append(slices.Clone(noise), good...)
		s.Unknown = func(fr Frame) {
			if _, known := c.known[fr.MessageID]; known || !bytes.Contains(all, fr.Raw) {
				t.Errorf("an unknown frame that was never sent, or is known: %x", fr.Raw)
			}
		}
		now := time.Unix(1000, 0)
		heard := 0
		emit := func(fr Frame) {
			if fr.MessageID == 0 && bytes.Contains(good, fr.Raw) {
				heard++
			}
		}
		for part := range slices.Chunk(all, int(size)+1) {
			s.Feed(part, now, emit)
			if len(s.buffer) > 2*maxFrame {
				t.Fatalf("%d bytes are kept", len(s.buffer))
			}
		}
		// What stood at the end of the noise is given up, one after the other.
		for range len(noise) + 1 {
			now = now.Add(giveUpAfter)
			s.Feed(nil, now, emit)
		}
		if heard < 3 {
			t.Errorf("%d of 3 good frames heard", heard)
		}
	})
}
