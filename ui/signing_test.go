package ui

import (
	"net/http"
	"strings"
	"testing"

	"vedette/internal/access"
)

func TestKeysAreCheckedAndNeverRecorded(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	if _, _, err := p.cfg.Access.Leases.Take(1, "script", false); err != nil {
		t.Fatal(err)
	}
	for body, words := range map[string]string{
		`{}`:                                    "use setUp, adopt or off",
		`{"mode":"adopt"}`:                      "needs the passphrase or key",
		`{"mode":"off","key":"ab"}`:             "takes no key",
		`{"mode":"setUp","passphrase":"short"}`: "8 to 200",
		`{"mode":"setUp","passphrase":"long enough","key":"ab"}`: "not both",
		`{"mode":"setUp","secret":"x"}`:                          "unknown field",
	} {
		p.as(access.RoleAdmin, http.MethodPost, "/vehicles/1/signing", body).problem(t, http.StatusBadRequest, words)
	}
	for _, body := range []string{`{"mode":"setUp","passphrase":"correct horse"}`, `{"mode":"adopt","key":"correct horse"}`, `{"mode":"setUp"}`, `{"mode":"off"}`} {
		if r := p.as(access.RoleAdmin, http.MethodPost, "/vehicles/1/signing", body); r.status != http.StatusOK || !strings.Contains(r.body, `"state":"off"`) {
			t.Errorf("%s: %+v", body, r)
		}
	}
	audit := p.as(access.RoleAdmin, http.MethodGet, "/audit", "").body
	for _, word := range []string{"passphrase", "given", "generated"} {
		if !strings.Contains(audit, `"key":"`+word+`"`) {
			t.Errorf("the audit does not say %s: %s", word, audit)
		}
	}
	if strings.Contains(audit, "horse") {
		t.Errorf("a key is in the audit: %s", audit)
	}
	// Forgetting respects a lease, and needs none: the vehicle may be unknown.
	if r := p.as(access.RoleAdmin, http.MethodDelete, "/vehicles/200/signing", ""); r.status != http.StatusNoContent {
		t.Errorf("%+v", r)
	}
	if _, _, err := p.cfg.Access.Leases.Take(1, "somebody", true); err != nil {
		t.Fatal(err)
	}
	p.as(access.RoleAdmin, http.MethodDelete, "/vehicles/1/signing", "").problem(t, http.StatusConflict, "somebody holds")
}

func TestATelemetryLogIsDownloaded(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	path := "/vehicles/1/tlogs/20261126T000000Z.tlog"
	r := p.as(access.RoleViewer, http.MethodGet, path, "")
	if r.status != http.StatusOK || r.body != "a log" || r.header.Get("Content-Type") != "application/octet-stream" ||
		r.header.Get("Content-Disposition") != `attachment; filename="1-20261126T000000Z.tlog"` {
		t.Errorf("%+v", r)
	}
	r = p.as(access.RoleViewer, http.MethodGet, path, "", "Range", "bytes=2-")
	if r.status != http.StatusPartialContent || r.body != "log" {
		t.Errorf("%+v", r)
	}
	if r = p.as(access.RoleViewer, http.MethodGet, "/vehicles/1/tlogs", ""); !strings.Contains(r.body, `"bytes":5`) {
		t.Errorf("%+v", r)
	}
}
