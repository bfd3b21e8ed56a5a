package ui

import (
	"encoding/json"
	"testing"

	"vedette/internal/access"
	"vedette/ui/api"
)

func (s *station) Traffic() []api.Aircraft { return []api.Aircraft{{ID: "7C1234"}} }

func TestTrafficIsGiven(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	r := p.do("GET", "/api/v1/traffic", "", "Authorization", "Bearer "+p.tokens[access.RoleViewer])
	var got []api.Aircraft
	if err := json.Unmarshal([]byte(r.body), &got); err != nil || len(got) != 1 || got[0].ID != "7C1234" {
		t.Errorf("%d %s: %v", r.status, r.body, err)
	}
}
