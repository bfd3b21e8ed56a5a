// Package ptytest gives tests a serial device made of a pseudo-terminal: the code under test opens Device, the test
// plays the hardware on the other end, and can pull the plug. Linux only.
package ptytest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const ioLimit = 10 * time.Second

// Device is a pretended serial device. Its file name stays the same over Unplug and Plug, as one below
// /dev/serial/by-id does.
type Device struct {
	// Path is what the code under test opens.
	Path string

	t testing.TB

	mu     sync.Mutex
	master *os.File
}

// New plugs in a device that goes away when the test ends.
func New(t testing.TB) *Device {
	t.Helper()
	d := &Device{Path: filepath.Join(t.TempDir(), "ttyTEST0"), t: t}
	d.Plug()
	t.Cleanup(d.Unplug)
	return d
}

// Plug makes the device (again): a fresh pseudo-terminal behind the same path.
func (d *Device) Plug() {
	d.t.Helper()
	master, slave, err := open()
	if err != nil {
		d.t.Fatalf("make a pseudo-terminal: %v", err)
	}
	if err := os.Symlink(slave, d.Path); err != nil {
		d.t.Fatalf("name the pseudo-terminal: %v", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.master = master
}

// Unplug removes the device as pulling a USB adapter does: the line hangs up and the file goes. Twice is harmless.
func (d *Device) Unplug() {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.master == nil {
		return
	}
	err := errors.Join(os.Remove(d.Path), d.master.Close())
	if err != nil {
		d.t.Errorf("unplug: %v", err)
	}
	d.master = nil
}

// Write sends bytes as the hardware would, within 10 s.
func (d *Device) Write(b []byte) (int, error) {
	master, err := d.current()
	if err != nil {
		return 0, err
	}
	if err := master.SetWriteDeadline(time.Now().Add(ioLimit)); err != nil {
		return 0, err
	}
	return master.Write(b)
}

// Read takes what the code under test has written, waiting for it at most 10 s. It fails while nobody has the device open.
func (d *Device) Read(b []byte) (int, error) { return d.ReadWithin(b, ioLimit) }

// ReadWithin is Read with a limit of its own.
func (d *Device) ReadWithin(b []byte, limit time.Duration) (int, error) {
	master, err := d.current()
	if err != nil {
		return 0, err
	}
	if err := master.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return 0, err
	}
	return master.Read(b)
}

// Baud is the speed that the code under test has set.
func (d *Device) Baud() (int, error) {
	master, err := d.current()
	if err != nil {
		return 0, err
	}
	raw, err := master.SyscallConn()
	if err != nil {
		return 0, err
	}
	speed := 0
	var inner error
	err = raw.Control(func(fd uintptr) {
		var t *unix.Termios
		if t, inner = unix.IoctlGetTermios(int(fd), unix.TCGETS2); inner == nil {
			speed = int(t.Ospeed)
		}
	})
	return speed, errors.Join(err, inner)
}

func (d *Device) current() (*os.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.master == nil {
		return nil, errors.New("the device is unplugged")
	}
	return d.master, nil
}

// open makes a pseudo-terminal without echo or line editing and gives its master and the path of its slave.
func open() (*os.File, string, error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, "", fmt.Errorf("open /dev/ptmx: %w", err)
	}
	slave, err := prepare(fd)
	if err != nil {
		return nil, "", errors.Join(err, unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), "ptmx"), slave, nil
}

func prepare(fd int) (string, error) {
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return "", fmt.Errorf("unlock: %w", err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return "", fmt.Errorf("ask for its number: %w", err)
	}
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return "", fmt.Errorf("read its settings: %w", err)
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, t); err != nil {
		return "", fmt.Errorf("make it raw: %w", err)
	}
	return fmt.Sprintf("/dev/pts/%d", number), nil
}
