package ui

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"vedette/internal/access"
)

func TestSignInLinkWorksOnce(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	ticket, err := p.cfg.Access.NewTicket("operator", access.RoleOperator)
	if err != nil {
		t.Fatal(err)
	}
	link := "/signin?ticket=" + ticket
	p.do(http.MethodHead, link, "")
	r := p.do(http.MethodGet, link, "")
	set := r.header.Get("Set-Cookie")
	if r.status != 303 || r.header.Get("Location") != "/" {
		t.Fatalf("first use: %+v", r)
	}
	for _, word := range []string{"vedette_session=", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"} {
		if !strings.Contains(set, word) {
			t.Errorf("cookie %q lacks %s", set, word)
		}
	}
	cookie, _, _ := strings.Cut(set, ";")
	if r := p.do(http.MethodGet, base+"/me", "", "Cookie", cookie); r.status != 200 || !strings.Contains(r.body, `"via":"session"`) {
		t.Errorf("me: %+v", r)
	}
	again := p.do(http.MethodGet, link, "")
	if again.status != 401 || !strings.Contains(again.body, "has been used") || again.header.Get("Set-Cookie") != "" || !strings.HasPrefix(again.header.Get("Content-Type"), "text/html") {
		t.Errorf("second use: %+v", again)
	}
	if r := p.do(http.MethodGet, link, "", "Cookie", cookie); r.status != 303 {
		t.Errorf("a reload by the browser that is signed in: %+v", r)
	}
	if r := p.do(http.MethodDelete, base+"/session", "", "Cookie", cookie, "Origin", p.url); r.status != 204 || !strings.Contains(r.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("sign-out: %+v", r)
	}
	p.do(http.MethodGet, base+"/me", "", "Cookie", cookie).problem(t, 401, "expired")
}

func TestProgramsSignInWithTicketOrPassword(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	if err := p.cfg.Access.AddAccount(t.Context(), "ann", "a long password", access.RoleViewer); err != nil {
		t.Fatal(err)
	}
	sign := func(body string, headers ...string) reply {
		return p.do(http.MethodPost, base+"/session", body, headers...)
	}
	if r := sign(`{"name":"ann","password":"a long password"}`); r.status != 200 || r.header.Get("Set-Cookie") == "" || !strings.Contains(r.body, `"role":"viewer"`) {
		t.Errorf("password: %+v", r)
	}
	sign(`{"name":"ann","password":"a long password"}`, "Origin", "http://evil.example").problem(t, 403, "evil")
	sign(`{"name":"ann"}`).problem(t, 400, "password")
	sign(`{"name":"ann","password":"x","ticket":"y"}`).problem(t, 400, "either")
	sign(`{"name":"ann","password":"x","role":"admin"}`).problem(t, 400, "role")
	for range 5 {
		sign(`{"name":"ann","password":"wrong password"}`).problem(t, 401, "wrong")
	}
	r := sign(`{"name":"ann","password":"a long password"}`)
	r.problem(t, 429, "try again")
	if n, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || n < 1 {
		t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
	}
	if r := p.do(http.MethodGet, "/signin?ticket=x", ""); r.status != 429 || r.header.Get("Retry-After") == "" {
		t.Errorf("sign-in page after failures: %+v", r)
	}
}

func TestChangesByCookieMustComeFromTheStationsPages(t *testing.T) {
	t.Parallel()
	p := newPost(t, func(c *Config) { c.Origins = []string{"https://post.example"} })
	cookie := p.signIn("ann", access.RoleOperator)
	take := func(headers ...string) reply {
		return p.do(http.MethodPost, base+"/vehicles/1/control", "{}", headers...)
	}
	for _, origin := range []string{"", "null", "http://evil.example", "https" + strings.TrimPrefix(p.url, "http"), p.url + ".evil.example", "http://127.0.0.1:1", "file://"} {
		take("Cookie", cookie, "Origin", origin).problem(t, 403, "origin")
	}
	for _, origin := range []string{p.url, "https://post.example"} {
		if r := take("Cookie", cookie, "Origin", origin); r.status != 200 {
			t.Errorf("origin %s: %+v", origin, r)
		}
	}
	if r := p.do(http.MethodGet, base+"/vehicles", "", "Cookie", cookie, "Origin", "http://evil.example"); r.status != 200 || r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("reading: %+v", r)
	}
	p.as(access.RoleOperator, http.MethodPost, "/vehicles/1/control", "{}", "Origin", "http://evil.example").problem(t, 403, "evil")
	// A wrong token is not made good by a cookie beside it.
	take("Cookie", cookie, "Origin", p.url, "Authorization", "Bearer wrong").problem(t, 401, "")
}

