//go:build !linux

// Package pty makes pseudo-terminals, on which the simulator's serial lines end, and opens serial devices. Linux only;
// elsewhere every function gives ErrUnsupported.
package pty

import (
	"errors"
	"os"
)

// ErrUnsupported says that this system has no serial lines for the simulator.
var ErrUnsupported = errors.New("serial lines are simulated on Linux only")

// Open makes a pseudo-terminal.
func Open() (master, slave *os.File, path string, err error) { return nil, nil, "", ErrUnsupported }

// OpenDevice opens a serial device.
func OpenDevice(string, int) (*os.File, error) { return nil, ErrUnsupported }
