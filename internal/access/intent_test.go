package access_test

import (
	"path/filepath"
	"testing"

	"vedette/internal/access"
	"vedette/internal/store"
)

// TestIntentsWithoutAnOutcomeAreUnknownAfterARestart gives three commands, hears how two of them ended, and starts anew.
func TestIntentsWithoutAnOutcomeAreUnknownAfterARestart(t *testing.T) {
	t.Parallel()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "post.db"), store.Config{Linger: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	a, err := access.New(access.Config{Store: st, MemoryKiB: 64})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"A", "B", "C"} {
		if err := a.Intend(t.Context(), "anna", access.Intent{ID: id, Key: "key " + id, Vehicle: 3, Action: "takeoff"}); err != nil {
			t.Fatal(err)
		}
	}
	done := access.Record{Kind: access.KindCommand, Who: access.Principal{Name: "anna"}, Action: "takeoff", Target: "3", Outcome: "done", Detail: map[string]string{"id": "A"}}
	if err := a.Audit(t.Context(), done); err != nil {
		t.Fatal(err)
	}
	// What a cue did is recorded in another form.
	if _, err := st.Append(t.Context(), store.Event{Kind: access.KindCommand, Key: "3", Data: []byte(`{"result":{"id":"C"},"error":"denied"}`)}); err != nil {
		t.Fatal(err)
	}
	past, err := a.SettleIntents(t.Context())
	if err != nil || len(past) != 3 {
		t.Fatalf("%+v, %v", past, err)
	}
	for i, want := range []string{"done", access.Unknown, "failed"} {
		if past[i].Outcome != want || past[i].Key != "key "+past[i].ID || past[i].Who != "anna" {
			t.Errorf("%+v, want %s", past[i], want)
		}
	}
	events, err := st.ReadDecisions(t.Context(), 0, 0, access.KindCommand)
	if err != nil || len(events) != 2 {
		t.Fatalf("%d decisions, %v", len(events), err)
	}
	if last := events[1]; last.Who != "anna" || last.Key != "3" {
		t.Errorf("%+v", last)
	}
	// The next start has nothing left to settle.
	if past, err = a.SettleIntents(t.Context()); err != nil || len(past) != 0 {
		t.Errorf("again: %+v, %v", past, err)
	}
}
