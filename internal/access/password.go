package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
)

const (
	argonTime    = 3 // RFC 9106, section 4: the second recommended option, with 64 MiB
	argonThreads = 4
	argonKey     = 32
	argonSalt    = 16

	minPassword = 10   // characters
	maxPassword = 1024 // bytes

	atOnce  = 2  // hashes that may be computed at the same time, so that sign-in cannot exhaust the memory
	waiting = 16 // attempts that may wait for their turn
)

// passwords hashes and verifies with argon2id.
type passwords struct {
	memoryKiB uint32
	turns     chan struct{}
	queue     chan struct{}
	dummy     string // verified where there is no such account, so that the answer takes as long
}

func newPasswords(memoryKiB uint32) (*passwords, error) {
	p := &passwords{memoryKiB: memoryKiB, turns: make(chan struct{}, atOnce), queue: make(chan struct{}, waiting)}
	salt := make([]byte, argonSalt)
	key := make([]byte, argonKey)
	for _, b := range [][]byte{salt, key} {
		if _, err := rand.Read(b); err != nil {
			return nil, fmt.Errorf("random numbers: %w", err)
		}
	}
	p.dummy = p.encode(salt, key)
	return p, nil
}

// turn waits until a hash may be computed; the caller calls the function it gets when it is done.
func (p *passwords) turn(ctx context.Context) (done func(), err error) {
	select {
	case p.queue <- struct{}{}:
	default:
		return nil, &TooManyError{RetryAfter: time.Second}
	}
	defer func() { <-p.queue }()
	select {
	case p.turns <- struct{}{}:
		return func() { <-p.turns }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to check the password: %w", ctx.Err())
	}
}

// hash makes the stored form of a password. The caller has a turn.
func (p *passwords) hash(password string) string {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	return p.encode(salt, argon2.IDKey([]byte(password), salt, argonTime, p.memoryKiB, argonThreads, argonKey))
}

// encode writes the PHC string format.
func (p *passwords) encode(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memoryKiB, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// verify compares a password with its stored form, with the cost that the stored form names. The caller has a turn.
func (p *passwords) verify(stored, password string) (bool, error) {
	part := strings.Split(stored, "$")
	if len(part) != 6 || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false, fmt.Errorf("stored password is not argon2id version %d", argon2.Version)
	}
	var memory, passes uint32
	var threads uint8
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil {
		return false, fmt.Errorf("cost of the stored password: %w", err)
	}
	if memory > 1<<20 || passes == 0 || passes > 100 || threads == 0 {
		return false, fmt.Errorf("cost of the stored password is out of range: %s", part[3])
	}
	salt, err := base64.RawStdEncoding.DecodeString(part[4])
	if err != nil {
		return false, fmt.Errorf("salt of the stored password: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(part[5])
	if err != nil {
		return false, fmt.Errorf("key of the stored password: %w", err)
	}
	if len(want) == 0 || len(want) > 64 {
		return false, fmt.Errorf("key of the stored password has %d bytes", len(want))
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(len(want))) //nolint:gosec // at most 64
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}
