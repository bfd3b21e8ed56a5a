package still

import (
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What an ffmpeg may use: processor time in seconds, memory in bytes, open files, none of which it can write to.
const (
	ffmpegSeconds = 15
	ffmpegMemory  = 3 << 30
	ffmpegFiles   = 64
)

// becomeFFmpeg replaces this process by an ffmpeg that reads a raw stream from standard input and writes JPEG files to
// standard output, without a network and with limits. It returns only with an error.
func becomeFFmpeg(path string, codec Codec) error {
	runtime.LockOSThread() // what is given up here is the thread's that becomes the program
	defer runtime.UnlockOSThread()
	for what, limit := range map[int]uint64{
		unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CPU: ffmpegSeconds, unix.RLIMIT_AS: ffmpegMemory, unix.RLIMIT_NOFILE: ffmpegFiles,
	} {
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("set resource limit %d: %w", what, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	if err := forbidNetwork(); err != nil {
		return fmt.Errorf("give up the network: %w", err)
	}
	name := map[Codec]string{H264: "h264", H265: "hevc"}[codec]
	err := syscall.Exec(path, []string{ //nolint:gosec // the one on the PATH, which the parent has found
		path, "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1", "-protocol_whitelist", "pipe", "-f", name, "-i", "pipe:0",
		"-an", "-sn", "-threads", "1", "-fps_mode", "passthrough", "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe", "pipe:1",
	}, []string{"LANG=C"})
	return fmt.Errorf("start ffmpeg: %w", err)
}

// architectures are the numbers by which the kernel tells what a system call was made by (linux/audit.h).
var architectures = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// forbidNetwork has the kernel refuse new sockets to this thread and what it becomes, and end it for system calls of another
// architecture, whose numbers mean other things.
func forbidNetwork() error {
	arch, known := architectures[runtime.GOARCH]
	if !known {
		return nil
	}
	refused := []uint32{unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_IO_URING_SETUP, unix.SYS_PTRACE}
	const load, equal, atLeast, answer = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	const x32 = 0x40000000 // and above: the same calls by other numbers
	n := uint8(len(refused))
	filter := []unix.SockFilter{
		{Code: load, K: 4}, {Code: equal, Jt: 0, Jf: n + 3, K: arch}, // to the end: killed
		{Code: load, K: 0}, {Code: atLeast, Jt: n + 1, Jf: 0, K: x32},
	}
	for i, number := range refused {
		filter = append(filter, unix.SockFilter{Code: equal, Jt: n - uint8(i) + 1, K: number}) // to the refusal
	}
	filter = append(filter,
		unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ALLOW}, unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_KILL_PROCESS},
		unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EACCES)},
	)
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0) //nolint:gosec // prctl takes it so
}

// dieWithParent has the kernel kill the child when the thread that started it ends (see video/decode).
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
