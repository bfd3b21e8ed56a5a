//go:build !linux

package still

import (
	"errors"
	"os/exec"
)

// becomeFFmpeg does not: the limits are Linux's.
func becomeFFmpeg(string, Codec) error {
	return errors.New("ffmpeg is used on Linux only, where it can be confined")
}

// dieWithParent does nothing here; the child ends when its input does.
func dieWithParent(*exec.Cmd) {}
