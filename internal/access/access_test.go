package access

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const goodPassword = "correct horse battery"

// clock is a clock that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func newAccess(t *testing.T, cfg Config) (*Access, *clock) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), store.Config{Linger: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c := newClock()
	cfg.Store, cfg.Now = s, c.now
	if cfg.MemoryKiB == 0 {
		cfg.MemoryKiB = 64 // the cost is not what most tests are about
	}
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a, c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	order := []Role{RoleViewer, RoleOperator, RoleAdmin}
	for i, have := range order {
		for j, need := range order {
			if have.Allows(need) != (i >= j) {
				t.Errorf("%s allows %s: %v", have, need, have.Allows(need))
			}
		}
	}
	if Role("").Allows("") || Role("root").Allows(RoleViewer) || Role("root").Valid() {
		t.Error("an unknown role may do something")
	}
}

func TestPasswordSignInOpensASession(t *testing.T) {
	t.Parallel()
	a, _ := newAccess(t, Config{MemoryKiB: 64 * 1024}) // the real cost, once
	ctx := t.Context()
	must(t, a.AddAccount(ctx, "ann", goodPassword, RoleOperator))
	secret, p, err := a.SignIn(ctx, Credentials{Name: "ann", Password: goodPassword}, "127.0.0.1")
	must(t, err)
	if p.Name != "ann" || p.Role != RoleOperator || p.Via != ViaSession || p.SessionID == "" || strings.Contains(secret, p.SessionID) {
		t.Errorf("principal %+v", p)
	}
	again, err := a.Session(ctx, secret)
	if err != nil || again != p {
		t.Errorf("session finds %+v, %v", again, err)
	}
	for _, wrong := range []string{"", "x", secret[1:], secret + "x", p.SessionID} {
		if _, err := a.Session(ctx, wrong); !errors.Is(err, ErrUnauthorized) {
			t.Errorf("session %q: %v", wrong, err)
		}
	}
	must(t, a.SignOut(ctx, p, "127.0.0.1"))
	if _, err := a.Session(ctx, secret); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("session after sign-out: %v", err)
	}
	events, err := a.cfg.Store.Read(ctx, 0, 0, KindAccess)
	must(t, err)
	if len(events) != 2 || events[0].Who != "ann" || !strings.Contains(string(events[0].Data), `"signIn"`) {
		t.Errorf("audit %+v", events)
	}
	settings, err := a.cfg.Store.List(ctx, "")
	must(t, err)
	for _, s := range settings {
		if strings.Contains(s.Key+string(s.Value), secret) || strings.Contains(string(s.Value), goodPassword) {
			t.Errorf("a secret is kept in the clear: %s", s.Key)
		}
	}
}

func TestWrongSignInsAreRefusedAlike(t *testing.T) {
	t.Parallel()
	a, _ := newAccess(t, Config{})
	ctx := t.Context()
	must(t, a.AddAccount(ctx, "ann", goodPassword, RoleOperator))
	must(t, a.AddAccount(ctx, "old", goodPassword, RoleAdmin))
	must(t, a.SetDisabled(ctx, "old", true))
	for i, c := range [][2]string{
		{"ann", "wrong password"}, {"ann", ""}, {"bob", goodPassword}, {"Ann", goodPassword}, {"old", goodPassword},
		{"ann/../ann", goodPassword}, {"ann", strings.Repeat("x", 5000)},
	} {
		_, _, err := a.SignIn(ctx, Credentials{Name: c[0], Password: c[1]}, fmt.Sprint("10.0.0.", i))
		if !errors.Is(err, ErrCredentials) {
			t.Errorf("%s: %v", c[0], err)
		}
	}
	if got := a.Stats().Refused; got != 7 {
		t.Errorf("%d refused, want 7", got)
	}
}

