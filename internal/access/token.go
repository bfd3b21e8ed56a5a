package access

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

const tokenPrefix = "access/token/"

// Token is the right of a program to speak to the station; its secret is shown once, when it is made.
type Token struct {
	Name    string    `json:"name"`
	Role    Role      `json:"role"`
	Created time.Time `json:"created"`
}

// CreateToken makes a token and returns its secret. No two tokens, and no token and account, share a name.
func (a *Access) CreateToken(ctx context.Context, name string, role Role) (secret string, err error) {
	if !accountName.MatchString(name) || name == a.cfg.TokenName {
		return "", fmt.Errorf("token name %q: use 1 to 64 of a-z, 0-9, '.', '_', '@' and '-', and not %q", name, a.cfg.TokenName)
	}
	if !role.Valid() {
		return "", fmt.Errorf("role %q: use viewer, operator or admin", role)
	}
	_, isAccount, err := a.account(ctx, name)
	if err != nil {
		return "", err
	}
	isToken, err := a.tokenNamed(ctx, name)
	if err != nil {
		return "", err
	}
	if isAccount || isToken {
		return "", fmt.Errorf("the name %s is taken", name)
	}
	secret, hash := newSecret("vedette_")
	text, err := json.Marshal(Token{Name: name, Role: role, Created: a.cfg.Now().UTC()})
	if err != nil {
		return "", fmt.Errorf("encode token: %w", err)
	}
	if err := a.cfg.Store.Set(ctx, tokenPrefix+hash, text); err != nil {
		return "", fmt.Errorf("create token: %w", err)
	}
	return secret, nil
}

// RevokeToken ends a token by its name.
func (a *Access) RevokeToken(ctx context.Context, name string) error {
	settings, err := a.cfg.Store.List(ctx, tokenPrefix)
	if err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	for _, s := range settings {
		var t Token
		if err := json.Unmarshal(s.Value, &t); err != nil {
			return fmt.Errorf("read token: %w", err)
		}
		if t.Name == name {
			return a.cfg.Store.Delete(ctx, s.Key)
		}
	}
	return fmt.Errorf("there is no token %q", name)
}

// Tokens lists the tokens.
func (a *Access) Tokens(ctx context.Context) ([]Token, error) {
	settings, err := a.cfg.Store.List(ctx, tokenPrefix)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	tokens := make([]Token, 0, len(settings))
	for _, s := range settings {
		var t Token
		if err := json.Unmarshal(s.Value, &t); err != nil {
			return nil, fmt.Errorf("read token: %w", err)
		}
		tokens = append(tokens, t)
	}
	return tokens, nil
}

func (a *Access) token(ctx context.Context, hash string) (Principal, error) {
	text, found, err := a.cfg.Store.Get(ctx, tokenPrefix+hash)
	if err != nil {
		return Principal{}, fmt.Errorf("find token: %w", err)
	}
	if !found {
		return Principal{}, ErrUnauthorized
	}
	var t Token
	if err := json.Unmarshal(text, &t); err != nil {
		return Principal{}, fmt.Errorf("read token: %w", err)
	}
	return Principal{Name: t.Name, Role: t.Role, Via: ViaToken, SessionID: hash}, nil
}

func (a *Access) tokenNamed(ctx context.Context, name string) (bool, error) {
	if name == a.cfg.TokenName {
		return true, nil
	}
	tokens, err := a.Tokens(ctx)
	if err != nil {
		return false, err
	}
	for _, t := range tokens {
		if t.Name == name {
			return true, nil
		}
	}
	return false, nil
}
