package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// chainToken is the bearer token that the tests give the demo.
const chainToken = "whole-chain"

// client speaks to the API of the demo under test.
type client struct {
	t    testing.TB
	base string
	http *http.Client
}

// text reads what stands at a path of the server.
func (c *client) text(path string) string {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+chainToken)
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatalf("GET %s: %v", path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("GET %s: %d %v", path, resp.StatusCode, err)
	}
	return string(raw)
}

// call does one request and decodes the answer into out, which may be nil. It returns the status.
func (c *client) call(method, path string, body, out any) int {
	c.t.Helper()
	var payload io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		payload = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+"/api/v1"+path, payload)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+chainToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if out != nil && resp.StatusCode < 300 {
		if err := json.Unmarshal(raw, out); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	} else if resp.StatusCode >= 300 {
		c.t.Logf("%s %s: %d %s", method, path, resp.StatusCode, raw)
	}
	return resp.StatusCode
}

// abandoned does a request whose answer does not matter, since it may not come.
func (c *client) abandoned(ctx context.Context, method, path string, body any) {
	payload, err := json.Marshal(body)
	if err != nil {
		c.t.Error(err)
		return
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, bytes.NewReader(payload))
	if err != nil {
		c.t.Error(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+chainToken)
	req.Header.Set("Content-Type", "application/json")
	if resp, err := c.http.Do(req); err == nil {
		_ = resp.Body.Close()
	}
}

// until polls until done says so, and fails the test after the limit.
func (c *client) until(limit time.Duration, what string, done func() bool) {
	c.t.Helper()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		if time.Now().After(deadline) {
			c.t.Fatalf("waited %v for %s", limit, what)
		}
		<-tick.C
	}
}

func waitForLink(t *testing.T, r *commandRun, status <-chan int) string {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if line, _, whole := strings.Cut(r.out.String(), "\n"); whole {
			link, ok := strings.CutPrefix(line, "console: ")
			if !ok || !strings.Contains(link, "/signin?ticket=") {
				t.Fatalf("the first line is %q", line)
			}
			return link
		}
		select {
		case got := <-status:
			t.Fatalf("the demo ended with %d: %s", got, r.errOut.String())
		case <-deadline:
			t.Fatal("no sign-in link")
		case <-tick.C:
		}
	}
}
