package ui

import (
	"net/http"
	"strings"
	"testing"

	"vedette/internal/access"
)

func TestAPeriodIsExportedAndOnRecord(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	get := func(query string) reply { return p.as(access.RoleOperator, http.MethodGet, "/export"+query, "") }
	for query, words := range map[string]string{
		"":                           "from",
		"?from=yesterday&to=today":   "from",
		"?from=2026-11-26T00:00:00Z": "to",
		"?from=2026-11-26T08:00:00Z&to=2026-11-26T00:00:00Z":           "before",
		"?from=2026-01-26T08:00:00Z&to=2026-11-26T00:00:00Z":           "31 days",
		"?from=2026-11-26T00:00:00Z&to=2026-11-26T08:00:00Z&video=yes": "video",
	} {
		get(query).problem(t, 400, words)
	}
	if told := p.station.done(); len(told) != 0 {
		t.Errorf("the station was told %v", told)
	}
	r := get("?from=2026-11-26T00:00:00Z&to=2026-11-26T08:00:00Z")
	if r.status != 200 || r.body != "a zip" || r.header.Get("Content-Type") != "application/zip" || !strings.Contains(r.header.Get("Content-Disposition"), "vedette-20261126T000000Z.zip") {
		t.Errorf("%+v", r)
	}
	if told := p.station.done(); len(told) != 1 || told[0] != "operator-1 exports 8h0m0s" {
		t.Errorf("%v", told)
	}
	if r := get("?from=2026-11-26T00:00:00Z&to=2026-11-26T01:00:00Z&video=true"); r.status != 200 {
		t.Errorf("%+v", r)
	}
	if told := p.station.done(); len(told) != 2 || told[1] != "operator-1 exports 1h0m0s with video" {
		t.Errorf("%v", told)
	}
	if audit := p.as(access.RoleOperator, http.MethodGet, "/audit", "").body; !strings.Contains(audit, `"video":true`) {
		t.Errorf("the audit lacks the video: %s", audit)
	}
	if audit := p.as(access.RoleOperator, http.MethodGet, "/audit", "").body; !strings.Contains(audit, `"export"`) || !strings.Contains(audit, `"from":"2026-11-26T00:00:00`) {
		t.Errorf("the audit lacks it: %s", audit)
	}
}
