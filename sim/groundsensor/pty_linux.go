package groundsensor

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// control runs an ioctl on an open file without taking it out of the poller, as Fd would.
func control(f *os.File, do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return fmt.Errorf("control %s: %w", f.Name(), err)
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = do(int(fd)) }); err != nil {
		return fmt.Errorf("control %s: %w", f.Name(), err)
	}
	return inner
}

// unread is how many bytes wait for a reader of the slave.
func unread(slave *os.File) (n int, err error) {
	err = control(slave, func(fd int) error {
		n, err = unix.IoctlGetInt(fd, unix.TIOCINQ)
		return err
	})
	return n, err
}

// flushUnread throws away what waits for a reader of the slave.
func flushUnread(slave *os.File) error {
	return control(slave, func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) })
}
