// Package access decides who may do what: accounts with passwords, one-time tickets, sessions, API tokens, the control
// lease of each vehicle, and the audit of all that. Secrets are kept as hashes only. It starts no goroutine; every method
// may be called from many. Accounts, sessions and tokens are read from the store each time, so that what another process
// (vedette user, vedette token) changes holds at once.
package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"vedette/internal/store"
)

// Role is what somebody may do; each role may do what those below it may.
type Role string

// The roles, from the least to the most.
const (
	RoleViewer   Role = "viewer"   // sees
	RoleOperator Role = "operator" // also commands and decides
	RoleAdmin    Role = "admin"    // also manages the station
)

func (r Role) rank() int {
	switch r {
	case RoleViewer:
		return 1
	case RoleOperator:
		return 2
	case RoleAdmin:
		return 3
	}
	return 0
}

// Valid tells whether this is one of the roles.
func (r Role) Valid() bool { return r.rank() > 0 }

// Allows tells whether somebody with this role may do what needs another role.
func (r Role) Allows(needed Role) bool { return r.Valid() && r.rank() >= needed.rank() }

// How a principal signed in.
const (
	ViaSession = "session" // the cookie of a browser
	ViaToken   = "token"   // Authorization: Bearer
	// ViaPassword is a name and a password for one connection, without a session.
	ViaPassword = "password"
)

// Principal is somebody who is signed in. The name identifies the person or program: leases and audit go by it.
type Principal struct {
	Name      string
	Role      Role
	Via       string // ViaSession, ViaToken, ViaPassword
	SessionID string // names the session, token or password without being its secret; empty: the token given at start
}

// Errors that callers decide on.
var (
	ErrUnauthorized = errors.New("not signed in, or the session or token has expired or was revoked")
	ErrCredentials  = errors.New("the name or the password is wrong, or the ticket was used or has expired")
)

// TooManyError says that sign-in is refused for a while.
type TooManyError struct{ RetryAfter time.Duration }

func (e *TooManyError) Error() string {
	return fmt.Sprintf("too many failed attempts to sign in: try again in %d s", e.Seconds())
}

// Seconds is RetryAfter rounded up, as the header of that name has it.
func (e *TooManyError) Seconds() int {
	return int((e.RetryAfter + time.Second - 1) / time.Second)
}

// Config holds the settings; only Store is needed.
type Config struct {
	Store     *store.Store
	Now       func() time.Time // nil: time.Now
	Token     string           // a bearer token with every right while the process runs; empty: none
	TokenName string           // whom that token speaks for; default "script"
	MemoryKiB uint32           // memory of one password hash; default 65536 (64 MiB)
}

// Access is the gate of a station.
type Access struct {
	// Leases say who controls which vehicle.
	Leases *Leases

	cfg       Config
	tokenHash [sha256.Size]byte
	passwords *passwords
	throttle  *throttle
	tickets   *tickets
	purged    atomic.Int64 // unix seconds of the last look for dead sessions

	signIns, refused, throttled atomic.Uint64
}

// New makes the gate over an open store.
func New(cfg Config) (*Access, error) {
	if cfg.Store == nil {
		return nil, errors.New("access needs a store")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.TokenName == "" {
		cfg.TokenName = "script"
	}
	if cfg.MemoryKiB == 0 {
		cfg.MemoryKiB = 64 * 1024
	}
	passwords, err := newPasswords(cfg.MemoryKiB)
	if err != nil {
		return nil, err
	}
	return &Access{
		Leases:    NewLeases(cfg.Now),
		cfg:       cfg,
		tokenHash: sha256.Sum256([]byte(cfg.Token)),
		passwords: passwords,
		throttle:  newThrottle(),
		tickets:   newTickets(),
	}, nil
}

// SignOfLife keeps a principal's session from idling out and renews the leases that it holds.
func (a *Access) SignOfLife(ctx context.Context, p Principal) error {
	var err error
	if p.Via == ViaSession {
		_, err = a.session(ctx, p.SessionID, true)
	}
	if !errors.Is(err, ErrUnauthorized) { // a store that cannot be read for a moment takes no lease away
		a.Leases.RenewAll(p.Name)
	}
	return err
}

// Check looks up a principal again and returns it as it is now: its role may have changed. It is ErrUnauthorized once the
// session or token was revoked or has expired.
func (a *Access) Check(ctx context.Context, p Principal) (Principal, error) {
	switch {
	case p.Via == ViaSession:
		return a.session(ctx, p.SessionID, false)
	case p.Via == ViaPassword:
		return a.holds(ctx, p)
	case p.SessionID == "":
		return p, nil
	default:
		return a.token(ctx, p.SessionID)
	}
}

// Bearer finds who a bearer token speaks for.
func (a *Access) Bearer(ctx context.Context, secret string) (Principal, error) {
	sum := sha256.Sum256([]byte(secret))
	if a.cfg.Token != "" && subtle.ConstantTimeCompare(sum[:], a.tokenHash[:]) == 1 {
		return Principal{Name: a.cfg.TokenName, Role: RoleAdmin, Via: ViaToken}, nil
	}
	return a.token(ctx, hex.EncodeToString(sum[:]))
}

// Stats count what happened at the gate.
type Stats struct {
	SignIns   uint64 // sessions that were opened
	Refused   uint64 // wrong passwords and tickets
	Throttled uint64 // attempts that were not even looked at
	Leases    uint64 // vehicles under control now
}

// Stats returns the counts since the start.
func (a *Access) Stats() Stats {
	return Stats{
		SignIns:   a.signIns.Load(),
		Refused:   a.refused.Load(),
		Throttled: a.throttled.Load(),
		Leases:    uint64(len(a.Leases.All())),
	}
}

// newSecret makes a secret of 256 random bits and its hash, which is all that is kept of it.
func newSecret(prefix string) (secret, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	secret = prefix + base64.RawURLEncoding.EncodeToString(b[:])
	return secret, hashOf(secret)
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
