package main

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"vedette/internal/access"
	"vedette/internal/store"
)

// do runs the program and gives what it printed, and what it said beside.
func do(t *testing.T, status int, in string, args ...string) (out, said string) {
	t.Helper()
	var r commandRun
	if got := run(t.Context(), r.env(in), args); got != status {
		t.Fatalf("%v: status %d, want %d: %s %s", args, got, status, r.out.String(), r.errOut.String())
	}
	return r.out.String(), r.errOut.String()
}

func TestTheAuditIsVerifiedAndExported(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	day := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), filepath.Join(dir, "vedette.db"), store.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for i, reason := range []string{"=1+1", "a <b> & \"c\"", "on time"} {
		a, err := access.New(access.Config{Store: s, Now: func() time.Time { return day.Add(time.Duration(i) * time.Hour) }})
		if err != nil {
			t.Fatal(err)
		}
		err = a.Audit(t.Context(), access.Record{
			Kind: access.KindCommand, Who: access.Principal{Name: "ann", Role: access.RoleOperator}, Action: "takeoff", Target: "1", Outcome: "done", Reason: reason,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	audit := func(status int, args ...string) (string, string) {
		t.Helper()
		return do(t, status, "", append([]string{"audit", "--data", dir}, args...)...)
	}
	// While a station runs, and after its end.
	said, _ := audit(exitDone, "verify")
	if !strings.HasPrefix(said, "ok: 3 records, the last no. 3, hash ") {
		t.Error(said)
	}
	hash := regexp.MustCompile(`[0-9a-f]{64}`).FindString(said)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	do(t, exitDone, "correct horse battery\n", "user", "--data", dir, "add", "kim")
	if said, _ = audit(exitDone, "verify", "--noted", hash); !strings.Contains(said, "ok: 4 records") || !strings.Contains(said, "the noted hash is no. 3") {
		t.Error(said)
	}
	if _, said := audit(exitFailed, "verify", "--noted", strings.Repeat("ab", 32)); !strings.Contains(said, "not in the chain") {
		t.Error(said)
	}
	audit(exitUsage, "verify", "--noted", "abc")
	lines, _ := audit(exitDone, "export", "--from", "2026-11-26T13:00:00Z", "--to", "2026-11-26T14:00:00Z")
	var one struct {
		No                        int
		Who, Kind, Previous, Hash string
		ObservedAt                time.Time
		Data                      struct{ Action, Reason string }
	}
	if err := json.Unmarshal([]byte(lines), &one); err != nil || one.No != 2 || one.Who != "ann" || one.Kind != "command" || len(one.Previous) != 64 || len(one.Hash) != 64 ||
		!one.ObservedAt.Equal(day.Add(time.Hour)) || one.Data.Reason != `a <b> & "c"` {
		t.Errorf("%+v, %v: %s", one, err, lines)
	}
	file := filepath.Join(t.TempDir(), "audit.csv")
	audit(exitDone, "export", "--format", "csv", "--out", file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 5 || rows[1][11] != "'=1+1" || rows[3][13] != hash || !strings.HasPrefix(rows[4][4], "shell:") || rows[4][8] != "addAccount" {
		t.Errorf("%q, %v", rows, err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "vedette.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), "UPDATE events SET who = 'eve' WHERE who = 'ann' AND data LIKE '%on time%'")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, said := audit(exitFailed, "verify"); !strings.Contains(said, "no. 3 of the chain, does not fit") {
		t.Error(said)
	}
}

func TestASecondFactorIsSetUpAtTheShell(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	do(t, exitDone, "correct horse battery\n", "user", "--data", dir, "add", "kim", "--role", "operator")
	// The code depends on the key that is printed, as a person would type it.
	in, typed := io.Pipe()
	var r commandRun
	env := r.env("")
	env.in = in
	done := make(chan int, 1)
	go func() {
		done <- run(t.Context(), env, []string{"user", "--data", dir, "totp", "kim", "--station", "post-1"})
	}()
	waitFor(t, func() bool { return strings.Contains(r.errOut.String(), "code that it shows") })
	key := regexp.MustCompile(`otpauth://totp/post-1:kim\?\S*secret=([A-Z2-7]+)`).FindStringSubmatch(r.out.String())
	if key == nil || !strings.Contains(r.out.String(), "\u2588\u2588") {
		t.Fatalf("%s", r.out.String())
	}
	code, err := totp.GenerateCode(key[1], time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(typed, code+"\n"); err != nil {
		t.Fatal(err)
	}
	if status := <-done; status != exitDone || len(regexp.MustCompile(`(?m)^  [a-z2-7]{5}-[a-z2-7]{5}$`).FindAllString(r.out.String(), -1)) != 8 {
		t.Fatalf("%d: %s %s", status, r.out.String(), r.errOut.String())
	}
	if list, _ := do(t, exitDone, "", "user", "--data", dir, "list"); !strings.Contains(list, "second factor") {
		t.Error(list)
	}
	if _, said := do(t, exitFailed, "123\n", "user", "--data", dir, "totp", "kim"); !strings.Contains(said, "clock says") {
		t.Error(said)
	}
	do(t, exitUsage, "", "user", "--data", dir, "totp", "kim")
	do(t, exitFailed, "", "user", "--data", dir, "totp", "nobody")
	do(t, exitDone, "", "user", "--data", dir, "totp", "kim", "--off")
	do(t, exitFailed, "", "user", "--data", dir, "totp", "kim", "--off")
	if said, _ := do(t, exitDone, "", "audit", "verify", "--data", dir); !strings.HasPrefix(said, "ok: 5 records") {
		t.Error(said)
	}
}

func waitFor(t *testing.T, what func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !what(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come")
		}
	}
}
