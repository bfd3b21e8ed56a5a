package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// How long a session lasts.
const (
	SessionIdle     = 12 * time.Hour     // without a request or a sign of life
	SessionAbsolute = 7 * 24 * time.Hour // in any case
)

const (
	sessionPrefix = "access/session/"
	touchEvery    = time.Minute // how exactly the last use is kept
	touchPatience = time.Second
	purgeEvery    = 10 * time.Minute
)

// sessionRecord is what the store keeps of a session, under the hash of its secret.
type sessionRecord struct {
	Name    string    `json:"name"`
	Account bool      `json:"account,omitempty"` // the role is the account's
	Role    Role      `json:"role,omitempty"`    // of a ticket
	Created time.Time `json:"created"`
	Used    time.Time `json:"used"`
}

func (r sessionRecord) dead(now time.Time) bool {
	return now.Sub(r.Used) >= SessionIdle || now.Sub(r.Created) >= SessionAbsolute
}

// Session finds who a cookie speaks for, and counts as its use.
func (a *Access) Session(ctx context.Context, secret string) (Principal, error) {
	if secret == "" {
		return Principal{}, ErrUnauthorized
	}
	return a.session(ctx, hashOf(secret), true)
}

// SignOut ends the session of a principal; a token is not a session and stays.
func (a *Access) SignOut(ctx context.Context, p Principal, address string) error {
	if p.Via != ViaSession {
		return nil
	}
	if err := a.cfg.Store.Delete(ctx, sessionPrefix+p.SessionID); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return a.Audit(ctx, Record{Kind: KindAccess, Who: p, Action: "signOut", Outcome: "done", Address: address})
}

func (a *Access) session(ctx context.Context, id string, use bool) (Principal, error) {
	text, found, err := a.cfg.Store.Get(ctx, sessionPrefix+id)
	if err != nil {
		return Principal{}, fmt.Errorf("find session: %w", err)
	}
	if !found {
		return Principal{}, ErrUnauthorized
	}
	var r sessionRecord
	if err := json.Unmarshal(text, &r); err != nil {
		return Principal{}, fmt.Errorf("read session: %w", err)
	}
	now := a.cfg.Now()
	if r.dead(now) {
		return Principal{}, errors.Join(ErrUnauthorized, a.cfg.Store.Delete(ctx, sessionPrefix+id))
	}
	p := Principal{Name: r.Name, Role: r.Role, Via: ViaSession, SessionID: id}
	if r.Account {
		acc, found, err := a.account(ctx, r.Name)
		if err != nil {
			return Principal{}, fmt.Errorf("find session: %w", err)
		}
		if !found || acc.Disabled {
			return Principal{}, ErrUnauthorized
		}
		p.Role = acc.Role
	}
	if use && now.Sub(r.Used) >= touchEvery {
		// A full disk must not sign anybody out: the session then merely idles out earlier. The store logs its failures.
		_ = a.touch(ctx, id, r, now)
	}
	return p, nil
}

// touch keeps the instant of a session's last use.
func (a *Access) touch(ctx context.Context, id string, r sessionRecord, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, touchPatience)
	defer cancel()
	r.Used = now.UTC()
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode session: %w", err)
	}
	// Replace: a session that was ended meanwhile stays ended.
	if _, err := a.cfg.Store.Replace(ctx, sessionPrefix+id, text); err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// open makes a session and records the sign-in.
func (a *Access) open(ctx context.Context, r sessionRecord, role Role, address string) (string, Principal, error) {
	if err := a.purge(ctx); err != nil {
		return "", Principal{}, err
	}
	r.Created = a.cfg.Now().UTC()
	r.Used = r.Created
	secret, id := newSecret("")
	text, err := json.Marshal(r)
	if err != nil {
		return "", Principal{}, fmt.Errorf("encode session: %w", err)
	}
	if err := a.cfg.Store.Set(ctx, sessionPrefix+id, text); err != nil {
		return "", Principal{}, fmt.Errorf("open session: %w", err)
	}
	p := Principal{Name: r.Name, Role: role, Via: ViaSession, SessionID: id}
	means := "ticket"
	if r.Account {
		means = "password"
	}
	err = a.Audit(ctx, Record{
		Kind: KindAccess, Who: p, Action: "signIn", Outcome: "done",
		Address: address, Detail: map[string]string{"means": means},
	})
	if err != nil {
		return "", Principal{}, err
	}
	a.signIns.Add(1)
	return secret, p, nil
}

func (a *Access) endSessionsOf(ctx context.Context, name string) error {
	return a.deleteSessions(ctx, func(r sessionRecord) bool { return r.Account && r.Name == name })
}

// purge deletes dead sessions now and then, so that they do not pile up.
func (a *Access) purge(ctx context.Context) error {
	now := a.cfg.Now()
	last := a.purged.Load()
	if now.Unix()-last < int64(purgeEvery/time.Second) || !a.purged.CompareAndSwap(last, now.Unix()) {
		return nil
	}
	return a.deleteSessions(ctx, func(r sessionRecord) bool { return r.dead(now) })
}

func (a *Access) deleteSessions(ctx context.Context, which func(sessionRecord) bool) error {
	all, err := a.cfg.Store.List(ctx, sessionPrefix)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	for _, s := range all {
		var r sessionRecord
		if err := json.Unmarshal(s.Value, &r); err != nil {
			return fmt.Errorf("read session %s: %w", strings.TrimPrefix(s.Key, sessionPrefix), err)
		}
		if !which(r) {
			continue
		}
		if err := a.cfg.Store.Delete(ctx, s.Key); err != nil {
			return fmt.Errorf("end session: %w", err)
		}
	}
	return nil
}