func TestSessionsEndByIdlenessAndByAge(t *testing.T) {
	t.Parallel()
	a, c := newAccess(t, Config{})
	ctx := t.Context()
	ticket := func() (string, Principal) {
		tk, err := a.NewTicket("operator", RoleOperator)
		must(t, err)
		secret, p, err := a.Redeem(ctx, tk, "127.0.0.1")
		must(t, err)
		return secret, p
	}
	idle, _ := ticket()
	c.move(SessionIdle - time.Second)
	if _, err := a.Session(ctx, idle); err != nil {
		t.Fatalf("just before it idles out: %v", err)
	}
	c.move(SessionIdle)
	if _, err := a.Session(ctx, idle); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("idle session: %v", err)
	}

	busy, p := ticket()
	for range int(SessionAbsolute/time.Hour) - 1 {
		c.move(time.Hour)
		must(t, a.SignOfLife(ctx, p))
	}
	if _, err := a.Session(ctx, busy); err != nil {
		t.Fatalf("a session with signs of life: %v", err)
	}
	c.move(time.Hour)
	if _, err := a.Check(ctx, p); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("session after seven days: %v", err)
	}
	ticket() // purges
	left, err := a.cfg.Store.List(ctx, sessionPrefix)
	if err != nil || len(left) != 1 {
		t.Errorf("%d sessions left, %v; want just the new one", len(left), err)
	}
}

func TestChangesOfAnAccountHoldAtOnce(t *testing.T) {
	t.Parallel()
	a, _ := newAccess(t, Config{})
	ctx := t.Context()
	must(t, a.AddAccount(ctx, "ann", goodPassword, RoleViewer))
	signIn := func(password string) Principal {
		_, p, err := a.SignIn(ctx, Credentials{Name: "ann", Password: password}, "127.0.0.1")
		must(t, err)
		return p
	}
	p := signIn(goodPassword)
	must(t, a.SetRole(ctx, "ann", RoleOperator))
	if now, err := a.Check(ctx, p); err != nil || now.Role != RoleOperator {
		t.Errorf("after the new role: %+v, %v", now, err)
	}
	must(t, a.SetPassword(ctx, "ann", "another password"))
	if _, err := a.Check(ctx, p); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("after the new password: %v", err)
	}
	p = signIn("another password")
	must(t, a.SetDisabled(ctx, "ann", true))
	must(t, a.SetDisabled(ctx, "ann", false))
	if _, err := a.Check(ctx, p); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("a session outlived its disabled account: %v", err)
	}
	list, err := a.Accounts(ctx)
	if err != nil || len(list) != 1 || list[0].Hash != "" || list[0].Role != RoleOperator {
		t.Errorf("accounts %+v, %v", list, err)
	}
	for what, err := range map[string]error{
		"the same name":   a.AddAccount(ctx, "ann", goodPassword, RoleViewer),
		"a bad name":      a.AddAccount(ctx, "Ann Lee", goodPassword, RoleViewer),
		"a bad role":      a.AddAccount(ctx, "bob", goodPassword, "root"),
		"a short one":     a.AddAccount(ctx, "bob", "short", RoleViewer),
		"nobody":          a.SetRole(ctx, "bob", RoleViewer),
		"a token's name":  a.AddAccount(ctx, "script", goodPassword, RoleViewer),
		"no role ticket":  func() error { _, err := a.NewTicket("x", "root"); return err }(),
		"no token there":  a.RevokeToken(ctx, "nothing"),
		"account's token": func() error { _, err := a.CreateToken(ctx, "ann", RoleViewer); return err }(),
	} {
		if err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
}

func TestTicketWorksOnceAndNotForLong(t *testing.T) {
	t.Parallel()
	a, c := newAccess(t, Config{})
	ctx := t.Context()
	first, err := a.NewTicket("operator", RoleOperator)
	must(t, err)
	late, err := a.NewTicket("operator", RoleOperator)
	must(t, err)

	var wg sync.WaitGroup
	results := make(chan error, 8)
	for i := range cap(results) {
		wg.Go(func() {
			_, _, err := a.Redeem(ctx, first, fmt.Sprint("10.1.0.", i))
			results <- err
		})
	}
	wg.Wait()
	close(results)
	opened := 0
	for err := range results {
		if err == nil {
			opened++
		} else if !errors.Is(err, ErrCredentials) {
			t.Error(err)
		}
	}
	if opened != 1 {
		t.Errorf("one ticket opened %d sessions", opened)
	}
	c.move(TicketLife)
	if _, _, err := a.Redeem(ctx, late, "10.2.0.1"); !errors.Is(err, ErrCredentials) {
		t.Errorf("ticket after its time: %v", err)
	}
	if _, _, err := a.Redeem(ctx, "", "10.2.0.2"); !errors.Is(err, ErrCredentials) {
		t.Errorf("empty ticket: %v", err)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	a, _ := newAccess(t, Config{Token: "let me in"})
	ctx := t.Context()
	p, err := a.Bearer(ctx, "let me in")
	if err != nil || p.Role != RoleAdmin || p.Via != ViaToken || p.Name != "script" {
		t.Errorf("start token: %+v, %v", p, err)
	}
	if again, err := a.Check(ctx, p); err != nil || again != p {
		t.Errorf("check start token: %+v, %v", again, err)
	}
	secret, err := a.CreateToken(ctx, "c2", RoleViewer)
	must(t, err)
	p, err = a.Bearer(ctx, secret)
	if err != nil || p.Name != "c2" || p.Role != RoleViewer {
		t.Errorf("token: %+v, %v", p, err)
	}
	for _, wrong := range []string{"", "let me i", "let me in ", "LET ME IN", secret + "x", p.SessionID} {
		if _, err := a.Bearer(ctx, wrong); !errors.Is(err, ErrUnauthorized) {
			t.Errorf("token %q: %v", wrong, err)
		}
	}
	if list, err := a.Tokens(ctx); err != nil || len(list) != 1 || list[0].Name != "c2" {
		t.Errorf("tokens %+v, %v", list, err)
	}
	must(t, a.RevokeToken(ctx, "c2"))
	if _, err := a.Check(ctx, p); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("revoked token: %v", err)
	}
	none, _ := newAccess(t, Config{})
	if _, err := none.Bearer(ctx, ""); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("the empty token opened a station that has none: %v", err)
	}
}

