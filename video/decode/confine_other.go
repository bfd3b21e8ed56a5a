//go:build !linux

package decode

import "os/exec"

// confine does nothing here: the limits are Linux's.
func confine() error { return nil }

// dieWithParent does nothing here; the child still ends when its input does.
func dieWithParent(*exec.Cmd) {}
