package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// phone is an authenticator whose clock is the test's.
type phone struct{ secret string }

func (p phone) code(t *testing.T, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(p.secret, at)
	must(t, err)
	return code
}

// withFactor is an account called ann with a second factor; the code of now has been used to confirm it.
func withFactor(t *testing.T) (*Access, *clock, phone, []string) {
	t.Helper()
	a, c := newAccess(t, Config{})
	must(t, a.AddAccount(t.Context(), "ann", goodPassword, RoleOperator))
	key, err := a.NewFactor(t.Context(), "ann", "post-1")
	must(t, err)
	if want := "otpauth://totp/post-1:ann?"; !strings.HasPrefix(key.URL(), want) || !strings.Contains(key.URL(), "issuer=post-1") {
		t.Fatalf("%s does not begin with %s", key.URL(), want)
	}
	p := phone{key.Secret()}
	spare, err := a.ConfirmFactor(t.Context(), "ann", key, p.code(t, c.now()))
	must(t, err)
	return a, c, p, spare
}

func signInWith(t *testing.T, a *Access, code string) error {
	t.Helper()
	_, who, err := a.SignIn(t.Context(), Credentials{Name: "ann", Password: goodPassword, Code: code}, "10.0.0.1")
	if err == nil && who.Name != "ann" {
		t.Fatalf("%+v", who)
	}
	return err
}

func TestASecondFactorIsAskedFor(t *testing.T) {
	t.Parallel()
	a, c, p, _ := withFactor(t)
	c.move(time.Minute)
	if err := signInWith(t, a, ""); !errors.Is(err, ErrCodeNeeded) {
		t.Errorf("no code: %v", err)
	}
	wrong := "123456"
	if wrong == p.code(t, c.now()) {
		wrong = "123457"
	}
	for _, code := range []string{wrong, "abc", strings.Repeat("7", 5000), p.code(t, c.now().Add(-90*time.Second))} {
		if err := signInWith(t, a, code); !errors.Is(err, ErrCode) {
			t.Errorf("%.10s: %v", code, err)
		}
	}
	// Who has no password learns nothing of codes.
	if _, _, err := a.SignIn(t.Context(), Credentials{Name: "ann", Password: "wrong password", Code: p.code(t, c.now())}, "10.0.0.1"); !errors.Is(err, ErrCredentials) {
		t.Error(err)
	}
	c.move(time.Minute)
	code := p.code(t, c.now())
	if err := signInWith(t, a, code[:3]+" "+code[3:]); err != nil {
		t.Error(err)
	}
	if err := signInWith(t, a, code); !errors.Is(err, ErrCode) {
		t.Errorf("the same code again: %v", err)
	}
	// RTSP has no place for a code.
	if _, err := a.Verify(t.Context(), "ann", goodPassword, "10.0.0.2"); !errors.Is(err, ErrCredentials) {
		t.Error(err)
	}
	must(t, a.RemoveFactor(t.Context(), "ann"))
	c.move(15 * time.Minute) // the address has failed too often
	if err := signInWith(t, a, ""); err != nil {
		t.Error(err)
	}
	if err := a.RemoveFactor(t.Context(), "ann"); !errors.Is(err, ErrBadAccount) {
		t.Error(err)
	}
}

func TestASecondFactorEndsWhatWasOpenWithoutIt(t *testing.T) {
	t.Parallel()
	a, c := newAccess(t, Config{})
	must(t, a.AddAccount(t.Context(), "ann", goodPassword, RoleViewer))
	secret, _, err := a.SignIn(t.Context(), Credentials{Name: "ann", Password: goodPassword}, "10.0.0.1")
	must(t, err)
	rtsp, err := a.Verify(t.Context(), "ann", goodPassword, "10.0.0.1")
	must(t, err)
	key, err := a.NewFactor(t.Context(), "ann", "post-1")
	must(t, err)
	if _, err := a.ConfirmFactor(t.Context(), "ann", key, "12345"); !errors.Is(err, ErrCode) || !strings.Contains(err.Error(), "2026-11-22 12:00:00 UTC") {
		t.Errorf("a wrong code confirmed: %v", err)
	}
	if _, err := a.Session(t.Context(), secret); err != nil {
		t.Errorf("what was not confirmed ended a session: %v", err)
	}
	_, err = a.ConfirmFactor(t.Context(), "ann", key, phone{key.Secret()}.code(t, c.now()))
	must(t, err)
	if _, err := a.Session(t.Context(), secret); !errors.Is(err, ErrUnauthorized) {
		t.Error(err)
	}
	if _, err := a.Check(t.Context(), rtsp); !errors.Is(err, ErrUnauthorized) {
		t.Error(err)
	}
	all, err := a.Accounts(t.Context())
	must(t, err)
	if f := all[0].Factor; f == nil || f.Secret != "" || f.Spare != nil || !f.Since.Equal(c.now()) {
		t.Errorf("%+v", f)
	}
	if _, err := a.NewFactor(t.Context(), "nobody", "post-1"); !errors.Is(err, ErrNoAccount) {
		t.Error(err)
	}
}

