package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is the program in a process of its own.
type process struct {
	tb    testing.TB
	cmd   *exec.Cmd
	base  string // of the console and API, when it serves them
	ended chan error
}

// startProcess runs the program with the flags; it is killed when the test ends. Logs go to a file, which is shown on a
// failure.
func startProcess(ctx context.Context, tb testing.TB, args ...string) *process {
	tb.Helper()
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	log, err := os.Create(filepath.Join(tb.TempDir(), "log"))
	if err != nil {
		tb.Fatal(err)
	}
	p := &process{tb: tb, cmd: exec.CommandContext(ctx, self, append([]string{standIn}, args...)...), ended: make(chan error, 1)}
	p.cmd.Stderr = log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	link := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if url, ok := strings.CutPrefix(lines.Text(), "console: "); ok {
				link <- url
			}
		}
		p.ended <- p.cmd.Wait()
	}()
	tb.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		if tb.Failed() {
			text, _ := os.ReadFile(log.Name())
			tb.Logf("the end of the log of %s:\n%s", args[0], text[max(0, len(text)-6000):])
		}
		_ = log.Close()
	})
	if args[0] == "serve" || args[0] == "demo" {
		select {
		case url := <-link:
			p.base = url[:strings.Index(url, "/signin")]
		case err := <-p.ended:
			tb.Fatalf("%s ended: %v", args[0], err)
		case <-time.After(30 * time.Second):
			tb.Fatalf("%s does not start", args[0])
		}
	}
	return p
}

// stop ends the program as Ctrl-C does and waits for it.
func (p *process) stop() {
	p.tb.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		p.tb.Fatal(err)
	}
	select {
	case err := <-p.ended:
		p.ended <- err
		if err != nil {
			p.tb.Errorf("ended: %v", err)
		}
	case <-time.After(30 * time.Second):
		p.tb.Fatal("does not end")
	}
}

// metric reads one value of a station's metrics.
func (c *client) metric(name string) float64 {
	c.t.Helper()
	text := c.text("/metrics")
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+" "); ok {
			v, err := strconv.ParseFloat(value, 64)
			if err != nil {
				c.t.Fatal(err)
			}
			return v
		}
	}
	c.t.Fatalf("there is no metric %s", name)
	return 0
}
