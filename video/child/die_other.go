//go:build !linux

package child

import "os/exec"

// dieWithParent does nothing here; the child still ends when its input does.
func dieWithParent(*exec.Cmd) {}
