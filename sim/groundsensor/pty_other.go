//go:build !linux

package groundsensor

import (
	"errors"
	"os"
)

var errNoPTY = errors.New("the serial gateway is simulated on Linux only")

func unread(*os.File) (int, error) { return 0, errNoPTY }

func flushUnread(*os.File) error { return errNoPTY }
