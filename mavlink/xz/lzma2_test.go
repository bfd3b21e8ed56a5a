package xz

import (
	"os"
	"testing"
)

// FuzzChunks goes past the checksums, which keep a fuzzer out of what is behind them.
func FuzzChunks(f *testing.F) {
	b, err := os.ReadFile("testdata/sha256.xz")
	if err != nil {
		f.Fatal(err)
	}
	const head = 24 // of the stream and of its only block
	f.Add(b[head:2000])
	f.Add([]byte{chunkRawReset, 0, 2, 'a', 'b', 'c', chunkRaw, 0, 0, 'd', chunkEnd})
	f.Fuzz(func(t *testing.T, b []byte) {
		const limit = 1 << 14
		x := &file{in: b, limit: limit}
		used, err := x.lzma2(1 << 12)
		if len(x.out) > limit || err == nil && used > len(b) {
			t.Errorf("%d bytes of %d, %v", len(x.out), used, err)
		}
	})
}
