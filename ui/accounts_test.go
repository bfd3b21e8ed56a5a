package ui

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"vedette/internal/access"
	"vedette/ui/api"
)

func TestAnAdminKeepsTheAccounts(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	do := func(method, path, body string) reply {
		return p.do(method, base+path, body, "Authorization", "Bearer "+p.tokens[access.RoleAdmin])
	}
	const password = "a long way from here"
	do(http.MethodPost, "/accounts", `{"name":"Boris","role":"operator","password":"`+password+`"}`).problem(t, http.StatusBadRequest, "a-z")
	do(http.MethodPost, "/accounts", `{"name":"boris","role":"king","password":"`+password+`"}`).problem(t, http.StatusBadRequest, "viewer, operator or admin")
	do(http.MethodPost, "/accounts", `{"name":"boris","role":"operator","password":"short"}`).problem(t, http.StatusBadRequest, "at least")
	r := do(http.MethodPost, "/accounts", `{"name":"boris","role":"operator","password":"`+password+`"}`)
	if r.status != http.StatusCreated || !strings.Contains(r.body, `"name":"boris","role":"operator"`) || strings.Contains(r.body, "hash") {
		t.Fatalf("%d %s", r.status, r.body)
	}
	do(http.MethodPost, "/accounts", `{"name":"boris","role":"viewer","password":"`+password+`"}`).problem(t, http.StatusConflict, "there already")
	do(http.MethodPatch, "/accounts/nobody", `{"role":"viewer"}`).problem(t, http.StatusNotFound, "nobody")
	do(http.MethodPatch, "/accounts/boris", `{"role":"viewer","disabled":true}`).problem(t, http.StatusBadRequest, "only one")
	do(http.MethodPatch, "/accounts/boris", `{}`).problem(t, http.StatusBadRequest, "is needed")
	do(http.MethodPatch, "/accounts/script", `{"role":"viewer"}`).problem(t, http.StatusConflict, "your own")
	for body, want := range map[string]string{`{"role":"viewer"}`: `"role":"viewer"`, `{"password":"another long one, yes"}`: `"name":"boris"`} {
		if r := do(http.MethodPatch, "/accounts/boris", body); r.status != http.StatusOK || !strings.Contains(r.body, want) {
			t.Errorf("%s: %d %s", body, r.status, r.body)
		}
	}
	if r := p.do(http.MethodPost, base+"/session", `{"name":"boris","password":"another long one, yes"}`); r.status != http.StatusOK {
		t.Errorf("he cannot sign in: %d %s", r.status, r.body)
	}
	if r := do(http.MethodPatch, "/accounts/boris", `{"disabled":true}`); r.status != http.StatusOK || !strings.Contains(r.body, `"disabled":true`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := p.do(http.MethodPost, base+"/session", `{"name":"boris","password":"another long one, yes"}`); r.status != http.StatusUnauthorized {
		t.Errorf("a closed account signs in: %d", r.status)
	}
	var all []api.Account
	if r := do(http.MethodGet, "/accounts", ""); json.Unmarshal([]byte(r.body), &all) != nil || len(all) != 1 || !all[0].Disabled {
		t.Errorf("%s", r.body)
	}
	audit := do(http.MethodGet, "/audit?limit=1000", "").body
	for _, action := range []string{"addAccount", "setRole", "setPassword", "disableAccount"} {
		if !strings.Contains(audit, `"action":"`+action+`","target":"boris"`) {
			t.Errorf("%s is not in the audit", action)
		}
	}
	if strings.Contains(audit, password) || strings.Contains(audit, "another long one") {
		t.Error("a password is in the audit")
	}
}

func TestAlertsAreAssignedToThoseWhoMayDecide(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	for name, role := range map[string]access.Role{"anna": access.RoleOperator, "vera": access.RoleViewer, "otto": access.RoleAdmin} {
		if err := p.cfg.Access.AddAccount(t.Context(), name, "a long way from here", role); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.cfg.Access.SetDisabled(t.Context(), "otto", true); err != nil {
		t.Fatal(err)
	}
	do := func(method, path, body string) reply {
		return p.do(method, base+path, body, "Authorization", "Bearer "+p.tokens[access.RoleOperator])
	}
	if r := do(http.MethodGet, "/operators", ""); r.body != `["anna","operator-1"]`+"\n" {
		t.Error(r.body)
	}
	for _, no := range []string{"vera", "otto", "nobody"} {
		do(http.MethodPost, "/alerts/a-1/assign", `{"to":"`+no+`"}`).problem(t, http.StatusBadRequest, "nobody who may decide")
	}
	for body, want := range map[string]string{
		`{}`:                      "assign a-1 from  to operator-1",
		`{"to":"anna"}`:           "assign a-1 from  to anna",
		`{"to":"","from":"anna"}`: "assign a-1 from anna to ",
		`{"from":"anna"}`:         "assign a-1 from anna to operator-1",
	} {
		if r := do(http.MethodPost, "/alerts/a-1/assign", body); r.status != http.StatusOK {
			t.Errorf("%s: %d %s", body, r.status, r.body)
		}
		if done := p.station.done(); done[len(done)-1] != want {
			t.Errorf("%s: %q", body, done)
		}
	}
	if audit := do(http.MethodGet, "/audit?limit=1000", "").body; !strings.Contains(audit, `"action":"assign","target":"a-1"`) {
		t.Error("an assignment is not in the audit")
	}
}

func TestControlIsAskedForOverTheAPI(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	as := func(role access.Role, method, path, body string) reply {
		return p.do(method, base+path, body, "Authorization", "Bearer "+p.tokens[role])
	}
	const anna, boris = access.RoleAdmin, access.RoleOperator // script, operator-1
	if r := as(anna, http.MethodPost, "/vehicles/1/control", `{}`); r.status != http.StatusOK {
		t.Fatal(r.body)
	}
	if r := as(boris, http.MethodPost, "/vehicles/1/control/ask", `{"reason":"mine has landed"}`); r.status != http.StatusAccepted || !strings.Contains(r.body, `"holder":"script"`) {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := as(anna, http.MethodGet, "/vehicles/1", ""); !strings.Contains(r.body, `"asks":[{"who":"operator-1","reason":"mine has landed","at":"`) {
		t.Errorf("she does not see it: %s", r.body)
	}
	as(boris, http.MethodPost, "/vehicles/1/control/grant", `{"to":"operator-1"}`).problem(t, http.StatusConflict, "script holds")
	as(anna, http.MethodPost, "/vehicles/1/control/grant", `{}`).problem(t, http.StatusBadRequest, "who asked")
	if r := as(anna, http.MethodPost, "/vehicles/1/control/refuse", `{"to":"operator-1","note":"on target"}`); r.status != http.StatusNoContent {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := as(boris, http.MethodGet, "/vehicles/1", ""); !strings.Contains(r.body, `"refused":true,"note":"on target"`) {
		t.Errorf("he does not see why not: %s", r.body)
	}
	as(anna, http.MethodPost, "/vehicles/1/control/grant", `{"to":"operator-1"}`).problem(t, http.StatusConflict, "no such request")
	as(boris, http.MethodPost, "/vehicles/1/control/ask", ``)
	if r := as(anna, http.MethodPost, "/vehicles/1/control/grant", `{"to":"operator-1"}`); r.status != http.StatusOK || !strings.Contains(r.body, `"holder":"operator-1"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	as(anna, http.MethodPost, "/vehicles/9/control/ask", `{}`).problem(t, http.StatusNotFound, "vehicle 9")
	audit := as(anna, http.MethodGet, "/audit?limit=1000", "").body
	for _, action := range []string{"askForControl", "refuseControl", "grantControl"} {
		if !strings.Contains(audit, `"action":"`+action+`"`) {
			t.Errorf("%s is not in the audit", action)
		}
	}
}

func TestASecondFactorAtSignIn(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	a := p.cfg.Access
	const password = "a long way from here"
	if err := a.AddAccount(t.Context(), "ann", password, access.RoleOperator); err != nil {
		t.Fatal(err)
	}
	key, err := a.NewFactor(t.Context(), "ann", "post-1")
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(key.Secret(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	spare, err := a.ConfirmFactor(t.Context(), "ann", key, code)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(code string) reply {
		return p.do(http.MethodPost, base+"/session", `{"name":"ann","password":"`+password+`"`+code+`}`)
	}
	for given, want := range map[string]string{"": "give the code", `,"code":"` + code + `"`: "used before", `,"code":"no"`: "clock says"} {
		r := sign(given)
		r.problem(t, http.StatusUnauthorized, want)
		if !strings.Contains(r.body, `"needs":"code"`) || r.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %s", given, r.body)
		}
	}
	p.do(http.MethodPost, base+"/session", `{"ticket":"x","code":"123456"}`).problem(t, http.StatusBadRequest, "either")
	p.do(http.MethodPost, base+"/session", `{"name":"ann","password":"wrong password","code":"`+spare[0]+`"}`).problem(t, http.StatusUnauthorized, "name or the password")
	if r := sign(`,"code":"` + spare[0] + `"`); r.status != http.StatusOK || r.header.Get("Set-Cookie") == "" {
		t.Errorf("%d %s", r.status, r.body)
	}
	do := func(method, path, body string) reply {
		return p.do(method, base+path, body, "Authorization", "Bearer "+p.tokens[access.RoleAdmin])
	}
	if r := do(http.MethodGet, "/accounts", ""); !strings.Contains(r.body, `"secondFactor":"2`) || strings.Contains(r.body, key.Secret()) || strings.Contains(r.body, "spare") {
		t.Errorf("%s", r.body)
	}
	do(http.MethodPatch, "/accounts/ann", `{"secondFactor":true}`).problem(t, http.StatusBadRequest, "vedette user totp ann")
	do(http.MethodPatch, "/accounts/ann", `{"secondFactor":false,"role":"admin"}`).problem(t, http.StatusBadRequest, "only one")
	if r := do(http.MethodPatch, "/accounts/ann", `{"secondFactor":false}`); r.status != http.StatusOK || strings.Contains(r.body, "secondFactor") {
		t.Errorf("%d %s", r.status, r.body)
	}
	do(http.MethodPatch, "/accounts/ann", `{"secondFactor":false}`).problem(t, http.StatusBadRequest, "no second factor")
	if r := sign(""); r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.body)
	}
	if audit := do(http.MethodGet, "/audit?limit=1000", "").body; !strings.Contains(audit, "removeSecondFactor") || strings.Contains(audit, key.Secret()) || strings.Contains(audit, spare[0]) {
		t.Errorf("%s", audit)
	}
}