func TestFailuresDelayTheNameAndTheAddress(t *testing.T) {
	t.Parallel()
	a, c := newAccess(t, Config{})
	ctx := t.Context()
	must(t, a.AddAccount(ctx, "ann", goodPassword, RoleOperator))
	tooMany := func(err error) time.Duration {
		t.Helper()
		var many *TooManyError
		if !errors.As(err, &many) {
			t.Fatalf("want too many, got %v", err)
		}
		return many.RetryAfter
	}
	for i := range freeFailures {
		if _, _, err := a.SignIn(ctx, Credentials{Name: "ann", Password: "wrong password"}, fmt.Sprint("10.0.1.", i)); !errors.Is(err, ErrCredentials) {
			t.Fatal(err)
		}
	}
	_, _, err := a.SignIn(ctx, Credentials{Name: "ann", Password: goodPassword}, "10.0.9.9")
	if wait := tooMany(err); wait != time.Second {
		t.Errorf("wait %v after %d failures", wait, freeFailures)
	}
	var last time.Duration
	for range 10 { // each further failure at least doubles the wait, up to the cap
		c.move(accountCap)
		if _, _, err := a.SignIn(ctx, Credentials{Name: "ann", Password: "wrong password"}, "10.0.9.10"); err != nil && !errors.Is(err, ErrCredentials) {
			break // the address is delayed longer than the name
		}
		_, _, err = a.SignIn(ctx, Credentials{Name: "ann", Password: goodPassword}, "10.0.9.11")
		wait := tooMany(err)
		if wait < last {
			t.Errorf("wait shrank from %v to %v", last, wait)
		}
		last = wait
	}
	c.move(accountCap)
	if _, _, err := a.SignIn(ctx, Credentials{Name: "ann", Password: goodPassword}, "10.0.9.12"); err != nil {
		t.Errorf("the owner is locked out by others' failures: %v", err)
	}

	for i := range freeFailures {
		if _, _, err := a.Redeem(ctx, "no ticket", fmt.Sprintf("2001:db8::%x", i)); !errors.Is(err, ErrCredentials) {
			t.Fatal(err)
		}
	}
	_, _, err = a.Redeem(ctx, "no ticket", "2001:db8::ffff")
	tooMany(err) // the same /64
	if a.Stats().Throttled == 0 {
		t.Error("nothing was counted")
	}
	if _, _, err := a.SignIn(ctx, Credentials{Name: "address 10.0.77.7", Password: "wrong password"}, "10.0.8.1"); !errors.Is(err, ErrCredentials) {
		t.Fatal(err)
	}
	if a.throttle.seen["address 10.0.77.7"].count > 0 {
		t.Error("a name can be made to count as an address")
	}
}

