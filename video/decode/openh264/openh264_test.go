package openh264

import (
	"strings"
	"testing"

	lib "github.com/y9o/go-openh264"
)

func TestOnlyTriedVersionsAreUsed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		major, minor uint32
		ok           bool
	}{{2, 3, true}, {2, 4, true}, {2, 2, false}, {2, 5, false}, {2, 6, false}, {1, 3, false}, {0, 0, false}} {
		text, err := checkVersion(lib.OpenH264Version{UMajor: tc.major, UMinor: tc.minor, URevision: 1})
		if (err == nil) != tc.ok {
			t.Errorf("%d.%d: %q, %v", tc.major, tc.minor, text, err)
		}
		if err != nil && !strings.Contains(err.Error(), "libopenh264-7") {
			t.Errorf("the error does not say how to mend it: %v", err)
		}
	}
}

func TestGarbageGivesAnErrorOrNothing(t *testing.T) {
	t.Parallel()
	d, version, err := NewDecoder()
	if err != nil {
		t.Fatalf("the video tests need OpenH264: %v (make deps)", err)
	}
	defer d.Close()
	if version == "" {
		t.Error("no version")
	}
	for _, data := range [][]byte{nil, {1}, {0, 0, 0, 1}, {0, 0, 0, 1, 0x65, 1, 2, 3}, make([]byte, 1000)} {
		if _, ok, _ := d.Decode(data, 1); ok {
			t.Errorf("a picture came out of %d bytes of garbage", len(data))
		}
	}
	d.Close() // twice is no harm, with the deferred one
}
