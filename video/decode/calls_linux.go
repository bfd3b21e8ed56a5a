//go:build amd64 || arm64

package decode

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// calls are the system calls of a process that reads, writes, thinks and has threads: what the Go runtime and the C library
// of a decoder need. Every other one fails with "not permitted".
var calls = append([]uint32{
	unix.SYS_READ, unix.SYS_READV, unix.SYS_PREAD64, unix.SYS_WRITE, unix.SYS_WRITEV, unix.SYS_CLOSE, unix.SYS_FSTAT, unix.SYS_LSEEK,
	unix.SYS_FCNTL, unix.SYS_PPOLL, unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2, unix.SYS_PIPE2,
	unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MPROTECT, unix.SYS_MREMAP, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_BRK, unix.SYS_MEMBARRIER,
	unix.SYS_FUTEX, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME,
	unix.SYS_CLOCK_GETRES, unix.SYS_GETTIMEOFDAY, unix.SYS_GETRANDOM, unix.SYS_GETPID, unix.SYS_GETTID,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK, unix.SYS_RESTART_SYSCALL,
	unix.SYS_SETITIMER, unix.SYS_TIMER_CREATE, unix.SYS_TIMER_SETTIME, unix.SYS_TIMER_DELETE,
	unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
}, callsOfProcessor...)

// Parts of a filter's program, and where it finds what in a call's data.
const (
	load, jumpIfEqual, jumpIfSet, answer = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K,
		unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	atNumber, atProcessor, atFirstArgument = 0, 4, 16 // both processors are little-endian

	allow, refuse, kill      = 0x7fff0000, 0x00050000, 0x80000000 // SECCOMP_RET_ALLOW, _ERRNO and _KILL_PROCESS
	setModeFilter, allThread = 1, 1                               // SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC
)

// program is the filter: the processor must be the right one, threads may be made but no processes, signals may be sent within
// the process, and calls are allowed as listed. clone3 hides its flags from filters, so it is said not to exist, and the C library then uses clone.
func program(pid int) []unix.SockFilter {
	p := []unix.SockFilter{
		{Code: load, K: atProcessor},
		{Code: jumpIfEqual, K: processor, Jt: 1},
		{Code: answer, K: kill},
		{Code: load, K: atNumber},
		{Code: jumpIfEqual, K: unix.SYS_CLONE3, Jf: 1},
		{Code: answer, K: refuse | uint32(unix.ENOSYS)},
		{Code: jumpIfEqual, K: unix.SYS_CLONE, Jf: 4},
		{Code: load, K: atFirstArgument},
		{Code: jumpIfSet, K: unix.CLONE_THREAD, Jf: 1},
		{Code: answer, K: allow},
		{Code: answer, K: refuse | uint32(unix.EPERM)},
		{Code: jumpIfEqual, K: unix.SYS_TGKILL, Jf: 4},
		{Code: load, K: atFirstArgument},
		{Code: jumpIfEqual, K: uint32(pid), Jf: 1},
		{Code: answer, K: allow},
		{Code: answer, K: refuse | uint32(unix.EPERM)},
	}
	for _, number := range calls {
		p = append(p, unix.SockFilter{Code: jumpIfEqual, K: number, Jf: 1}, unix.SockFilter{Code: answer, K: allow})
	}
	return append(p, unix.SockFilter{Code: answer, K: refuse | uint32(unix.EPERM)})
}

// filterCalls has the kernel refuse all system calls but those listed, to all threads and for ever.
func filterCalls() error {
	p := program(os.Getpid())
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, setModeFilter, allThread, uintptr(unsafe.Pointer(&prog))) //nolint:gosec // a system call
	runtime.KeepAlive(p)
	switch {
	case errno != 0:
		return errno
	case thread != 0:
		return fmt.Errorf("thread %d has a filter of its own", thread)
	}
	return nil
}
