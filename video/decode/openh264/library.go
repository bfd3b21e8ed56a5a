// Package openh264 decodes H.264 with the OpenH264 library, which it loads at run time without cgo. It parses hostile
// bytes in C: use it only in a process that may die (package decode).
package openh264

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	lib "github.com/y9o/go-openh264"
)

// ErrNotFound means that the library is not installed; its text says how to install it.
var ErrNotFound = errors.New("libopenh264 not found: apt-get install libopenh264-7")

// places are tried in order; the plain names go through the loader's own search path. Only the soname whose struct
// layouts the binding has been tried with is loaded.
var places = []string{
	"libopenh264.so.7",
	"/usr/lib/x86_64-linux-gnu/libopenh264.so.7",
	"/usr/lib/aarch64-linux-gnu/libopenh264.so.7",
	"/usr/lib64/libopenh264.so.7",
	"/usr/local/lib/libopenh264.so.7",
}

// load loads the library once for the process, which is what the binding allows.
var load = sync.OnceValues(func() (string, error) {
	var last error
	for _, place := range places {
		if last = lib.Open(place); last == nil {
			return checkVersion(lib.WelsGetCodecVersion())
		}
	}
	if last != nil && !strings.Contains(last.Error(), "No such file") {
		return "", fmt.Errorf("%w (%w)", ErrNotFound, last)
	}
	return "", ErrNotFound
})

// Load loads the library and returns its version.
func Load() (version string, err error) { return load() }

// checkVersion refuses versions whose struct layouts have not been tried: a wrong layout corrupts memory.
func checkVersion(v lib.OpenH264Version) (string, error) {
	text := fmt.Sprintf("%d.%d.%d", v.UMajor, v.UMinor, v.URevision)
	if v.UMajor != 2 || v.UMinor < 3 || v.UMinor > 4 {
		return "", fmt.Errorf("libopenh264 %s is not supported, 2.3 and 2.4 are: apt-get install libopenh264-7", text)
	}
	return text, nil
}
