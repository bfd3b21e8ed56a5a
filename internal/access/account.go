package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

const accountPrefix = "access/account/"

// accountName keeps names typable, and free of what could be mistaken for another name.
var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,63}$`)

// Errors about accounts that callers decide on.
var (
	ErrBadAccount   = errors.New("the account cannot be like that")
	ErrAccountTaken = errors.New("the name is taken")
	ErrNoAccount    = errors.New("there is no such account")
)

// accountError says in words what kind of error there is about an account.
type accountError struct {
	kind error
	text string
}

func (e *accountError) Error() string { return e.text }
func (e *accountError) Unwrap() error { return e.kind }

func aboutAccount(kind error, format string, args ...any) error {
	return &accountError{kind: kind, text: fmt.Sprintf(format, args...)}
}

// Account is a person who signs in with a password.
type Account struct {
	Name     string    `json:"name"`
	Role     Role      `json:"role"`
	Disabled bool      `json:"disabled,omitempty"`
	Created  time.Time `json:"created"`
	Hash     string    `json:"hash"` // argon2id, PHC string format
	Factor   *Factor   `json:"factor,omitempty"`
}

// AddAccount makes an account. Names are lower case, and no account shares its name with a token.
func (a *Access) AddAccount(ctx context.Context, name, password string, role Role) error {
	if !accountName.MatchString(name) {
		return aboutAccount(ErrBadAccount, "account name %q: use 1 to 64 of a-z, 0-9, '.', '_', '@' and '-', beginning with a letter or digit", name)
	}
	if !role.Valid() {
		return aboutAccount(ErrBadAccount, "role %q: use viewer, operator or admin", role)
	}
	taken, err := a.tokenNamed(ctx, name)
	if err != nil {
		return err
	}
	if taken {
		return aboutAccount(ErrAccountTaken, "a token is called %s already", name)
	}
	hash, err := a.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	text, err := json.Marshal(Account{Name: name, Role: role, Created: a.cfg.Now().UTC(), Hash: hash})
	if err != nil {
		return fmt.Errorf("encode account: %w", err)
	}
	created, err := a.cfg.Store.Insert(ctx, accountPrefix+name, text)
	if err != nil {
		return fmt.Errorf("add account %s: %w", name, err)
	}
	if !created {
		return aboutAccount(ErrAccountTaken, "account %s is there already", name)
	}
	return nil
}

// SetPassword gives an account a new password and ends its sessions.
func (a *Access) SetPassword(ctx context.Context, name, password string) error {
	hash, err := a.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	if err := a.change(ctx, name, func(acc *Account) { acc.Hash = hash }); err != nil {
		return err
	}
	return a.endSessionsOf(ctx, name)
}

// SetRole gives an account another role; its sessions have it at once.
func (a *Access) SetRole(ctx context.Context, name string, role Role) error {
	if !role.Valid() {
		return aboutAccount(ErrBadAccount, "role %q: use viewer, operator or admin", role)
	}
	return a.change(ctx, name, func(acc *Account) { acc.Role = role })
}

// SetDisabled closes or reopens an account; closing ends its sessions at once.
func (a *Access) SetDisabled(ctx context.Context, name string, disabled bool) error {
	if err := a.change(ctx, name, func(acc *Account) { acc.Disabled = disabled }); err != nil {
		return err
	}
	if !disabled {
		return nil
	}
	return a.endSessionsOf(ctx, name)
}

// Accounts lists the accounts by name, without their hashes and what their second factors know.
func (a *Access) Accounts(ctx context.Context) ([]Account, error) {
	settings, err := a.cfg.Store.List(ctx, accountPrefix)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	accounts := make([]Account, 0, len(settings))
	for _, s := range settings {
		var acc Account
		if err := json.Unmarshal(s.Value, &acc); err != nil {
			return nil, fmt.Errorf("read account %s: %w", strings.TrimPrefix(s.Key, accountPrefix), err)
		}
		acc.Hash = ""
		if acc.Factor != nil {
			acc.Factor = &Factor{Since: acc.Factor.Since}
		}
		accounts = append(accounts, acc)
	}
	return accounts, nil
}

func (a *Access) account(ctx context.Context, name string) (acc Account, found bool, err error) {
	text, found, err := a.cfg.Store.Get(ctx, accountPrefix+name)
	if err != nil || !found {
		return Account{}, false, err
	}
	if err := json.Unmarshal(text, &acc); err != nil {
		return Account{}, false, fmt.Errorf("read account %s: %w", name, err)
	}
	return acc, true, nil
}

func (a *Access) change(ctx context.Context, name string, edit func(*Account)) error {
	acc, found, err := a.account(ctx, name)
	if err != nil {
		return err
	}
	if !found {
		return aboutAccount(ErrNoAccount, "there is no account %q", name)
	}
	edit(&acc)
	text, err := json.Marshal(acc)
	if err != nil {
		return fmt.Errorf("encode account: %w", err)
	}
	_, err = a.cfg.Store.Replace(ctx, accountPrefix+name, text)
	return err
}

func (a *Access) hashPassword(ctx context.Context, password string) (string, error) {
	if utf8.RuneCountInString(password) < minPassword || len(password) > maxPassword {
		return "", aboutAccount(ErrBadAccount, "the password must have at least %d characters and at most %d bytes", minPassword, maxPassword)
	}
	done, err := a.passwords.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return a.passwords.hash(password), nil
}
