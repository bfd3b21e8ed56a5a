package access

import (
	"encoding/json"
	"testing"
	"time"

	"vedette/internal/store"
)

func viewings(t *testing.T, a *Access) []store.Event {
	t.Helper()
	events, err := a.cfg.Store.ReadDecisions(t.Context(), 0, 100, KindViewing)
	must(t, err)
	return events
}

func TestViewingIsOnRecordFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	a, c := newAccess(t, Config{})
	v := Viewing{
		ID: "s1", Who: Principal{Name: "anna", Role: RoleViewer, Via: ViaToken}, Feed: "1-eo", Means: MeansRTSP, Address: "10.0.0.9", From: c.now(),
	}
	must(t, a.BeginViewing(t.Context(), v))
	c.move(time.Minute)
	must(t, a.EndViewing(t.Context(), v, c.now()))
	events := viewings(t, a)
	if len(events) != 2 {
		t.Fatalf("%d records", len(events))
	}
	got, ended, ok := viewingOf(events[1])
	if !ok || !ended || got != v {
		t.Errorf("the end is of %+v, want %+v", got, v)
	}
	if events[1].Who != "anna" || events[1].Key != "1-eo" {
		t.Errorf("event %+v", events[1])
	}
	if n, err := a.SettleViewings(t.Context()); n != 0 || err != nil {
		t.Errorf("%d viewings were settled that had ended, %v", n, err)
	}
}

func TestViewingThatAStationDiedInIsSettledAtTheNextStart(t *testing.T) {
	t.Parallel()
	a, c := newAccess(t, Config{})
	for _, id := range []string{"s1", "s2", "s3"} {
		must(t, a.BeginViewing(t.Context(), Viewing{ID: id, Who: Principal{Name: "anna"}, Feed: "1-eo", Means: MeansWHEP, From: c.now()}))
	}
	must(t, a.EndViewing(t.Context(), Viewing{ID: "s2", Who: Principal{Name: "anna"}, Feed: "1-eo", Means: MeansWHEP, From: c.now()}, c.now()))
	last, err := a.lastRecord(t.Context())
	must(t, err)
	// Here the station dies.
	n, err := a.SettleViewings(t.Context())
	must(t, err)
	if n != 2 {
		t.Errorf("%d viewings were settled, want 2", n)
	}
	events := viewings(t, a)
	if len(events) != 6 {
		t.Fatalf("%d records, want 6", len(events))
	}
	for i, id := range []string{"s1", "s3"} {
		e := events[4+i]
		var d struct {
			Outcome, Reason string
			Detail          viewingDetail
		}
		must(t, json.Unmarshal(e.Data, &d))
		if v, ended, _ := viewingOf(e); !ended || v.ID != id || d.Outcome != Unknown || d.Reason == "" || !d.Detail.To.Equal(last) {
			t.Errorf("%s: event %s, last record at %v", id, e.Data, last)
		}
	}
	if n, err := a.SettleViewings(t.Context()); n != 0 || err != nil {
		t.Errorf("the next start settles %d more, %v", n, err)
	}
}

func TestConnectionIsVerifiedByPasswordOrToken(t *testing.T) {
	t.Parallel()
	a, _ := newAccess(t, Config{Token: "start"})
	ctx := t.Context()
	must(t, a.AddAccount(ctx, "anna", goodPassword, RoleOperator))
	secret, err := a.CreateToken(ctx, "wall", RoleViewer)
	must(t, err)
	anna, err := a.Verify(ctx, "anna", goodPassword, "10.0.0.9")
	must(t, err)
	if anna.Name != "anna" || anna.Role != RoleOperator || anna.Via != ViaPassword {
		t.Errorf("the account is %+v", anna)
	}
	wall, err := a.Verify(ctx, TokenUser, secret, "10.0.0.9")
	must(t, err)
	if wall.Name != "wall" || wall.Role != RoleViewer || wall.Via != ViaToken {
		t.Errorf("the token is of %+v", wall)
	}
	if p, err := a.Verify(ctx, TokenUser, "start", "10.0.0.9"); err != nil || p.Role != RoleAdmin {
		t.Errorf("the token given at the start: %+v, %v", p, err)
	}
	if sessions, err := a.cfg.Store.List(ctx, sessionPrefix); err != nil || len(sessions) != 0 {
		t.Errorf("%d sessions were opened, %v", len(sessions), err)
	}
	if now, err := a.Check(ctx, anna); err != nil || now != anna {
		t.Errorf("looked up again: %+v, %v", now, err)
	}
	must(t, a.SetRole(ctx, "anna", RoleViewer))
	if now, err := a.Check(ctx, anna); err != nil || now.Role != RoleViewer {
		t.Errorf("with another role: %+v, %v", now, err)
	}
	must(t, a.SetPassword(ctx, "anna", goodPassword+"2"))
	if _, err := a.Check(ctx, anna); err != ErrUnauthorized { //nolint:errorlint // exactly this one
		t.Errorf("after a new password: %v", err)
	}
}

func TestWrongPasswordsAndTokensOfConnectionsAreSlowedAndRecorded(t *testing.T) {
	t.Parallel()
	a, c := newAccess(t, Config{})
	ctx := t.Context()
	for i := range freeFailures {
		name := "anna"
		if i%2 == 0 {
			name = TokenUser
		}
		if _, err := a.Verify(ctx, name, "wrong", "10.0.0.9"); err != ErrCredentials { //nolint:errorlint // exactly this one
			t.Fatalf("attempt %d: %v", i, err)
		}
	}
	if _, err := a.Verify(ctx, TokenUser, "wrong", "10.0.0.9"); err == nil || err == ErrCredentials { //nolint:errorlint // any other
		t.Errorf("one more is looked at: %v", err)
	}
	if _, err := a.Verify(ctx, TokenUser, "wrong", "10.0.0.10"); err != ErrCredentials { //nolint:errorlint // exactly this one
		t.Errorf("from elsewhere: %v", err)
	}
	c.move(2 * time.Second)
	if _, err := a.Verify(ctx, TokenUser, "wrong", "10.0.0.9"); err != ErrCredentials { //nolint:errorlint // exactly this one
		t.Errorf("a while later: %v", err)
	}
	events, err := a.cfg.Store.ReadDecisions(ctx, 0, 100, KindAccess)
	must(t, err)
	if len(events) != freeFailures+2 {
		t.Errorf("%d refusals are recorded", len(events))
	}
}
