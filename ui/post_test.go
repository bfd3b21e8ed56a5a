package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"vedette/internal/access"
	"vedette/internal/store"
	"vedette/ui/api"
)

// post is a server with its parts, reachable over loopback.
type post struct {
	*Server
	t       *testing.T
	station *station
	url     string
	stop    func() // ends Run and waits for it
	tokens  map[access.Role]string
}

func newPost(t *testing.T, edit ...func(*Config)) *post {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "post.db"), store.Config{Linger: -1})
	if err != nil {
		t.Fatal(err)
	}
	acc, err := access.New(access.Config{Store: st, Token: "start token", MemoryKiB: 64})
	if err != nil {
		t.Fatal(err)
	}
	fake := &station{changes: make(chan api.Change)}
	cfg := Config{
		Station: fake, Access: acc, Store: st, Version: "test",
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "metrics") }),
		Dist:    fstest.MapFS{"index.html": {Data: []byte("<!doctype html>the console")}, "assets/app-1.js": {Data: bytes.Repeat([]byte("let a = 1;\n"), 500)}, ".keep": {}},
	}
	for _, e := range edit {
		e(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	p := &post{Server: s, t: t, station: fake, tokens: map[access.Role]string{access.RoleAdmin: "start token"}}
	for _, role := range []access.Role{access.RoleViewer, access.RoleOperator} {
		if p.tokens[role], err = acc.CreateToken(t.Context(), string(role)+"-1", role); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		_ = s.Run(ctx)
	}()
	server := httptest.NewServer(s)
	p.url = server.URL
	p.stop = func() { cancel(); <-ran }
	t.Cleanup(func() {
		p.stop()
		server.CloseClientConnections()
		server.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) problem(t *testing.T, status int, words string) {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil || r.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("not a problem document: %d %q %q", r.status, r.header.Get("Content-Type"), r.body)
		return
	}
	if r.status != status || p.Status != status || p.Type != "about:blank" || p.Title == "" || !strings.Contains(p.Detail, words) {
		t.Errorf("problem %d %+v, want %d with %q", r.status, p, status, words)
	}
}

// do sends a request; headers are pairs of name and value.
func (p *post) do(method, path, body string, headers ...string) reply {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{
		Timeout:       20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		p.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(text)}
}

// as is do with the token of a role.
func (p *post) as(role access.Role, method, path, body string, headers ...string) reply {
	p.t.Helper()
	return p.do(method, base+path, body, append(headers, "Authorization", "Bearer "+p.tokens[role])...)
}

// signIn opens a browser's session and returns its cookie.
func (p *post) signIn(name string, role access.Role) string {
	p.t.Helper()
	ticket, err := p.cfg.Access.NewTicket(name, role)
	if err != nil {
		p.t.Fatal(err)
	}
	r := p.do(http.MethodGet, "/signin?ticket="+ticket, "")
	cookie, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
	if r.status != http.StatusSeeOther || !strings.HasPrefix(cookie, cookieName+"=") {
		p.t.Fatalf("sign-in: %+v", r)
	}
	return cookie
}
