// Package child starts programs that talk over their standard input and output, and gives up on them in time: reads and
// writes have deadlines, and what is started is killed when its context or this program ends. It owns no goroutines but
// those of os/exec, which End waits for.
package child

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Spec says what is started.
type Spec struct {
	// Command is the argument vector, Command[0] being the program.
	Command []string
	// Env is the whole environment, as "KEY=value".
	Env []string
	// Dir is the working directory.
	Dir string
}

// Process is a running child. In and Out are our ends of its standard input and output.
type Process struct {
	In, Out *os.File

	cmd    *exec.Cmd
	stderr *tail
	cancel context.CancelFunc
}

// Start starts a child with a pipe each way. Ending ctx kills it.
func Start(ctx context.Context, s Spec) (*Process, error) {
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		closeAll(theirIn, in)
		return nil, err
	}
	// The parent's copies of the child's ends must go, or the end of the child would not be seen.
	defer closeAll(theirIn, theirOut)
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...) //nolint:gosec // by configuration
	cmd.Env, cmd.Dir = s.Env, s.Dir
	cmd.Stdin, cmd.Stdout = theirIn, theirOut
	stderr := &tail{}
	cmd.Stderr = stderr
	cmd.WaitDelay = time.Second
	dieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		cancel()
		closeAll(in, out)
		return nil, err
	}
	return &Process{In: in, Out: out, cmd: cmd, stderr: stderr, cancel: cancel}, nil
}

// PID is the number of the child's process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Within bounds everything that is read and written from now on.
func (p *Process) Within(d time.Duration) error {
	deadline := time.Now().Add(d)
	if err := p.In.SetWriteDeadline(deadline); err != nil {
		return err
	}
	return p.Out.SetReadDeadline(deadline)
}

// End kills the child where it still runs, waits for it, and returns the last line that it wrote to standard error.
func (p *Process) End() string {
	p.cancel()
	closeAll(p.In, p.Out)
	_ = p.cmd.Wait() // it was killed; why it had to be is known by the caller
	return p.stderr.lastLine()
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		_ = f.Close() // a pipe: nothing is lost
	}
}

// tail keeps the last bytes written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const maxTail = 4 << 10

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if extra := len(t.buf) - maxTail; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(p), nil
}

func (t *tail) lastLine() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(string(t.buf))
	return text[strings.LastIndexByte(text, '\n')+1:]
}
