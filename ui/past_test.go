package ui

import (
	"net/http"
	"testing"

	"vedette/internal/access"
)

func TestThePastIsAskedForInWords(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	ask := func(query string) reply {
		return p.do(http.MethodGet, base+query, "", "Authorization", "Bearer "+p.tokens[access.RoleViewer])
	}
	const hour = "from=2026-11-26T00:00:00Z&to=2026-11-26T01:00:00Z"
	if r := ask("/replay?" + hour + "&step=2"); r.status != http.StatusOK || r.body != `{"from":"2026-11-26T00:00:00.000Z","to":"2026-11-26T01:00:00.000Z","stepS":2,"changes":[]}`+"\n" {
		t.Errorf("%d %s", r.status, r.body)
	}
	for query, words := range map[string]string{
		"/replay":                       "from and to are needed",
		"/replay?from=yesterday":        "yesterday",
		"/replay?" + hour + "&step=0.5": "seconds from 1 to 60",
		"/replay?" + hour + "&step=NaN": "seconds from 1 to 60",
		"/replay?from=2026-11-26T00:00:00Z&to=2026-11-26T00:00:00Z":          "not before",
		"/replay?from=2026-11-26T00:00:00Z&to=2026-11-26T06:00:01Z":          "at most 6 hours",
		"/replay/alerts?from=2026-10-20T00:00:00Z&to=2026-11-26T06:00:01Z":   "at most 744 hours",
		"/replay/timeline?from=2026-11-20T00:00:00Z&to=2026-11-26T06:00:01Z": "at most 48 hours",
	} {
		ask(query).problem(t, http.StatusBadRequest, words)
	}
}
