//go:build !linux

package record

import "math"

// freeBytes does not know: recording goes on until the disk refuses.
func freeBytes(string) (uint64, error) { return math.MaxUint64, nil }
