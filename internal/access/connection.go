package access

import (
	"context"
	"errors"
	"fmt"
)

// TokenUser is the name that stands for whoever a token speaks for, where a protocol has only name and password.
const TokenUser = "token"

// Verify finds who a name and a password speak for, for one connection and without a session: an account, or with the
// name TokenUser whoever the token in place of the password speaks for. Failures delay further attempts and are recorded
// as those of SignIn are; a wrong token counts for the address alone. An account with a second factor is refused: there is
// no place for a code, and a token does instead.
func (a *Access) Verify(ctx context.Context, name, password, address string) (Principal, error) {
	network := throttleKey{networkOf(address), addressCap}
	if name == TokenUser {
		keys := []throttleKey{network}
		if err := a.admit(keys); err != nil {
			return Principal{}, err
		}
		p, err := a.Bearer(ctx, password)
		if errors.Is(err, ErrUnauthorized) {
			return Principal{}, a.refuse(ctx, keys, name, address, "token")
		}
		return p, err
	}
	keys := []throttleKey{{"account " + name[:min(len(name), 64)], accountCap}, network}
	if err := a.admit(keys); err != nil {
		return Principal{}, err
	}
	acc, ok, err := a.verify(ctx, name, password, keys)
	if err != nil {
		return Principal{}, err
	}
	if !ok {
		return Principal{}, a.refuse(ctx, keys, name, address, "password")
	}
	if acc.Factor != nil {
		return Principal{}, a.refuse(ctx, keys, name, address, "password, where a code is needed")
	}
	a.throttle.forget(keys[0])
	return Principal{Name: acc.Name, Role: acc.Role, Via: ViaPassword, SessionID: hashOf(acc.Hash)}, nil
}

// holds looks an account up again that was let in by its password, which must still be the same.
func (a *Access) holds(ctx context.Context, p Principal) (Principal, error) {
	acc, found, err := a.account(ctx, p.Name)
	if err != nil {
		return Principal{}, fmt.Errorf("find account %s: %w", p.Name, err)
	}
	if !found || acc.Disabled || acc.Factor != nil || hashOf(acc.Hash) != p.SessionID {
		return Principal{}, ErrUnauthorized
	}
	p.Role = acc.Role
	return p, nil
}
