package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	childPath = "VEDETTE_STORE_TEST_PATH" // set: this process is the one that gets killed
	childTwin = "VEDETTE_STORE_TEST_TWIN" // set: it acknowledges before the commit
)

// appendUntilKilled appends from four goroutines and prints each key once it is acknowledged. The broken twin
// acknowledges what is merely queued, which is the fault that the checker must see.
func appendUntilKilled(path string) int {
	twin := os.Getenv(childTwin) != ""
	cfg := Config{}
	if twin {
		cfg.Linger = 300 * time.Millisecond
	}
	ctx := context.Background()
	s, err := Open(ctx, path, cfg)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var out sync.Mutex
	for w := range 4 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("k-%d-%d-%d", os.Getpid(), w, i)
				e := Event{Kind: "track", Key: key}
				if twin {
					for !s.Post(e) {
						time.Sleep(time.Millisecond) // the queue is full; in a child process, not in a test
					}
				} else if _, err := s.Append(ctx, e); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				out.Lock()
				fmt.Println(key)
				out.Unlock()
			}
		}()
	}
	select {}
}

// killOnce runs the child on a store, kills it after it acknowledged a number of events, and returns all those that it
// acknowledged.
func killOnce(t *testing.T, path string, acks int, twin bool) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this very test binary
	cmd.Env = append(os.Environ(), childPath+"="+path)
	if twin {
		cmd.Env = append(cmd.Env, childTwin+"=1")
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acked []string
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // a line that the kill cut short was not acknowledged
		}
		acked = append(acked, strings.TrimSpace(line))
		if len(acked) == acks {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(acked) < acks {
		t.Fatalf("the child ended by itself after %d events: %v", len(acked), err)
	}
	return acked
}

// lost counts the acknowledged events that are not in the store.
func lost(t *testing.T, path string, acked []string) int {
	t.Helper()
	s, err := Open(t.Context(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	there := map[string]bool{}
	var after int64
	for {
		events, err := s.Read(t.Context(), after, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			there[e.Key] = true
			after = e.Seq
		}
	}
	missing := 0
	for _, key := range acked {
		if !there[key] {
			missing++
		}
	}
	return missing
}

func TestKillLosesNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "station.db")
	var acked []string
	for i := range 8 {
		acked = append(acked, killOnce(t, path, 20+37*i, false)...)
		if n := lost(t, path, acked); n > 0 {
			t.Fatalf("kill %d: %d of %d acknowledged events are lost", i+1, n, len(acked))
		}
	}
	t.Logf("%d acknowledged events, none lost", len(acked))
}

func TestCheckerSeesAStoreThatAcknowledgesTooEarly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "station.db")
	acked := killOnce(t, path, 100, true)
	if lost(t, path, acked) == 0 {
		t.Fatal("the broken twin lost nothing: the kill test above proves nothing")
	}
}
