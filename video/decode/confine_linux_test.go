package decode_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"vedette/video/decode"
)

// misbehave answers requests well, and grows or spins meanwhile. It is as confined as a decoder.
func misbehave(mode string) {
	if _, err := decode.Confine(); err != nil {
		_, _ = os.Stderr.WriteString(err.Error())
		os.Exit(1)
	}
	_, _ = os.Stdout.Write([]byte{0, 0, 0, 3, 'H', 1, 'x'})
	var hoard [][]byte
	if mode == "spin" {
		go func() {
			for { //nolint:staticcheck // that is the point
			}
		}()
	}
	for {
		head := make([]byte, 4)
		if _, err := io.ReadFull(os.Stdin, head); err != nil {
			os.Exit(0)
		}
		body := make([]byte, int(head[2])<<8|int(head[3]))
		if _, err := io.ReadFull(os.Stdin, body); err != nil {
			os.Exit(1)
		}
		for mode == "grow" {
			more := make([]byte, 16<<20)
			for i := 0; i < len(more); i += 4096 {
				more[i] = 1
			}
			hoard = append(hoard, more)
			runtime.KeepAlive(hoard)
		}
		_, _ = os.Stdout.Write(append(append([]byte{0, 0, 0, 10, 'N'}, body[1:9]...), 0))
	}
}

// snoop tries what a decoder has no business with, and says what came of it.
func snoop() {
	inForce, err := decode.Confine()
	fmt.Println("confined:", err, inForce)
	_, err = os.ReadFile("/etc/passwd")
	fmt.Println("read:", err)
	_, err = os.Create(filepath.Join(os.TempDir(), "vedette-snoop"))
	fmt.Println("write:", err)
	_, err = net.Dial("tcp", os.Getenv("VEDETTE_TEST_LISTENER"))
	fmt.Println("connect:", err)
	_, err = syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	fmt.Println("socket:", err)
	fmt.Println("run:", syscall.Exec("/bin/true", []string{"true"}, nil))
	fmt.Println("signal:", syscall.Kill(os.Getppid(), 0))
	fmt.Println("thread signal:", unix.Tgkill(os.Getppid(), os.Getppid(), 0))
	fmt.Println("own signal:", unix.Tgkill(os.Getpid(), os.Getpid(), 0))
	fmt.Println("trace:", syscall.PtraceAttach(os.Getppid()))
	fmt.Println("raise:", unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 64, Max: 64}))
	done := make(chan bool)
	for range 20 { // threads it may have
		go func() { done <- true }()
	}
	for range 20 {
		<-done
	}
	fmt.Println("end: of it")
	os.Exit(0)
}

// TestConfinedChildCanDoNothingElse has a child try. The same child unconfined would succeed: the test opens, dials and runs the
// same things itself.
func TestConfinedChildCanDoNothingElse(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	if _, err := os.ReadFile("/etc/passwd"); err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	} else {
		_ = c.Close()
	}
	cmd := exec.CommandContext(context.Background(), os.Args[0])
	cmd.Env = []string{childEnv + "=snoop", "VEDETTE_TEST_LISTENER=" + listener.Addr().String()}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	said := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if what, how, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			said[what] = how
		}
	}
	if !strings.HasPrefix(said["confined"], "<nil> ") || said["own signal"] != "<nil>" || said["end"] == "" {
		t.Fatalf("%s", out)
	}
	for _, what := range []string{"read", "write"} { // by the limit of open files, and by the filter
		if said[what] == "" || said[what] == "<nil>" {
			t.Errorf("%s: %q", what, said[what])
		}
	}
	if !strings.Contains(said["confined"], "system calls filtered") {
		t.Skipf("this kernel filters no calls: %s", said["confined"])
	}
	for _, what := range []string{"read", "write", "connect", "socket", "run", "signal", "thread signal", "trace", "raise"} {
		if !strings.Contains(said[what], "not permitted") {
			t.Errorf("%s: %q", what, said[what])
		}
	}
}

// TestKilledAndStoppedChildrenAreReplaced does to a good child what a system does to bad ones.
func TestKilledAndStoppedChildrenAreReplaced(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			c := clip(t)
			cfg := config("decode")
			cfg.Env = append(cfg.Env, "VEDETTE_TEST_MARK="+t.Name())
			d, frames := run(t, cfg)
			d.Submit(annexB(c, 0))
			receive(t, frames)
			if n := d.Counts().Restarts; n != 0 {
				t.Fatalf("%d restarts before anything was done", n)
			}
			pid, err := childOf(os.Getpid(), "VEDETTE_TEST_MARK="+t.Name())
			if err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(pid, sig); err != nil {
				t.Fatal(err)
			}
			poll(t, "it was counted", func() bool { d.Submit(annexB(c, 0)); return d.Counts().Restarts == 1 })
			for len(frames) > 0 {
				<-frames
			}
			poll(t, "another one decodes", func() bool { d.Submit(annexB(c, 0)); return len(frames) > 0 })
		})
	}
}

// childOf finds the child of a process that has a setting in its environment.
func childOf(parent int, setting string) (int, error) {
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return 0, err
	}
	for _, path := range all {
		env, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(env), setting+"\x00") {
			continue
		}
		stat, err := os.ReadFile(filepath.Join(filepath.Dir(path), "stat"))
		if err != nil {
			continue
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			return strconv.Atoi(filepath.Base(filepath.Dir(path)))
		}
	}
	return 0, errors.New("no such child")
}
