package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// standIn as the first argument makes the test binary the program, which gets the arguments behind it.
const standIn = "vedette"

// TestMain lets the test binary stand in for the program: where the station starts its own binary as decoder child, and where a
// test wants a process of its own.
func TestMain(m *testing.M) {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == standIn {
		args = args[1:]
	} else if len(args) == 0 || args[0] != "decode-child" && args[0] != "still-child" {
		os.Exit(m.Run())
	}
	env := environment{in: os.Stdin, out: os.Stdout, errOut: os.Stderr, getenv: os.Getenv}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, env, args)
	stop()
	os.Exit(code)
}

// buffer is a bytes.Buffer that may be written and read at the same time.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// command is one run of the program within the test.
type commandRun struct{ out, errOut buffer }

func (c *commandRun) env(in string) environment {
	return environment{in: strings.NewReader(in), out: &c.out, errOut: &c.errOut, getenv: func(string) string { return "" }}
}

func TestExitStatuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	good := filepath.Join(dir, "good.yaml")
	for path, text := range map[string]string{bad: "station: {id: a}\nlinkz: []\n", good: "station: {id: a}\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args   []string
		status int
		says   string // on either stream
	}{
		{nil, exitUsage, "Usage: vedette COMMAND"},
		{[]string{"help"}, exitDone, "demo"},
		{[]string{"fly"}, exitUsage, `no subcommand "fly"`},
		{[]string{"version"}, exitDone, "vedette dev"},
		{[]string{"version", "now"}, exitUsage, `unexpected argument "now"`},
		{[]string{"check", "--config", good}, exitDone, "ok"},
		{[]string{"check", "--config", bad}, exitUsage, bad + ":2: linkz:"},
		{[]string{"check", "--config", filepath.Join(dir, "none.yaml")}, exitUsage, "no such file"},
		{[]string{"serve", "--config", bad}, exitUsage, bad + ":2: linkz:"},
		{[]string{"serve", "--data", dir, "--listen", "0.0.0.0:0"}, exitUsage, "TLS is needed"},
		{[]string{"demo", "--scenario", "nowhere"}, exitUsage, "nowhere"},
		{[]string{"demo", "--for", "soon"}, exitUsage, "soon"},
		{[]string{"track", "--in", filepath.Join(dir, "none.jsonl")}, exitUsage, "no such file"},
		{[]string{"detect"}, exitUsage, "usage"},
		{[]string{"detect", good}, exitFailed, "could not be read"},
		{[]string{"user", "--data", dir, "list", "all"}, exitUsage, "usage"},
		{[]string{"user", "--data", dir, "list", "--off"}, exitUsage, "usage"},
		{[]string{"user", "--data", dir, "totp"}, exitUsage, "usage"},
		{[]string{"audit"}, exitUsage, "usage"},
		{[]string{"audit", "verify", "--data", filepath.Join(dir, "none")}, exitUsage, "--data"},
		{[]string{"audit", "export", "--from", "yesterday"}, exitUsage, "--from"},
		{[]string{"audit", "export", "--from", "2026-11-26T01:00:00Z", "--to", "2026-11-26T01:00:00Z"}, exitUsage, "before"},
		{[]string{"audit", "export", "--format", "xml"}, exitUsage, "jsonl or csv"},
		{[]string{"token", "--data", filepath.Join(dir, "none"), "list"}, exitUsage, "--data"},
	} {
		t.Run(fmt.Sprint(c.args), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var r commandRun
			status := run(ctx, r.env(""), c.args)
			if said := r.out.String() + r.errOut.String(); status != c.status || !strings.Contains(said, c.says) {
				t.Errorf("status %d, want %d; said\n%s\nwant %q in it", status, c.status, said, c.says)
			}
		})
	}
}

func TestAccountsAndTokens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	do := func(status int, in string, args ...string) string {
		t.Helper()
		var r commandRun
		if got := run(t.Context(), r.env(in), args); got != status {
			t.Fatalf("%v: status %d, want %d: %s", args, got, status, r.errOut.String())
		}
		return r.out.String()
	}
	do(exitDone, "correct horse battery\n", "user", "--data", dir, "add", "kim", "--role", "operator")
	do(exitFailed, "correct horse battery\n", "user", "--data", dir, "add", "kim")
	do(exitUsage, "", "user", "--data", dir, "passwd", "kim")
	do(exitDone, "", "user", "disable", "kim", "--data", dir)
	if got := do(exitDone, "", "user", "--data", dir, "list"); !strings.Contains(got, "kim") || !strings.Contains(got, "operator") || !strings.Contains(got, "disabled") {
		t.Errorf("accounts:\n%s", got)
	}
	if got := do(exitDone, "", "token", "create", "--role", "viewer", "--name", "wall", "--data", dir); len(strings.TrimSpace(got)) < 20 {
		t.Errorf("token %q", got)
	}
	if got := do(exitDone, "", "token", "--data", dir, "list"); !strings.Contains(got, "wall") {
		t.Errorf("tokens:\n%s", got)
	}
}
