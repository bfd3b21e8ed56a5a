package ui

import (
	"net/http"
	"strings"
	"testing"

	"vedette/internal/access"
	"vedette/ui/api"
)

func TestEntriesAreChangedAndOnRecord(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	do := func(method, path, body string, headers ...string) reply {
		return p.do(method, base+path, body, append(headers, "Authorization", "Bearer "+p.tokens[access.RoleAdmin])...)
	}
	for _, c := range []struct {
		method, path, body string
		headers            []string
		want               string
	}{
		{http.MethodPut, "/configuration/sensors/s-9", `{"kind":"pir"}`, nil, `set sensors/s-9 {"kind":"pir"} reset false expecting ""`},
		{http.MethodPut, "/configuration/zones/z-1", `{"kind":"area"}`, []string{"If-None-Match", "*"}, `set zones/z-1 {"kind":"area"} reset false expecting "none"`},
		{http.MethodDelete, "/configuration/feeds/mast", "", []string{"If-Match", "abc"}, `set feeds/mast  reset false expecting "abc"`},
		{http.MethodPost, "/configuration/links/lan/reset", "", []string{"If-Match", "*"}, `set links/lan  reset true expecting ""`},
	} {
		if r := do(c.method, c.path, c.body, c.headers...); r.status != http.StatusOK {
			t.Errorf("%s %s: %d %s", c.method, c.path, r.status, r.body)
		}
		if done := p.station.done(); done[len(done)-1] != c.want {
			t.Errorf("%s %s: %q", c.method, c.path, done[len(done)-1])
		}
	}
	audit := do(http.MethodGet, "/audit?limit=1000", "").body
	for _, want := range []string{`"kind":"configuration"`, `"action":"setEntry","target":"sensors/s-9"`, `"before":{"kind":"seismic"},"after":{"kind":"pir"}`, `"action":"resetEntry","target":"links/lan"`} {
		if !strings.Contains(audit, want) {
			t.Errorf("the audit lacks %s: %s", want, audit)
		}
	}

	p.station.failWith(api.BadRequest("sensors s-9: position: is missing"))
	do(http.MethodPut, "/configuration/sensors/s-9", `{"kind":"pir"}`).problem(t, http.StatusBadRequest, "position")
	if audit := do(http.MethodGet, "/audit?limit=1000", "").body; !strings.Contains(audit, `"outcome":"refused"`) {
		t.Error("a refusal is not in the audit")
	}
	p.station.failWith(nil)
	for _, body := range []string{"[]", "7", "{", `{"a":1}{`, "kind: pir"} {
		do(http.MethodPut, "/configuration/sensors/s-9", body).problem(t, http.StatusBadRequest, "JSON object")
	}
	do(http.MethodPut, "/configuration/sensors/s-9", `{"a":"`+strings.Repeat("x", maxEntry)+`"}`).problem(t, http.StatusRequestEntityTooLarge, "")
	do(http.MethodGet, "/configuration?section=tls", "").problem(t, http.StatusBadRequest, "section")
}
