package ui

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

const commands = "/vehicles/1/commands"

func commanding(t *testing.T, edit ...func(*Config)) *post {
	t.Helper()
	p := newPost(t, edit...)
	if _, _, err := p.cfg.Access.Leases.Take(1, "operator-1", false); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *post) command(body string, headers ...string) reply {
	p.t.Helper()
	return p.as(access.RoleOperator, http.MethodPost, commands, body, headers...)
}

func TestARepeatedCommandIsDoneOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body    string
		headers []string
		fails   error
	}{
		"by its id":         {`{"command":"takeoff","altitudeAGL":30,"id":"01JDZ0000000000000000000AB"}`, nil, nil},
		"by the header":     {`{"command":"takeoff","altitudeAGL":30}`, []string{"Idempotency-Key", `"key-1"`}, nil},
		"by both":           {`{"command":"arm","id":"01JDZ0000000000000000000AB"}`, []string{"Idempotency-Key", "01JDZ0000000000000000000AB"}, nil},
		"one that failed":   {`{"command":"land","id":"01JDZ0000000000000000000AB"}`, nil, api.NoAcknowledgement("not known")},
		"one that was lost": {`{"command":"land","id":"01JDZ0000000000000000000AB"}`, nil, api.Unavailable("lost")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := commanding(t)
			p.station.failWith(c.fails)
			first := p.command(c.body, c.headers...)
			second := p.command(c.body, c.headers...)
			if first.status != second.status || first.body != second.body || second.header.Get("Idempotency-Replayed") != "true" {
				t.Errorf("first %+v\nsecond %+v", first, second)
			}
			if told := p.station.done(); len(told) != 1 {
				t.Errorf("told %v", told)
			}
			if c.fails == nil && !strings.Contains(c.body, `"id"`) != !strings.Contains(first.body, "01JDZ0000000000000000000AB") {
				t.Errorf("the answer names another id: %s", first.body)
			}
		})
	}
}

func TestARepetitionOfARunningCommandWaitsItsTurn(t *testing.T) {
	t.Parallel()
	p := commanding(t)
	p.station.hold = make(chan struct{})
	body := `{"command":"arm","id":"01JDZ0000000000000000000AB"}`
	first := make(chan reply, 1)
	go func() { first <- p.command(body) }()
	for deadline := time.Now().Add(10 * time.Second); ; {
		p.repeats.mu.Lock()
		running := len(p.repeats.all) == 1
		p.repeats.mu.Unlock()
		if running {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the first one never began")
		}
		<-time.After(time.Millisecond)
	}
	p.command(body).problem(t, 409, "being carried out")
	close(p.station.hold)
	if r := <-first; r.status != 200 {
		t.Errorf("%+v", r)
	}
	if told := p.station.done(); len(told) != 1 {
		t.Errorf("told %v", told)
	}
}

func TestKeysBelongToOneRequestAndOnePerson(t *testing.T) {
	t.Parallel()
	p := commanding(t)
	const id = `"id":"01JDZ0000000000000000000AB"`
	if r := p.command(`{"command":"arm",` + id + `}`); r.status != 200 {
		t.Fatalf("%+v", r)
	}
	p.command(`{"command":"disarm",`+id+`}`).problem(t, 409, "another request")
	p.command(`{"command":"arm",`+id+`}`, "Idempotency-Key", "other").problem(t, 400, "differ")
	p.command(`{"command":"arm","id":"short"}`).problem(t, 400, "ULID")
	p.command(`{"command":"arm"}`, "Idempotency-Key", strings.Repeat("k", 65)).problem(t, 400, "64")
	if err := p.cfg.Access.Leases.Release(1, "operator-1"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.cfg.Access.Leases.Take(1, "script", false); err != nil {
		t.Fatal(err)
	}
	if r := p.as(access.RoleAdmin, http.MethodPost, commands, `{"command":"arm",`+id+`}`); r.status != 200 || r.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("somebody else's command with the same key: %+v", r)
	}
	if told := p.station.done(); len(told) != 2 {
		t.Errorf("told %v", told)
	}
}

