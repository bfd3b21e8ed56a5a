// Package pty makes pseudo-terminals, on which the simulator's serial lines end, and opens serial devices. Linux only;
// elsewhere every function gives ErrUnsupported.
package pty

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// ErrUnsupported says that this system has no serial lines for the simulator.
var ErrUnsupported = errors.New("serial lines are simulated on Linux only")

// Open makes a pseudo-terminal in raw mode and gives both ends and the path of the slave, see pts(4).
func Open() (master, slave *os.File, path string, err error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, "", fmt.Errorf("open /dev/ptmx: %w", err)
	}
	master = os.NewFile(uintptr(fd), "/dev/ptmx") // non-blocking, so that deadlines and Close work
	fail := func(what string, err error) (*os.File, *os.File, string, error) {
		_ = master.Close() // not used yet
		return nil, nil, "", fmt.Errorf("%s: %w", what, err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return fail("unlock the pseudo-terminal", err)
	}
	number, err := unix.IoctlGetUint32(fd, unix.TIOCGPTN)
	if err != nil {
		return fail("number of the pseudo-terminal", err)
	}
	path = "/dev/pts/" + strconv.FormatUint(uint64(number), 10)
	slave, err = OpenDevice(path, 0)
	if err != nil {
		return fail("slave of the pseudo-terminal", err)
	}
	return master, slave, path, nil
}

// speeds are the rates that a device can be set to.
var speeds = map[int]uint32{
	9600: unix.B9600, 19200: unix.B19200, 38400: unix.B38400, 57600: unix.B57600, 115200: unix.B115200, 230400: unix.B230400,
	460800: unix.B460800, 500000: unix.B500000, 921600: unix.B921600, 1000000: unix.B1000000, 1500000: unix.B1500000,
}

// OpenDevice opens a serial device in raw mode; a baud rate of 0 leaves its speed.
func OpenDevice(path string, baud int) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	f := os.NewFile(uintptr(fd), path)
	if err := makeRaw(fd, baud); err != nil {
		_ = f.Close() // not used yet
		return nil, fmt.Errorf("raw mode of %s: %w", path, err)
	}
	return f, nil
}

// makeRaw turns off echo, line editing and every translation, as cfmakeraw(3) does.
func makeRaw(fd, baud int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	if baud > 0 {
		speed, known := speeds[baud]
		if !known {
			return fmt.Errorf("no such speed: %d baud", baud)
		}
		t.Cflag = t.Cflag&^unix.CBAUD | speed | unix.CREAD | unix.CLOCAL
	}
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, t); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	return nil
}
