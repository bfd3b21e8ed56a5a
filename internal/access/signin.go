package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
)

// SignIn opens a session with a name, a password and, where the account has a second factor, a code. The secret goes into the
// cookie. address is the peer's IP address; failures delay further attempts for the name and for the address, whether the
// password was wrong or the code. A right password without the code that is needed delays nobody.
func (a *Access) SignIn(ctx context.Context, c Credentials, address string) (secret string, p Principal, err error) {
	keys := []throttleKey{{"account " + c.Name[:min(len(c.Name), 64)], accountCap}, {networkOf(address), addressCap}}
	if err := a.admit(keys); err != nil {
		return "", Principal{}, err
	}
	acc, ok, err := a.verify(ctx, c.Name, c.Password, keys)
	if err != nil {
		return "", Principal{}, err
	}
	if !ok {
		return "", Principal{}, a.refuse(ctx, keys, c.Name, address, "password")
	}
	if acc.Factor != nil {
		if err := a.askCode(ctx, acc, c.Code, keys, address); err != nil {
			return "", Principal{}, err
		}
	}
	a.throttle.forget(keys[0])
	return a.open(ctx, sessionRecord{Name: acc.Name, Account: true}, acc.Role, address)
}

// askCode looks at the code of somebody whose password was right.
func (a *Access) askCode(ctx context.Context, acc Account, code string, keys []throttleKey, address string) error {
	if code == "" {
		if err := a.auditRefusal(ctx, acc.Name, address, "password without code"); err != nil {
			return err
		}
		return ErrCodeNeeded
	}
	ok, err := a.secondFactor(ctx, acc, code)
	if err != nil {
		return fmt.Errorf("sign in %s: %w", acc.Name, err)
	}
	if ok {
		return nil
	}
	if err := a.refuse(ctx, keys, acc.Name, address, "code"); !errors.Is(err, ErrCredentials) {
		return err
	}
	return a.wrongCode()
}

// Redeem opens a session with a ticket, which works once.
func (a *Access) Redeem(ctx context.Context, ticket, address string) (secret string, p Principal, err error) {
	keys := []throttleKey{{networkOf(address), addressCap}}
	if err := a.admit(keys); err != nil {
		return "", Principal{}, err
	}
	t, ok := a.tickets.take(ticket, a.cfg.Now())
	if !ok {
		return "", Principal{}, a.refuse(ctx, keys, "", address, "ticket")
	}
	return a.open(ctx, sessionRecord{Name: t.name, Role: t.role}, t.role, address)
}

// verify takes a turn at the hash. A name that nobody has costs the same time.
func (a *Access) verify(ctx context.Context, name, password string, keys []throttleKey) (Account, bool, error) {
	done, err := a.passwords.turn(ctx)
	if err != nil {
		return Account{}, false, err
	}
	defer done()
	// Those who waited for their turn may have been overtaken by the failures of others.
	if err := a.admit(keys); err != nil {
		return Account{}, false, err
	}
	var acc Account
	found := false
	if accountName.MatchString(name) {
		if acc, found, err = a.account(ctx, name); err != nil {
			return Account{}, false, fmt.Errorf("sign in: %w", err)
		}
	}
	stored := a.passwords.dummy
	if found {
		stored = acc.Hash
	}
	if len(password) > maxPassword {
		password = "" // no stored password is as short
	}
	match, err := a.passwords.verify(stored, password)
	if err != nil {
		return Account{}, false, fmt.Errorf("sign in %s: %w", name, err)
	}
	return acc, match && found && !acc.Disabled, nil
}

func (a *Access) admit(keys []throttleKey) error {
	if wait := a.throttle.wait(a.cfg.Now(), keys); wait > 0 {
		a.throttled.Add(1)
		return &TooManyError{RetryAfter: wait}
	}
	return nil
}

func (a *Access) refuse(ctx context.Context, keys []throttleKey, name, address, means string) error {
	a.refused.Add(1)
	a.throttle.fail(a.cfg.Now(), keys)
	if err := a.auditRefusal(ctx, name, address, means); err != nil {
		return err
	}
	return ErrCredentials
}

func (a *Access) auditRefusal(ctx context.Context, name, address, means string) error {
	return a.Audit(ctx, Record{
		Kind: KindAccess, Who: Principal{Name: unknown}, Action: "signIn", Outcome: "refused",
		Address: address, Detail: map[string]string{"name": name[:min(len(name), 64)], "means": means},
	})
}

// networkOf is what failures of an address count for: an IPv6 user has a whole /64 to try from.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "address " + address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if prefix, err := ip.Prefix(64); err == nil {
			return "address " + prefix.String()
		}
	}
	return "address " + ip.String()
}
