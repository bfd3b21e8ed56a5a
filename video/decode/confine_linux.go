package decode

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// childData is how much more private memory the child may take than it has after start-up: a decoder of 4096 x 4096
// needs a fraction of it.
const childData = 512 << 20

// nice is how far the child stands behind the rest of the station for the processor.
const nice = 5

// confine takes from this process what a decoder does not need: new files, files written, connections, other programs, core
// dumps, new rights, endless memory, the first call on the processor. What is open stays open. It returns in words what is
// in force; a kernel without a filter for system calls leaves that one out.
func confine() (inForce string, err error) {
	used, err := dataBytes()
	if err != nil {
		return "", fmt.Errorf("read memory use: %w", err)
	}
	if err := stepBack(); err != nil {
		return "", fmt.Errorf("lower priority: %w", err)
	}
	for _, l := range []struct {
		what  int
		limit uint64
	}{
		{unix.RLIMIT_CORE, 0}, {unix.RLIMIT_FSIZE, 0}, {unix.RLIMIT_DATA, used + childData}, {unix.RLIMIT_NOFILE, 0},
	} {
		if err := unix.Setrlimit(l.what, &unix.Rlimit{Cur: l.limit, Max: l.limit}); err != nil {
			return "", fmt.Errorf("set resource limit %d: %w", l.what, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return "", fmt.Errorf("give up new privileges: %w", err)
	}
	inForce = fmt.Sprintf("%d MB more, no files, no new rights, nice %d", childData>>20, nice)
	switch err := filterCalls(); {
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL):
		return inForce + ", no filter of system calls: this kernel has none", nil
	case err != nil:
		return "", fmt.Errorf("filter system calls: %w", err)
	}
	return inForce + ", system calls filtered", nil
}

// stepBack lowers the priority of all threads; those to come inherit it.
func stepBack() error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		if err := unix.Setpriority(unix.PRIO_PROCESS, id, nice); err != nil && !errors.Is(err, unix.ESRCH) {
			return err
		}
	}
	return nil
}

// dataBytes returns the size of this process's private writable memory (VmData).
func dataBytes() (uint64, error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // only read
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "VmData:"); ok {
			kb, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no VmData")
}
