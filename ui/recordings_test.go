package ui

import (
	"net/http"
	"strings"
	"testing"

	"vedette/internal/access"
)

func TestRecordings(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	const get, put = http.MethodGet, http.MethodPut
	for _, c := range []struct {
		role               access.Role
		method, path, body string
		status             int
		words              string
	}{
		{access.RoleOperator, put, "/feeds/1-eo/recording", `{"on":true}`, 200, `"state":"waiting"`},
		{access.RoleOperator, put, "/feeds/1-eo/recording", `{"on":false}`, 200, `"state":"off"`},
		{access.RoleOperator, put, "/feeds/1-eo/recording", `{}`, 400, "on is missing"},
		{access.RoleOperator, put, "/feeds/1-eo/recording", `{"on":1}`, 400, "on"},
		{access.RoleOperator, put, "/feeds/9-eo/recording", `{"on":true}`, 404, "no feed"},
		{access.RoleViewer, put, "/feeds/1-eo/recording", `{"on":true}`, 403, "operator"},
		{access.RoleViewer, get, "/recordings?feed=1-eo&from=2026-11-26T08:00:00Z&to=2026-11-26T09:00:00Z&limit=2", "", 200, `"name":"1-eo_20261126T080000.000Z"`},
		{access.RoleViewer, get, "/recordings?feed=2-eo", "", 200, "[]"},
		{access.RoleViewer, get, "/recordings?from=yesterday", "", 400, "from"},
		{access.RoleViewer, get, "/recordings?limit=9999", "", 400, "limit"},
		{access.RoleViewer, get, "/recordings/1-eo_20261126T080000.000Z", "", 200, "0123456789"},
		{access.RoleViewer, get, "/recordings/none", "", 404, "no recording"},
		{access.RoleViewer, get, "/recordings/x/index", "", 200, `"headerBytes":9000,"fragments":[]`},
		{access.RoleViewer, get, "/recordings/none/index", "", 404, "no recording"},
		{access.RoleViewer, get, "/recordings/x/metadata?from=2026-11-26T08:00:00Z", "", 200, `[{"t":"2026-11-26T08:00:00.000Z","badValues":3}]`},
		{access.RoleViewer, get, "/recordings/x/metadata", "", 200, "[]"},
		{access.RoleViewer, get, "/recordings/x/metadata?to=later", "", 400, "to"},
	} {
		got := p.as(c.role, c.method, c.path, c.body)
		if got.status != c.status || !strings.Contains(got.body, c.words) {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, got.status, got.body)
		}
	}
	got := p.as(access.RoleViewer, get, "/feeds/1-eo/snapshot", "")
	if got.status != http.StatusOK || got.body != "picture" || got.header.Get("Content-Type") != "image/jpeg" ||
		got.header.Get("Vedette-Frame-Time") != "2027-01-15T08:00:00.005Z" || got.header.Get("Vedette-Frame-Time-Exact") != "true" ||
		!strings.Contains(got.header.Get("Content-Disposition"), "1-eo_20270115T080000.005Z.jpg") {
		t.Errorf("%+v", got)
	}
	if got := p.as(access.RoleViewer, get, "/feeds/2-eo/snapshot", ""); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("%+v", got)
	}
	got = p.as(access.RoleViewer, get, "/alerts/a-1/pictures/3", "")
	if got.status != http.StatusOK || got.body != "picture" || got.header.Get("Content-Type") != "image/jpeg" ||
		!strings.Contains(got.header.Get("Cache-Control"), "private") || !strings.Contains(got.header.Get("Cache-Control"), "no-cache") || got.header.Get("ETag") == "" ||
		!strings.Contains(got.header.Get("Content-Disposition"), "a-1_3.jpg") {
		t.Errorf("%+v", got)
	}
	again := p.as(access.RoleViewer, get, "/alerts/a-1/pictures/3", "", "If-None-Match", got.header.Get("ETag"))
	if again.status != http.StatusNotModified || again.body != "" {
		t.Errorf("asked for again: %+v", again)
	}
	for _, path := range []string{"/alerts/a-1/pictures/4", "/alerts/a-9/pictures/2", "/alerts/a-1/pictures/x", "/alerts/a-1/pictures/-2", "/alerts/..%2Fa-1/pictures/2"} {
		got := p.as(access.RoleViewer, get, path, "")
		if got.status != http.StatusNotFound || got.header.Get("Content-Type") != "application/problem+json" || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	got = p.as(access.RoleViewer, get, "/recordings/x", "", "Range", "bytes=2-4")
	if got.status != http.StatusPartialContent || got.body != "234" || got.header.Get("Content-Type") != "video/mp4" {
		t.Errorf("%+v", got)
	}
}