func TestClocksMayDifferByOneStep(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{-60 * time.Second, -30 * time.Second, 0, 30 * time.Second, 60 * time.Second} {
		a, c, p, _ := withFactor(t)
		c.move(10 * time.Minute)
		err := signInWith(t, a, p.code(t, c.now().Add(off)))
		if good := off.Abs() <= 30*time.Second; good != (err == nil) {
			t.Errorf("%s off: %v", off, err)
		}
	}
}

// A station without internet may have a clock that jumps. The phone's clock is right.
func TestAClockThatJumpsLocksNobodyOut(t *testing.T) {
	t.Parallel()
	a, c, p, spare := withFactor(t)
	right := c.now
	const year = 365 * 24 * time.Hour
	for _, jump := range []time.Duration{73 * year, -73 * year, -40 * year, 40 * year} {
		c.move(jump)
		// Somebody's phone is as wrong; the code is good, and used up.
		c.move(10 * time.Minute)
		if err := signInWith(t, a, p.code(t, right())); err != nil {
			t.Errorf("%s on: %v", jump, err)
		}
	}
	// Now it stands 20 years behind: the phone's codes do not fit, a spare code does, once.
	now := c.now()
	c.move(-20 * year)
	if err := signInWith(t, a, p.code(t, now)); !errors.Is(err, ErrCode) {
		t.Errorf("a code of another time: %v", err)
	}
	if err := signInWith(t, a, strings.ToUpper(strings.ReplaceAll(spare[3], "-", " "))); err != nil {
		t.Errorf("a spare code: %v", err)
	}
	if err := signInWith(t, a, spare[3]); !errors.Is(err, ErrCode) {
		t.Errorf("a spare code, twice: %v", err)
	}
	if err := signInWith(t, a, spare[0]); err != nil {
		t.Errorf("another: %v", err)
	}
}

func TestACodeIsUsedOnceHoweverManyTryAtOnce(t *testing.T) {
	t.Parallel()
	a, c, p, _ := withFactor(t)
	c.move(time.Minute)
	code := p.code(t, c.now())
	errs := make([]error, 4) // fewer than bring the throttle
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			_, _, errs[i] = a.SignIn(t.Context(), Credentials{Name: "ann", Password: goodPassword, Code: code}, fmt.Sprint("10.0.1.", i))
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, ErrCode) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d signed in with one code", won)
	}
}

func TestUsedCodesAreForgottenByNumberNotByTime(t *testing.T) {
	t.Parallel()
	a, c, p, _ := withFactor(t)
	c.move(time.Minute)
	first := c.now()
	must(t, signInWith(t, a, p.code(t, first)))
	c.move(1000 * time.Hour)
	for range usedKept - 1 {
		c.move(time.Minute)
		must(t, signInWith(t, a, p.code(t, c.now())))
	}
	c.move(first.Sub(c.now()))
	if err := signInWith(t, a, p.code(t, first)); !errors.Is(err, ErrCode) {
		t.Errorf("a used code, after the clock was set back: %v", err)
	}
	kept, err := a.cfg.Store.List(t.Context(), usedPrefix+"ann/")
	must(t, err)
	if len(kept) > usedKept+1 {
		t.Errorf("%d used codes are kept", len(kept))
	}
}

func TestWrongCodesAreSlowedDownAsPasswordsAre(t *testing.T) {
	t.Parallel()
	a, c, p, _ := withFactor(t)
	c.move(time.Minute)
	for range 20 { // asking for the code is no failure
		if err := signInWith(t, a, ""); !errors.Is(err, ErrCodeNeeded) {
			t.Fatal(err)
		}
	}
	for i := range freeFailures {
		_, _, err := a.SignIn(t.Context(), Credentials{Name: "ann", Password: goodPassword, Code: "12345"}, fmt.Sprint("10.0.2.", i))
		if !errors.Is(err, ErrCode) {
			t.Fatal(err)
		}
	}
	var many *TooManyError
	if err := signInWith(t, a, p.code(t, c.now())); !errors.As(err, &many) {
		t.Errorf("a right code after failures: %v", err)
	}
	c.move(time.Minute)
	if err := signInWith(t, a, p.code(t, c.now())); err != nil {
		t.Error(err)
	}
	audit := refusals(t, a)
	if !slices.Contains(audit, "code") || !slices.Contains(audit, "password without code") {
		t.Errorf("the audit has %q", audit)
	}
}

// refusals are the means of the refused attempts in the audit.
func refusals(t *testing.T, a *Access) (means []string) {
	t.Helper()
	events, err := a.cfg.Store.ReadDecisions(t.Context(), 0, 0, KindAccess)
	must(t, err)
	for _, e := range events {
		if _, after, found := strings.Cut(string(e.Data), `"means":"`); found && strings.Contains(string(e.Data), `"refused"`) {
			text, _, _ := strings.Cut(after, `"`)
			means = append(means, text)
		}
	}
	return means
}
