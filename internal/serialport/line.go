package serialport

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrBusy means that the device is locked by somebody else; the error that wraps it names the process where it can.
var ErrBusy = errors.New("the serial port is in use")

// openLocked opens the device without waiting for a carrier and takes its lock. flock belongs to the open file, so it
// also keeps two ports of one process apart, and the kernel lifts it when a process dies.
func openLocked(device string) (*os.File, error) {
	f, err := os.OpenFile(device, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	err = control(f, func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	if err == nil {
		return f, nil
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = fmt.Errorf("%w%s", ErrBusy, holder(f))
	}
	return nil, errors.Join(fmt.Errorf("lock %s: %w", device, err), f.Close())
}

// setSpeed sets any speed through BOTHER, where the terminal settings hold the number itself instead of a code.
func setSpeed(f *os.File, baud int) error {
	err := control(f, func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
		if err != nil {
			return fmt.Errorf("read the terminal settings: %w", err)
		}
		t.Cflag = t.Cflag&^(unix.CBAUD|unix.CBAUD<<unix.IBSHIFT) | unix.BOTHER
		t.Ispeed, t.Ospeed = uint32(baud), uint32(baud) //nolint:gosec // Open refuses negative speeds
		if err := unix.IoctlSetTermios(fd, unix.TCSETS2, t); err != nil {
			return fmt.Errorf("set %d baud: %w", baud, err)
		}
		return nil
	})
	return err
}

// control runs a system call on the descriptor without taking it out of the poller, as File.Fd would.
func control(f *os.File, call func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = call(int(fd)) }); err != nil { //nolint:gosec // descriptors are small
		return err
	}
	return inner
}

// holder finds in /proc/locks who locked the file: " by PROGRAM (process N)", or nothing where that cannot be read.
func holder(f *os.File) string {
	var st unix.Stat_t
	if err := control(f, func(fd int) error { return unix.Fstat(fd, &st) }); err != nil {
		return ""
	}
	locks, err := os.Open("/proc/locks")
	if err != nil {
		return ""
	}
	defer func() { _ = locks.Close() }() // read only
	file := fmt.Sprintf("%02x:%02x:%d", unix.Major(st.Dev), unix.Minor(st.Dev), st.Ino)
	for lines := bufio.NewScanner(locks); lines.Scan(); {
		// 3: FLOCK  ADVISORY  WRITE 4711 00:05:97 0 EOF
		field := strings.Fields(lines.Text())
		if len(field) < 6 || field[1] != "FLOCK" || field[5] != file {
			continue
		}
		pid, err := strconv.Atoi(field[4])
		if err != nil || pid <= 0 {
			return ""
		}
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err != nil {
			return fmt.Sprintf(" by process %d", pid)
		}
		return fmt.Sprintf(" by %s (process %d)", strings.TrimSpace(string(name)), pid)
	}
	return ""
}