func TestThrottleForgetsTheOldestWhenFull(t *testing.T) {
	t.Parallel()
	th := newThrottle()
	now := newClock().now()
	for i := range maxThrottled + 500 {
		th.fail(now.Add(time.Duration(i)*time.Microsecond), []throttleKey{{fmt.Sprint(i), time.Minute}})
		if len(th.seen) > maxThrottled {
			t.Fatalf("%d names are kept", len(th.seen))
		}
		if i > maxThrottled+3 {
			break // a full map is walked for each newcomer
		}
	}
	if _, there := th.seen["0"]; there {
		t.Error("the oldest is still there")
	}
}

func TestFloodOfSignInsIsBounded(t *testing.T) {
	t.Parallel()
	a, _ := newAccess(t, Config{MemoryKiB: 8 * 1024})
	var wg sync.WaitGroup
	errs := make(chan error, 200)
	for i := range cap(errs) {
		wg.Go(func() {
			_, _, err := a.SignIn(context.Background(), Credentials{Name: fmt.Sprint("user", i), Password: "wrong password"}, fmt.Sprintf("10.3.%d.1", i))
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	turned := 0
	for err := range errs {
		var many *TooManyError
		switch {
		case errors.As(err, &many):
			turned++
		case !errors.Is(err, ErrCredentials):
			t.Error(err)
		}
	}
	if turned == 0 {
		t.Error("200 hashes at once were all accepted")
	}
}

func TestAuditKeepsWhoDidWhat(t *testing.T) {
	t.Parallel()
	a, _ := newAccess(t, Config{})
	ctx := t.Context()
	must(t, a.Audit(ctx, Record{Kind: KindCommand, Who: Principal{Name: "ann", Role: RoleOperator, Via: ViaSession}, Action: "takeoff", Target: "1", Outcome: "accepted", Detail: map[string]int{"altitudeAGL": 30}}))
	must(t, a.Audit(ctx, Record{Kind: KindAccess, Action: "signIn", Outcome: "refused"}))
	events, err := a.cfg.Store.ReadDecisions(ctx, 0, 0, AuditKinds()...)
	must(t, err)
	if len(events) != 2 || events[1].Who == "" {
		t.Fatalf("records %+v", events)
	}
	var data map[string]any
	must(t, json.Unmarshal(events[0].Data, &data))
	if events[0].Key != "1" || data["action"] != "takeoff" || data["via"] != "session" || data["outcome"] != "accepted" {
		t.Errorf("record %+v", data)
	}
	if err := a.Audit(ctx, Record{Kind: KindCommand, Detail: make(chan int)}); err == nil {
		t.Error("a record that cannot be written is no error")
	}
}

func TestARevokedSessionKeepsNoLease(t *testing.T) {
	t.Parallel()
	a, c := newAccess(t, Config{})
	ctx := t.Context()
	ticket, err := a.NewTicket("ann", RoleOperator)
	must(t, err)
	_, p, err := a.Redeem(ctx, ticket, "127.0.0.1")
	must(t, err)
	_, _, err = a.Leases.Take(1, "ann", false)
	must(t, err)
	c.move(LeaseLife - time.Second)
	must(t, a.SignOfLife(ctx, p))
	c.move(LeaseLife - time.Second)
	if _, held := a.Leases.Of(1); !held {
		t.Fatal("the sign of life did not keep the lease")
	}
	must(t, a.SignOut(ctx, p, "127.0.0.1"))
	if err := a.SignOfLife(ctx, p); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("sign of life after sign-out: %v", err)
	}
	c.move(time.Second)
	if l, held := a.Leases.Of(1); held {
		t.Errorf("a signed-out operator still holds %+v", l)
	}
}

func TestAStuckDiskSignsNobodyOut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := store.Open(t.Context(), path, store.Config{Linger: -1})
	must(t, err)
	defer func() { must(t, s.Close()) }()
	c := newClock()
	a, err := New(Config{Store: s, Now: c.now, MemoryKiB: 64})
	must(t, err)
	ticket, err := a.NewTicket("ann", RoleOperator)
	must(t, err)
	secret, _, err := a.Redeem(t.Context(), ticket, "127.0.0.1")
	must(t, err)

	other, err := sql.Open("sqlite", path) // holds the write lock, as a disk that hangs would
	must(t, err)
	defer func() { must(t, other.Close()) }()
	other.SetMaxOpenConns(1)
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	must(t, err)
	c.move(2 * touchEvery)
	if _, err := a.Session(t.Context(), secret); err != nil {
		t.Errorf("session while nothing can be written: %v", err)
	}
	_, err = other.ExecContext(t.Context(), "ROLLBACK")
	must(t, err)
}
