package access

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

const (
	codePeriod = 30 // seconds: RFC 6238, and the only one that every authenticator knows
	codeSkew   = 1  // steps to either side, for clocks that differ and people who type slowly
	codeDigits = 6

	spareCodes     = 8  // that work once each, whatever the clocks say
	spareCodeBytes = 10 // of base32, 50 bits
	usedKept       = 64 // codes of an account that are remembered as used
)

// usedPrefix is where codes are kept that were used, as NAME/STEP, or NAME/spare-HASH.
const usedPrefix = "access/used/"

// Errors about the second factor that callers decide on.
var (
	// ErrCodeNeeded says that the password is right and a code is needed as well.
	ErrCodeNeeded = errors.New("the account has a second factor: give the code that its authenticator shows, or a spare code")
	// ErrCode says that the password is right and the code is not.
	ErrCode = errors.New("the code is wrong or was used before: wait for the next one, or use a spare code; the clocks of the station and of the authenticator may differ by 30 s")
)

// Credentials are what a person signs in with.
type Credentials struct {
	Name     string
	Password string
	Code     string // of the second factor; empty where the account has none
}

// Factor is the second factor of an account, as it is stored.
type Factor struct {
	Secret string    `json:"secret"` // base32, as authenticators take it: it has to be known, so it cannot be a hash
	Since  time.Time `json:"since"`
	Spare  []string  `json:"spare"` // hashes of the spare codes
}

// NewFactor makes the key of a second factor, which holds only once ConfirmFactor was given a code of it.
func (a *Access) NewFactor(ctx context.Context, name, station string) (*otp.Key, error) {
	_, found, err := a.account(ctx, name)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, aboutAccount(ErrNoAccount, "there is no account %q", name)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: station, AccountName: name, Period: codePeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return nil, fmt.Errorf("make the key of a second factor: %w", err)
	}
	return key, nil
}

// ConfirmFactor gives an account a second factor, in place of one that it had, once a code shows that its authenticator has
// the key and that the clocks agree. It ends the sessions that were opened without it. The spare codes are shown once.
func (a *Access) ConfirmFactor(ctx context.Context, name string, key *otp.Key, code string) (spare []string, err error) {
	f := &Factor{Secret: key.Secret(), Since: a.cfg.Now().UTC()}
	step, ok := f.step(code, a.cfg.Now())
	if !ok {
		return nil, a.wrongCode()
	}
	for range spareCodes {
		code := newSpareCode()
		spare = append(spare, code)
		f.Spare = append(f.Spare, hashOf(plainCode(code)))
	}
	if err := a.forgetUsed(ctx, name); err != nil {
		return nil, err
	}
	if err := a.change(ctx, name, func(acc *Account) { acc.Factor = f }); err != nil {
		return nil, err
	}
	if _, err := a.useUp(ctx, name, strconv.FormatInt(step, 10)); err != nil {
		return nil, err
	}
	return spare, a.endSessionsOf(ctx, name)
}

// RemoveFactor takes an account's second factor off: the password is enough then.
func (a *Access) RemoveFactor(ctx context.Context, name string) error {
	had := false
	err := a.change(ctx, name, func(acc *Account) { had, acc.Factor = acc.Factor != nil, nil })
	if err != nil {
		return err
	}
	if !had {
		return aboutAccount(ErrBadAccount, "account %s has no second factor", name)
	}
	return a.forgetUsed(ctx, name)
}

// wrongCode tells the time too: who has a clock at hand sees whether it is the station's that is wrong.
func (a *Access) wrongCode() error {
	return fmt.Errorf("%w; the station's clock says %s UTC", ErrCode, a.cfg.Now().UTC().Format("2006-01-02 15:04:05"))
}

// secondFactor tells whether a code is good for an account, and uses it up.
func (a *Access) secondFactor(ctx context.Context, acc Account, code string) (bool, error) {
	code = plainCode(code)
	if len(code) == codeDigits {
		step, ok := acc.Factor.step(code, a.cfg.Now())
		if !ok {
			return false, nil
		}
		return a.useUp(ctx, acc.Name, strconv.FormatInt(step, 10))
	}
	if hash := hashOf(code); slices.Contains(acc.Factor.Spare, hash) {
		return a.useUp(ctx, acc.Name, "spare-"+hash)
	}
	return false, nil
}

// step finds the step of time that a code is of, near an instant.
func (f *Factor) step(code string, now time.Time) (int64, bool) {
	at := now.Unix() / codePeriod
	for step := at - codeSkew; step <= at+codeSkew; step++ {
		ok, err := hotp.ValidateCustom(code, uint64(step), f.Secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // a counter is any 64 bits
		if err == nil && ok {
			return step, true
		}
	}
	return 0, false
}

// useUp marks a code as used; it is false where it was used before. Of several who use it at once, in whatever process, one
// wins. What is forgotten goes by how many were used since, never by the clock: were the last step kept as the lowest that
// counts, a clock that once jumped a year ahead would lock everybody out for that year.
func (a *Access) useUp(ctx context.Context, name, code string) (bool, error) {
	prefix := usedPrefix + name + "/"
	used, err := a.cfg.Store.List(ctx, prefix)
	if err != nil {
		return false, fmt.Errorf("list used codes: %w", err)
	}
	type mark struct {
		key string
		no  int64
	}
	var marks []mark
	next := int64(1)
	for _, u := range used {
		no, err := strconv.ParseInt(string(u.Value), 10, 64)
		if err != nil {
			return false, fmt.Errorf("read used code of %s: %w", name, err)
		}
		next = max(next, no+1)
		if !strings.HasPrefix(u.Key, prefix+"spare-") {
			marks = append(marks, mark{u.Key, no})
		}
	}
	created, err := a.cfg.Store.Insert(ctx, prefix+code, strconv.AppendInt(nil, next, 10))
	if err != nil || !created {
		return false, err
	}
	slices.SortFunc(marks, func(a, b mark) int { return cmp.Compare(a.no, b.no) })
	for i := 0; i < len(marks)-usedKept; i++ {
		if err := a.cfg.Store.Delete(ctx, marks[i].key); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (a *Access) forgetUsed(ctx context.Context, name string) error {
	used, err := a.cfg.Store.List(ctx, usedPrefix+name+"/")
	if err != nil {
		return fmt.Errorf("list used codes: %w", err)
	}
	for _, u := range used {
		if err := a.cfg.Store.Delete(ctx, u.Key); err != nil {
			return err
		}
	}
	return nil
}

// newSpareCode makes a code like k3vq7-2mhxa.
func newSpareCode() string {
	b := make([]byte, spareCodeBytes*5/8+1)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))[:spareCodeBytes]
	return text[:spareCodeBytes/2] + "-" + text[spareCodeBytes/2:]
}

// plainCode takes a code as people type it.
func plainCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code[:min(len(code), 64)]))
}