func TestBypassesAreRefused(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	viewer := "Bearer " + p.tokens[access.RoleViewer]
	for _, c := range [][]string{
		{http.MethodPost, base + "/vehicles/1/control", "Authorization", viewer, "X-HTTP-Method-Override", "GET"},
		{http.MethodPost, base + "/vehicles/1/control?access_token=" + p.tokens[access.RoleOperator], "Authorization", viewer},
		{http.MethodGet, base + "/audit", "Authorization", viewer, "X-Forwarded-For", "127.0.0.1", "X-Original-URL", "/healthz"},
		{http.MethodGet, base + "/audit?token=start%20token"},
		{http.MethodGet, base + "/%61udit", "Authorization", viewer},
		{http.MethodGet, "/API/V1/audit", "Accept", "application/json"},
		{http.MethodGet, base + "/audit/", "Authorization", viewer},
		{http.MethodGet, base + "/audit", "Cookie", cookieName + "="},
		{http.MethodGet, base + "/audit", "Cookie", cookieName + "=" + p.tokens[access.RoleOperator]},
		{http.MethodGet, "/..%2f..%2fetc%2fpasswd"},
		{http.MethodGet, "/assets/../.keep"},
		{http.MethodGet, "/.keep"},
	} {
		r := p.do(c[0], c[1], "", c[2:]...)
		if r.status < 300 || r.status >= 500 || strings.Contains(r.body, "events") {
			t.Errorf("%v: %d %s", c, r.status, r.body)
		}
	}
}

func TestEveryAnswerIsHardened(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	for _, path := range []string{"/", "/healthz", base + "/me", "/signin?ticket=x", "/nothing.js", "/assets/app-1.js"} {
		h := p.do(http.MethodGet, path, "").header
		csp := h.Get("Content-Security-Policy")
		if strings.Contains(csp, "unsafe-eval") || !strings.Contains(csp, "script-src 'self';") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if strings.HasPrefix(path, base) && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be cached", path)
		}
	}
}

func TestConsoleIsServed(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	for _, path := range []string{"/", "/alerts/a-1"} {
		if r := p.do(http.MethodGet, path, "", "Accept", "text/html"); r.status != 200 || !strings.Contains(r.body, "the console") || r.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %+v", path, r)
		}
	}
	r := p.do(http.MethodGet, "/assets/app-1.js", "", "Accept-Encoding", "gzip")
	if r.status != 200 || r.header.Get("Content-Encoding") != "gzip" || len(r.body) > 500 || !strings.Contains(r.header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(r.header.Get("Content-Type"), "text/javascript") {
		t.Errorf("script: %d %v", r.status, r.header)
	}
	if r := p.do(http.MethodGet, "/assets/app-1.js", "", "If-None-Match", r.header.Get("Etag")); r.status != 304 {
		t.Errorf("unchanged script: %d", r.status)
	}
	p.do(http.MethodGet, "/assets/gone.js", "").problem(t, 404, "gone.js")

	empty := newPost(t, func(c *Config) { c.Dist = fstest.MapFS{".keep": {}} })
	if r := empty.do(http.MethodGet, "/", ""); r.status != 503 || !strings.Contains(r.body, "has not been built") {
		t.Errorf("console that is not built: %+v", r)
	}
	fromBinary := newPost(t, func(c *Config) { c.Dist = nil })
	if r := fromBinary.do(http.MethodGet, "/", ""); r.status != 200 && r.status != 503 {
		t.Errorf("console from the binary: %d", r.status)
	}
}