func TestALateCommandIsRefused(t *testing.T) {
	t.Parallel()
	p := commanding(t)
	at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339Nano) }
	for _, c := range []struct {
		body   string
		status int
		words  string
	}{
		{`{"command":"arm","issuedAt":"` + at(-6*time.Second) + `"}`, 409, "too late: it was issued 6"},
		{`{"command":"arm","validForMs":1000,"issuedAt":"` + at(-1500*time.Millisecond) + `"}`, 409, "too late"},
		{`{"command":"arm","issuedAt":"` + at(time.Minute) + `"}`, 400, "ahead"},
		{`{"command":"arm","validForMs":0}`, 400, "validForMs"},
		{`{"command":"arm","validForMs":60001}`, 400, "validForMs"},
		{`{"command":"arm","issuedAt":"yesterday"}`, 400, "instant"},
	} {
		p.command(c.body).problem(t, c.status, c.words)
	}
	// A repetition may come late: it asks for an answer.
	again := `{"command":"arm","id":"01JDZ0000000000000000000AB","validForMs":200,"issuedAt":"` + at(0) + `"}`
	if r := p.command(again); r.status != 200 {
		t.Errorf("%+v", r)
	}
	<-time.After(250 * time.Millisecond)
	if r := p.command(again); r.status != 200 {
		t.Errorf("%+v", r)
	}
	if told := p.station.done(); len(told) != 1 {
		t.Errorf("told %v", told)
	}
	for _, body := range []string{
		`{"command":"arm","issuedAt":"` + at(-3*time.Second) + `"}`,
		`{"command":"arm","validForMs":60000,"issuedAt":"` + at(-30*time.Second) + `"}`,
	} {
		if r := p.command(body); r.status != 200 {
			t.Errorf("%s: %+v", body, r)
		}
	}
}

func TestCommandsOfTheRunBeforeAreNotDoneAgain(t *testing.T) {
	t.Parallel()
	past := func(key, outcome, reason string) access.PastIntent {
		return access.PastIntent{
			Intent: access.Intent{ID: key, Key: key, Vehicle: 1, Action: "arm"}, Who: "operator-1", At: time.Now(), Outcome: outcome, Reason: reason,
		}
	}
	old := past("01JDZ0000000000000000000A4", "done", "")
	old.At = time.Now().Add(-time.Hour)
	p := commanding(t, func(c *Config) {
		c.Past = []access.PastIntent{
			past("01JDZ0000000000000000000A1", "done", ""),
			past("01JDZ0000000000000000000A2", access.Unknown, "whether the vehicle acted is not known"),
			past("01JDZ0000000000000000000A3", "refused", "compass"), old,
		}
	})
	ask := func(n int) reply {
		return p.command(fmt.Sprintf(`{"command":"arm","id":"01JDZ0000000000000000000A%d"}`, n))
	}
	if r := ask(1); r.status != 200 || !strings.Contains(r.body, "A1") {
		t.Errorf("done: %+v", r)
	}
	ask(2).problem(t, 504, "not known")
	ask(3).problem(t, 409, "refused then: compass")
	if told := p.station.done(); len(told) != 0 {
		t.Errorf("told %v", told)
	}
	if r := ask(4); r.status != 200 || len(p.station.done()) != 1 {
		t.Errorf("one of an hour ago: %+v", r)
	}
}

func TestIntentsAreOnRecordBeforeAndOutcomesAfter(t *testing.T) {
	t.Parallel()
	p := commanding(t)
	p.station.failWith(api.NoAcknowledgement("whether it acted is not known"))
	p.command(`{"command":"arm","id":"01JDZ0000000000000000000AB"}`).problem(t, 504, "not known")
	r := p.as(access.RoleOperator, http.MethodGet, "/events?limit=1000", "")
	var page api.EventPage
	if err := json.Unmarshal([]byte(r.body), &page); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range page.Events {
		if strings.Contains(string(e.Data), "01JDZ0000000000000000000AB") {
			kinds = append(kinds, e.Kind)
		}
		if e.Kind == "command" && !strings.Contains(string(e.Data), `"outcome":"unknown"`) {
			t.Errorf("outcome %s", e.Data)
		}
	}
	if strings.Join(kinds, " ") != "intent command" {
		t.Errorf("events %v", kinds)
	}
}
