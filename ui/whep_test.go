package ui

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"vedette/internal/access"
	"vedette/ui/api"
)

func (p *post) whep(method, path, body, kind string, headers ...string) reply {
	p.t.Helper()
	return p.as(access.RoleViewer, method, path, body, append(headers, "Content-Type", kind)...)
}

func TestAnOfferIsAnsweredWithASession(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	r := p.whep(http.MethodPost, "/feeds/1-eo/whep", "v=0 offer", "application/sdp; charset=utf-8", "Host", "ignored")
	if r.status != 201 || r.body != "answer to v=0 offer" {
		t.Fatalf("%+v", r)
	}
	for name, want := range map[string]string{
		"Location": "/api/v1/feeds/1-eo/whep/session%201", "Content-Type": "application/sdp", "ETag": `"t1"`,
		"Accept-Patch": "application/trickle-ice-sdpfrag",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	want := []string{
		`<turn:127.0.0.1:3478?transport=udp>; rel="ice-server"; username="1:a"; credential="x+/="; credential-type="password"`,
		`<turns:post.example:5349?transport=tcp>; rel="ice-server"; username="1:a"; credential="x"; credential-type="password"; use="first"`,
	}
	if links := r.header.Values("Link"); !slices.Equal(links, want) {
		t.Errorf("links %q", links)
	}
	if told := p.station.done(); !slices.Equal(told, []string{"watch 1-eo for viewer-1"}) {
		t.Errorf("the station was told %q", told)
	}
	if r := p.as(access.RoleViewer, http.MethodDelete, "/feeds/1-eo/whep/session%201", ""); r.status != 204 {
		t.Errorf("end: %+v", r)
	}
}

func TestOffersThatAreNotTaken(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	const path = "/feeds/1-eo/whep"
	p.whep(http.MethodPost, path, "hello", sdpType).problem(t, 400, "SDP")
	p.whep(http.MethodPost, path, "v=0"+strings.Repeat(" ", maxOffer), sdpType).problem(t, 413, "65536")
	r := p.whep(http.MethodPost, path, "v=0 full", sdpType)
	if r.problem(t, 503, "too many"); r.header.Get("Retry-After") == "" {
		t.Error("there is no Retry-After")
	}
	r = p.whep(http.MethodPost, path, "v=0 old", sdpType)
	r.problem(t, 422, "H.265")
	var told api.Problem
	if err := json.Unmarshal([]byte(r.body), &told); err != nil || told.Alternate != "1-eo-2" {
		t.Errorf("the alternate is %q: %v", told.Alternate, err)
	}
}

func TestAFragmentChangesASession(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	const path, frag = "/feeds/1-eo/whep/s", sdpFragType
	r := p.whep(http.MethodPatch, path, "a=candidate:x", frag, "If-Match", `"t1"`)
	if r.status != 204 || r.header.Get("ETag") != "" || r.body != "" {
		t.Errorf("trickle: %+v", r)
	}
	for _, match := range []string{"*", `"*"`, `"t1"`} {
		r = p.whep(http.MethodPatch, path, "a=ice-ufrag:x", frag, "If-Match", match)
		if r.status != 200 || r.header.Get("ETag") != `"t2"` || r.header.Get("Content-Type") != frag || r.body != "a=ice-ufrag:new" {
			t.Errorf("restart for %s: %+v", match, r)
		}
	}
	for _, c := range []struct {
		path, match, body string
		status            int
	}{
		{path, "", "a=x", 428},
		{path, `"t0"`, "a=x", 412},
		{path, `W/"t1"`, "a=x", 412},
		{path, "t1", "a=x", 400},
		{path, `t1"`, "a=x", 400},
		{path, `"t1", "t2"`, "a=x", 400},
		{path, `"`, "a=x", 400},
		{"/feeds/1-eo/whep/gone", "*", "a=x", 404},
		{path, "*", strings.Repeat("a", maxFragment+1), 413},
	} {
		headers := []string{}
		if c.match != "" {
			headers = append(headers, "If-Match", c.match)
		}
		p.whep(http.MethodPatch, c.path, c.body, frag, headers...).problem(t, c.status, "")
	}
}

func TestOptionsSayWhatIsTaken(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	if r := p.do(http.MethodOptions, base+"/feeds/1-eo/whep", ""); r.status != 200 || r.header.Get("Accept-Post") != sdpType || r.header.Get("Link") != "" {
		t.Errorf("endpoint: %+v", r)
	}
	if r := p.do(http.MethodOptions, base+"/feeds/1-eo/whep/s", ""); r.status != 200 || r.header.Get("Accept-Patch") != sdpFragType {
		t.Errorf("session: %+v", r)
	}
}
