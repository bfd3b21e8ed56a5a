package decode

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// startChild starts the child with a pipe each way. Ending ctx kills it.
func startChild(ctx context.Context, cfg Config) (*child, error) {
	ctx, cancel := context.WithCancel(ctx)
	c, err := spawn(ctx, cfg)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("start decoder: %w", err)
	}
	c.cancel = cancel
	return c, nil
}

func spawn(ctx context.Context, cfg Config) (*child, error) {
	childIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, childOut, err := os.Pipe()
	if err != nil {
		closeAll(childIn, in)
		return nil, err
	}
	// The parent's copies of the child's ends must go, or the end of the child would not be seen.
	defer closeAll(childIn, childOut)
	cmd := exec.CommandContext(ctx, cfg.Command[0], cfg.Command[1:]...) //nolint:gosec // our own binary, by configuration
	cmd.Env = append([]string{"GOMAXPROCS=1"}, cfg.Env...)
	cmd.Dir = "/"
	cmd.Stdin, cmd.Stdout = childIn, childOut
	stderr := &tail{}
	cmd.Stderr = stderr
	cmd.WaitDelay = time.Second
	dieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		closeAll(in, out)
		return nil, err
	}
	return &child{cmd: cmd, in: in, out: out, reader: messageReader{r: out}, stderr: stderr}, nil
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		_ = f.Close() // a pipe: nothing is lost
	}
}

// greeting reads what the child says first.
func (c *child) greeting() (hello, error) {
	if err := c.out.SetReadDeadline(time.Now().Add(greetTimeout)); err != nil {
		return hello{}, fmt.Errorf("set deadline: %w", err)
	}
	m, err := c.reader.next(maxText + 2)
	if err != nil {
		return hello{}, fmt.Errorf("await decoder: %w", err)
	}
	return parseHello(m)
}

// ask sends a request and reads its reply; hang bounds both together.
func (c *child) ask(r request, hang time.Duration) (reply, error) {
	deadline := time.Now().Add(hang)
	if err := c.in.SetWriteDeadline(deadline); err != nil {
		return reply{}, fmt.Errorf("set deadline: %w", err)
	}
	if err := c.out.SetReadDeadline(deadline); err != nil {
		return reply{}, fmt.Errorf("set deadline: %w", err)
	}
	var err error
	if c.scratch, err = writeMessage(c.in, c.scratch, kindRequest, r.head(), r.data); err != nil {
		return reply{}, fmt.Errorf("send access unit: %w", err)
	}
	m, err := c.reader.next(maxMessage)
	if err != nil {
		return reply{}, fmt.Errorf("await picture: %w", err)
	}
	return parseReply(m)
}

// end kills the child where it still runs, waits for it, and returns the last line that it wrote to standard error.
func (c *child) end() string {
	c.cancel()
	closeAll(c.in, c.out)
	_ = c.cmd.Wait() // it was killed; why it had to be is known by the caller
	return c.stderr.lastLine()
}

// tail keeps the last bytes written to it.
type tail struct{ buf []byte }

const maxTail = 4 << 10

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if extra := len(t.buf) - maxTail; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(p), nil
}

func (t *tail) lastLine() string {
	text := strings.TrimSpace(string(t.buf))
	return text[strings.LastIndexByte(text, '\n')+1:]
}
