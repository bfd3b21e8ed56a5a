package xz_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"vedette/mavlink/xz"
)

// content is what the tool xz, and Python's lzma, packed into testdata: lines, noise that no packing makes smaller, lines again.
func content() []byte {
	var text []byte
	for i := range 1500 {
		text = fmt.Appendf(text, "{\"name\":\"P%d\",\"default\":%d,\"shortDesc\":\"number %d of many\"}\n", i, i*i%977, i%13)
	}
	out := bytes.Clone(text)
	x := uint32(1)
	for range 3000 {
		x = (x*1103515245 + 12345) & 0x7FFFFFFF
		out = append(out, byte(x>>16))
	}
	return append(out, text[:4000]...)
}

func packed(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFilesOfTheToolAreUnpacked(t *testing.T) {
	t.Parallel()
	want := content()
	for _, name := range []string{"crc64.xz", "crc32.xz", "sha256.xz", "none.xz", "blocks.xz"} {
		b := packed(t, name)
		got, err := xz.Unpack(b, len(want))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(want), err)
		}
		if _, err := xz.Unpack(b, len(want)-1); !errors.Is(err, xz.ErrTooLarge) {
			t.Errorf("%s with a limit: %v", name, err)
		}
		if got, err := xz.Unpack(append(bytes.Clone(b), 0, 0, 0, 0), len(want)); err != nil || len(got) != len(want) {
			t.Errorf("%s with padding behind: %v", name, err)
		}
	}
	if got, err := xz.Unpack(packed(t, "empty.xz"), 0); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWhatIsNoWholeFileIsRefused(t *testing.T) {
	t.Parallel()
	whole := packed(t, "crc32.xz")
	for n := 0; n < len(whole); n += 7 {
		if _, err := xz.Unpack(whole[:n], 1<<20); !errors.Is(err, xz.ErrFormat) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
	for i := 0; i < len(whole); i++ {
		if i > 64 && i < len(whole)-64 {
			i += 30 // the beginning and the end bit by bit
		}
		bad := bytes.Clone(whole)
		bad[i] ^= 0x10
		if got, err := xz.Unpack(bad, 1<<20); err == nil {
			t.Fatalf("with a wrong bit in byte %d: %d bytes", i, len(got))
		}
	}
	if _, err := xz.Unpack(packed(t, "delta.xz"), 1<<20); !errors.Is(err, xz.ErrUnsupported) {
		t.Errorf("another filter: %v", err)
	}
	if _, err := xz.Unpack(append(bytes.Clone(whole), whole...), 1<<20); !errors.Is(err, xz.ErrUnsupported) {
		t.Errorf("two streams: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	for _, name := range []string{"crc64.xz", "sha256.xz", "none.xz", "blocks.xz", "empty.xz", "delta.xz"} {
		f.Add(packed(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		const limit = 1 << 18
		if out, err := xz.Unpack(b, limit); err == nil && len(out) > limit {
			t.Errorf("%d bytes", len(out))
		}
	})
}
